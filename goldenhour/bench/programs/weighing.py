"""What a process weighs: resident memory, read from what Linux says of it."""

import asyncio
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_STATUS: Final = re.compile(r"^(VmRSS|VmHWM):\s+(\d+) kB$", re.MULTILINE)
_KB: Final = 1_024
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Weight:
    """Resident memory of one process, shared pages included, megabytes."""

    resident_mb: float
    """Now."""
    peak_mb: float
    """The most since it was started."""


def weight_in(status: str) -> Weight:
    """Return the weight that ``/proc/PID/status`` states."""
    stated = {name: int(kilobytes) * _KB / _MB for name, kilobytes in _STATUS.findall(status)}
    return Weight(stated["VmRSS"], stated["VmHWM"])


async def weigh(pid: int) -> Weight:
    """Return what a running process weighs."""
    return weight_in(await asyncio.to_thread(_status, pid))


def _status(pid: int) -> str:
    return Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
