"""What the Kafka driver does where there is no broker, or no longer the record asked for."""

import secrets
from collections.abc import Awaitable, Callable

import pytest

from goldenhour.broker.running import RunningBroker
from ports.clock import SystemClock
from ports.log.kafka_admin import create_topics
from ports.log.kafka_log import KafkaLog
from ports.log.kafka_reader import KafkaReader, new_consumer
from ports.log.port import EARLIEST, Log, LogLost, OffsetGone, TopicPartition
from tests.patience import PATIENCE_MS
from wire.topics import PATIENTS, Topic

NOWHERE = "127.0.0.1:1"
LINGER_MS = 200
PARTITION = TopicPartition(PATIENTS.name, 0)


@pytest.mark.parametrize(
    "ask",
    [
        lambda log: log.writer(),
        lambda log: log.reader({PARTITION: EARLIEST}),
        lambda log: log.end_positions([PARTITION]),
        lambda log: log.extents([PARTITION]),
        lambda log: log.read_to_end(PARTITION),
    ],
)
async def test_without_a_broker_opening_gives_up_in_time(
    ask: Callable[[Log], Awaitable[object]],
) -> None:
    """It tries until the delivery timeout, then says where it found no answer."""
    log = KafkaLog(NOWHERE, client_id="test", delivery_timeout_ms=300)
    with pytest.raises(LogLost, match=NOWHERE):
        await ask(log)


async def test_a_reader_is_told_when_its_position_is_gone(kafka: RunningBroker) -> None:
    """It neither skips to what is kept nor waits for ever."""
    topic = Topic(f"test.gone.{secrets.token_hex(6)}", 1, retention_ms=3_600_000)
    await create_topics(kafka.bootstrap, [topic])
    consumer = new_consumer(kafka.bootstrap, "test")
    await consumer.start()
    reader = KafkaReader(consumer, {TopicPartition(topic.name, 0): 5})
    with pytest.raises(OffsetGone):
        await reader.read(max_records=1, timeout_ms=PATIENCE_MS)
    await reader.close()


async def test_records_of_a_writer_that_lingers_wait_for_one_another(kafka: RunningBroker) -> None:
    """They are confirmed no sooner than it was told, and in order."""
    topic = Topic(f"lingering-{secrets.token_hex(4)}", 1, 60_000)
    await create_topics(kafka.bootstrap, [topic], SystemClock())
    writer = await KafkaLog(kafka.bootstrap, client_id="test").writer(linger_ms=LINGER_MS)
    begin_us = SystemClock().monotonic_us()
    first, second = [await writer.send(topic.name, 0, value) for value in (b"1", b"2")]
    assert (await first, await second) == (0, 1)
    assert SystemClock().monotonic_us() - begin_us >= LINGER_MS * 1_000
    await writer.close()
