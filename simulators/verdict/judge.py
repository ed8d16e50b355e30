"""The judge's ear: a subscriber of the feed that writes down everything it is told, and when."""

import asyncio

from ports.clock import Clock
from ports.tls import Tls
from simulators.verdict.alert_feed import AlertFeed, CaughtUp, Delivered


class Judge:
    """Listens to the feed for a whole run."""

    def __init__(self, address: str, clock: Clock, tls: Tls | None = None) -> None:
        """Prepare; ``start`` subscribes."""
        self._feed = AlertFeed(address, "simulate", clock, tls)
        self._caught_up = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self.deliveries: list[Delivered] = []

    async def start(self) -> None:
        """Subscribe and return once everything current has arrived; raise what the feed refused."""
        self._listening = asyncio.create_task(self._listen(), name="judge")
        caught_up = asyncio.ensure_future(self._caught_up.wait())
        await asyncio.wait({caught_up, self._listening}, return_when=asyncio.FIRST_COMPLETED)
        caught_up.cancel()
        if self._listening.done():
            await self._listening

    async def failed(self) -> None:
        """Return never; raise what the feed refused."""
        if self._listening is not None:
            await asyncio.shield(self._listening)

    async def stop(self) -> None:
        """Stop listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self) -> None:
        async for event in self._feed.events():
            match event:
                case Delivered():
                    self.deliveries.append(event)
                case CaughtUp():
                    self._caught_up.set()
