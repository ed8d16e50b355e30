"""Real Faust workers on a real Kafka, killed with -9: nothing is lost or repeated in effect."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from goldenhour.broker.running import RunningBroker
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import LogWriter, TopicPartition
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from tests.patience import PATIENCE_S
from tests.streams.engine.night import ILL, WELL
from wire.alarms import decode_entry
from wire.frames import Frame, Lane, encode_frame
from wire.partition import partition_of
from wire.records import HEADERS_BATCH, HEADERS_TICK, Tick, encode_batch, encode_tick
from wire.topics import ALARMS, PATIENTS

GOLDENHOUR = Path(sys.executable).with_name("goldenhour")
PARTITIONS = range(PATIENTS.partitions)
CLOCK = SystemClock()
PACE_US = 50_000

Effect = tuple[bytes, Source, int]


class Ward:
    """One patient in each partition, whose vital signs turn over every second."""

    def __init__(self, log: KafkaLog, writer: LogWriter) -> None:
        self._log = log
        self._writer = writer
        self._segment = os.urandom(16)
        self.encounters = [self._of(partition) for partition in PARTITIONS]
        self._fed = count(1)

    @staticmethod
    def _of(partition: int) -> str:
        while True:
            encounter_id = str(uuid4())
            if partition_of(encounter_id, PATIENTS.partitions) == partition:
                return encounter_id

    async def feed(self, stop: asyncio.Event) -> None:
        """Write a frame of each patient every 50 ms and a tick each second."""
        while not stop.is_set():
            fed = next(self._fed)
            await asyncio.gather(*(self._feed(partition, fed) for partition in PARTITIONS))
            await CLOCK.sleep_us(PACE_US)

    async def _feed(self, partition: int, fed: int) -> None:
        now_us = CLOCK.now_us()
        frame = Frame(
            unit_id=f"unit-{partition}",
            lane=Lane.VITALS,
            segment=self._segment,
            sequence=fed,
            captured_us=now_us,
            uncertainty_us=None,
            boot_id=None,
            encounter_id=self.encounters[partition],
            items=(ILL if fed // 20 % 2 else WELL,),
        )
        value = encode_batch(now_us, "gateway-test", [encode_frame(frame)])
        await (await self._writer.send(PATIENTS.name, partition, value, headers=HEADERS_BATCH))
        if fed % 20 == 0:
            value = encode_tick(Tick("gateway-test", now_us, healthy=True))
            await self._writer.send(PATIENTS.name, partition, value, headers=HEADERS_TICK)

    async def expected(self) -> set[Effect]:
        """What one undisturbed host says about these patients, from the same input."""
        said: set[Effect] = set()
        for partition in PARTITIONS:
            host = PartitionHost(partition, Source.CENTER_A, PatientWatches())
            for record in await self._log.read_to_end(TopicPartition(PATIENTS.name, partition)):
                said |= self._mine(host.on_record(record.offset, record).transitions)
        return said

    async def heard(self) -> set[Effect]:
        """What the log of alarms says about these patients; no two entries contradict."""
        values: dict[Effect, bytes] = {}
        for partition in PARTITIONS:
            for record in await self._log.read_to_end(TopicPartition(ALARMS.name, partition)):
                entry = decode_entry(record.value or b"")
                if isinstance(entry, Transition) and entry.encounter_id in self.encounters:
                    effect = (entry.alarm_id, entry.source, entry.revision)
                    assert values.setdefault(effect, record.value or b"") == record.value
        return set(values)

    def _mine(self, transitions: tuple[Transition, ...]) -> set[Effect]:
        return {
            (each.alarm_id, each.source, each.revision)
            for each in transitions
            if each.encounter_id in self.encounters
        }


class Worker:
    """A ``goldenhour worker`` process."""

    def __init__(self, process: Process, metrics: str) -> None:
        self.process = process
        self._metrics = metrics

    async def judges(self) -> set[int]:
        """The partitions of which it has judged a record."""
        url = f"http://{self._metrics}/metrics"
        try:
            text = await asyncio.to_thread(lambda: urlopen(url).read().decode())
        except URLError:
            return set()
        return {
            partition
            for partition in PARTITIONS
            if f'goldenhour_next_offset{{partition="{partition}"}}' in text
        }

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def new_worker(bootstrap: str, home: Path, *member: str) -> AsyncIterator[Worker]:
    home.mkdir(exist_ok=True)
    with (home / "worker.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            GOLDENHOUR, "worker", "--app", "patients", "--channel", "a",
            "--bootstrap", bootstrap, "--metrics-port", "0", "--home", str(home), *member,
            stdout=PIPE, stderr=log,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        assert line, (home / "worker.log").read_text()
        ready = json.loads(line)
        assert ready["ready"] == "worker"
        yield Worker(process, ready["metrics"])
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture
async def ward(own_kafka: RunningBroker) -> AsyncIterator[Ward]:
    log = KafkaLog(own_kafka.bootstrap, client_id="ward")
    writer = await log.writer()
    yield Ward(log, writer)
    await writer.close()


@asynccontextmanager
async def feeding(ward: Ward) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.ensure_future(ward.feed(stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():
            await CLOCK.sleep_us(PACE_US)


async def until_all_is_heard(ward: Ward) -> None:
    expected = await ward.expected()
    assert len(expected) > 4 * len(ward.encounters)

    async def complete() -> bool:
        return await ward.heard() >= expected

    await until(complete)
    assert await ward.heard() == expected


async def test_vitals_become_alarms_and_a_kill_loses_and_repeats_nothing(
    own_kafka: RunningBroker, ward: Ward, tmp_path: Path
) -> None:
    async with feeding(ward):
        async with new_worker(own_kafka.bootstrap, tmp_path / "one") as first:

            async def alarmed() -> bool:
                return len(await ward.heard()) >= 8

            await until(alarmed)
            await first.kill()
        before = len(await ward.heard())
        async with new_worker(own_kafka.bootstrap, tmp_path / "two") as second:

            async def went_on() -> bool:
                return len(await ward.heard()) >= before + 16

            await until(went_on)
            second.process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(second.process.wait(), PATIENCE_S) == 0
    async with new_worker(own_kafka.bootstrap, tmp_path / "three"):
        await until_all_is_heard(ward)


async def test_two_workers_share_and_the_survivor_takes_over(
    own_kafka: RunningBroker, ward: Ward, tmp_path: Path
) -> None:
    async with (
        feeding(ward),
        new_worker(own_kafka.bootstrap, tmp_path / "one") as first,
        new_worker(own_kafka.bootstrap, tmp_path / "two") as second,
    ):

        async def shared() -> bool:
            return bool(await first.judges()) and bool(await second.judges())

        await until(shared)
        await first.kill()

        async def taken_over() -> bool:
            return await second.judges() == set(PARTITIONS)

        await until(taken_over)
    async with new_worker(own_kafka.bootstrap, tmp_path / "three"):
        await until_all_is_heard(ward)


async def test_a_worker_that_is_stopped_in_order_gives_its_place_away_at_once(
    own_kafka: RunningBroker, tmp_path: Path
) -> None:
    """One that is killed keeps it for as long as its session; a stop is meant, and nobody waits."""
    admin = AIOKafkaAdminClient(bootstrap_servers=own_kafka.bootstrap)
    await admin.start()

    async def members() -> set[str]:
        [told] = await admin.describe_consumer_groups(["patients-a"])
        [group] = told.to_object()["groups"]
        return {member["member_id"] for member in group["members"]}

    try:
        async with (
            new_worker(own_kafka.bootstrap, tmp_path / "one", "--member", "one") as first,
            new_worker(own_kafka.bootstrap, tmp_path / "two", "--member", "two"),
        ):
            assert len(await members()) == 2
            first.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(first.process.wait(), PATIENCE_S)
            assert len(await members()) == 1
    finally:
        await admin.close()
