"""The alarms of the board in a real browser: one card a patient, acted on by key."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmView
from tests.browser.ward import Desk, Ward, ill
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


async def test_an_alarm_is_seen_and_taken_by_one_key(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """It names unit, reason, age and owner; the center and the log know who took it."""
    page = await sit_down()
    patient = await ward.admit(ill())
    await expect(page.locator("tr.line")).to_contain_text("AMB-05")
    alarm = await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    card = page.locator(f"[data-alarm='{alarm}']")
    for words in ("Systolic blood pressure low", "AMB-05", "84 mmHg", "nobody has taken it"):
        await expect(card).to_contain_text(words)
    await expect(card).to_have_class("alarm high selected open")
    await page.keyboard.press("a")
    await expect(card).to_contain_text("taken by Zhang Wei")
    await expect(card.locator("button.take")).to_have_count(0)
    (view,) = desk.center.publisher.current()
    (taken,) = view.acknowledgements
    assert (taken.person, taken.place) == ("Zhang Wei", Place.CENTER)


TURNED = """(taken) => {
    const time = [...taken.childNodes].findLast((node) => /[0-9]:[0-9]/.test(node.data ?? ""));
    const left = (at) => {
        const range = document.createRange();
        range.setStart(time, at);
        range.setEnd(time, at + 1);
        return range.getBoundingClientRect().left;
    };
    const first = time.data.search(/[0-9]/);
    return left(first) > left(first + 7);
}"""
"""Whether the time beside a name is read from right to left."""


async def test_a_name_is_shown_as_it_is_and_turns_nothing_around_it(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Neither markup nor an order to write from right to left has an effect beyond the name."""
    page = await sit_down()
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    name = "\u202e<b>Wei</b>"
    await page.fill("#person", name)
    await page.locator(".alarm button.take").click()
    taken = page.locator(".alarm .taken").first
    await expect(taken).to_contain_text(name)
    assert not await taken.evaluate(TURNED)


