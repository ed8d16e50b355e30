"""A real broker starts, stops, is found again, and keeps its data through a power cut."""

import dataclasses
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from goldenhour.broker.errors import NoKafkaFound, PortBusy
from goldenhour.broker.free_port import free_port, port_is_free
from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import BrokerSettings
from goldenhour.broker.state import BrokerState, process_lives, read_state, write_state
from ports.log.kafka_admin import LogUnavailable, TopicRefused, create_topics, round_trip
from tests.patience import PATIENCE_S
from wire.topics import ALARMS, TOPICS, Topic

RECORDS = [f"record {number}".encode() for number in range(20)]


@pytest.fixture
async def own_broker(tmp_path: Path, broker_cache: Path) -> AsyncIterator[RunningBroker]:
    """A broker that the test may kill."""
    settings = BrokerSettings(
        home=tmp_path, cache=broker_cache, port=None, start_timeout_s=PATIENCE_S
    )
    broker = await start_broker(settings)
    yield broker
    await broker.kill()


async def _produce(bootstrap: str, records: list[bytes]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(ALARMS.name, record, partition=2)
    finally:
        await producer.stop()


async def _consume(bootstrap: str, count: int) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        ALARMS.name, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        return [(await consumer.getone()).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_a_killed_broker_starts_again_with_all_it_confirmed_and_stopped_leaves_nothing(
    own_broker: RunningBroker,
) -> None:
    """A power cut loses no confirmed record, and clients keep their address.

    Stopped, it leaves neither process nor port nor state.
    """
    await _produce(own_broker.bootstrap, RECORDS)
    await own_broker.kill()
    assert not own_broker.alive
    again = await start_broker(own_broker.settings)
    pid, port = again.pid, again.settings.port
    assert pid is not None
    assert port is not None
    try:
        assert again.bootstrap == own_broker.bootstrap
        assert pid != own_broker.pid
        assert await _consume(again.bootstrap, len(RECORDS)) == RECORDS
    finally:
        await again.stop()
    assert not again.alive
    assert not process_lives(pid)
    assert port_is_free(port)
    assert read_state(again.settings.folder) is None
    with pytest.raises(LogUnavailable):
        await round_trip(again.bootstrap, timeout_s=0.3)


async def test_a_second_start_in_a_home_joins_the_running_broker_and_does_not_stop_it(
    kafka: RunningBroker,
) -> None:
    """Only the program that started a broker stops it."""
    joined = await start_broker(kafka.settings)
    assert (joined.bootstrap, joined.pid, joined.version, joined.owned) == (
        kafka.bootstrap,
        kafka.pid,
        kafka.version,
        False,
    )
    await joined.stop()
    assert kafka.alive


async def test_the_version_is_the_one_that_the_broker_logged(kafka: RunningBroker) -> None:
    assert kafka.version.startswith("4.")
    log = kafka.settings.folder / "kafka.log"
    assert f"Kafka version: {kafka.version}" in log.read_text()


async def test_a_given_address_is_used_and_nothing_is_started(
    kafka: RunningBroker, tmp_path: Path
) -> None:
    settings = BrokerSettings(
        home=tmp_path / "unused", cache=tmp_path / "unused", bootstrap=kafka.bootstrap
    )
    broker = await start_broker(settings)
    await broker.stop()
    assert broker.pid is None
    assert kafka.alive
    assert not (tmp_path / "unused").exists()


async def test_topics_are_made_once_and_another_shape_is_refused(kafka: RunningBroker) -> None:
    """Making topics again changes nothing; a different partition count is one clear error."""
    await create_topics(kafka.bootstrap, TOPICS)
    other = Topic(ALARMS.name, ALARMS.partitions + 1, ALARMS.retention_ms)
    with pytest.raises(TopicRefused, match=r"alarms exists with 4 partitions, needed are 5"):
        await create_topics(kafka.bootstrap, [other])


async def test_a_busy_port_names_the_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = int(holder.getsockname()[1])
        with pytest.raises(PortBusy, match=rf"port {port} is busy.*--port"):
            await start_broker(BrokerSettings(home=tmp_path, cache=tmp_path, port=port))


async def test_a_folder_without_kafka_is_named(tmp_path: Path) -> None:
    settings = BrokerSettings(home=tmp_path, cache=tmp_path, port=None, kafka_folder=tmp_path)
    with pytest.raises(NoKafkaFound, match="GOLDENHOUR_KAFKA_FOLDER"):
        await start_broker(settings)


def test_a_broker_whose_launcher_died_is_orphaned_and_a_service_is_not(
    kafka: RunningBroker,
) -> None:
    """A dead launcher's broker belongs to whoever finds it; nobody takes over a service."""
    state = read_state(kafka.settings.folder)
    assert state is not None
    assert not state.orphaned
    beyond_any_pid = 2**22 + 1
    assert dataclasses.replace(state, owner_pid=beyond_any_pid).orphaned
    assert not dataclasses.replace(state, owner_pid=None).orphaned


def test_the_state_of_a_process_that_is_not_this_broker_is_not_believed(tmp_path: Path) -> None:
    """A process id that was given to another program is not taken for the broker."""
    write_state(tmp_path, BrokerState(1, None, free_port(), "4.4.0", "Java"))
    assert read_state(tmp_path) is None


def test_no_port_is_given_twice() -> None:
    """Two programs of one run would both be told to listen there before either does."""
    ports = [free_port() for _ in range(1_000)]
    assert len(set(ports)) == len(ports)
