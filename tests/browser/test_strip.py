"""The live strip of a patient's page in a real browser, over a real center."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from simulators.patients.ecg import LeadTrouble
from tests.browser.bedside import Bedside, bedside_of, requests_to
from tests.browser.ward import Desk, Patient, Ward, desk_at
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")


SWEEPING = "() => window.goldenhourStrip.frames > 10"
PICTURE = "() => document.querySelector('.strip canvas').toDataURL()"
CHANGED = "(before) => document.querySelector('.strip canvas').toDataURL() !== before"
FRAMES = """(count) => new Promise((done) => {
  const next = () => (count-- ? requestAnimationFrame(next) : done());
  next();
})"""
EMPTY_RUNS = """() => {
  const canvas = document.querySelector('.strip canvas');
  const left = Math.ceil((15 * 96) / 25.4) + 2;
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const runs = [];
  let run = 0;
  for (let x = left; x <= canvas.width; x += 1) {
    let inked = x === canvas.width;
    for (let y = 0; y < canvas.height && !inked; y += 1) {
      inked = data[4 * (y * canvas.width + x) + 3] > 0;
    }
    if (!inked) { run += 1; continue; }
    if (run > 20) runs.push(run);
    run = 0;
  }
  return runs;
}"""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def patient(ward: Ward) -> Patient:
    values = {Vital.HEART_RATE: 82.0, Vital.SYSTOLIC: 118.0, Vital.DIASTOLIC: 71.0}
    return await ward.admit(Patient(1, "AMB-05", 33, values, 1))


@pytest_asyncio.fixture(loop_scope="session")
async def bedside(log: MemoryLog, patient: Patient) -> AsyncIterator[Bedside]:
    async with bedside_of(log, patient) as running:
        yield running


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await SystemClock().sleep_us(10_000)


async def at_page(page: Page, desk: Desk, patient: Patient) -> Page:
    await page.goto(f"{desk.url}/#/patient/{patient.id}")
    await expect(page.locator("section.strip")).to_be_visible()
    return page


async def sweeping(page: Page) -> None:
    await page.wait_for_function(SWEEPING, timeout=PATIENCE_MS)


async def test_waves_run_while_a_page_is_open_and_the_unit_sends_short_chunks(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside, log: MemoryLog
) -> None:
    """Leads by name, their scale, the age of the newest sample; the picture moves."""
    assert await requests_to(log, patient.unit) == []
    await at_page(page, desk, patient)
    await sweeping(page)
    await expect(page.locator(".strip-lead b")).to_have_text(["II", "V5"])
    await expect(page.locator(".strip-head")).to_contain_text("25 mm/s · 10 mm/mV")
    await expect(page.locator(".strip-age")).to_have_text(
        re.compile(r"newest sample\s+[\d.]+ s ago")
    )
    before = await page.evaluate(PICTURE)
    await page.wait_for_function(CHANGED, arg=before, timeout=PATIENCE_MS)
    await until(lambda: bedside.chunk_us == 200_000)


async def test_what_bench_reads_from_the_page_is_there(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """Frames, intervals, time to draw, and how far behind the capture the strip is."""
    await at_page(page, desk, patient)
    await sweeping(page)
    figures: dict[str, Any] = await page.evaluate("() => window.goldenhourStrip")
    assert figures["frames"] > 10
    assert {"intervals", "draw_ms", "behind_ms"} <= figures.keys()
    assert all(behind > 0 for behind in figures["behind_ms"])
    assert len(figures["draw_ms"]) == figures["frames"]


async def test_a_frozen_strip_stands_still_and_goes_on(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """By the key and by the button; it says that it is frozen, and since when."""
    await at_page(page, desk, patient)
    await sweeping(page)
    await page.keyboard.press("f")
    await expect(page.locator(".strip-frozen")).to_contain_text("FROZEN at")
    still = await page.evaluate(PICTURE)
    await page.evaluate(FRAMES, 30)
    assert await page.evaluate(PICTURE) == still
    await page.keyboard.press("n")
    await page.wait_for_function(CHANGED, arg=still, timeout=PATIENCE_MS)
    await page.locator("#freeze").click()
    await expect(page.locator(".strip-frozen")).to_have_count(0)
    moving = await page.evaluate(PICTURE)
    await page.wait_for_function(CHANGED, arg=moving, timeout=PATIENCE_MS)


async def test_a_name_that_is_written_freezes_nothing(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """The letter f belongs to the field that is written in."""
    await at_page(page, desk, patient)
    await sweeping(page)
    await page.locator("#person").press_sequentially("Fu Fang")
    await expect(page.locator("#person")).to_have_value("Fu Fang")
    await expect(page.locator(".strip-frozen")).to_have_count(0)


async def test_a_gap_stays_empty(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """Samples lost on the way leave a hole that no line crosses, beside the erase bar."""
    await at_page(page, desk, patient)
    await sweeping(page)
    await page.wait_for_function(f"() => ({EMPTY_RUNS})().length === 1", timeout=PATIENCE_MS)
    bedside.silent = True
    await expect(page.locator(".strip-none")).to_contain_text("No waveform for")
    bedside.silent = False
    await expect(page.locator(".strip-none")).to_have_count(0)
    await page.wait_for_function(f"() => ({EMPTY_RUNS})().length >= 2", timeout=PATIENCE_MS)


async def test_a_lead_that_shows_nothing_says_so_in_words(
    page: Page, desk: Desk, ward: Ward, patient: Patient, bedside: Bedside
) -> None:
    """What the alarm found, and what the device itself says; the other lead goes on unmarked."""
    await at_page(page, desk, patient)
    await sweeping(page)
    second, first = page.locator("[data-lead='V5']"), page.locator("[data-lead='II']")
    bedside.trouble["V5"] = LeadTrouble.DETACHED
    await expect(second).to_contain_text("ELECTRODES OFF")
    await expect(first).to_have_text("II")
    bedside.trouble = {"II": LeadTrouble.FLAT}
    await ward.alarm(patient, Cause.ECG_LEAD_FAULT, Priority.LOW, {"fault": "flat"}, subject="II")
    await expect(first).to_contain_text("FLAT: no signal")
    await page.keyboard.press("l")
    await expect(first).to_contain_text("直线")


async def test_a_patient_without_waveforms_has_none(
    page: Page, desk: Desk, patient: Patient
) -> None:
    """Said plainly, and nothing is drawn."""
    await at_page(page, desk, patient)
    await expect(page.locator(".strip-none")).to_have_text("No waveform arrives from this unit.")
    assert await page.evaluate("() => window.goldenhourStrip.frames") == 0


async def test_a_second_board_sees_it_and_nothing_is_read_when_both_have_left(
    page: Page, browser: Browser, desk: Desk, bedside: Bedside, log: MemoryLog
) -> None:
    """The first one leaving takes nothing from the second; the last one ends reading and asking."""
    patient = bedside.patient
    await at_page(page, desk, patient)
    second = await at_page(await browser.new_page(), desk, patient)
    for board in (page, second):
        await sweeping(board)
    await page.keyboard.press("Escape")
    await expect(page.locator("thead")).to_be_visible()
    before = await second.evaluate(PICTURE)
    await second.wait_for_function(CHANGED, arg=before, timeout=PATIENCE_MS)
    assert len(desk.center.strips) == 1
    await second.close()
    strips = desk.center.strips
    await until(lambda: not strips and not strips._tail.partitions and not strips._requests)
    asked = len(await requests_to(log, patient.unit))
    assert asked >= 1
    await page.evaluate(FRAMES, 30)
    assert len(await requests_to(log, patient.unit)) == asked


async def test_a_center_that_was_away_is_drawn_on(
    page: Page, patient: Patient, bedside: Bedside, log: MemoryLog, tmp_path: Path
) -> None:
    """The strip goes on by itself after the center is back, with what the log kept meanwhile."""
    async with desk_at(log, tmp_path) as desk:
        address = desk.server.address
        await at_page(page, desk, patient)
        await sweeping(page)
    await expect(page.locator(".banner.lost")).to_be_visible()
    async with desk_at(log, tmp_path, address):
        await expect(page.locator(".banner.lost")).to_have_count(0)
        before = await page.evaluate(PICTURE)
        await page.wait_for_function(CHANGED, arg=before, timeout=PATIENCE_MS)
        await expect(page.locator(".strip-none")).to_have_count(0)