async def test_a_latched_alarm_is_reset_by_one_key(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Not while its condition holds; then it leaves the list, and the page says who did it."""
    page = await sit_down()
    patient = await ward.admit(ill())
    alarm = await ward.alarm(patient, Cause.APNOEA, Priority.HIGH, {"respiration_per_min": 0})
    card = page.locator(f"[data-alarm='{alarm}']")
    await expect(card).to_have_class("alarm high selected open")
    await page.keyboard.press("r")
    await page.keyboard.press("a")
    await expect(card).to_contain_text("taken by Zhang Wei")
    await expect(card.locator("button.reset")).to_have_count(0)
    assert [view.reset for view in desk.center.publisher.current()] == [None]
    await ward.over(patient, Cause.APNOEA)
    await expect(card.locator("button.reset")).to_be_visible()
    await page.keyboard.press("r")
    await expect(card).to_have_count(0)
    assert desk.center.publisher.current() == []
    await page.locator("tr.line .name").click()
    await expect(card).to_contain_text("reset by Zhang Wei")


async def test_an_alarm_is_escalated_with_a_reason_by_the_keyboard(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Without a reason nobody is told; the card says who told whom and why."""
    page = await sit_down()
    patient = await ward.admit(ill())
    alarm = await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    card = page.locator(f"[data-alarm='{alarm}']")
    await expect(card).to_have_class("alarm high selected open")
    await page.keyboard.press("e")
    await expect(card.locator(".escalate input")).to_be_focused()
    await card.locator(".escalate button", has_text="supervisor").click()
    await expect(page.locator(".banner.notice")).to_contain_text("Say why first")
    assert desk.center.publisher.current()[0].escalations == ()
    await card.locator(".escalate input").fill("two crews need help")
    await card.locator(".escalate button", has_text="supervisor").click()
    await expect(card).to_contain_text("supervisor")
    await expect(card).to_contain_text("Zhang Wei: two crews need help")
    await expect(card.locator(".escalate")).to_have_count(0)
    assert desk.center.publisher.current()[0].unacknowledged


async def test_nobody_takes_an_alarm_without_a_name(page: Page, ward: Ward, desk: Desk) -> None:
    """The board asks who it is, and nothing was acknowledged."""
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await page.goto(desk.url)
    await page.locator("button.take").click()
    await expect(page.locator(".banner.notice")).to_contain_text("Say who you are")
    await expect(page.locator("#person")).to_be_focused()
    assert desk.center.publisher.current()[0].unacknowledged


_HOLD_JOINED = """
  window.held = [];
  const later = window.setTimeout;
  window.setTimeout = (run, ms, ...rest) =>
    ms === 700 ? window.held.push(run) : later(run, ms, ...rest);
"""
"""Lets nothing that is new under the finger be old enough to be taken, until the test says so."""


async def test_a_newer_alarm_does_not_slip_under_the_finger(
    sit_down: Callable[[], Awaitable[Page]], page: Page, ward: Ward, desk: Desk
) -> None:
    """What is selected stays selected while something more urgent moves to the top.

    When it is gone, a key that was meant for it acts on nothing.
    """
    await page.add_init_script(_HOLD_JOINED)
    await sit_down()
    first, second = await ward.admit(ill()), await ward.admit(ill(2, "AMB-08"))
    medium = await ward.alarm(first, Cause.SPO2_LOW, Priority.MEDIUM, {"spo2_percent": 88})
    await expect(page.locator(".alarm.selected")).to_have_attribute("data-alarm", medium)
    high = await ward.alarm(second, Cause.HEART_RATE_ZERO, Priority.HIGH, {"heart_rate_bpm": 0})
    await expect(page.locator(".alarm").first).to_have_attribute("data-alarm", high)
    await page.keyboard.press("a")
    await expect(page.locator(f"[data-alarm='{medium}']")).to_contain_text("taken by Zhang Wei")
    await expect(page.locator(f"[data-alarm='{high}']")).to_contain_text("nobody has taken it")
    await ward.over(first, Cause.SPO2_LOW)
    await expect(page.locator(".alarm.selected")).to_have_attribute("data-alarm", high)
    await page.keyboard.press("a")
    await page.keyboard.press("h")
    await page.keyboard.press("e")
    await expect(page.locator(".escalate input")).to_have_count(0)
    await page.evaluate("window.held.splice(0).forEach((run) => run())")
    await page.keyboard.press("h")
    await expect(page.locator(f"[data-alarm='{high}']")).to_contain_text(
        "sound paused by Zhang Wei"
    )
    assert _taken(desk) == []
    await page.keyboard.press("a")
    await expect(page.locator(f"[data-alarm='{high}']")).to_contain_text("taken by Zhang Wei")


async def test_one_card_tells_the_story_of_a_patient(
    sit_down: Callable[[], Awaitable[Page]], page: Page, ward: Ward, desk: Desk
) -> None:
    """The gravest alarm leads, the others stand beneath; one key takes what stood long enough.

    Whatever joins or rises moves the card and is open again, however much was taken before.
    """
    await page.add_init_script(_HOLD_JOINED)
    await sit_down()
    patient, other = await ward.admit(ill()), await ward.admit(ill(2, "AMB-08"))
    low = await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.MEDIUM, {"systolic_mmhg": 88})
    await expect(page.locator(f"[data-alarm='{low}']")).to_be_visible()
    fault = await ward.alarm(
        patient, Cause.ECG_LEAD_FAULT, Priority.MEDIUM, {"fault": "flat"}, subject="II"
    )
    await ward.alarm(other, Cause.SPO2_LOW, Priority.MEDIUM, {"spo2_percent": 88})
    cards = page.locator(".alarm")
    await expect(cards).to_have_count(2)
    card = page.locator(".alarm", has_text="AMB-05")
    await expect(card).to_have_attribute("data-alarm", low)
    line = card.locator(f"[data-alarm='{fault}']")
    await expect(line).to_contain_text("ECG lead gives no signal: II")
    await card.click()
    await page.keyboard.press("e")
    await expect(card.locator(".escalate")).to_be_visible()
    high = await ward.alarm(patient, Cause.APNOEA, Priority.HIGH, {"respiration_per_min": 0})
    await expect(cards.first).to_have_attribute("data-alarm", high)
    await expect(card).to_have_class("alarm high selected open")
    await expect(card.locator(".escalate")).to_have_count(0)
    await page.keyboard.press("a")
    await expect(card.locator(f"[data-alarm='{low}']")).to_contain_text("✓ Zhang Wei")
    assert [view.cause for view in _taken(desk)] == ["SYSTOLIC_LOW"]
    await page.evaluate("window.held.splice(0).forEach((run) => run())")
    await expect(card.locator("button.take")).to_have_text("Take all 2A")
    await page.keyboard.press("a")
    await expect(card).to_contain_text("taken by Zhang Wei")
    await expect(line).to_contain_text("✓ Zhang Wei")
    assert {view.encounter_id for view in _taken(desk)} == {patient.id}
    assert len(_taken(desk)) == 3
    await ward.rises(patient, Cause.SYSTOLIC_LOW)
    await expect(card.locator(f"[data-alarm='{high}']")).to_have_class("high")
    await expect(card).to_have_attribute("data-alarm", low)
    await expect(card).to_have_class("alarm high selected open")


def _taken(desk: Desk) -> list[AlarmView]:
    return [view for view in desk.center.publisher.current() if not view.unacknowledged]


async def test_what_a_card_has_no_room_for_is_counted_and_not_taken_unseen(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Nobody takes what was not shown; one click shows all, and an over alarm is reset in place."""
    page = await sit_down()
    patient = await ward.admit(ill())
    causes = [
        Cause.HEART_RATE_ZERO, Cause.SYSTOLIC_LOW, Cause.SPO2_LOW, Cause.RESPIRATION_LOW,
        Cause.NEWS2_HIGH, Cause.APNOEA, Cause.SENSOR_OFF,
    ]  # fmt: skip
    for at, cause in enumerate(causes):
        priority = Priority.LOW if cause is Cause.SENSOR_OFF else Priority.HIGH
        await ward.alarm(patient, cause, priority, {}, since_s=60 - at)
    await expect(page.locator("[data-alarm]")).to_have_count(5)
    await expect(page.locator(".beneath .more")).to_have_text("+2 more")
    await expect(page.locator("button.take")).to_have_text("Take all 5A")
    await page.keyboard.press("a")
    await expect(page.locator(".beneath")).to_contain_text("Zhang Wei")
    assert len(_taken(desk)) == 5
    await page.locator(".beneath .more button").click()
    await expect(page.locator("[data-alarm]")).to_have_count(7)
    await page.keyboard.press("a")
    await expect(page.locator("button.take")).to_have_count(0)
    await ward.over(patient, Cause.APNOEA)
    await page.locator("[data-cause=APNOEA] button.reset").click()
    await expect(page.locator("[data-alarm]")).to_have_count(6)
