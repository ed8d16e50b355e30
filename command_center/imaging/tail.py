"""The center's reading of the images: a reader of its own, so that no alarm waits behind a series.

Pieces of twelve-lead ECGs lie in `images` too; an ECG that is whole is read and kept before more is
taken.

`studies` is read from its beginning. `images` carries a tick per gateway, partition and second, so
of it only the newest ``IMAGES_BACK`` records of each partition are read: half a day with one
gateway. Of a series that is older than that the state is known and the slices are not.
"""

from collections.abc import Mapping
from typing import Final

from command_center.imaging.ecgs import EcgShelf
from command_center.imaging.studies import Studies
from ports.log.port import EARLIEST, Log, LogReader, OffsetGone, Record, TopicPartition
from ports.logging import get_logger
from wire.frames import to_frame
from wire.images import ImageStored, SeriesAnnounced, SeriesState
from wire.reading import Unreadable
from wire.records import Batch, Tick, decode_record, frames_of
from wire.topics import IMAGES, STUDIES, Topic

IMAGES_BACK: Final = 50_000
"""Records of each partition of `images` before its end that a center reads when it starts."""

IMAGES_AT_ONCE: Final = 100
"""Records taken at once; then everybody else has their turn."""

IMAGES_WAIT_MS: Final = 1_000
"""Longest wait for the first of them; a record that comes ends it."""

_log = get_logger(__name__)


class ImagesTail:
    """Follows `images` and `studies`."""

    def __init__(self, reader: LogReader, studies: Studies, ecgs: EcgShelf) -> None:
        self._reader = reader
        self._studies = studies
        self._ecgs = ecgs

    @classmethod
    async def open(cls, log: Log, studies: Studies, ecgs: EcgShelf) -> "ImagesTail":
        """Open a reader at the places that the module names."""
        always = dict.fromkeys(_partitions(STUDIES), EARLIEST)
        ends = await log.end_positions(_partitions(IMAGES))
        try:
            reader = await log.reader({**always, **_back(ends)})
        except OffsetGone:
            reader = await log.reader({**always, **dict.fromkeys(ends, EARLIEST)})
        return cls(reader, studies, ecgs)

    async def run(self) -> None:
        """Follow, until cancelled."""
        while True:
            records = await self._reader.read(max_records=IMAGES_AT_ONCE, timeout_ms=IMAGES_WAIT_MS)
            for record in records:
                self._take(record)
            await self._ecgs.settle()

    async def close(self) -> None:
        """Let go of the reader."""
        await self._reader.close()

    def _take(self, record: Record) -> None:
        if record.value is None:
            return
        try:
            value = decode_record(record.headers, record.value)
        except Unreadable as unreadable:
            _log.warning("record unreadable", topic=record.topic, error=str(unreadable))
            return
        match value:
            case SeriesAnnounced():
                self._studies.on_announced(value)
            case ImageStored():
                self._studies.on_stored(value)
            case SeriesState():
                self._studies.on_state(value)
            case Batch():
                self._on_batch(value)
            case Tick():
                return

    def _on_batch(self, batch: Batch) -> None:
        for raw in frames_of(batch):
            try:
                self._ecgs.take(to_frame(raw))
            except Unreadable as unreadable:
                _log.warning("frame unreadable", error=str(unreadable))


def _partitions(topic: Topic) -> list[TopicPartition]:
    return [TopicPartition(topic.name, number) for number in range(topic.partitions)]


def _back(ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    return {
        part: end - IMAGES_BACK if end > IMAGES_BACK else EARLIEST for part, end in ends.items()
    }
