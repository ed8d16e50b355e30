"""What becomes of records that Kafka does not take; the producer is a stand-in that refuses."""

import asyncio
from asyncio import Future
from dataclasses import dataclass, field

import pytest
from aiokafka.errors import (
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
)
from aiokafka.structs import RecordMetadata
from aiokafka.structs import TopicPartition as KafkaPartition

from ports.log.kafka_writer import KafkaWriter, new_producer
from ports.log.port import LogLost

TOPIC = "patients"
EVERY_REPLICA = -1
"""As a request to append says it."""

SOON_MS = 50
NEVER_MS = 100_000


@dataclass
class StandIn:
    """A producer that confirms, refuses and blocks as the test says; also its own client."""

    room: asyncio.Event = field(default_factory=asyncio.Event)
    values: list[bytes] = field(default_factory=list)
    unconfirmed: "list[Future[RecordMetadata]]" = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    flushed: bool = False

    def __post_init__(self) -> None:
        self.client = self
        self._sender = StandInSender()
        self.room.set()

    async def send(self, topic: str, value: bytes, **_parts: object) -> "Future[RecordMetadata]":
        if self.errors:
            raise self.errors.pop(0)
        await self.room.wait()
        self.values.append(value)
        future: Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        self.unconfirmed.append(future)
        return future

    def confirm(self) -> None:
        for offset, future in enumerate(self.unconfirmed):
            if not future.done():
                partition = KafkaPartition(TOPIC, 0)
                future.set_result(RecordMetadata(TOPIC, 0, partition, offset, -1, 0, 0))

    async def stop(self) -> None:
        self.flushed = True

    async def close(self) -> None:
        self.closed.set()


class StandInSender:
    async def close(self) -> None:
        pass


@dataclass
class Bench:
    """A writer and the producers that it has opened, in order."""

    producers: list[StandIn]
    writer: KafkaWriter

    @property
    def producer(self) -> StandIn:
        return self.producers[-1]


def bench(delivery_timeout_ms: int) -> Bench:
    producers: list[StandIn] = []

    async def connect() -> StandIn:
        producers.append(StandIn())
        return producers[-1]

    return Bench(producers, KafkaWriter(connect, delivery_timeout_ms))


async def settled(turns: int = 10) -> None:
    """Let everything run that can."""
    loop = asyncio.get_running_loop()
    for _ in range(turns):
        turn = loop.create_future()
        loop.call_soon(turn.set_result, None)
        await turn


async def test_a_record_is_confirmed_by_every_replica_and_taken_once() -> None:
    """As the real producer asks for it; what fewer hold than a broker demands, it refuses."""
    producer = new_producer("127.0.0.1:1", "test")
    assert producer._sender._acks == EVERY_REPLICA
    assert producer._txn_manager is not None
    await producer.stop()


async def test_a_confirmed_record_gives_its_offset() -> None:
    it = bench(NEVER_MS)
    futures = [await it.writer.send(TOPIC, 0, b"a"), await it.writer.send(TOPIC, 0, b"b")]
    it.producer.confirm()
    assert await asyncio.gather(*futures) == [0, 1]
    await it.writer.close()
    assert it.producer.flushed


async def test_an_unconfirmed_record_is_lost_in_time_with_all_that_waits() -> None:
    """The producer is let go unflushed, so it cannot append later what was reported lost."""
    it = bench(SOON_MS)
    futures = [await it.writer.send(TOPIC, number, b"x") for number in range(3)]
    for future in futures:
        with pytest.raises(LogLost, match="not confirmed"):
            await future
    await it.producer.closed.wait()
    assert not it.producer.flushed


async def test_after_a_loss_the_next_record_goes_to_a_fresh_producer() -> None:
    it = bench(NEVER_MS)
    lost = await it.writer.send(TOPIC, 0, b"refused")
    also = await it.writer.send(TOPIC, 1, b"behind it")
    it.producer.unconfirmed[0].set_exception(OutOfOrderSequenceNumber())
    for future in (lost, also):
        with pytest.raises(LogLost, match="refused"):
            await future
    kept = await it.writer.send(TOPIC, 0, b"again")
    assert len(it.producers) == 2
    assert it.producer.values == [b"again"]
    it.producer.confirm()
    assert await kept == 0


async def test_a_late_answer_of_a_lost_producer_changes_nothing() -> None:
    it = bench(NEVER_MS)
    first = await it.writer.send(TOPIC, 0, b"refused")
    await it.writer.send(TOPIC, 1, b"behind it")
    old = it.producer
    old.unconfirmed[0].set_exception(OutOfOrderSequenceNumber())
    with pytest.raises(LogLost):
        await first
    kept = await it.writer.send(TOPIC, 0, b"again")
    old.unconfirmed[1].set_exception(OutOfOrderSequenceNumber())
    await settled()
    assert not kept.done()
    assert len(it.producers) == 2


async def test_while_the_buffer_is_full_nobody_overtakes_in_a_partition() -> None:
    """A later send waits behind an earlier one of its partition."""
    it = bench(NEVER_MS)
    await it.writer.connected()
    it.producer.room.clear()
    sends = [asyncio.ensure_future(it.writer.send(TOPIC, 0, b"%d" % n)) for n in range(5)]
    await settled()
    it.producer.room.set()
    late = asyncio.ensure_future(it.writer.send(TOPIC, 0, b"late"))
    await asyncio.gather(*sends, late)
    assert it.producer.values == [b"0", b"1", b"2", b"3", b"4", b"late"]


async def test_a_send_that_waits_for_room_is_released_by_the_loss() -> None:
    """The caller gets its future back, lost, no later than the delivery timeout."""
    it = bench(SOON_MS)
    await it.writer.connected()
    it.producer.room.clear()
    futures = await asyncio.gather(*(it.writer.send(TOPIC, 0, b"x") for _ in range(3)))
    for future in futures:
        with pytest.raises(LogLost):
            await future
    after = asyncio.ensure_future(it.writer.send(TOPIC, 0, b"after"))
    await after
    assert it.producer.values == [b"after"]


async def test_a_full_buffer_is_asked_again_until_the_delivery_timeout() -> None:
    it = bench(NEVER_MS)
    await it.writer.connected()
    it.producer.errors = [KafkaTimeoutError(), KafkaTimeoutError()]
    await it.writer.send(TOPIC, 0, b"x")
    assert it.producer.values == [b"x"]
    assert len(it.producers) == 1


async def test_a_record_that_is_too_large_is_the_callers_fault_and_loses_no_other() -> None:
    it = bench(NEVER_MS)
    small = await it.writer.send(TOPIC, 0, b"small")
    it.producer.errors = [MessageSizeTooLargeError("1,000,001 bytes")]
    with pytest.raises(ValueError, match="1,000,001"):
        await it.writer.send(TOPIC, 0, b"large")
    it.producer.confirm()
    assert await small == 0


async def test_a_cancelled_send_leaves_nothing_behind() -> None:
    it = bench(NEVER_MS)
    await it.writer.connected()
    it.producer.room.clear()
    send = asyncio.ensure_future(it.writer.send(TOPIC, 0, b"x"))
    await settled()
    send.cancel()
    with pytest.raises(asyncio.CancelledError):
        await send
    it.producer.room.set()
    await it.writer.close()
    assert it.producer.values == []


async def test_close_ends_even_when_nothing_is_confirmed() -> None:
    it = bench(SOON_MS)
    future = await it.writer.send(TOPIC, 0, b"x")
    await it.writer.close()
    with pytest.raises(LogLost):
        await future
    assert it.producer.closed.is_set()
