"""The board in a real browser, over a real center."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Place
from clinical.alarms.view import AlarmView
from clinical.vitals import Vital
from clinical.watch.deteriorating import Driver
from clinical.watch.picture import PictureScore
from clinical.watch.shock import ShockIndex
from clinical.watch.thinning import Thinned
from clinical.watch.trending import Arrow
from ports.log.memory_log import MemoryLog
from tests.browser.night_shift import vitals
from tests.browser.ward import Desk, Patient, Ward, desk_at, ill
from tests.patience import PATIENCE_MS
from wire.frames import Lane
from wire.unit_items import ReceiptStage

pytestmark = pytest.mark.asyncio(loop_scope="session")

_LOST_AFTER_MS = "() => Number(document.querySelector('.banner.lost').dataset.afterMs)"

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


async def test_who_needs_help_comes_first(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """By alarm, then by score, and the age of data stands on every line."""
    page = await sit_down()
    worst = await ward.admit(Patient(1, "AMB-01", 50, {Vital.HEART_RATE: 0.0}, 3))
    for number, news2 in ((2, 1), (3, 4)):
        await ward.admit(Patient(number, f"AMB-0{number}", 50, {Vital.HEART_RATE: 80.0}, news2))
    await ward.alarm(worst, Cause.HEART_RATE_ZERO, Priority.HIGH, {"heart_rate_bpm": 0})
    await expect(page.locator("tr.line .name")).to_have_text(["AMB-01", "AMB-03", "AMB-02"])
    await expect(page.locator("tr.line td.number.high")).to_have_text(["0"])
    for age in await page.locator("tr.line td.age").all():
        await expect(age).to_contain_text(" s")


async def test_a_lost_center_is_said_within_3_s_and_mended_without_a_reload(
    page: Page, ward: Ward, log: MemoryLog, tmp_path: Path
) -> None:
    """What happened meanwhile is there when the center is, and the page was never loaded anew."""
    patient = await ward.admit(ill())
    async with AsyncExitStack() as first:
        desk = await first.enter_async_context(desk_at(log, tmp_path))
        address = desk.server.address
        await page.goto(desk.url)
        await expect(page.locator("tr.line")).to_contain_text("AMB-05")
        await page.evaluate("() => { window.neverLoadedAnew = true; }")
    await expect(page.locator(".banner.lost")).to_be_visible()
    assert await page.evaluate(_LOST_AFTER_MS) < 3_000
    alarm = await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    async with desk_at(log, tmp_path, address):
        await expect(page.locator(f"[data-alarm='{alarm}']")).to_be_visible()
        await expect(page.locator(".banner.lost")).to_have_count(0)
    assert await page.evaluate("() => window.neverLoadedAnew")


async def test_stopped_detection_cannot_be_missed(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """The whole board says so, also after somebody took the alarm, until detection is back."""
    page = await sit_down()
    await ward.admit(ill())
    await expect(page.locator("tr.line .score")).to_contain_text("8")
    ward.detecting = False
    banner = page.locator(".banner.stopped")
    await expect(banner).to_contain_text("DETECTION HAS STOPPED")
    box = await banner.bounding_box()
    assert box is not None
    assert box["width"] == 1440
    await expect(page.locator(".patients")).to_have_class("patients doubtful")
    await page.keyboard.press("a")
    await expect(page.locator("[data-cause='DETECTION_STALE']")).to_contain_text("Zhang Wei")
    await expect(banner).to_be_visible()
    ward.detecting = True
    await expect(banner).to_have_count(0)


async def test_a_message_goes_to_the_crew_and_its_receipts_come_back(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Written on the patient's page; who in the vehicle has read it stands beside it."""
    page = await sit_down()
    await ward.admit(ill())
    await page.locator("tr.line .name").click()
    await expect(page.locator("#message")).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.locator("#message")).to_be_focused()
    await page.keyboard.type("Trauma room 2 is ready")
    await page.keyboard.press("Enter")
    message = page.locator(".message")
    await expect(message).to_contain_text("Trauma room 2 is ready")
    await expect(message).to_contain_text("sent")
    await expect(page.locator("#message")).to_have_value("")
    (sent,) = await desk.messages_to("AMB-05")
    await ward.receipt(sent.message.message_id, "AMB-05", ReceiptStage.DELIVERED)
    await ward.receipt(sent.message.message_id, "AMB-05", ReceiptStage.VIEWED)
    await expect(message).to_contain_text("in the vehicle")
    await expect(message).to_contain_text("Li Na")


