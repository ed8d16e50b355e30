"""A clock that begins in the past, is moved to the present by hand, and from there goes by itself.

So half an hour in a tunnel is captured in minutes: every capture bears the instant at which it
would have been made, and when the clock has caught up with the real one it is the real one.
"""

from typing import Final

from ports.clock import Clock, VirtualClock

FOLLOW_US: Final = 20_000
"""How often those are looked after who went to sleep before the clock had caught up."""


class CatchUpClock:
    """Behind the real clock at first, then with it."""

    def __init__(self, real: Clock, behind_us: int) -> None:
        """Begin ``behind_us`` before now."""
        self._real = real
        self._virtual = VirtualClock(real.now_us() - behind_us)
        self._joined_us: int | None = None
        """What the real monotonic clock was ahead by when this one caught up."""

    @property
    def behind_us(self) -> int:
        """How far this clock is behind the real one; 0 once it has caught up."""
        return 0 if self._joined_us is not None else self._real.now_us() - self._virtual.now_us()

    def now_us(self) -> int:
        """Return the wall time in microseconds since the Unix epoch, UTC."""
        return self._virtual.now_us() if self._joined_us is None else self._real.now_us()

    def monotonic_us(self) -> int:
        """Return microseconds since this clock began."""
        if self._joined_us is None:
            return self._virtual.monotonic_us()
        return self._real.monotonic_us() - self._joined_us

    async def sleep_us(self, duration_us: int) -> None:
        """Wait on whichever clock goes."""
        clock = self._virtual if self._joined_us is None else self._real
        await clock.sleep_us(duration_us)

    async def advance(self, duration_us: int) -> None:
        """Move towards the present; those who were woken have their turn."""
        await self._virtual.run_for(min(duration_us, max(0, self.behind_us)), settling_turns=3)

    def join(self) -> None:
        """Go by itself from now on; what is left of the way is made at once."""
        self._virtual.advance(max(0, self.behind_us))
        self._joined_us = self._real.monotonic_us() - self._virtual.monotonic_us()

    async def follow(self) -> None:
        """Wake in time those who fell asleep before; return when none is left."""
        while self._virtual.sleepers:
            await self._real.sleep_us(FOLLOW_US)
            self._virtual.advance(max(0, self.monotonic_us() - self._virtual.monotonic_us()))
