"""The center's reading of the log: one reader for the alarms, one for everything else.

Alarms have a reader of their own, so that nothing waits behind a picture. Their positions are the
store's. `encounters` is read from its beginning; `picture` from now on, since every patient comes
round within seconds; `units` from where it was left, for the receipts in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clinical.watch.encounter import EncounterState
from command_center.channels import Channels
from command_center.detection import Watchdog
from command_center.folding import Folding, heard
from command_center.heartbeat.answers import Answers
from command_center.metrics import CenterMetrics
from command_center.positions import OWN
from command_center.roster import Roster
from command_center.store.store import Store
from ports.clock import Clock
from ports.log.port import EARLIEST, LATEST, Log, LogReader, OffsetGone, Record, TopicPartition
from ports.logging import get_logger
from wire.alarms import MessageReceipt
from wire.frames import Frame, to_frame
from wire.picture import Picture, picture_parts
from wire.reading import Unreadable
from wire.records import PICTURE_KIND, Batch, decode_record, frames_of, kind_of
from wire.topics import ALARMS, ENCOUNTERS, PICTURE, UNITS, Topic
from wire.unit_items import Receipt

READ_RECORDS: Final = 200
"""Records taken at once, and so the largest transaction of the store."""

READ_WAIT_MS: Final = 1_000
"""Longest wait for the first of them; a record that comes ends it."""

ROWS_AT_ONCE: Final = 50
"""Rows of a picture that are taken in before whatever else is due; a partition of a thousand units
shows 250 in each second, and an alarm would wait for all of them."""

UNITS_KEPT_US: Final = 1_000_000
"""Shortest time between two notes of how far `units` was read; a receipt does not wait for it."""

_log = get_logger(__name__)


def partitions_of(topic: Topic) -> list[TopicPartition]:
    """Return every partition of a topic."""
    return [TopicPartition(topic.name, number) for number in range(topic.partitions)]


class AlarmTail:
    """Follows `alarms` into the folding."""

    def __init__(
        self, reader: LogReader, folding: Folding, metrics: CenterMetrics, answers: Answers
    ) -> None:
        self._reader = reader
        self._folding = folding
        self._answers = answers
        self._metrics = metrics

    @classmethod
    async def open(
        cls, log: Log, store: Store, folding: Folding, metrics: CenterMetrics, answers: Answers
    ) -> "AlarmTail":
        """Open at the store's positions; where the log no longer has them, fold it anew."""
        kept = await store.kept()
        alarms = partitions_of(ALARMS)
        positions = {part: kept.positions.get(part.partition, EARLIEST) for part in alarms}
        try:
            reader = await log.reader(positions)
        except OffsetGone as gone:
            _log.warning("log does not have what comes next: folding it anew", error=str(gone))
            reader = await log.reader(dict.fromkeys(alarms, EARLIEST))
            positions = dict.fromkeys(alarms, EARLIEST)
        begun = reader.positions()
        new = {p.partition: begun[p] for p in alarms if positions[p] == EARLIEST}
        if OWN not in kept.positions:
            new[OWN] = 0
        if new:
            await store.begin_at(new)
            kept = await store.kept()
        folding.restore(kept)
        return cls(reader, folding, metrics, answers)

    async def catch_up(self, ends: Mapping[TopicPartition, int]) -> None:
        """Fold what was in the log at these ends."""
        while any(p < ends[part] for part, p in self._reader.positions().items()):
            await self._read()

    async def run(self) -> None:
        """Follow, until cancelled."""
        while True:
            await self._read()

    def lag(self, ends: Mapping[TopicPartition, int]) -> int:
        """Return how many records before these ends were not read."""
        positions = self._reader.positions()
        return sum(max(0, end - positions[partition]) for partition, end in ends.items())

    async def close(self) -> None:
        """Let go of the reader."""
        await self._reader.close()

    async def _read(self) -> None:
        records = await self._reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)
        records = [record for record in records if not self._answers.take(record)]
        if not records:
            return
        said = [heard(r.partition, r.offset, r.value or b"") for r in records]
        for _ in range(said.count(None)):
            self._metrics.entry_failed()
        positions: dict[int, int] = {}
        for record in records:
            positions[record.partition] = record.offset + 1
        await self._folding.take([one for one in said if one is not None], positions)


