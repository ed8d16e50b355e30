"""The log in memory: the deterministic twin of Kafka, for tests and the in-memory engine.

A record is durable as soon as it is sent, and a reader of several partitions sees them merged in
the order of their sending, so the same sends give the same night. A test can hold back
confirmations, lose them, cut the log off, delete old records and compact; only when asked to, where
Kafka does it in its own time. ``write``, ``take`` and ``listen`` are for whoever puts a network of
its own before the log, as the world does (``goldenhour.world``).

Bound: none but memory; it holds what a test or one demonstration sends.
"""

import asyncio
from asyncio import Future
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from ports.clock import SystemClock
from ports.log.port import Extent, LogLost, OffsetGone, Record, TopicPartition
from ports.log.position import offset_of
from wire.topics import TOPICS, Topic


class _Kept(NamedTuple):
    order: int
    record: Record
    written_us: int


@dataclass(slots=True)
class _Partition:
    """What is kept of a partition: ``[first, end)``, with gaps where it was compacted."""

    first: int = 0
    end: int = 0
    kept: list[_Kept] = field(default_factory=list)

    listeners: dict[Callable[[], None], None] = field(default_factory=dict)

    def at(self, position: int, limit: int) -> list[_Kept]:
        """Return at most ``limit`` records from a position on."""
        if len(self.kept) == self.end - self.first:
            start = position - self.first
        else:
            start = bisect_left(self.kept, position, key=_offset)
        return self.kept[start : start + limit]


def _offset(kept: _Kept) -> int:
    return kept.record.offset


