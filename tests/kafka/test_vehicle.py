"""The real client, the real gateway and a real Kafka: what was captured is in the log."""

import asyncio
import json
import random
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from uuid import uuid4

from clinical.items import EncounterChange, EncounterEvent, Vitals
from goldenhour.broker.running import RunningBroker
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import Record, TopicPartition
from tests.patience import PATIENCE_S
from tests.vehicle.hearing import Hearing, until
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.spool.spool import Spool
from wire.frames import Lane
from wire.records import HEADERS_BATCH, decode_batch, decode_dead_letter
from wire.topics import DEAD_LETTERS, PATIENTS, Topic

UNIT = "AMB-KAFKA-V1"
GATEWAY = "import sys; from goldenhour.main import main; sys.argv[0] = 'goldenhour'; main()"


async def start_gateway(kafka: RunningBroker, address: str) -> tuple[Process, str]:
    """Start a gateway program; return it and where it listens."""
    arguments = ("--bootstrap", kafka.bootstrap, "--address", address, "--metrics-port", "0")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", GATEWAY, "gateway", *arguments, stdout=PIPE, stderr=DEVNULL
    )
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        return process, json.loads(await process.stdout.readline())["address"]


async def kill(process: Process) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()


async def records(log: KafkaLog, topic: Topic) -> list[Record]:
    """Return every record of a topic."""
    partitions = [TopicPartition(topic.name, number) for number in range(topic.partitions)]
    return [record for one in partitions for record in await log.read_to_end(one)]


async def values(log: KafkaLog, topic: Topic) -> list[bytes]:
    """Return every value of a topic."""
    return [record.value for record in await records(log, topic) if record.value is not None]


async def logged(log: KafkaLog) -> set[tuple[bytes, int]]:
    """Return the segment and sequence of every frame of the unit that reached the log."""
    batches = [
        decode_batch(record.value)
        for record in await records(log, PATIENTS)
        if record.value is not None and record.headers == HEADERS_BATCH
    ]
    frames = [frame for batch in batches for frame in batch.frames]
    return {(frame.segment, frame.sequence) for frame in frames if frame.unit_id == UNIT}


async def test_a_killed_gateway_costs_nothing_that_was_captured(
    kafka: RunningBroker, tmp_path: Path
) -> None:
    """Kill -9 of the gateway while a unit streams: every capture is in Kafka or a dead letter."""
    encounter_id = str(uuid4())
    process, address = await start_gateway(kafka, "127.0.0.1:0")
    spool, hearing = Spool(tmp_path), Hearing()
    await spool.open()
    client = VehicleClient(
        UNIT,
        GrpcLink(dict.fromkeys(Lane, address)),
        spool,
        SystemClock(),
        random.Random(3),  # noqa: S311 - jitter, not a secret
        listener=hearing,
        options=ClientOptions(link_state_pulses=0),
    )
    await client.start()
    clock = SystemClock()
    try:
        client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=60)])
        for number in range(600):
            client.capture(encounter_id, [Vitals(heart_rate_bpm=60.0 + number % 40)])
            if number == 200:
                bad = client.capture(encounter_id, [Vitals(spo2_percent=250.0)])
            if number == 300:
                await kill(process)
            if number == 400:
                process, _ = await start_gateway(kafka, address)
            await clock.sleep_us(2_000)
        async with asyncio.timeout(PATIENCE_S):
            await client.drained()
        await until(lambda: len(hearing.refs) >= 602)
    finally:
        await client.stop()
        await spool.close()
        await kill(process)
    log = KafkaLog(kafka.bootstrap, client_id="test-vehicle")
    captured = {(ref.segment, ref.sequence) for ref in hearing.refs}
    assert captured - await logged(log) == {(bad.segment, bad.sequence)}
    letters = [decode_dead_letter(value) for value in await values(log, DEAD_LETTERS)]
    assert (bad.segment, bad.sequence) in {(one.segment, one.sequence) for one in letters}
    assert {one.sequence for one in hearing.refusals} == {bad.sequence}
    assert {one.field_path for one in hearing.refusals} == {"items[0].vitals.spo2_percent"}
