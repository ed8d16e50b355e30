"""The other subscriber of the board bench: when each alarm came by the feed. Its own process."""

import asyncio

import msgspec

from ports.clock import Clock
from simulators.verdict.alert_feed import AlertFeed, Delivered


class ListenerRecord(msgspec.Struct):
    """What the listener leaves behind for the figures."""

    heard_us: dict[str, int]
    """Instant of the first arrival of each alarm, by its id in hexadecimal digits."""


async def run(alerts: str, stop: asyncio.Event, clock: Clock) -> ListenerRecord:
    """Note each alarm that arrives, until told to stop."""
    record = ListenerRecord({})
    listening = asyncio.create_task(_listen(AlertFeed(alerts, "bench-board", clock), record))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    return record


async def _listen(feed: AlertFeed, record: ListenerRecord) -> None:
    async for event in feed.events():
        if isinstance(event, Delivered):
            record.heard_us.setdefault(event.alarm.alarm_id.hex(), event.at_us)
