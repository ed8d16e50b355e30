"""The clock of one machine: virtual time, a wall that can step, and a grid for periodic work.

Whoever sleeps wakes on the grid, if there is one: the timers of many machines then come due
together, which costs a fraction of the time.
"""

import asyncio
from typing import Final

from goldenhour.world.schedule import Machine

EPOCH_US: Final = 1_800_000_000_000_000
"""The wall time at which every world begins, microseconds since the Unix epoch."""


class MachineClock:
    """A Clock."""

    def __init__(self, machine: Machine, offset_us: int = 0, grid_us: int = 1) -> None:
        self._machine = machine
        self.offset_us = offset_us
        """How far the wall of this machine is from the true time."""
        self._grid_us = grid_us

    def now_us(self) -> int:
        """Return the wall time of this machine, microseconds since the Unix epoch."""
        return EPOCH_US + self._machine.schedule.now_us + self.offset_us

    def monotonic_us(self) -> int:
        """Return microseconds since the world began."""
        return self._machine.schedule.now_us

    async def sleep_us(self, duration_us: int) -> None:
        """Wait, at least until the next point of the grid."""
        done: asyncio.Future[None] = asyncio.Future(loop=self._machine)
        now_us, grid_us = self._machine.schedule.now_us, self._grid_us
        if duration_us <= 0:
            self._machine.call_soon(_wake, done)
        else:
            when_us = -(-(now_us + duration_us) // grid_us) * grid_us
            self._machine.schedule.at(when_us, _wake, done, machine=self._machine)
        await done


def _wake(done: "asyncio.Future[None]") -> None:
    if not done.done():
        done.set_result(None)
