"""The log in Kafka, by aiokafka: opens writers and readers, each with a connection of its own.

Opening keeps trying while no broker answers and gives up with LogLost after the delivery timeout;
what is open survives the loss and return of a broker by itself. A broker that answers and turns the
user away is not tried again: that is LogLost at once, with the reason.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from ports.clock import Clock, SystemClock
from ports.log.kafka_reader import (
    KafkaReader,
    ends,
    extents,
    new_consumer,
    resolve,
    written_at,
)
from ports.log.kafka_security import check_admitted
from ports.log.kafka_writer import KafkaWriter, new_producer
from ports.log.port import Extent, LogLost, Record, TopicPartition

DELIVERY_TIMEOUT_MS: Final = 30_000
"""Default time after which an unconfirmed record is reported as lost."""

_RETRY_US: Final = 100_000
_READ_BLOCK: Final = 10_000
_READ_WAIT_MS: Final = 1_000

_Opened = TypeVar("_Opened")


class KafkaLog:
    """A Log in the Kafka cluster at ``bootstrap`` (``host:port``)."""

    def __init__(
        self,
        bootstrap: str,
        *,
        client_id: str,
        delivery_timeout_ms: int = DELIVERY_TIMEOUT_MS,
        clock: Clock | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._delivery_timeout_ms = delivery_timeout_ms
        self._clock = clock or SystemClock()

    async def writer(self, *, linger_ms: int = 0) -> KafkaWriter:
        """Open a writer with a producer of its own, whose records wait so long for one another.

        Raises:
            LogLost: no broker answered within the delivery timeout.
        """
        writer = KafkaWriter(lambda: self._connected_producer(linger_ms), self._delivery_timeout_ms)
        await self._in_time(writer.connected)
        return writer

    async def reader(self, positions: Mapping[TopicPartition, int]) -> KafkaReader:
        """Open a reader with a consumer of its own at these positions, resolved on return.

        Raises:
            OffsetGone: a position lies before the oldest record kept, or after the newest.
            LogLost: no broker answered within the delivery timeout.
        """
        consumer = await self._in_time(self._connected_consumer)
        try:
            resolved = await self._in_time(lambda: resolve(consumer, positions))
            return KafkaReader(consumer, resolved)
        except BaseException:
            await consumer.stop()
            raise

    async def end_positions(
        self, partitions: Sequence[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Return the position after the newest record of each partition.

        Raises:
            LogLost: no broker answered within the delivery timeout.
        """
        if not partitions:
            return {}
        async with self._asking() as consumer:
            return await self._in_time(lambda: ends(consumer, partitions))

    async def extents(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, Extent]:
        """Return what is kept of each partition.

        Raises:
            LogLost: no broker answered within the delivery timeout.
        """
        if not partitions:
            return {}
        async with self._asking() as consumer:
            return await self._in_time(lambda: extents(consumer, partitions))

    async def positions_at(
        self, partitions: Sequence[TopicPartition], at_us: int
    ) -> dict[TopicPartition, int]:
        """Return where each partition holds its first record written at this instant or later.

        Raises:
            LogLost: no broker answered within the delivery timeout.
        """
        if not partitions:
            return {}
        async with self._asking() as consumer:
            return await self._in_time(lambda: written_at(consumer, partitions, at_us))

    async def read_to_end(self, topic_partition: TopicPartition) -> list[Record]:
        """Return every record kept in a partition up to its end at the time of asking.

        Raises:
            LogLost: the broker stopped answering for the delivery timeout.
        """
        records: list[Record] = []
        async with self._asking() as consumer:
            kept = await self._in_time(lambda: extents(consumer, [topic_partition]))
            oldest, end = kept[topic_partition]
            if oldest == end:
                return []
            reader = KafkaReader(consumer, {topic_partition: oldest})
            while reader.positions()[topic_partition] < end:
                records += await self._in_time(lambda: _next_block(reader))
        return [record for record in records if record.offset < end]

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = await self._in_time(self._connected_consumer)
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def _connected_producer(self, linger_ms: int) -> AIOKafkaProducer:
        while True:
            producer = new_producer(self._bootstrap, self._client_id, linger_ms)
            if await self._started(producer):
                return producer

    async def _connected_consumer(self) -> AIOKafkaConsumer:
        while True:
            consumer = new_consumer(self._bootstrap, self._client_id)
            if await self._started(consumer):
                return consumer

    async def _started(self, client: AIOKafkaProducer | AIOKafkaConsumer) -> bool:
        started = False
        try:
            with suppress(KafkaError):
                await client.start()
                started = True
        finally:
            if not started:
                await client.stop()
        if not started:
            await check_admitted(self._bootstrap)
            await self._clock.sleep_us(_RETRY_US)
        return started

    async def _in_time(self, ask: Callable[[], Awaitable[_Opened]]) -> _Opened:
        """Return the answer of the broker, asking again while it fails for want of one."""
        try:
            async with asyncio.timeout(self._delivery_timeout_ms / 1_000):
                while True:
                    with suppress(KafkaError):
                        return await ask()
                    await self._clock.sleep_us(_RETRY_US)
        except TimeoutError as error:
            message = (
                f"no answer from Kafka at {self._bootstrap}: does it run, and has it the topics? "
                f"goldenhour broker start --bootstrap {self._bootstrap} makes what is missing"
            )
            raise LogLost(message) from error


async def _next_block(reader: KafkaReader) -> list[Record]:
    """Return the next records; empty when the reader only stepped over a gap."""
    before = reader.positions()
    records: list[Record] = []
    while not records and reader.positions() == before:
        records = await reader.read(max_records=_READ_BLOCK, timeout_ms=_READ_WAIT_MS)
    return records
