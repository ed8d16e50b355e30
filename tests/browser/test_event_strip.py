"""The event strip of an arrhythmia on a patient's page, in a real browser, over a real center."""

import asyncio
import re
import urllib.request

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from clinical.vitals import Vital
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from tests.browser.bedside import append_chunks
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


def recorded(end_us: int, count: int) -> list[list[WaveformChunk]]:
    """Two leads, one of which stops for three seconds, in chunks of a second."""
    leads = [SimulatedLead(name, seed=3) for name in ("II", "V5")]
    ends = range(end_us - (count - 1) * SECOND_US, end_us + 1, SECOND_US)
    seconds = [[lead.record(RATE_HZ, 75, at_us) for lead in leads] for at_us in ends]
    return [chunks[:1] if at in range(20, 23) else chunks for at, chunks in enumerate(seconds)]


async def test_the_strip_of_an_alarm_is_opened_measured_and_printed(
    page: Page, desk: Desk, ward: Ward, log: MemoryLog
) -> None:
    """From its card by one key, on paper, with the onset marked; what is missing is said."""
    patient = await ward.admit(Patient(1, "AMB-05", 61, {Vital.HEART_RATE: 75.0}, 0))
    now_us = SystemClock().now_us()
    for chunks in recorded(now_us, 40):
        await append_chunks(log, patient.id, chunks, chunks[0].end_us)
    alarm = await ward.alarm(
        patient, Cause.VENTRICULAR_TACHYCARDIA, Priority.HIGH, {"beats": 8}, since_s=15
    )
    await page.goto(f"{desk.url}/#/patient/{patient.id}")
    card = page.locator(f".alarm[data-alarm='{alarm}']")
    await expect(card.locator("button.show-strip")).to_be_visible()
    await page.keyboard.press("t")
    strip = page.locator(f".event-strip[data-strip='{alarm}']")
    image = strip.locator("img")
    await expect(image).to_be_visible()
    await expect(strip).to_contain_text("not complete")
    loaded = "(image) => image.complete && image.naturalWidth > 0"
    await page.wait_for_function(loaded, arg=await image.element_handle())
    sheet = await asyncio.to_thread(_fetched, f"{desk.url}/board/strip/{patient.id}/{alarm}")
    assert sheet.count("<polyline") == 7
    assert "Ventricular tachycardia" in sheet
    assert re.search(r'class="o" d="M12 ', sheet)
    await strip.locator("button.measure").click()
    box = await strip.locator(".calipers svg").bounding_box()
    assert box is not None
    mm = box["width"] / 264
    first, second = box["x"] + 50 * mm, box["x"] + 100 * mm
    await page.mouse.move(first, box["y"] + 20 * mm)
    await page.mouse.down()
    await page.mouse.move(second, box["y"] + 20 * mm)
    await page.mouse.up()
    said = await page.locator(".measured").inner_text()
    assert abs(int(said.split(" ms")[0]) - 2_000) < 20
    await page.emulate_media(media="print")
    await expect(page.locator("h1")).to_have_css("visibility", "hidden")
    await expect(image).to_have_css("visibility", "visible")
    assert abs(await image.evaluate("(it) => it.clientWidth") - 264 * 96 / 25.4) < 2
    await page.emulate_media(media="screen")
    await page.keyboard.press("t")
    await expect(strip).to_have_count(0)


def _fetched(url: str) -> str:
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - ours, on loopback
        text: str = answer.read().decode()
        return text
