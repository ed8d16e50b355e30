"""Reads the log while a bench runs: when frames arrive, when images are stored and viewable.

It reads as any reader does, so what it sees of a frame is the way from ``capture()`` through link,
gateway and Kafka to a consumer.
"""

from dataclasses import dataclass, field
from typing import Final

from ports.clock import Clock
from ports.log.port import LATEST, Log, Record, TopicPartition
from wire.images import ImageStored, SeriesAnnounced, SeriesState
from wire.reading import Unreadable
from wire.records import Batch, decode_record, frames_of
from wire.topics import IMAGES, PATIENTS, STUDIES

_TOPICS: Final = (PATIENTS, IMAGES, STUDIES)
_READ_RECORDS: Final = 500
_READ_TIMEOUT_MS: Final = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame, from its capture to this reader."""

    captured_us: int
    read_us: int


@dataclass(slots=True)
class Witness:
    """What was read so far."""

    frames: list[Seen] = field(default_factory=list)
    announced: dict[str, SeriesAnnounced] = field(default_factory=dict)
    """By encounter, as is all that follows; the first announcement counts."""
    stored: dict[str, dict[str, ImageStored]] = field(default_factory=dict)
    """By SOP Instance UID; a reference may be written more than once, the first counts."""
    states: dict[str, SeriesState] = field(default_factory=dict)

    async def run(self, log: Log, clock: Clock) -> None:
        """Read from the end of the log until cancelled."""
        positions = {
            TopicPartition(topic.name, number): LATEST
            for topic in _TOPICS
            for number in range(topic.partitions)
        }
        reader = await log.reader(positions)
        try:
            while True:
                records = await reader.read(max_records=_READ_RECORDS, timeout_ms=_READ_TIMEOUT_MS)
                now_us = clock.now_us()
                for record in records:
                    self._note(record, now_us)
        finally:
            await reader.close()

    def _note(self, record: Record, now_us: int) -> None:
        try:
            value = decode_record(record.headers, record.value or b"")
        except Unreadable:
            return
        match value:
            case Batch():
                self.frames += [Seen(it.captured_at_us, now_us) for it in frames_of(value)]
            case SeriesAnnounced():
                self.announced.setdefault(value.encounter_id, value)
            case ImageStored():
                self.stored.setdefault(value.encounter_id, {}).setdefault(value.sop_uid, value)
            case SeriesState():
                self.states[value.encounter_id] = value
            case _:
                return
