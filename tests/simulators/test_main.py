import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ports.clock import SystemClock
from simulators.fleet.performance import NotConnected
from simulators.main import main, run
from simulators.scenario import load
from simulators.settings import SimulateSettings
from simulators.verdict.ledger import read_ledger
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway

NOBODY = "127.0.0.1:1"


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway()
    await gateway.start()
    yield gateway
    await gateway.cut()


def settings(tmp_path: Path, gateway: str, **other: object) -> SimulateSettings:
    given = {"gateway": gateway, "home": tmp_path / "home", "report": tmp_path / "report.json"}
    return SimulateSettings.model_validate(given | other)


async def test_a_story_is_played_to_its_end_and_reported(
    tmp_path: Path, gateway: FakeGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the report counts is what the gateway holds."""
    chosen = settings(tmp_path, gateway.address, seconds=2)
    assert await run(chosen, load("well"), asyncio.Event()) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["units"] == 3
    assert report["frames_sent"] == report["frames_acknowledged"] >= 9
    assert report["seconds"] == pytest.approx(2, abs=1)
    story = json.loads((tmp_path / "home" / "story.json").read_text())
    assert 0 < story["story_started_us"] <= SystemClock().now_us()
    assert capsys.readouterr().out.splitlines()[0] == '{"ready": "simulate"}'
    held = {(it.unit_id, int(it.lane), it.segment, it.sequence) for it in gateway.frames()}
    assert {it.frame for it in read_ledger(tmp_path / "home" / "ledger.jsonl")} <= held


async def test_a_story_without_length_goes_on_until_it_is_stopped(
    tmp_path: Path, gateway: FakeGateway
) -> None:
    stop = asyncio.Event()
    playing = asyncio.ensure_future(run(settings(tmp_path, gateway.address), load("well"), stop))
    clock = SystemClock()
    async with asyncio.timeout(PATIENCE_S):
        while not (tmp_path / "home" / "story.json").exists():
            await clock.sleep_us(20_000)
    assert not playing.done()
    stop.set()
    assert await playing == 0
    assert (tmp_path / "report.json").exists()


async def test_a_fleet_that_reaches_nobody_fails(tmp_path: Path) -> None:
    chosen = settings(tmp_path, NOBODY, connect_s=0.5, seconds=1, stop_drain_s=0.1)
    with pytest.raises(NotConnected, match="within"):
        await run(chosen, load("well"), asyncio.Event())
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--scenario", "nowhere"], "--scenario: no scenario at"),
        (["--seconds", "-1"], "--seconds, GOLDENHOUR_SECONDS:"),
        (["--units", "0"], "--units, GOLDENHOUR_UNITS:"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], named: str) -> None:
    program = typer.Typer()
    program.command()(main)
    result = CliRunner().invoke(program, arguments)
    assert result.exit_code == 2
    assert named in result.output
