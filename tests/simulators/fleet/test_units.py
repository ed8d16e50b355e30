import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from clinical.items import Vitals
from ports.clock import SystemClock
from simulators.fleet.units import ClientUnit
from simulators.verdict.ledger import Ledger, read_ledger
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from vehicle.spool.spool import Spool
from wire.frames import Lane

ENCOUNTER = "0190a1b2-0000-7000-8000-000000000001"
CLOCK = SystemClock()
JITTER = Random(1)  # noqa: S311 - jitter, not a secret


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    gateway = FakeGateway()
    await gateway.start()
    yield gateway
    await gateway.cut()


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = Spool(tmp_path / "spool")
    await spool.open()
    yield spool
    await spool.close()


async def test_what_a_client_captured_is_in_the_ledger_and_acknowledged(
    gateway: FakeGateway, spool: Spool, tmp_path: Path
) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl", CLOCK)
    unit = ClientUnit("A", gateway.address, spool, ledger=ledger, clock=CLOCK, rng=JITTER)
    assert not unit.reached
    await unit.start()
    before_us = CLOCK.now_us()
    for second in range(3):
        await unit.capture(ENCOUNTER, [Vitals(heart_rate_bpm=80 + second)])
    async with asyncio.timeout(PATIENCE_S):
        await unit.drain()
    assert unit.reached
    await unit.stop()
    ledger.close()
    entries = [it for it in read_ledger(tmp_path / "ledger.jsonl") if it.encounter]
    assert [(it.unit, it.lane, it.sequence) for it in entries] == [
        ("A", int(Lane.VITALS), sequence) for sequence in (1, 2, 3)
    ]
    assert all(before_us <= (it.sent_us or 0) <= CLOCK.now_us() for it in entries)
    assert unit.acknowledged([it.frame for it in entries]) == 3
    frames = gateway.frames(Lane.VITALS)
    assert {it.frame for it in entries} <= {
        (it.unit_id, int(it.lane), it.segment, it.sequence) for it in frames
    }


async def test_what_nobody_acknowledged_is_not_said_to_be(
    gateway: FakeGateway, spool: Spool, tmp_path: Path
) -> None:
    gateway.acknowledging = False
    ledger = Ledger(tmp_path / "ledger.jsonl", CLOCK)
    unit = ClientUnit("A", gateway.address, spool, ledger=ledger, clock=CLOCK, rng=JITTER)
    await unit.start()
    await unit.capture(ENCOUNTER, [Vitals(heart_rate_bpm=80)])
    await unit.stop()
    ledger.close()
    entries = read_ledger(tmp_path / "ledger.jsonl")
    assert entries
    assert not unit.reached
    assert unit.acknowledged([it.frame for it in entries]) == 0
