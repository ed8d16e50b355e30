"""What a home remembers of its broker, so that another program finds it again.

``owner_pid`` tells who will stop it: a running launcher, nobody yet (``broker start`` leaves a
service behind), or a launcher that died, whose broker then belongs to whoever finds it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from goldenhour.home import replace_file

_PROC: Final = Path("/proc")


@dataclass(frozen=True, slots=True)
class BrokerState:
    """A broker that was started in a home."""

    pid: int
    owner_pid: int | None
    port: int
    version: str
    runtime: str

    @property
    def bootstrap(self) -> str:
        """The address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def orphaned(self) -> bool:
        """True when the program that would have stopped it is gone."""
        return self.owner_pid is not None and not process_lives(self.owner_pid)


def write_state(folder: Path, state: BrokerState) -> None:
    """Remember the broker of this folder."""
    replace_file(_file(folder), json.dumps(asdict(state), indent=2) + "\n")


def read_state(folder: Path) -> BrokerState | None:
    """Return the broker that runs in this folder; None when none does."""
    try:
        state = BrokerState(**json.loads(_file(folder).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return state if process_lives(state.pid, naming=str(folder)) else None


def forget_state(folder: Path) -> None:
    """Forget the broker of this folder: it has stopped."""
    _file(folder).unlink(missing_ok=True)


def process_lives(pid: int, naming: str = "") -> bool:
    """Say whether a process runs and, where the system shows it, its command line names a text."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return not naming
    try:
        command = (_PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return not _PROC.is_dir()
    return bool(command) and naming in command


def _file(folder: Path) -> Path:
    return folder / "broker.json"
