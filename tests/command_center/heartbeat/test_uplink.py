"""The center's beats over real gRPC, at a real gateway: plain, and with its certificate."""

import asyncio
from pathlib import Path

import pytest

from command_center.heartbeat.beats import DEAF_US, Beats
from command_center.heartbeat.uplink import HeartbeatUplink
from ports.clock import SystemClock
from ports.identity import Kind
from ports.log.memory_log import MemoryLog
from ports.program import cancel
from tests.ports.trust import Trust
from tests.streams.gateway.station import station_at
from wire.records import BATCH, Batch, decode_record, frames_of, kind_of
from wire.synthetic import encounter_of, unit_of
from wire.topics import PATIENTS


@pytest.mark.parametrize("secured", [False, True])
async def test_every_partition_gets_beats_that_count(tmp_path: Path, *, secured: bool) -> None:
    """The log holds a synthetic patient's vital signs in each partition, and answers are owed."""
    trust = Trust.in_folder(tmp_path)
    gateways = trust.gateway() if secured else None
    centers = trust.tls("center-1", Kind.CENTER) if secured else None
    log, beats, clock = MemoryLog(), Beats(), SystemClock()
    async with station_at(log, tls=gateways) as station:
        address = station.server.address
        uplink = HeartbeatUplink(address, "center-1", beats, clock, centers)
        running = asyncio.create_task(uplink.run())
        wanted = {
            (unit_of("center-1"), encounter_of("center-1", partition, PATIENTS.partitions))
            for partition in range(PATIENTS.partitions)
        }
        found: set[tuple[str, str]] = set()
        while found < wanted:
            await clock.sleep_us(5_000)
            assert not running.done()
            for record in await station.records(PATIENTS):
                if kind_of(record.headers) != BATCH:
                    continue
                content = decode_record(record.headers, record.value or b"")
                assert isinstance(content, Batch)
                found |= {(frame.unit_id, frame.encounter_id) for frame in frames_of(content)}
        while not beats.deaf(0, clock.monotonic_us() + DEAF_US):
            await clock.sleep_us(5_000)
        await cancel(running)
    assert found == wanted
