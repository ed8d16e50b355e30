"""The real series into a real S3 server, through a gateway that is restarted in the middle."""

import asyncio
from pathlib import Path
from random import Random

import pytest
from prometheus_client import CollectorRegistry

from ports.clock import SystemClock
from ports.grpc_server import Server, serve
from ports.log.memory_log import MemoryLog
from ports.objects.s3 import S3Objects
from simulators.fleet.links import FaultyLink
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from streams.gateway.gateway import Gateway
from streams.gateway.imaging.service import SERVICE
from tests.ports.s3_server import BUCKET, s3_server
from vehicle.imaging.link import GrpcImagingLink
from vehicle.imaging.series import read_series
from vehicle.imaging.uploader import Uploader
from wire.images import object_key

ENCOUNTER = "01890a5d-ac96-774b-bcce-b302099a8057"
RESTART_AT = 100
"""The turn of the uploader at which the gateway ends; the series has over 250 pieces."""
CLOCK = SystemClock()


async def begin(log: MemoryLog, address: str) -> tuple[Gateway, Server, CollectorRegistry]:
    """A gateway that knows nothing but what log and object store hold."""
    registry = CollectorRegistry()
    gateway = await Gateway.open(
        log,
        S3Objects(f"s3://{BUCKET}/ct"),
        clock=CLOCK,
        gateway_id="gateway",
        batch_gap_ms=5,
        registry=registry,
    )
    server = await serve([gateway.imaging.register], address, services=[SERVICE])
    return gateway, server, registry


async def test_a_gateway_restarted_in_the_middle_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every object in the bucket is the scanner's, and nothing that was held is sent again."""
    folder = unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path / "scan")
    series = read_series(folder, ENCOUNTER, scanned_us=1)
    log, turns, due = MemoryLog(), 0, asyncio.Event()
    with s3_server(tmp_path / "s3") as store:
        for name, value in store.environment.items():
            monkeypatch.setenv(name, value)
        gateway, server, first = await begin(log, "127.0.0.1:0")
        link = FaultyLink(server.address, CLOCK)
        await link.open()

        async def turn() -> None:
            nonlocal turns
            turns += 1
            if turns == RESTART_AT:
                due.set()

        imaging = GrpcImagingLink(link.address)
        uploader = Uploader("MCT-01", imaging, CLOCK, Random(1), turn=turn)  # noqa: S311 - jitter
        sending = asyncio.create_task(uploader.upload(series))
        await due.wait()
        await server.stop(0)
        await gateway.close()
        gateway, server, second = await begin(log, server.address)
        session = await sending
        assert len(session.stored) == len(series.objects)
        kept = S3Objects(f"s3://{BUCKET}/ct")
        for one in series.objects:
            key = object_key(ENCOUNTER, series.series_uid, one.sop_uid)
            assert await kept.read(key) == one.path.read_bytes()
            assert await kept.held_bytes(key) == 0
        taken = [
            it.get_sample_value("goldenhour_gateway_image_bytes_total") for it in (first, second)
        ]
        assert all(taken)
        assert sum(filter(None, taken)) <= sum(one.size_bytes for one in series.objects)
        await uploader.close()
        await link.close()
        await server.stop(0)
        await gateway.close()
