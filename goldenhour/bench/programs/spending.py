"""What a process spends: processor time and resident memory, read from what Linux says of it."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from goldenhour.bench.programs.weighing import weigh

_UTIME: Final = 11
_STIME: Final = 12
"""Places of user and system time in ``/proc/PID/stat``, counted behind the name."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a process has spent since it was started, and weighs now."""

    processor_s: float
    """All its threads, user and system."""
    resident_mb: float


def processor_s_in(stat: str, ticks_per_s: int) -> float:
    """Return the processor time that ``/proc/PID/stat`` states.

    The name of the program stands in parentheses and may hold anything, blanks included.
    """
    fields = stat.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / ticks_per_s


async def spent(pids: Mapping[str, int]) -> dict[str, Spent]:
    """Return what each program has spent, by its name."""
    return {name: await _spent(pid) for name, pid in pids.items()}


def spending(
    before: Mapping[str, Spent], after: Mapping[str, Spent], seconds: float
) -> dict[str, dict[str, float]]:
    """Return by program what it used of a processor, and what it weighed first and last."""
    return {
        name: {
            "processors": round((after[name].processor_s - one.processor_s) / seconds, 3),
            "resident_mb_begin": round(one.resident_mb, 1),
            "resident_mb_end": round(after[name].resident_mb, 1),
        }
        for name, one in before.items()
    }


async def _spent(pid: int) -> Spent:
    stat = await asyncio.to_thread(Path(f"/proc/{pid}/stat").read_text, encoding="utf-8")
    ticks_per_s = os.sysconf("SC_CLK_TCK")
    return Spent(processor_s_in(stat, ticks_per_s), (await weigh(pid)).resident_mb)
