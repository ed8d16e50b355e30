"""The log as the programs see it: append with durable acknowledgement, read from a position.

Two drivers stand behind these protocols: ``kafka_log`` (aiokafka) and ``memory_log``. Both pass
tests/ports/test_log.py. A position is the offset of the next record to read.
"""

from asyncio import Future
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol

EARLIEST: Final = -2
"""Position of the oldest record still kept."""

LATEST: Final = -1
"""Position after the newest record at the time of asking."""


class TopicPartition(NamedTuple):
    """One partition of one topic."""

    topic: str
    partition: int


class Extent(NamedTuple):
    """What is kept of a partition: the offsets ``[oldest, end)``."""

    oldest: int
    end: int


class Record(NamedTuple):
    """A record as read from the log. A value of None is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class LogWriter(Protocol):
    """Appends records; idempotent, acks=all, in order per partition."""

    async def send(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> Future[int]:
        """Queue a record; the future gives its offset once it is durable, or raises LogLost."""
        ...

    async def close(self) -> None:
        """Wait for what is queued, then let go of the connection."""
        ...


class LogReader(Protocol):
    """Reads chosen partitions in offset order, each from its position, without a group."""

    async def read(self, *, max_records: int, timeout_ms: int) -> list[Record]:
        """Return up to max_records, empty after timeout_ms without any."""
        ...

    def positions(self) -> dict[TopicPartition, int]:
        """Return the position of each partition read; resolved, never EARLIEST or LATEST."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


class Log(Protocol):
    """A connection to the log."""

    async def writer(self) -> LogWriter:
        """Open a writer of its own."""
        ...

    async def reader(self, positions: Mapping[TopicPartition, int]) -> LogReader:
        """Open a reader at these positions; EARLIEST and LATEST are resolved before it returns.

        A position older than what is kept, or newer than its end, raises OffsetGone. One that
        becomes too old while reading makes ``read`` raise it.
        """
        ...

    async def end_positions(
        self, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return the position after the newest record of each partition."""
        ...

    async def extents(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Extent]:
        """Return what is kept of each partition."""
        ...

    async def positions_at(
        self, partitions: Sequence[TopicPartition], at_us: int
    ) -> dict[TopicPartition, int]:
        """Return where each partition holds its first record written at this instant or later.

        By the wall clock of whoever wrote it, to the millisecond. Where there is none it is the
        position after the newest.
        """
        ...

    async def read_to_end(self, topic_partition: TopicPartition) -> list[Record]:
        """Return every record kept in a partition up to its end at the time of asking."""
        ...


class LogLost(Exception):  # noqa: N818 - named for what happened
    """The log did not confirm a record: unknown whether it is durable.

    Also raised when a connection cannot be opened in time, or is used after it was closed.
    """


class OffsetGone(Exception):  # noqa: N818 - named for what happened
    """A position lies before the oldest record kept, or after the newest."""
