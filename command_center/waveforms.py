"""The center's reading of `waveforms`: only while somebody watches, and apart from everything else.

Each partition with a patient who is watched has a reader and a task of its own, so neither alarms
nor pictures wait for a waveform, and what is lost here is lost to a strip alone. A reader begins
``LOOKED_BACK`` records before the end, and first only gathers what a gateway received within
``RECENT_US``. Then it tells that at once, and from then on every chunk as it comes.

Frames of patients whom nobody watches stay encoded; only their encounter id is looked at.
"""

import asyncio
from asyncio import Task
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from ports.clock import Clock
from ports.log.port import EARLIEST, Log, LogLost, LogReader, OffsetGone, Record, TopicPartition
from ports.logging import get_logger
from wire.frames import Frame, to_frame
from wire.partition import partition_of
from wire.reading import Unreadable
from wire.records import Batch, decode_record, frames_of
from wire.topics import WAVEFORMS

RECENT_US: Final = 10 * SECOND_US
"""What a board that opens a page gets at once; older chunks are not shown live."""

LOOKED_BACK: Final = 2_000
"""Records before the end at which a reader begins: ten seconds at the greatest pace of a gateway;
where several gateways fill a partition, a strip begins with less."""

RECENT_FRAMES: Final = 20_000
"""Frames of a partition that are kept for boards that open; the oldest go first."""

READ_RECORDS: Final = 100
"""Records taken at once, so that other work of the center has its turn between."""

READ_WAIT_MS: Final = 1_000
"""Longest wait for the first of them; a record that comes ends it."""

AGAIN_US: Final = SECOND_US
"""Wait before a partition that could not be read is read again."""

_log = get_logger(__name__)


class HeardChunk(NamedTuple):
    """A chunk, and when a gateway received it."""

    stamped_us: int
    chunk: WaveformChunk


class _Kept(NamedTuple):
    stamped_us: int
    encounter_id: str
    decoded: Callable[[], Frame]


Told = Callable[[str, HeardChunk], None]
"""Takes a chunk of an encounter that is watched."""


class WaveformTail:
    """Follows the partitions of the encounters that are watched."""

    def __init__(self, log: Log, clock: Clock, told: Told) -> None:
        self._log = log
        self._clock = clock
        self._told = told
        self._watched: dict[str, int] = {}
        """Encounters, and the partition of each."""
        self._following: dict[int, Task[None]] = {}
        self._recent: dict[int, deque[_Kept]] = {}
        """Of the partitions that have reached the end of the log."""
        self._changed = asyncio.Event()

    @property
    def partitions(self) -> frozenset[int]:
        """Which partitions are read now."""
        return frozenset(self._following)

    def watch(self, encounter_id: str) -> list[HeardChunk]:
        """Begin to tell of an encounter; return its chunks of the last seconds, where known.

        Where its partition is not read yet, they are told as soon as it is.
        """
        partition = partition_of(encounter_id, WAVEFORMS.partitions)
        self._watched[encounter_id] = partition
        self._changed.set()
        return self._newest(partition, encounter_id)

    def unwatch(self, encounter_id: str) -> None:
        """Tell no more of an encounter."""
        self._watched.pop(encounter_id, None)
        self._changed.set()

    async def run(self) -> None:
        """Read what is watched until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                wanted = set(self._watched.values())
                for partition in wanted - self._following.keys():
                    following = tasks.create_task(self._follow(partition))
                    self._following[partition] = following
                for partition in self._following.keys() - wanted:
                    self._following.pop(partition).cancel()
                    self._recent.pop(partition, None)
                await self._changed.wait()
                self._changed.clear()

    async def _follow(self, partition: int) -> None:
        while True:
            try:
                await self._read_on(TopicPartition(WAVEFORMS.name, partition))
            except (LogLost, OffsetGone) as error:
                _log.warning("waveforms not read", partition=partition, error=str(error))
            await self._clock.sleep_us(AGAIN_US)

    async def _read_on(self, place: TopicPartition) -> None:
        end = (await self._log.end_positions([place]))[place]
        reader = await self._open(place, end)
        recent: deque[_Kept] = deque(maxlen=RECENT_FRAMES)
        try:
            while reader.positions()[place] < end:
                self._take(await _some(reader), recent)
            self._recent[place.partition] = recent
            self._tell_recent(place.partition)
            while True:
                for kept in self._take(await _some(reader), recent):
                    self._tell(kept)
        finally:
            if self._recent.get(place.partition) is recent:
                del self._recent[place.partition]
            await reader.close()

    async def _open(self, place: TopicPartition, end: int) -> LogReader:
        try:
            return await self._log.reader({place: max(0, end - LOOKED_BACK)})
        except OffsetGone:
            return await self._log.reader({place: EARLIEST})

    def _take(self, records: list[Record], recent: deque[_Kept]) -> list[_Kept]:
        """Keep the frames of these records; return them."""
        taken = [kept for record in records for kept in _frames(record)]
        recent.extend(taken)
        oldest_us = self._clock.now_us() - RECENT_US
        while recent and recent[0].stamped_us < oldest_us:
            recent.popleft()
        return taken

    def _newest(self, partition: int, encounter_id: str) -> list[HeardChunk]:
        oldest_us = self._clock.now_us() - RECENT_US
        return [
            heard
            for kept in self._recent.get(partition, ())
            if kept.encounter_id == encounter_id and kept.stamped_us >= oldest_us
            for heard in _chunks(kept)
        ]

    def _tell_recent(self, partition: int) -> None:
        for encounter_id, its_partition in list(self._watched.items()):
            if its_partition == partition:
                for heard in self._newest(partition, encounter_id):
                    self._told(encounter_id, heard)

    def _tell(self, kept: _Kept) -> None:
        if kept.encounter_id in self._watched:
            for heard in _chunks(kept):
                self._told(kept.encounter_id, heard)


async def _some(reader: LogReader) -> list[Record]:
    return await reader.read(max_records=READ_RECORDS, timeout_ms=READ_WAIT_MS)


def _frames(record: Record) -> list[_Kept]:
    try:
        batch = decode_record(record.headers, record.value or b"")
    except Unreadable as unreadable:
        _log.warning("record unreadable", offset=record.offset, error=str(unreadable))
        return []
    if not isinstance(batch, Batch):
        return []
    return [
        _Kept(batch.stamped_us, frame.encounter_id, partial(to_frame, frame))
        for frame in frames_of(batch)
    ]


def _chunks(kept: _Kept) -> list[HeardChunk]:
    try:
        items = kept.decoded().items
    except Unreadable:
        return []
    chunks = [item for item in items if isinstance(item, WaveformChunk)]
    return [HeardChunk(kept.stamped_us, chunk) for chunk in chunks]
