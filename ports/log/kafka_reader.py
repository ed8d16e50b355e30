"""Reading chosen partitions of Kafka from chosen offsets, without a consumer group.

aiokafka goes on fetching by itself when the broker is away, so a read then simply stays empty
until its timeout and the next one sees the records once the broker is back.

Bounds: aiokafka holds at most one fetched block of ``MAX_PARTITION_BYTES`` per partition and asks
for no more from a broker while blocks of it lie unread.
"""

from collections.abc import Collection, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.errors import ConsumerStoppedError, OffsetOutOfRangeError

from ports.log.kafka_security import client_options
from ports.log.port import Extent, LogLost, OffsetGone, Record, TopicPartition
from ports.log.position import offset_of

FETCH_WAIT_MS: Final = 100
"""Longest time that a broker holds an empty fetch; bounds how late another partition is asked."""

MAX_PARTITION_BYTES: Final = 1_048_576
"""Bytes fetched from one partition at once."""

REQUEST_TIMEOUT_MS: Final = 5_000
"""Time after which an unanswered request to a broker is tried again."""

ASK_AGAIN_MS: Final = 20
"""Wait before a broker is asked again; the first question about a topic is always asked twice,
since a consumer that subscribes to nothing knows no topic before it."""

_MILLISECOND_US: Final = 1_000


def new_consumer(bootstrap: str, client_id: str) -> AIOKafkaConsumer:
    """Return a consumer, not yet connected, that belongs to no group and never skips ahead."""
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        client_id=client_id,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=MAX_PARTITION_BYTES,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=ASK_AGAIN_MS,
        **client_options(),
    )


class KafkaReader:
    """A LogReader over one consumer, which it assigns and lets go of."""

    def __init__(self, consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]) -> None:
        self._consumer = consumer
        self._positions = dict(positions)
        assigned = {partition: KafkaPartition(*partition) for partition in positions}
        self._assigned = assigned
        consumer.assign(list(assigned.values()))
        for partition, position in positions.items():
            consumer.seek(assigned[partition], position)

    async def read(self, *, max_records: int, timeout_ms: int) -> list[Record]:
        """Return up to max_records, empty after timeout_ms without any.

        Raises:
            OffsetGone: the broker has deleted what comes next.
            LogLost: the reader is closed.
        """
        try:
            fetched = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=max_records)
        except OffsetOutOfRangeError as error:
            raise OffsetGone(str(error)) from error
        except ConsumerStoppedError as error:
            message = "the reader is closed"
            raise LogLost(message) from error
        await self._advance()
        return [_record(record) for block in fetched.values() for record in block]

    def positions(self) -> dict[TopicPartition, int]:
        """Return the position of each partition read."""
        return dict(self._positions)

    async def close(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def _advance(self) -> None:
        """Follow the consumer, which also steps over gaps that hold no record to return."""
        for partition, assigned in self._assigned.items():
            self._positions[partition] = await self._consumer.position(assigned)


async def ends(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    """Return the position after the newest record of each partition."""
    found = await consumer.end_offsets([KafkaPartition(*partition) for partition in partitions])
    return {TopicPartition(*partition): offset for partition, offset in found.items()}


async def extents(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition]
) -> dict[TopicPartition, Extent]:
    """Return what is kept of each partition."""
    first = await consumer.beginning_offsets([KafkaPartition(*each) for each in partitions])
    last = await ends(consumer, partitions)
    return {each: Extent(first[KafkaPartition(*each)], last[each]) for each in partitions}


async def written_at(
    consumer: AIOKafkaConsumer, partitions: Collection[TopicPartition], at_us: int
) -> dict[TopicPartition, int]:
    """Return the first offset of each partition that was written at an instant or later."""
    asked = {KafkaPartition(*partition): at_us // _MILLISECOND_US for partition in partitions}
    found = await consumer.offsets_for_times(asked)
    last = await ends(consumer, partitions)
    return {
        partition: last[partition] if first is None else first.offset
        for partition in partitions
        for first in [found[KafkaPartition(*partition)]]
    }


async def resolve(
    consumer: AIOKafkaConsumer, positions: Mapping[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """Replace EARLIEST and LATEST by offsets.

    Raises:
        OffsetGone: a position lies before the oldest record kept, or after the newest.
    """
    kept = await extents(consumer, positions)
    return {
        partition: offset_of(partition, position, *kept[partition])
        for partition, position in positions.items()
    }


def _record(record: ConsumerRecord) -> Record:
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=tuple(record.headers),
    )
