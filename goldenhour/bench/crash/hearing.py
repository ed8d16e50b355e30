"""What the feed tells while things are killed or moved, kept whole."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from clinical.instant import SECOND_US
from goldenhour.bench.crash.judging import Injected, Told, judge
from ports.clock import Clock
from simulators.verdict.alert_feed import AlertFeed, Delivered

UNDER_WAY_US: Final = 60 * SECOND_US
"""Longest wait for alarms to be told after everything has drained."""


class Subscriber:
    """A subscriber of the feed that keeps all that it is told."""

    def __init__(self, alerts: str, clock: Clock) -> None:
        self._feed = AlertFeed(alerts, "bench-crash", clock)
        self._clock = clock
        self.told: list[Told] = []

    async def listen(self) -> None:
        """Listen until cancelled, over any number of reconnections."""
        async for event in self._feed.events():
            if isinstance(event, Delivered):
                self.told.append(Told(event.alarm, event.at_us))

    async def until_told(self, injected: Sequence[Injected], cause: str) -> None:
        """Wait until every turn for the worse was told; what is not told in the end is lost."""
        patience = UNDER_WAY_US // SECOND_US
        while patience and judge(injected, self.told, cause).lost:
            patience -= 1
            await self._clock.sleep_us(SECOND_US)


@asynccontextmanager
async def heard(alerts: str, clock: Clock) -> AsyncIterator[Subscriber]:
    """Let a subscriber listen for as long as the context lasts."""
    subscriber = Subscriber(alerts, clock)
    listening = asyncio.create_task(subscriber.listen())
    try:
        yield subscriber
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
