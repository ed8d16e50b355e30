"""Puts arrivals in order: drops duplicates and decides which clock an item is judged by.

A sequence lives in (unit, lane, segment) and is never reused, so everything at or below the
highest (sequence, item) seen of a segment is a duplicate.

A capture more than ``FUTURE_US`` after its own receipt, or a step backwards within a stream that
does not name its boot, shows that the unit's clock is wrong: the item is judged by its arrival.
Within one boot the unit stamps by a monotonic clock, so an earlier capture is late data there and
no step. A unit that says itself that a capture may be more than ``UNCERTAIN_US`` off, as one that
was started with a wrong clock and has met a gateway since, is not believed either, whichever way
its clock is wrong. After a step the rest of that segment is judged by arrival, because nobody
knows by how much its clock is off.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.items import Capture
from clinical.watch.finding import NO_FINDINGS, Findings, hold, withdraw

SEGMENTS_KEPT: Final = 64
"""Segments remembered of one patient; the one heard of first is forgotten first, and a duplicate
in it would then count as news."""

FUTURE_US: Final = 2 * SECOND_US
"""A capture this long after its receipt, or before its predecessor, is a wrong clock."""

UNCERTAIN_US: Final = 2 * SECOND_US
"""A capture of which the unit itself says that it may be further off is judged by its arrival."""

TRUSTED_AFTER_US: Final = 60 * SECOND_US
"""A unit's clock is trusted again after so long without a suspect capture."""

SEQUENCE: Final = 0
ITEM: Final = 1
NEWEST_US: Final = 2
STEPPED: Final = 3

StreamName = tuple[str, int, bytes]


class Ordering:
    """What has arrived of one patient, and whether its captures can be believed."""

    __slots__ = ("_clock", "streams", "suspect_us")

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.streams: dict[StreamName, list[Any]] = {}
        self._clock = FlagCondition(RULES[Cause.UNIT_CLOCK_SUSPECT])
        self.suspect_us: int | None = None

    def admit(self, capture: Capture) -> int | None:
        """Return the instant by which the item is to be judged, or None for a duplicate.

        The instant is the capture's own, or its receipt when the unit's clock is suspect.
        """
        frame = capture.frame
        name = (frame.unit_id, frame.lane, frame.segment)
        stream = self.streams.get(name)
        captured_us = capture.captured_us
        if stream is None:
            stream = self._open(name)
        elif frame.sequence < stream[SEQUENCE] or (
            frame.sequence == stream[SEQUENCE] and frame.item <= stream[ITEM]
        ):
            return None
        stream[SEQUENCE] = frame.sequence
        stream[ITEM] = frame.item
        if (capture.uncertainty_us or 0) > UNCERTAIN_US:
            self.suspect_us = capture.received_us
            return capture.received_us
        if captured_us >= stream[NEWEST_US]:
            if captured_us - capture.received_us <= FUTURE_US and not stream[STEPPED]:
                stream[NEWEST_US] = captured_us
                return captured_us
        elif not stream[STEPPED]:
            stream[STEPPED] = (
                capture.boot_id is None and stream[NEWEST_US] - captured_us > FUTURE_US
            )
            if not stream[STEPPED]:
                return captured_us
        self.suspect_us = capture.received_us
        return capture.received_us

    def newest_us(self, unit_id: str, lane: int, segment: bytes) -> int:
        """Return the newest believed capture of a segment; 0 when nothing of it has arrived."""
        stream = self.streams.get((unit_id, lane, segment))
        return 0 if stream is None else stream[NEWEST_US]

    @property
    def suspect(self) -> bool:
        """Tell whether the unit's clock is, or was until recently, not believed."""
        return self.suspect_us is not None

    def on_item(self, capture: Capture) -> Findings:
        """Raise "unit clock suspect" when the item just admitted was judged by its arrival."""
        if self.suspect_us != capture.received_us:
            return NO_FINDINGS
        return hold(self._clock, capture.received_us, capture.frame)

    @property
    def due_us(self) -> int | None:
        """When a suspect clock is trusted again."""
        return None if self.suspect_us is None else self.suspect_us + TRUSTED_AFTER_US

    def on_tick(self, now_us: int) -> Findings:
        """Trust the clock again when no capture has been suspect for long enough."""
        if self.suspect_us is None or now_us - self.suspect_us < TRUSTED_AFTER_US:
            return NO_FINDINGS
        return self.close(now_us)

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        self.suspect_us = None
        return withdraw(self._clock, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "streams": [
                [unit_id, lane, segment.hex(), *stream]
                for (unit_id, lane, segment), stream in self.streams.items()
            ],
            "clock": self._clock.snapshot(),
            "suspect_us": self.suspect_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self.streams = {
            (unit_id, lane, bytes.fromhex(segment)): list(stream)
            for unit_id, lane, segment, *stream in state["streams"]
        }
        self._clock.restore(state["clock"])
        self.suspect_us = state["suspect_us"]

    def _open(self, name: StreamName) -> list[Any]:
        if len(self.streams) >= SEGMENTS_KEPT:
            del self.streams[next(iter(self.streams))]
        return self.streams.setdefault(name, [0, -1, 0, False])