class MemoryLog:
    """A Log in this process, with the topics of the table unless others are given."""

    def __init__(
        self, topics: Iterable[Topic] = TOPICS, now_us: Callable[[], int] | None = None
    ) -> None:
        self._now_us = now_us or SystemClock().now_us
        self._partitions = {
            TopicPartition(topic.name, number): _Partition()
            for topic in topics
            for number in range(topic.partitions)
        }
        self._sent = 0
        self._severed = False
        self._deaf = False
        self._held: list[Callable[[], None]] | None = None
        self._unconfirmed: set[Future[int]] = set()

    async def writer(self) -> "MemoryWriter":
        """Open a writer."""
        return MemoryWriter(self)

    async def reader(self, positions: Mapping[TopicPartition, int]) -> "MemoryReader":
        """Open a reader at these positions.

        Raises:
            OffsetGone: a position lies before the oldest record kept, or after the newest.
        """
        return MemoryReader(self, self.resolved(positions))

    def resolved(self, positions: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return these positions as offsets; OffsetGone for one that is not kept."""
        return {
            partition: offset_of(partition, position, kept.first, kept.end)
            for partition, position in positions.items()
            for kept in [self._partitions[partition]]
        }

    async def end_positions(
        self, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return the position after the newest record of each partition."""
        return {partition: self._partitions[partition].end for partition in partitions}

    async def extents(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Extent]:
        """Return what is kept of each partition."""
        return {
            partition: Extent(kept.first, kept.end)
            for partition in partitions
            for kept in [self._partitions[partition]]
        }

    async def positions_at(
        self, partitions: Sequence[TopicPartition], at_us: int
    ) -> dict[TopicPartition, int]:
        """Return where each partition holds its first record written at this instant or later."""
        return {
            partition: next(
                (kept.record.offset for kept in stored.kept if kept.written_us >= at_us),
                stored.end,
            )
            for partition in partitions
            for stored in [self._partitions[partition]]
        }

    async def read_to_end(self, topic_partition: TopicPartition) -> list[Record]:
        """Return every record kept in a partition."""
        return self.kept(topic_partition)

    def kept(self, topic_partition: TopicPartition) -> list[Record]:
        """Return every record kept in a partition, to whoever looks at the log from outside."""
        return [kept.record for kept in self._partitions[topic_partition].kept]

    def sever(self) -> None:
        """Cut the log off: what is held and what is sent from now on is lost, readers see none."""
        self._severed = True
        self._held = None
        for future in self._unconfirmed:
            if not future.done():
                future.set_exception(LogLost("the log was severed"))
        self._unconfirmed.clear()

    def mend(self) -> None:
        """Undo ``sever``."""
        self._severed = False
        self._wake()

    @contextmanager
    def losing_answers(self) -> Iterator[None]:
        """Write what is sent, and let its writers hear LogLost: they cannot know."""
        self._deaf = True
        try:
            yield
        finally:
            self._deaf = False

    def hold(self) -> None:
        """Keep records sent from now on unwritten and unconfirmed until ``release``."""
        if self._held is None:
            self._held = []

    def release(self) -> None:
        """Write and confirm, in order, what was held."""
        held, self._held = self._held or [], None
        self._unconfirmed.clear()
        for write in held:
            write()

    def delete_before(self, partition: TopicPartition, offset: int) -> None:
        """Forget the records of a partition before an offset, as its retention would."""
        stored = self._partitions[partition]
        stored.first = min(max(stored.first, offset), stored.end)
        stored.kept = [kept for kept in stored.kept if kept.record.offset >= stored.first]

    def compact(self, partition: TopicPartition) -> None:
        """Keep only the newest record of each key of a partition, tombstones with it."""
        stored = self._partitions[partition]
        newest = {kept.record.key: kept for kept in stored.kept}
        stored.kept = sorted(newest.values(), key=itemgetter(0))

    def append(
        self,
        partition: TopicPartition,
        key: bytes | None,
        value: bytes | None,
        headers: tuple[tuple[str, bytes], ...],
        future: Future[int],
    ) -> None:
        """Write a record and confirm it by the future, now or on ``release``.

        Raises:
            KeyError: there is no such partition.
        """
        if self._severed:
            future.set_exception(LogLost("the log is severed"))
            return

        def write() -> None:
            offset = self.write(partition, key, value, headers)
            if self._deaf:
                future.set_exception(LogLost("the answer was lost"))
            elif not future.done():
                future.set_result(offset)

        if self._held is None:
            write()
        else:
            self._held.append(write)
            self._unconfirmed.add(future)

    def write(
        self,
        partition: TopicPartition,
        key: bytes | None,
        value: bytes | None,
        headers: tuple[tuple[str, bytes], ...],
    ) -> int:
        """Write a record now, tell who listens, and return its offset."""
        stored = self._partitions[partition]
        offset = stored.end
        record = Record(partition.topic, partition.partition, offset, key, value, headers)
        stored.kept.append(_Kept(self._sent, record, self._now_us()))
        stored.end = offset + 1
        self._sent += 1
        for heard in list(stored.listeners):
            heard()
        return offset

    def listen(self, partitions: Iterable[TopicPartition], heard: Callable[[], None]) -> None:
        """Call this whenever one of these partitions grows."""
        for partition in partitions:
            self._partitions[partition].listeners[heard] = None

    def forget(self, partitions: Iterable[TopicPartition], heard: Callable[[], None]) -> None:
        """Call it no longer."""
        for partition in partitions:
            self._partitions[partition].listeners.pop(heard, None)

    def take(self, positions: dict[TopicPartition, int], max_records: int) -> list[Record]:
        """Return records from these positions on, in the order of sending, and move them on.

        Raises:
            OffsetGone: retention has overtaken a position.
        """
        if self._severed:
            return []
        found: list[_Kept] = []
        for partition, position in positions.items():
            stored = self._partitions[partition]
            if position < stored.first:
                message = f"{partition} keeps nothing before {stored.first}, not {position}"
                raise OffsetGone(message)
            if position < stored.end:
                found += stored.at(position, max_records)
        if len(found) > 1:
            found = sorted(found, key=itemgetter(0))[:max_records]
        taken = [kept.record for kept in found]
        for record in taken:
            positions[TopicPartition(record.topic, record.partition)] = record.offset + 1
        return taken

    async def grown(self, partitions: Iterable[TopicPartition]) -> None:
        """Return when one of these partitions has grown, or was mended, after this call."""
        woken: Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self.listen(partitions, wake)
        try:
            await woken
        finally:
            self.forget(partitions, wake)

    def _wake(self) -> None:
        for stored in self._partitions.values():
            for heard in list(stored.listeners):
                heard()


class MemoryWriter:
    """A LogWriter into a MemoryLog."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log
        self._pending: set[Future[int]] = set()
        self._closed = False

    async def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Future[int]:
        """Append a record; the future is done on return unless the log holds it."""
        future: Future[int] = asyncio.get_running_loop().create_future()
        if self._closed:
            future.set_exception(LogLost("the writer is closed"))
            return future
        self._log.append(TopicPartition(topic, partition), key, value, tuple(headers), future)
        if not future.done():
            self._pending.add(future)
            future.add_done_callback(self._pending.discard)
        return future

    async def close(self) -> None:
        """Wait until what is held was written or lost."""
        self._closed = True
        while self._pending:
            await asyncio.wait(list(self._pending))


class MemoryReader:
    """A LogReader of a MemoryLog."""

    def __init__(self, log: MemoryLog, positions: Mapping[TopicPartition, int]) -> None:
        self._log = log
        self._positions = dict(positions)
        self._closed = False

    async def read(self, *, max_records: int, timeout_ms: int) -> list[Record]:
        """Return up to max_records in the order of sending, empty after timeout_ms without any.

        Raises:
            OffsetGone: records that come next were deleted.
            LogLost: the reader is closed.
        """
        try:
            async with asyncio.timeout(timeout_ms / 1_000):
                while not (taken := self._taken(max_records)):
                    await self._log.grown(self._positions)
                return taken
        except TimeoutError:
            return []

    def positions(self) -> dict[TopicPartition, int]:
        """Return the position of each partition read."""
        return dict(self._positions)

    async def close(self) -> None:
        """Read no more."""
        self._closed = True

    def _taken(self, max_records: int) -> list[Record]:
        if self._closed:
            message = "the reader is closed"
            raise LogLost(message)
        return self._log.take(self._positions, max_records)
