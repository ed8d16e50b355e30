"""The one place that reads the wall and waits for it.

Everything that needs time takes a ``Clock``. Judgement takes none: there, ``now`` comes from the
data. ``VirtualClock`` is the twin for tests and simulations: it stands still until told to move,
and wakes its sleepers in the order of their deadlines, so the same program gives the same night.
"""

import asyncio
import heapq
import itertools
import time
from typing import Protocol

_MICROSECONDS_PER_SECOND = 1_000_000
_NANOSECONDS_PER_MICROSECOND = 1_000


class Clock(Protocol):
    """What the programs may ask of time."""

    def now_us(self) -> int:
        """Return the wall time in microseconds since the Unix epoch, UTC; it may step."""
        ...

    def monotonic_us(self) -> int:
        """Return microseconds since an unnamed start; it never runs backwards."""
        ...

    async def sleep_us(self, duration_us: int) -> None:
        """Wait for a duration in microseconds; one that is not positive only yields."""
        ...


class SystemClock:
    """The clock of this machine."""

    def now_us(self) -> int:
        """Return the wall time in microseconds since the Unix epoch, UTC."""
        return time.time_ns() // _NANOSECONDS_PER_MICROSECOND

    def monotonic_us(self) -> int:
        """Return microseconds of the monotonic clock of this machine."""
        return time.monotonic_ns() // _NANOSECONDS_PER_MICROSECOND

    async def sleep_us(self, duration_us: int) -> None:
        """Wait on the running event loop."""
        await asyncio.sleep(max(0, duration_us) / _MICROSECONDS_PER_SECOND)


class VirtualClock:
    """A clock that moves only when told to.

    ``advance`` moves at once and wakes those whose deadline has passed; ``run_for`` goes from
    deadline to deadline and lets each woken task finish what it does before time goes on.
    """

    def __init__(self, now_us: int = 0) -> None:
        self._start_us = now_us
        self._elapsed_us = 0
        self._step_us = 0
        self._order = itertools.count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_us(self) -> int:
        """Return the virtual wall time in microseconds since the Unix epoch."""
        return self._start_us + self._step_us + self._elapsed_us

    def monotonic_us(self) -> int:
        """Return the microseconds that this clock was moved forward."""
        return self._elapsed_us

    async def sleep_us(self, duration_us: int) -> None:
        """Wait until the clock was moved past the deadline."""
        if duration_us <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        deadline_us = self._elapsed_us + duration_us
        heapq.heappush(self._sleepers, (deadline_us, next(self._order), woken))
        await woken

    @property
    def sleepers(self) -> int:
        """How many tasks wait on this clock."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    def advance(self, duration_us: int) -> None:
        """Move forward by a duration in microseconds and wake in order of deadline.

        Raises:
            ValueError: the duration is negative.
        """
        if duration_us < 0:
            message = f"a clock does not run backwards: {duration_us} us"
            raise ValueError(message)
        self._elapsed_us += duration_us
        while self._sleepers and self._sleepers[0][0] <= self._elapsed_us:
            _, _, woken = heapq.heappop(self._sleepers)
            if not woken.done():
                woken.set_result(None)

    def step_wall(self, step_us: int) -> None:
        """Step the wall time alone, as a corrected system clock does; nobody wakes."""
        self._step_us += step_us

    async def run_for(self, duration_us: int, settling_turns: int = 20) -> None:
        """Move forward from deadline to deadline, giving woken tasks loop turns in between."""
        end_us = self._elapsed_us + duration_us
        await _settle(settling_turns)
        while (deadline_us := self._next_deadline_us()) is not None and deadline_us <= end_us:
            self.advance(deadline_us - self._elapsed_us)
            await _settle(settling_turns)
        self.advance(end_us - self._elapsed_us)
        await _settle(settling_turns)

    def _next_deadline_us(self) -> int | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None


async def _settle(turns: int) -> None:
    for _ in range(turns):
        await asyncio.sleep(0)
