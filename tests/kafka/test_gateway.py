"""The gateway's main path over a real Kafka: frames in, records out, acknowledged when durable."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import grpc

from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2_grpc as pb_grpc
from clinical.items import Vitals
from goldenhour.broker.running import RunningBroker
from ports.log.kafka_log import KafkaLog
from tests.patience import PATIENCE_S
from tests.streams.gateway.station import Frames, Line, opening, own, station_at
from wire.records import decode_batch
from wire.topics import DEAD_LETTERS, PATIENTS

PROGRAM = "import sys; from goldenhour.main import main; sys.argv[0] = 'goldenhour'; main()"


async def test_frames_reach_kafka_and_are_acknowledged(kafka: RunningBroker) -> None:
    """A thousand frames, one of them refused, come back in order from the topic."""
    log = KafkaLog(kafka.bootstrap, client_id="test-gateway")
    frames = Frames(unit_id="AMB-KAFKA-1")
    encounter_id = str(uuid4())
    await own(log, frames.unit_id, encounter_id)
    bad = 500
    sent = [
        frames(
            number,
            Vitals(heart_rate_bpm=-1.0 if number == bad else 60.0),
            encounter_id=encounter_id,
        )
        for number in range(1, 1_001)
    ]
    async with station_at(log) as station:
        line = await station.uplink(frames)
        for first in range(0, 1_000, 100):
            await line.send(*[(first + i + 1, sent[first + i]) for i in range(100)])
        await line.until_acknowledged(1_000)
        assert list(line.refused) == [bad]
        records = await station.records(PATIENTS, record_pb2.RecordBatch)
        found = [
            frame.SerializeToString()
            for record in records
            for frame in decode_batch(record.value or b"").frames
            if frame.unit_id == frames.unit_id
        ]
        assert found == [frame for number, frame in enumerate(sent, start=1) if number != bad]
        letters = await station.records(DEAD_LETTERS)
        assert [letter.key for letter in letters].count(frames.unit_id.encode()) == 1


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[Process]:
    """Run ``goldenhour`` with these arguments, and never leave it behind."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, *arguments, stdout=PIPE
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_program_drains_on_sigterm(kafka: RunningBroker) -> None:
    """Ready in one line; on SIGTERM the unit is sent away and the exit code is 0."""
    frames = Frames(unit_id="AMB-KAFKA-2")
    arguments = ("--address", "127.0.0.1:0", "--metrics-port", "0", "--log-json")
    async with program("gateway", "--bootstrap", kafka.bootstrap, *arguments) as process:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            ready = json.loads(await process.stdout.readline())
        assert ready["ready"] == "gateway"
        async with grpc.aio.insecure_channel(ready["address"]) as channel:
            line = Line(pb_grpc.TelemetryServiceStub(channel).Uplink())
            await line.call.write(opening(frames))
            await line.send((1, frames(1, encounter_id=str(uuid4()))))
            await line.until_acknowledged(1)
            process.send_signal(signal.SIGTERM)
            assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
