"""A scanner of the story: the recorded series, through a real client and a real gateway."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest
from prometheus_client import CollectorRegistry

from clinical.items import EncounterChange, EncounterEvent
from ports.clock import SystemClock
from ports.grpc_server import Server, serve
from ports.log.memory_log import MemoryLog
from ports.objects.memory import MemoryObjects
from simulators.fleet.scanner import Scanner
from simulators.fleet.units import ClientUnit
from simulators.scenario import RECORDINGS, BadScenario, Scan, parse
from simulators.story import Story
from simulators.verdict.ledger import Ledger
from simulators.verdict.reader import present
from streams.engine.imaging_host import IMAGING_APP
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from streams.engine.settings import Channel
from streams.gateway.gateway import Gateway
from vehicle.imaging.series import NoSeries, read_series
from vehicle.spool.spool import Spool

ENCOUNTER = "0190a1b2-0000-7000-8000-000000000001"
CLOCK = SystemClock()
ARCHIVE_BYTES_MAX = 5_000_000
SCAN = Scan(encounter="one", at_s=0, series="ct_head_ge.tar.xz")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
async def server(log: MemoryLog) -> AsyncIterator[Server]:
    gateway = await Gateway.open(
        log,
        MemoryObjects(),
        clock=CLOCK,
        gateway_id="gateway-1",
        batch_gap_ms=5,
        registry=CollectorRegistry(),
    )
    running = asyncio.create_task(gateway.run())
    registrations = [gateway.service.register, gateway.imaging.register]
    server = await serve(registrations, "127.0.0.1:0", services=[])
    yield server
    await server.stop(0)
    running.cancel()
    await gateway.close()


@pytest.fixture
async def unit(server: Server, tmp_path: Path) -> AsyncIterator[ClientUnit]:
    spool = Spool(tmp_path / "spool")
    await spool.open()
    ledger = Ledger(tmp_path / "ledger.jsonl", CLOCK)
    jitter = Random(1)  # noqa: S311 - jitter, not a secret
    unit = ClientUnit("MCT-01", server.address, spool, ledger=ledger, clock=CLOCK, rng=jitter)
    await unit.start()
    yield unit
    await unit.stop()
    await spool.close()
    ledger.close()


async def test_a_scan_becomes_a_complete_series_in_the_log(
    log: MemoryLog, server: Server, unit: ClientUnit, tmp_path: Path
) -> None:
    """The geometry of the real patient is seen: a tilted gantry and two thicknesses."""
    await unit.capture(ENCOUNTER, [EncounterEvent(EncounterChange.OPENED, bay="1")])
    story = Story(CLOCK)
    scanner = Scanner(SCAN, unit, ENCOUNTER, address=server.address, story=story)
    await scanner.load(tmp_path)
    running = asyncio.create_task(scanner.run(CLOCK, Random(1)))  # noqa: S311 - jitter
    await scanner.drained()
    story.start()
    await running
    await scanner.drained()
    runners = Runners(log, await log.writer(), Channel.A.source, IMAGING_APP)
    worker = await MemoryWorker.open(log, runners)
    while await worker.step(timeout_ms=0):
        pass
    (state,) = (await present(log)).studies.values()
    assert (state.encounter_id, state.unit_id) == (ENCOUNTER, "MCT-01")
    assert (state.slices_expected, state.slices_stored) == (28, 28)
    assert state.complete_us is not None
    assert state.viewable_us is not None
    assert state.geometry.tilt_deg == pytest.approx(18.5)
    assert [str(it) for it in state.geometry.problems] == ["TILTED", "UNEVEN"]
    await worker.close()


def test_the_archive_is_small_enough_to_be_kept_in_the_repository() -> None:
    assert (RECORDINGS / SCAN.series).stat().st_size <= ARCHIVE_BYTES_MAX


def test_a_folder_without_a_series_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSeries):
        read_series(tmp_path, ENCOUNTER, scanned_us=0)


@pytest.mark.parametrize(
    ("unit", "series", "named"),
    [
        ('{ id = "A" }', "nothing.tar.xz", "scans[0].series"),
        ('{ id = "A", process = true }', "ct_head_ge.tar.xz", "scans[0].encounter"),
    ],
)
def test_a_scan_that_cannot_be_played_names_the_field(unit: str, series: str, named: str) -> None:
    text = f"""
        name = "scan"
        units = [{unit}]
        encounters = [{{ key = "one", unit = "A" }}]
        scans = [{{ encounter = "one", at_s = 1, series = "{series}" }}]
    """
    with pytest.raises(BadScenario, match=named.replace("[", r"\[").replace("]", r"\]")):
        parse(text)
