"""What the live strip says about its leads, and how it is measured, in a real browser."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from clinical.vitals import Vital
from ports.log.memory_log import MemoryLog
from simulators.patients.ecg import LeadTrouble
from tests.browser.bedside import Bedside, bedside_of
from tests.browser.test_strip import CHANGED, PICTURE, at_page, sweeping
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

LANE = "Math.floor((5 * 96) / 25.4)"
INKED_RUNS = f"""() => {{
  const canvas = document.querySelector('.strip canvas');
  const left = Math.ceil((15 * 96) / 25.4) + 2;
  const {{ data }} = canvas.getContext('2d').getImageData(0, 0, canvas.width, {LANE} - 1);
  const runs = [];
  let begin = null;
  for (let x = left; x <= canvas.width; x += 1) {{
    let inked = false;
    for (let y = 0; x < canvas.width && y < {LANE} - 1; y += 1) {{
      inked ||= data[4 * (y * canvas.width + x) + 3] > 100;
    }}
    if (inked && begin === null) begin = x;
    if (!inked && begin !== null) {{ runs.push((begin + x) / 2); begin = null; }}
  }}
  return runs;
}}"""
SHADED = """() => {
  const canvas = document.querySelector('.strip canvas');
  const row = (name) => (5 + 25 * name + 23) * 96 / 25.4;
  const { data, width } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const faint = (y) => { let n = 0;
    for (let x = 60; x < width; x += 1) {
      const alpha = data[4 * (Math.round(y) * width + x) + 3];
      n += alpha > 10 && alpha < 100 ? 1 : 0;
    }
    return n;
  };
  return [faint(row(0)), faint(row(1))];
}"""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def patient(ward: Ward) -> Patient:
    return await ward.admit(Patient(1, "AMB-05", 33, {Vital.HEART_RATE: 82.0}, 1))


@pytest_asyncio.fixture(loop_scope="session")
async def bedside(log: MemoryLog, patient: Patient) -> AsyncIterator[Bedside]:
    async with bedside_of(log, patient) as running:
        yield running


async def test_every_beat_has_a_mark_and_the_rate_is_theirs(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """At 82 beats per minute marks stand 69 pixels apart, and the rate is said with the rhythm."""
    await at_page(page, desk, patient)
    await sweeping(page)
    await page.wait_for_function(f"() => ({INKED_RUNS})().length >= 5", timeout=PATIENCE_MS)
    places = await page.evaluate(INKED_RUNS)
    steps = [after - before for before, after in pairwise(places)]
    usual = 60 / 82 * 25 * 96 / 25.4
    assert sum(abs(step - usual) < 0.15 * usual for step in steps) >= len(steps) - 1
    await expect(page.locator(".strip-rhythm b")).to_have_text(re.compile(r"^8[0-4]$"))
    await expect(page.locator(".rhythm")).to_have_text("regular, 50 to 100")
    await page.keyboard.press("l")
    await expect(page.locator(".rhythm")).to_have_text("规整,50 至 100")


async def test_seconds_that_cannot_be_trusted_are_shaded_in_their_lead(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """The other lead is not."""
    await at_page(page, desk, patient)
    await sweeping(page)
    assert await page.evaluate(SHADED) == [0, 0]
    bedside.trouble["V5"] = LeadTrouble.FLAT
    await page.wait_for_function(f"() => ({SHADED})()[1] > 50", timeout=PATIENCE_MS)
    first, _ = await page.evaluate(SHADED)
    assert first == 0


async def test_a_heart_that_stands_still_has_no_rate(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """It says that there are no beats, and no old number stays."""
    await at_page(page, desk, patient)
    await expect(page.locator(".strip-rhythm b")).to_be_visible()
    bedside.rate_bpm = 0.0
    await expect(page.locator(".rhythm")).to_have_text("no beats")
    await expect(page.locator(".strip-rhythm b")).to_have_count(0)


async def test_calipers_measure_by_mouse_and_by_keyboard(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """They freeze the strip; an interval, its rate and a voltage, to the sample by keyboard."""
    await at_page(page, desk, patient)
    await sweeping(page)
    await page.keyboard.press("i")
    await expect(page.locator(".strip-frozen")).to_be_visible()
    box = await page.locator(".calipers svg").bounding_box()
    assert box is not None
    px_per_mm = 96 / 25.4
    said = page.locator(".measured")
    # The sweep may have been frozen with its gap between two legs, but not between two pairs.
    for x in (box["x"] + 200, box["x"] + 400):
        await page.mouse.move(x, box["y"] + 60)
        await page.mouse.down()
        await page.mouse.move(x + 20 * px_per_mm, box["y"] + 60 - 10 * px_per_mm)
        await page.mouse.up()
        if (await said.inner_text()).startswith("800 ms"):
            break
    await expect(said).to_have_text("800 ms · 75 /min · 1.00 mV")
    await page.locator("[data-leg='1']").focus()
    await page.keyboard.press("ArrowRight")
    await expect(said).to_have_text("804 ms · 75 /min · 1.00 mV")
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(said).to_have_text("764 ms · 79 /min · 1.00 mV")
    await page.keyboard.press("ArrowDown")
    await expect(said).to_have_text("764 ms · 79 /min · 0.95 mV")
    still = await page.evaluate(PICTURE)
    await page.locator("#calipers").click()
    await expect(page.locator(".calipers")).to_have_count(0)
    await expect(page.locator(".strip-frozen")).to_be_visible()
    await page.keyboard.press("f")
    await page.wait_for_function(CHANGED, arg=still, timeout=PATIENCE_MS)


async def test_paper_is_a_choice_that_stays(
    page: Page, desk: Desk, patient: Patient, bedside: Bedside
) -> None:
    """A grid of one and five millimetres, kept for the next page."""
    await at_page(page, desk, patient)
    await sweeping(page)
    strip = page.locator("section.strip")
    await expect(strip).not_to_have_class(re.compile("paper"))
    await page.keyboard.press("p")
    await expect(strip).to_have_class(re.compile("paper"))
    sizes = await page.locator(".strip-paper").evaluate(
        "(it) => getComputedStyle(it).backgroundSize"
    )
    widths = {round(float(size.split("px")[0]), 2) for size in sizes.split(", ")}
    assert widths == {round(5 * 96 / 25.4, 2), round(96 / 25.4, 2)}
    await page.reload()
    await expect(strip).to_have_class(re.compile("paper"))
