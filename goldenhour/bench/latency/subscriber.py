"""The subscriber of the latency bench, a process of its own, as a dispatcher's program would be."""

import asyncio

import msgspec

from clinical.alarms.priority import Phase
from goldenhour.bench.figures import Arrival, FrameKey
from goldenhour.bench.load.flipping import CAUSE
from ports.clock import Clock
from simulators.verdict.alert_feed import AlertFeed, Delivered


class SubscriberRecord(msgspec.Struct):
    """What the subscriber leaves behind for the figures."""

    arrivals: list[tuple[str, int, str, int, int, str]]
    """unit, lane, segment, sequence of the source frame; instant of arrival; first source."""
    shown_twice: int
    """Deliveries of a revision that had arrived before."""

    def first_arrivals(self) -> list[Arrival]:
        """Return the arrivals as values."""
        return [
            Arrival(FrameKey(unit_id, lane, segment, sequence), at_us, source)
            for unit_id, lane, segment, sequence, at_us, source in self.arrivals
        ]


async def run(
    alerts: str, stop: asyncio.Event, clock: Clock, cause: str = CAUSE
) -> SubscriberRecord:
    """Note each alarm of a cause that begins, until told to stop."""
    record = SubscriberRecord(arrivals=[], shown_twice=0)
    feed = AlertFeed(alerts, f"bench-{cause}", clock)
    listening = asyncio.create_task(_listen(feed, record, cause))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
    listening.cancel()
    return record


async def _listen(feed: AlertFeed, record: SubscriberRecord, cause: str) -> None:
    seen: set[tuple[bytes, int]] = set()
    async for event in feed.events():
        if not isinstance(event, Delivered):
            continue
        alarm = event.alarm
        if (alarm.alarm_id, alarm.revision) in seen:
            record.shown_twice += 1
            continue
        seen.add((alarm.alarm_id, alarm.revision))
        if alarm.cause == cause and alarm.revision == 1 and alarm.phase is Phase.START:
            frame = alarm.frame
            record.arrivals.append(
                (
                    frame.unit_id,
                    frame.lane,
                    frame.segment.hex(),
                    frame.sequence,
                    event.at_us,
                    str(alarm.sources[0]),
                )
            )
