"""A peer as a process: started, watched from outside, killed."""

import asyncio
import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from bench.peers.assignment import Assignment
from bench.peers.roster import Peer
from goldenhour.bench.programs.spending import processor_s_in

ROOT: Final = Path(__file__).parents[2]


class PeerMissing(Exception):  # noqa: N818 - named for what happened
    """The environment of a peer has not been made."""


class PeerEnded(Exception):  # noqa: N818 - named for what happened
    """A peer ended by itself."""


class PeerProcess:
    """A peer that runs."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        """Of the process that was started; it may have children."""
        return self._process.pid

    def check(self) -> None:
        """Raise PeerEnded with the end of what it said, if it does not run any more."""
        if self._process.returncode is not None:
            message = f"ended with {self._process.returncode}: {self._log.read_text()[-2_000:]}"
            raise PeerEnded(message)

    def processor_s(self) -> float:
        """Return the processor time of it and its children so far."""
        ticks_per_s = os.sysconf("SC_CLK_TCK")
        return sum(processor_s_in(stat, ticks_per_s) for stat in _stats(self.pid))

    async def kill(self) -> None:
        """End it and its children at once."""
        for pid in list(_tree(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        await self._process.wait()


async def start(peer: Peer, told: Assignment, log: Path) -> PeerProcess:
    """Start a peer in its environment.

    Raises:
        PeerMissing: there is none.
    """
    python = ROOT / peer.environment / "bin" / "python"
    if not python.exists():
        message = f"{peer.environment} is missing: run make peers"
        raise PeerMissing(message)
    told.folder.mkdir(parents=True, exist_ok=True)
    words = ["-m", f"bench.peers.engines.{peer.engine}", *told.words()]
    path = os.pathsep.join([str(ROOT), str(ROOT / "proto" / "gen")])
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            python, *words, stdout=output, stderr=output, env={**os.environ, "PYTHONPATH": path}
        )
    return PeerProcess(process, log)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                yield from _tree(int(child))


def _stats(pid: int) -> Iterator[str]:
    for each in _tree(pid):
        with suppress(OSError):
            yield Path(f"/proc/{each}/stat").read_text(encoding="utf-8")
