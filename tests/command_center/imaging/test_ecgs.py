"""ECGs at the center: read, kept, drawn; what is none costs nothing else."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from clinical.twelve_lead.pieces import cut
from command_center.imaging.ecgs import ECGS_COMING, ECGS_SHOWN, EcgShelf
from command_center.roster import Roster
from command_center.store.store import Store
from ports.log.memory_log import MemoryLog
from simulators.patients.twelve_lead import MadeUp, made_up
from tests.browser.recorder import append_ecg, append_pieces
from tests.browser.ward import Desk, Patient, desk_at, ward_over
from tests.command_center.night import turns
from wire.frames import Frame, Lane
from wire.twelve_lead import encode_ecg

BEGIN_US = 1_700_000_000_000_000
INFERIOR = made_up(MadeUp.INFERIOR, BEGIN_US, seed=1)
FLAT = replace(INFERIOR, leads=dict.fromkeys(INFERIOR.leads, (0,) * 5_000))


@pytest.fixture
async def desk(log: MemoryLog, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(log, tmp_path) as running:
        yield running


@pytest.fixture
async def patient(log: MemoryLog, desk: Desk) -> AsyncIterator[Patient]:
    async with ward_over(log) as ward:
        patient = await ward.admit(Patient(1, "AMB-05", 61, {}, 0))
        while desk.center.roster.row(patient.id) is None:
            await turns()
        yield patient


async def kept(desk: Desk, patient: Patient, revision: int) -> None:
    while desk.center.ecgs.revision(patient.id) < revision:
        await turns()


async def test_an_ecg_is_read_and_kept_newest_first(
    log: MemoryLog, desk: Desk, patient: Patient
) -> None:
    """What it says, what is measured, and why nothing is said where that is so."""
    await append_ecg(log, patient.id, INFERIOR)
    await append_ecg(log, patient.id, replace(FLAT, recorded_us=BEGIN_US + 1), bytes([1] * 16))
    await kept(desk, patient, 2)
    flat, shown = await desk.center.ecgs.of(patient.id)
    assert (shown["stemi"], shown["territory"], shown["unit"]) == (True, ["inferior"], "AMB-05")
    assert (shown["recorded_us"], shown["heart_rate_bpm"]) == (BEGIN_US, 75)
    assert len(shown["leads"]) == 12
    assert (flat["stemi"], flat["declined"], flat["leads"]) == (None, "NOISE", [])


async def test_what_comes_again_is_one_row_and_what_is_none_is_passed_over(
    log: MemoryLog, desk: Desk, patient: Patient
) -> None:
    """After bytes of nothing and pieces that contradict each other the next one is read."""
    first, *others = cut(bytes([2] * 16), encode_ecg(INFERIOR))
    await append_pieces(log, patient.id, [first, replace(first, content=b"other"), *others[:-1]])
    await append_pieces(log, patient.id, cut(bytes([3] * 16), b"\xff\xff\xff"))
    for _ in range(2):
        await append_ecg(log, patient.id, INFERIOR)
    await kept(desk, patient, 2)
    assert [one["id"] for one in await desk.center.ecgs.of(patient.id)] == ["00" * 16]


async def test_a_center_that_is_started_again_has_it(log: MemoryLog, tmp_path: Path) -> None:
    """From its store, also when the log is gone."""
    patient = Patient(1, "AMB-05", 61, {}, 0)
    async with desk_at(log, tmp_path) as desk:
        await append_ecg(log, patient.id, INFERIOR)
        await kept(desk, patient, 1)
    async with desk_at(MemoryLog(), tmp_path) as desk:
        assert [one["stemi"] for one in await desk.center.ecgs.of(patient.id)] == [True]


def asked(url: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - ours, on loopback
            return answer.status, answer.headers["content-type"], answer.read().decode()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, "", refused.read().decode()


async def test_its_sheet_is_served_for_a_patient_on_the_roster(
    log: MemoryLog, desk: Desk, patient: Patient
) -> None:
    """Drawn on its grid; of another patient, or an ECG that is not there, none."""
    await append_ecg(log, patient.id, INFERIOR)
    await kept(desk, patient, 1)
    address = f"{desk.url}/board/ecg/{patient.id}"
    status, kind, sheet = await asyncio.to_thread(asked, f"{address}/{'00' * 16}")
    assert (status, kind) == (200, "image/svg+xml")
    assert sheet.count("<polyline") == 13
    assert "25 mm/s   10 mm/mV" in sheet
    assert "AMB-05   male   61 y" in sheet
    status, _, _ = await asyncio.to_thread(asked, f"{address}/{'01' * 16}")
    assert status == 404
    other = f"{desk.url}/board/ecg/0192f0c1-2b3c-7d4e-8f50-61728394a5b6/{'00' * 16}"
    status, _, _ = await asyncio.to_thread(asked, other)
    assert status == 404


async def test_what_is_on_its_way_and_what_is_shown_are_bounded() -> None:
    """The one heard of longest ago is given up; of a patient the newest are shown."""
    store = await Store.open("sqlite://")
    shelf = EcgShelf(store, Roster())
    content = encode_ecg(INFERIOR)

    def frame(number: int, part: slice) -> Frame:
        pieces = cut(number.to_bytes(16, "big"), content)[part]
        return Frame("A", Lane.ALARM, bytes(16), 1, 1, None, None, "patient", pieces)

    for number in range(ECGS_COMING + 1):
        shelf.take(frame(number, slice(1)))
    for number in (*range(1, ECGS_SHOWN + 2), 0):
        shelf.take(frame(number, slice(1, None)))
    await shelf.settle()
    shown = await shelf.of("patient")
    assert len(shown) == ECGS_SHOWN
    assert "00" * 16 not in {one["id"] for one in shown}
    await store.close()
