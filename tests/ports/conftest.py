"""A log under test, on memory and on a real Kafka."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from aiokafka import TopicPartition as KafkaPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from ports.log.kafka_admin import create_topics
from ports.log.kafka_log import KafkaLog
from ports.log.memory_log import MemoryLog
from ports.log.port import Log, TopicPartition
from wire.topics import TOPICS, Topic


@dataclass(frozen=True, slots=True)
class Subject:
    """A log under test, with a topic of its own and a way to let retention act."""

    log: Log
    topic: str
    compacted: str
    checkpoints: str
    """Compacted too, with as many partitions as the topic."""
    delete_before: Callable[[TopicPartition, int], Awaitable[None]]

    def at(self, partition: int) -> TopicPartition:
        return TopicPartition(self.topic, partition)


@pytest.fixture(params=["memory", "kafka"])
def bootstrap(request: pytest.FixtureRequest) -> str | None:
    """The address of a real broker, or None for the twin."""
    if request.param == "memory":
        return None
    return str(request.getfixturevalue("kafka").bootstrap)


@pytest.fixture
async def subject(bootstrap: str | None) -> Subject:
    token = secrets.token_hex(6)
    topics = (
        Topic(f"test.plain.{token}", 2, retention_ms=3_600_000),
        Topic(f"test.compacted.{token}", 1, retention_ms=None),
        Topic(f"test.checkpoints.{token}", 2, retention_ms=None),
    )
    plain, compacted, checkpoints = (topic.name for topic in topics)
    if bootstrap is None:
        memory = MemoryLog((*TOPICS, *topics))

        async def forget(partition: TopicPartition, offset: int) -> None:
            memory.delete_before(partition, offset)

        return Subject(memory, plain, compacted, checkpoints, forget)
    await create_topics(bootstrap, topics)

    async def delete(partition: TopicPartition, offset: int) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        await admin.delete_records({KafkaPartition(*partition): RecordsToDelete(offset)})
        await admin.close()

    return Subject(KafkaLog(bootstrap, client_id="test"), plain, compacted, checkpoints, delete)