async def test_both_languages_switch_at_once(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Everything on the board changes with one key, and the page says which language it is in."""
    page = await sit_down()
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await expect(page.locator(".alarm")).to_contain_text("Systolic blood pressure low")
    await page.keyboard.press("l")
    await expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    await expect(page.locator(".alarm")).to_contain_text("收缩压过低")
    await expect(page.locator("tr.line")).to_contain_text("收缩压过低")
    await expect(page.locator("h1")).to_contain_text("急救指挥中心")
    await page.keyboard.press("l")
    await expect(page.locator("html")).to_have_attribute("lang", "en")


async def test_what_a_unit_leaves_out_is_said_in_plain_words(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """Beside the patient, with its length; it is gone once the lane is whole again."""
    await page.goto(desk.url)
    patient = await ward.admit(Patient(1, "AMB-1", 60, {Vital.HEART_RATE: 80.0}, 0))
    line = page.locator(f'[data-encounter="{patient.id}"]')
    patient.thinned = (Thinned(Lane.WAVEFORM, 80, 1_000_000, 41_000_000),)
    await expect(line).to_contain_text("waveforms not sent for 40 s")
    patient.thinned = ()
    await expect(line).not_to_contain_text("waveforms not sent")


async def test_risk_movement_and_the_score_of_a_child_are_seen_at_a_glance(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """How likely a patient is to get worse, what drives it, what moves, and which score counts."""
    driven = (Driver("temperature_c", 2.9), Driver("spo2_percent", 0.8))
    await ward.admit(
        Patient(
            1, "AMB-02", 71, vitals(88, 18, 96, (118, 70), 38.9), 3, index=0.061, drivers=driven,
            arrows=(Arrow(Vital.HEART_RATE, 0.6, worsening=True),),
            shock=ShockIndex(1.2, raised=True),
        )
    )  # fmt: skip
    pews = PictureScore("NPEWS", None, 5, "medium", ("MISSING:capillary_refill_s",))
    await ward.admit(
        Patient(
            2, "AMB-03", 2, vitals(155, 52, 93, (92, 55), 36.8), None, at_least=0,
            refusals=("AGE:age_years",), score=pews, index=None,
        )
    )  # fmt: skip
    await page.goto(desk.url)
    ill, child = page.locator("tr.line", has_text="AMB-02"), page.locator("tr", has_text="AMB-03")
    await expect(ill.locator("td.risk.alert")).to_have_text("6.1 %")
    await expect(ill.locator(".moving.worse")).to_have_text("↗")
    await expect(child.locator("td.score")).to_contain_text("≥5")
    await expect(child.locator("td.score")).to_contain_text("PEWS")
    await expect(child.locator("td.risk")).to_contain_text(re.compile(r"^\D$"))
    await ill.click()
    await expect(page.locator(".drivers")).to_contain_text(re.compile("temperature ▲ .2.9"))
    await expect(page.locator(".drivers")).to_contain_text(re.compile("SpO₂ ▼ .0.8"))
    await expect(page.locator("small.raised")).to_have_text("shock index 1.20")


async def test_a_patient_who_left_leaves_the_board(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Handed over: the line goes."""
    page = await sit_down()
    patient = await ward.admit(ill())
    await expect(page.locator("tr.line")).to_have_count(1)
    await ward.hand_over(patient)
    await expect(page.locator("tr.line")).to_have_count(0)


async def test_a_long_list_is_drawn_where_it_is_looked_at(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Everybody is counted, who is in sight is drawn, and scrolling brings the others."""
    page = await sit_down()
    for number in range(1, 121):
        await ward.admit(Patient(number, f"AMB-{number:03}", 50, {Vital.HEART_RATE: 80.0}, 1))
    await expect(page.locator(".counts b").first).to_have_text("120")
    await expect(page.locator("tr.line .name").first).to_have_text("AMB-001")
    assert await page.locator("tr.line").count() < 40
    await page.locator(".patients").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    await expect(page.locator("tr.line .name").last).to_have_text("AMB-120")
    await expect(page.locator("tr.line").last).to_be_in_viewport()
    await expect(page.locator("tr.line").last).to_have_attribute("aria-rowindex", "121")
    assert await page.locator("tr.line").count() < 40


async def test_the_keyboard_reaches_everything_and_is_caught_nowhere(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Tab goes from the name over the buttons to the patients, and each is seen to have it."""
    page = await sit_down()
    await ward.admit(ill())
    await expect(page.locator("tr.line")).to_be_visible()
    await page.locator("#person").focus()
    for target in ("#sound", "#map", "#theme", "#language", "tr.line .name"):
        await page.keyboard.press("Tab")
        await expect(page.locator(target)).to_be_focused()
        outline = await page.locator(target).evaluate("(it) => getComputedStyle(it).outlineWidth")
        assert outline == "3px"
    await page.keyboard.press("Enter")
    await expect(page.locator("#message")).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.locator("#message")).to_be_focused()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator("thead")).to_be_visible()
