"""The board in a real browser, over a real center."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from clinical.watch.outlook.deteriorating import Driver
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from ports.log.memory_log import MemoryLog
from tests.browser.night_shift import vitals
from tests.browser.silence import lost_after_ms
from tests.browser.ward import Desk, Patient, Ward, desk_at, ill
from tests.patience import PATIENCE_MS
from wire.frames import Lane
from wire.unit_items import ReceiptStage

pytestmark = pytest.mark.asyncio(loop_scope="session")


expect.set_options(timeout=PATIENCE_MS)


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
        await page.clock.install()
        await page.goto(desk.url)
        await expect(page.locator("tr.line")).to_contain_text("AMB-05")
        await page.evaluate("() => { window.neverLoadedAnew = true; }")
        assert await lost_after_ms(page, first.aclose) < 3_000
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
