"""What the board lets hear, in a real browser: bursts of IEC 60601-1-8, paused and off."""

from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.signals import BURSTS
from tests.browser.ward import Desk, Ward, ill

pytestmark = pytest.mark.asyncio(loop_scope="session")

_RECORD_PULSES = """
  window.pulses = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (at) {
    window.pulses.push([at, this.frequency.value]);
    return start.call(this, at);
  };
"""
_GAPS_MS = """() => window.pulses.slice(0, -1).map(
  ([at], index) => Math.round(1000 * (window.pulses[index + 1][0] - at)))"""


async def test_an_alarm_is_heard_once_the_page_was_touched(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """Untouched it says that nothing is heard; a click unlocks ten pulses of the catalogue."""
    await page.add_init_script(_RECORD_PULSES)
    await page.goto(desk.url)
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await expect(page.locator(".alarm.open")).to_have_count(1)
    await expect(page.locator("#sound")).to_contain_text("NO SOUND: click")
    assert await page.evaluate("window.pulses") == []
    await page.locator("h1").click()
    await expect(page.locator("#sound")).to_contain_text("Sound on")
    await page.wait_for_function("window.pulses.length >= 10")
    starts = BURSTS[Priority.HIGH].starts_ms
    gaps = [after - before for before, after in pairwise(starts)]
    assert (await page.evaluate(_GAPS_MS))[:9] == gaps
    frequencies = {hertz for _, hertz in await page.evaluate("window.pulses")}
    assert frequencies == {BURSTS[Priority.HIGH].frequency_hz}


async def test_sound_is_paused_by_one_key_and_one_that_rises_is_heard(
    sit_down: Callable[[], Awaitable[Page]], page: Page, ward: Ward, desk: Desk
) -> None:
    """The alarm stays open to be taken, and says who paused it until when."""
    await page.add_init_script(_RECORD_PULSES)
    board = await sit_down()
    await board.locator("h1").click()
    patient = await ward.admit(ill())
    alarm = await ward.alarm(patient, Cause.SPO2_LOW, Priority.MEDIUM, {"spo2_percent": 88})
    card = board.locator(f"[data-alarm='{alarm}']")
    await board.wait_for_function("window.pulses.length >= 3")
    await board.keyboard.press("h")
    await expect(card).to_contain_text("sound paused by Zhang Wei until")
    await expect(card).to_have_class("alarm medium selected open")
    await expect(card.locator("button.take")).to_be_visible()
    calls = "JSON.stringify(window.alarmSound.calling())"
    await board.wait_for_function(f"{calls} === '[]'")
    (view,) = desk.center.publisher.current()
    assert (view.pauses[0].person, view.unacknowledged) == ("Zhang Wei", True)
    await ward.rises(patient, Cause.SPO2_LOW)
    high = BURSTS[Priority.HIGH].frequency_hz
    await board.wait_for_function(f"window.pulses.some(([, hertz]) => hertz === {high})")
    await expect(card).not_to_contain_text("sound paused")


async def test_sound_that_is_off_is_said_and_stays_off(
    sit_down: Callable[[], Awaitable[Page]], page: Page, ward: Ward
) -> None:
    """Somebody's choice outlives loading the page anew, and one key takes it back."""
    await page.add_init_script(_RECORD_PULSES)
    board = await sit_down()
    await board.keyboard.press("s")
    await expect(board.locator("#sound")).to_contain_text("SOUND IS OFF")
    await board.reload()
    await expect(board.locator("#sound")).to_contain_text("SOUND IS OFF")
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.APNOEA, Priority.HIGH, {"respiration_per_min": 0})
    await expect(board.locator(".alarm.open")).to_have_count(1)
    await board.locator("h1").click()
    assert await board.evaluate("window.pulses") == []
    await board.keyboard.press("s")
    await board.wait_for_function("window.pulses.length >= 10")
