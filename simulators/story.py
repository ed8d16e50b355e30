"""The time of a story: seconds since every unit had connected, by the wall."""

import asyncio
from typing import Final

from ports.clock import Clock

SECOND_US: Final = 1_000_000


class Story:
    """One story; it is ahead until ``start``."""

    def __init__(self, clock: Clock) -> None:
        """Prepare a story that has not begun."""
        self._clock = clock
        self._begun = asyncio.Event()
        self.started_us: int | None = None
        """Wall time of second 0."""

    def start(self) -> int:
        """Begin; return the wall time of second 0."""
        self.started_us = self._clock.now_us()
        self._begun.set()
        return self.started_us

    def second(self) -> float | None:
        """Return the present second; None while the story is ahead."""
        if self.started_us is None:
            return None
        return (self._clock.now_us() - self.started_us) / SECOND_US

    async def until(self, second: float) -> None:
        """Wait for a second of the story."""
        await self._begun.wait()
        while (now := self.second()) is not None and now < second:
            await self._clock.sleep_us(int((second - now) * SECOND_US) + 1)