@dataclass(frozen=True, slots=True)
class Pictures:
    """Who watches over detection by the pictures that come."""

    watchdog: Watchdog
    channels: Channels

    def seen(self, picture: Picture, now_us: int) -> None:
        """Take in a picture as it arrives."""
        self.watchdog.seen(picture.partition, now_us)
        self.channels.seen(picture, now_us)


class LiveTail:
    """Follows `picture`, `encounters` and `units` into roster, watchdog and store."""

    def __init__(
        self, reader: LogReader, roster: Roster, pictures: Pictures, store: Store, clock: Clock
    ) -> None:
        self._reader = reader
        self._roster = roster
        self._pictures = pictures
        self._store = store
        self._clock = clock
        self._shown: dict[int, Picture] = {}
        """What was taken last of the pictures of each partition."""
        self._units_us = clock.monotonic_us()
        self._units_kept = self._units_positions()

    @classmethod
    async def open(
        cls, log: Log, roster: Roster, pictures: Pictures, store: Store, clock: Clock
    ) -> "LiveTail":
        """Open a reader at the places that the module names."""
        known = await store.units_positions()
        units = {part: known.get(part.partition, LATEST) for part in partitions_of(UNITS)}
        always = {
            **dict.fromkeys(partitions_of(PICTURE), LATEST),
            **dict.fromkeys(partitions_of(ENCOUNTERS), EARLIEST),
        }
        try:
            reader = await log.reader({**always, **units})
        except OffsetGone:
            reader = await log.reader({**always, **dict.fromkeys(units, EARLIEST)})
        return cls(reader, roster, pictures, store, clock)

    async def run(self) -> None:
        """Follow, until cancelled."""
        while True:
            records = await self._reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)
            receipts: list[MessageReceipt] = []
            for record in records:
                receipts += await self._take(record)
            now_us = self._clock.monotonic_us()
            if receipts or now_us - self._units_us >= UNITS_KEPT_US:
                self._units_us = now_us
                await self._note_units(receipts)

    async def close(self) -> None:
        """Let go of the reader."""
        await self._reader.close()

    async def _note_units(self, receipts: Sequence[MessageReceipt]) -> None:
        """Keep what was read of `units`, if there was anything."""
        reached = self._units_positions()
        if receipts or reached != self._units_kept:
            await self._store.write_units(reached, receipts)
            self._units_kept = reached

    def _units_positions(self) -> dict[int, int]:
        positions = self._reader.positions()
        return {part.partition: positions[part] for part in partitions_of(UNITS)}

    async def _take(self, record: Record) -> Sequence[MessageReceipt]:
        """Take in one record; return the receipts in it."""
        if record.value is None:
            return ()
        try:
            if kind_of(record.headers) == PICTURE_KIND:
                return await self._take_picture(record.value)
            value = decode_record(record.headers, record.value)
        except Unreadable as unreadable:
            _log.warning(
                "record unreadable",
                topic=record.topic,
                partition=record.partition,
                offset=record.offset,
                error=str(unreadable),
            )
            return ()
        match value:
            case EncounterState():
                self._roster.on_encounter(value)
            case Batch():
                return self._take_batch(value)
        return ()

    async def _take_picture(self, value: bytes) -> Sequence[MessageReceipt]:
        """Take in a picture; between its parts what else is due has its turn, alarms before all.

        Both channels judge the same, so the rows of one of them are enough for each instant.
        """
        for part in picture_parts(value, ROWS_AT_ONCE):
            self._pictures.seen(part, self._clock.monotonic_us())
            shown = self._shown.get(part.partition, part)
            if part.stamped_us == shown.stamped_us and part.source is not shown.source:
                break
            self._shown[part.partition] = part
            self._roster.on_picture(part)
            await self._clock.sleep_us(0)
        return ()

    def _take_batch(self, batch: Batch) -> list[MessageReceipt]:
        receipts: list[MessageReceipt] = []
        for handle in frames_of(batch):
            try:
                frame = to_frame(handle)
            except Unreadable:
                continue
            self._roster.on_frame(frame)
            receipts += _receipts(frame)
        return receipts


def _receipts(frame: Frame) -> list[MessageReceipt]:
    return [
        MessageReceipt(
            item.message_id, frame.unit_id, item.stage, item.person, frame.captured_us, item.answer
        )
        for item in frame.items
        if isinstance(item, Receipt)
    ]
