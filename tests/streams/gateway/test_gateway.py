"""How a gateway begins, ticks and stops."""

import asyncio
import json

import grpc
import pytest
from grpc_health.v1 import health_pb2
from prometheus_client import CollectorRegistry

from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from ports.objects.memory import MemoryObjects
from streams.gateway.gateway import Gateway
from streams.gateway.main import run
from streams.gateway.service import SERVICE
from streams.gateway.settings import GatewaySettings
from tests.patience import PATIENCE_S
from tests.streams.gateway.station import Frames, Line, Station, opening, own, until
from wire.frames import Lane
from wire.records import decode_tick
from wire.topics import PATIENTS

FRAMES = Frames()


async def test_a_draining_gateway_acknowledges_what_it_took_and_sends_units_away(
    station: Station, log: MemoryLog
) -> None:
    """Frames taken become durable and are acknowledged, then every stream ends UNAVAILABLE."""
    line, idle = await station.uplink(FRAMES), await station.uplink(Frames(lane=Lane.ALARM))
    log.hold()
    await line.send((1, FRAMES(1)))
    await until(lambda: station.figure("unacknowledged") == 1)
    draining = asyncio.create_task(station.gateway.drain(int(PATIENCE_S * 1_000)))
    await until(lambda: station.gateway.service.draining)
    await line.send((2, FRAMES(2)))
    log.release()
    await line.until_acknowledged(1)
    assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
    assert (await idle.end())[0] is grpc.StatusCode.UNAVAILABLE
    await draining
    assert line.acknowledged[-1] == 1
    late = Line(station.stub.Uplink())
    await late.call.write(opening(FRAMES))
    assert (await late.end())[0] is grpc.StatusCode.UNAVAILABLE


async def test_a_drain_does_not_wait_longer_than_it_may(station: Station, log: MemoryLog) -> None:
    """A log that confirms nothing holds up the end only for the time given."""
    line = await station.uplink(FRAMES)
    log.hold()
    await line.send((1, FRAMES(1)))
    await until(lambda: station.figure("unacknowledged") == 1)
    async with asyncio.timeout(PATIENCE_S):
        await station.gateway.drain(50)
    log.release()


async def test_every_partition_of_patients_gets_ticks(station: Station, log: MemoryLog) -> None:
    """A tick says whose it is, when, and that the clock is fit; no partition is left out."""
    partitions = [TopicPartition(PATIENTS.name, number) for number in range(PATIENTS.partitions)]
    reader = await log.reader(dict.fromkeys(partitions, 0))
    seen: set[int] = set()
    while len(seen) < PATIENTS.partitions:
        for record in await reader.read(max_records=10, timeout_ms=1_000):
            tick = decode_tick(record.value or b"")
            assert tick.gateway_id == "gateway-1"
            assert tick.healthy
            seen.add(record.partition)
    await reader.close()


async def test_frames_refused_before_the_gateway_knew_its_encounters_are_impossible(
    log: MemoryLog,
) -> None:
    """Opening returns only when the caches hold what the log held."""
    for number in range(3):
        await own(log, f"AMB-{number}", f"01890a5d-ac96-774b-bcce-b302099a805{number}")
    registry = CollectorRegistry()
    gateway = await Gateway.open(
        log,
        MemoryObjects(),
        clock=SystemClock(),
        gateway_id="gateway-2",
        batch_gap_ms=5,
        registry=registry,
    )
    assert registry.get_sample_value("goldenhour_gateway_encounters") == 3
    await gateway.close()


async def test_the_program_serves_until_told_to_stop(
    capsys: pytest.CaptureFixture[str], log: MemoryLog
) -> None:
    """One line says where; health follows; stopping drains and returns."""
    stop = asyncio.Event()
    settings = GatewaySettings(gateway_address="127.0.0.1:0")
    program = asyncio.create_task(run(settings, stop, log))
    printed = ""

    def ready() -> bool:
        nonlocal printed
        printed += capsys.readouterr().out
        return '{"ready"' in printed or program.done()

    await until(ready)
    (line,) = [line for line in printed.splitlines() if line.startswith('{"ready"')]
    said = json.loads(line)
    assert said["ready"] == "gateway"
    assert said["metrics"].startswith("127.0.0.1:")
    address = said["address"]
    async with grpc.aio.insecure_channel(address) as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        answer = await check(health_pb2.HealthCheckRequest(service=SERVICE))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    stop.set()
    async with asyncio.timeout(PATIENCE_S):
        await program
