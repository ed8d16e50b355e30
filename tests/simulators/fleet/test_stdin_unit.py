import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from clinical.items import EncounterChange, EncounterEvent, Vitals
from ports.clock import SystemClock
from simulators.fleet.stdin_unit import StdinUnit
from simulators.verdict.ledger import Ledger, read_ledger
from tests.patience import PATIENCE_S

ENCOUNTER = "0190a1b2-0000-7000-8000-000000000001"
NOBODY = "127.0.0.1:1"
CLOCK = SystemClock()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await CLOCK.sleep_us(20_000)


@pytest.fixture
async def unit(tmp_path: Path) -> AsyncIterator[StdinUnit]:
    """A unit without a gateway: it can capture, and nothing is acknowledged."""
    ledger = Ledger(tmp_path / "ledger.jsonl", CLOCK)
    unit = StdinUnit("AMB-12", NOBODY, tmp_path, ledger=ledger, clock=CLOCK, drain_s=0)
    await unit.start()
    yield unit
    await unit.stop()
    ledger.close()


def state(unit: StdinUnit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(unit.state_file.read_text())
    return found


async def test_a_killed_unit_is_restarted_and_fed_what_was_not_confirmed(
    unit: StdinUnit, tmp_path: Path
) -> None:
    """Nothing that was handed over is forgotten, and the state file says who runs."""
    ledger = tmp_path / "ledger.jsonl"
    await unit.capture(ENCOUNTER, [EncounterEvent(EncounterChange.OPENED, bay="1")])
    await until(lambda: unit.reached)
    first = state(unit)
    assert first["restarts"] == 0
    os.kill(first["pid"], signal.SIGKILL)
    for second in range(5):
        await unit.capture(ENCOUNTER, [Vitals(heart_rate_bpm=80 + second)])
    await until(lambda: len(read_ledger(ledger)) == 6)
    assert state(unit)["restarts"] == unit.restarts == 1
    assert state(unit)["pid"] != first["pid"]
    entries = read_ledger(ledger)
    assert {it.encounter for it in entries} == {ENCOUNTER}
    assert len({it.frame for it in entries}) == 6
    await unit.stop()
    assert unit.acknowledged([it.frame for it in entries]) == 0


async def test_a_unit_that_cannot_start_says_so(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", CLOCK)
    unit = StdinUnit("not a unit", NOBODY, tmp_path, ledger=ledger, clock=CLOCK, drain_s=0)
    with pytest.raises(Exception, match=r"did not become ready; see .*\.log"):
        await unit.start()
    await unit.stop()
    ledger.close()
