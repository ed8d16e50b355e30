"""The crew's screen in a real browser, on a real vehicle program: what a paramedic relies on."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.signals import BURSTS
from clinical.alarms.transition import Acknowledgement, Pause, Reset
from clinical.items import CrewEvent, CrewExamination, CrewFinding
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs
from clinical.scores.stroke_screen import StrokeScreen
from ports.clock import SystemClock
from tests.browser.ambulance import SEPTIC, WELL, Ambulance, on_the_road
from tests.patience import PATIENCE_MS
from wire.frames import Lane
from wire.unit_items import CrewAnswer, Receipt, ReceiptStage

pytestmark = pytest.mark.asyncio(loop_scope="session")

GLOVE_PX = 48
BUTTONS = """() => [...document.querySelectorAll("button")].map((button) => {
    const { width, height } = button.getBoundingClientRect();
    return [button.textContent, width, height];
})"""
"""All at one instant: one that can be taken back goes away by itself."""
ALARM = "article.alarm[data-cause={}]"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def road(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ambulance]:
    """One screen for all tests of this file: to start it is the greater part of each."""
    async with on_the_road(tmp_path_factory.mktemp("road"), "--language", "en") as ambulance:
        yield ambulance


@pytest_asyncio.fixture(loop_scope="session")
async def ambulance(road: Ambulance) -> Ambulance:
    """The screen, and a vehicle that knows nothing of an earlier test."""
    await road.set_off()
    return road


@pytest_asyncio.fixture(loop_scope="session")
async def tablet(ambulance: Ambulance, page: Page) -> Page:
    """A screen with a patient who is well."""
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    await ambulance.drive()
    ambulance.admit()
    ambulance.vitals(WELL)
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.goto(ambulance.address)
    await expect(page.locator(".heading")).to_contain_text(f"{ambulance.age_years} years")
    await expect(number(page, "heart_rate_bpm")).to_have_text("84")
    return page


def number(page: Page, vital: str) -> Locator:
    return page.locator(f".tile[data-vital={vital}] .number")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while not condition():
            await SystemClock().sleep_us(20_000)


async def test_numbers_score_and_what_it_asks_for(ambulance: Ambulance, tablet: Page) -> None:
    """The newest values in huge digits, the score beside them, and the response of its chart."""
    await expect(number(tablet, "systolic_mmhg")).to_have_text("128/79")
    await expect(tablet.locator(".news2 .total")).to_have_text("0")
    async with ambulance.showing(SEPTIC):
        await expect(number(tablet, "heart_rate_bpm")).to_have_text("126")
        await expect(tablet.locator(".news2 .total")).to_have_text("16")
    await expect(tablet.locator(".news2 .asks")).to_contain_text("critical-care team")


async def test_a_score_that_is_refused_says_what_is_missing(
    ambulance: Ambulance, tablet: Page
) -> None:
    """A patient never looks well for want of a measurement."""
    await ambulance.kill_vehicle()
    await ambulance.drive()
    ambulance.say(encounter_id="0192f0c1-2b3c-7d4e-8f50-000000000001", vitals={"spo2_percent": 90})
    ambulance.say(encounter_event={"change": "ENCOUNTER_CHANGE_ENDED"})
    await expect(number(tablet, "spo2_percent")).to_have_text("90")
    await expect(tablet.locator(".news2 .number")).to_have_text("at least 3")
    await expect(tablet.locator(".missing")).to_contain_text("Heart rate")
    await expect(number(tablet, "heart_rate_bpm")).to_have_text("–")  # noqa: RUF001 - a dash


async def test_alarms_are_heard_and_one_tap_pauses_them_all(
    ambulance: Ambulance, tablet: Page
) -> None:
    """Untouched the screen says that nothing is heard; the pause leaves with the crew's name."""
    switch = tablet.locator("[data-sound-switch]")
    await expect(switch).to_contain_text("NO SOUND: tap")
    await tablet.evaluate("""() => {
      window.pulses = [];
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (at) {
        window.pulses.push(this.frequency.value);
        return start.call(this, at);
      };
    }""")
    await tablet.locator("h1").click()
    await expect(switch.locator(".when-on")).to_be_visible()
    ambulance.vitals(WELL, systolic_mmhg=84)
    await expect(tablet.locator(ALARM.format("SYSTOLIC_LOW"))).to_have_count(1)
    high = BURSTS[Priority.HIGH].frequency_hz
    await tablet.wait_for_function(f"window.pulses.filter((one) => one === {high}).length >= 10")
    button = tablet.locator(".hush button")
    box = await button.bounding_box()
    assert box is not None
    assert box["height"] >= GLOVE_PX
    await button.click()
    await expect(button).to_have_text("Sound again")
    await expect(tablet.locator(ALARM.format("SYSTOLIC_LOW"))).to_contain_text("Sound paused by")
    await tablet.wait_for_function("JSON.stringify(window.alarmSound.calling()) === '[]'")

    def paused() -> list[Pause]:
        frames = ambulance.gateway.frames(Lane.ALARM)
        return [it for frame in frames for it in frame.items if isinstance(it, Pause)]

    await until(lambda: bool(paused()))
    assert paused()[0].person == "Zhang Wei"
    await switch.click()
    await expect(switch.locator(".when-off")).to_have_text("SOUND IS OFF")


async def test_an_alarm_says_what_to_check_first_and_is_acknowledged(
    ambulance: Ambulance, tablet: Page
) -> None:
    """In the words of the center; help is asked for as far as there is anybody, by a tap each."""
    ambulance.vitals(WELL, systolic_mmhg=84)
    alarm = tablet.locator(ALARM.format("SYSTOLIC_LOW"))
    await expect(alarm.locator("h3")).to_have_text("Systolic blood pressure low")
    await expect(alarm.locator(".check")).to_contain_text("Look for bleeding")
    await alarm.locator(".escalate").click()
    await expect(alarm.locator(".told")).to_contain_text("clinician")
    await alarm.locator(".escalate").click()
    await expect(alarm.locator(".escalate")).to_have_count(0)
    await alarm.locator(".acknowledge").click()
    await expect(alarm.locator(".taken")).to_contain_text("Crew: Zhang Wei")
    await expect(alarm).not_to_have_class(re.compile("open"))

    def told() -> bool:
        items = [item for frame in ambulance.frames() for item in frame.items]
        return any(isinstance(one, Acknowledgement) and one.person == "Zhang Wei" for one in items)

    await until(told)


async def test_an_acknowledgement_of_the_center_is_shown_and_silences_nothing_here(
    ambulance: Ambulance, tablet: Page
) -> None:
    ambulance.vitals(WELL, systolic_mmhg=84)
    alarm = tablet.locator(ALARM.format("SYSTOLIC_LOW"))
    alarm_id = await alarm.get_attribute("data-alarm")
    ambulance.acknowledge(str(alarm_id), 3, "Li Na")
    await expect(alarm.locator(".taken")).to_contain_text("Center: Li Na")
    await expect(alarm.locator(".acknowledge")).to_be_visible()
    calling = tablet.locator("[data-calls]")
    await expect(calling).to_have_attribute("data-calls", re.compile(str(alarm_id)))


async def test_no_pulse_is_one_tap_and_can_be_undone(ambulance: Ambulance, tablet: Page) -> None:
    """One tap raises the alarm and tells the center; one more takes it back, and says so."""
    await tablet.locator("[data-finding=NO_PULSE]").click()
    alarm = tablet.locator(ALARM.format("NO_PULSE"))
    await expect(alarm.locator(".check")).to_contain_text("Start CPR")
    await until(lambda: CrewEvent(CrewFinding.NO_PULSE) in ambulance.entered())
    await tablet.locator(".entered .undo").click()
    await expect(tablet.locator(".entered .withdrawn")).to_contain_text("No pulse")
    await expect(alarm.locator(".when")).to_contain_text("Over since")
    await until(lambda: any(one.withdraws is not None for one in ambulance.entered()))


async def test_a_latched_alarm_is_reset_by_one_tap(ambulance: Ambulance, tablet: Page) -> None:
    """Once its condition is over; the reset leaves with the name of the crew."""
    await tablet.locator("[data-finding=NO_PULSE]").click()
    alarm = tablet.locator(ALARM.format("NO_PULSE"))
    await expect(alarm.locator(".acknowledge")).to_be_visible()
    await expect(alarm.locator(".reset")).to_have_count(0)
    await tablet.locator("[data-finding=PULSE_FELT]").click()
    await expect(alarm.locator(".when")).to_contain_text("Over since")
    for button in (alarm.locator(".reset"), alarm.locator(".acknowledge")):
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= GLOVE_PX
    await alarm.locator(".reset").click()
    await expect(alarm).to_have_count(0)

    def told() -> bool:
        items = [item for frame in ambulance.frames() for item in frame.items]
        return any(isinstance(one, Reset) and one.person == "Zhang Wei" for one in items)

    await until(told)


async def test_compressions_are_counted_and_a_drug_is_named(
    ambulance: Ambulance, tablet: Page
) -> None:
    await tablet.locator("[data-finding=COMPRESSIONS_STARTED]").click()
    running = tablet.locator("[data-finding=COMPRESSIONS_STOPPED]")
    await expect(running.locator("small")).to_contain_text("s")
    withheld = tablet.locator(ALARM.format("JUDGEMENT_WITHHELD"))
    await expect(withheld.locator("h3")).to_contain_text("chest compressions")
    await expect(tablet.locator(".buttons")).to_contain_text("Still compressing")
    await tablet.locator("[data-act=drugs]").click()
    await tablet.locator(".sheet [data-drug^=adrenaline]").click()
    await expect(tablet.locator(".sheet")).to_have_count(0)
    await expect(tablet.locator(".entered")).to_contain_text("Given adrenaline 1 mg IV")
    given = CrewEvent(CrewFinding.DRUG_GIVEN, "adrenaline 1 mg IV")
    await until(lambda: given in ambulance.entered())
    await running.click()
    await expect(tablet.locator("[data-finding=COMPRESSIONS_STARTED]")).to_be_visible()


async def test_an_examination_is_chosen_item_by_item_and_sent(
    ambulance: Ambulance, tablet: Page
) -> None:
    """Buttons for gloves, nothing chosen at first; what is not finished never reads as normal."""
    await tablet.locator("[data-act=examine]").click()
    form = tablet.locator(".sheet.examining")
    await expect(form.get_by_text("not said")).to_have_count(2)
    await expect(form.locator("[data-act=send]")).to_have_count(0)
    await form.locator("[data-item=injury][data-choice=blunt]").click()
    await form.locator("[data-act=page][data-page=stroke]").click()
    await expect(form.get_by_text("not examined")).to_have_count(5)
    await form.locator("[data-item=face][data-choice=normal]").click()
    await expect(form.locator(".summary")).to_have_text(
        "Injury: Blunt · Stroke screen: not finished"
    )
    await form.locator("[data-item=arm][data-choice=abnormal]").click()
    await form.locator("[data-act=page][data-page=gcs]").click()
    for item, choice in (("gcs_eye", "3"), ("gcs_verbal", "4"), ("gcs_motor", "5")):
        await form.locator(f"[data-item={item}][data-choice='{choice}']").click()
    await expect(form.locator(".summary")).to_contain_text("E3 V4 M5 = 12")
    for button in await form.locator("button").all():
        box = await button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= GLOVE_PX
    await form.locator("[data-act=send]").click()
    await expect(form).to_have_count(0)
    await expect(tablet.locator(ALARM.format("STROKE_SUSPECTED")).first).to_be_visible()
    await expect(tablet.locator("[data-vital=consciousness]")).to_contain_text("E3 V4 M5 = 12")
    await expect(tablet.locator(".situated")).to_contain_text("T-RTS")
    stroke = StrokeScreen(face=False, arm=True)
    sent = CrewExamination("Zhang Wei", Gcs(3, 4, 5), stroke, injury=Injury.BLUNT)

    def told() -> bool:
        return any(sent in frame.items for frame in ambulance.frames())

    await until(told)


async def test_what_was_entered_outlives_the_vehicle_program(
    ambulance: Ambulance, tablet: Page
) -> None:
    """Killed and started again, it still knows the events, and can still undo them."""
    await tablet.locator("[data-finding=AIRWAY_SECURED]").click()
    await expect(tablet.locator(".entered")).to_contain_text("Airway secured")
    await ambulance.kill_vehicle()
    await ambulance.drive()
    await expect(tablet.locator(".banner p")).to_have_count(0)
    await tablet.locator(".entered .undo").click()
    await expect(tablet.locator(".entered .withdrawn")).to_contain_text("Airway secured")


async def test_a_message_is_seen_and_answered(ambulance: Ambulance, tablet: Page) -> None:
    """Each tap becomes a receipt with the name of the crew; its words are shown as they are."""
    message_id = ambulance.post("Go to <b>St Mary</b>, bay 3.")
    letter = tablet.locator(".letter")
    await expect(letter.locator(".said")).to_have_text("Go to <b>St Mary</b>, bay 3.")
    await letter.locator("[data-stage=VIEWED]").click()
    await expect(letter.locator(".from span")).to_have_text("The center knows: seen")
    await expect(letter.locator("[data-stage=ANSWERED]")).to_have_text(
        ["Will do", "Say again", "Cannot", "Call me"]
    )
    await letter.locator("[data-answer=CALL_ME]").click()
    await expect(letter.locator("button")).to_have_count(0)
    await expect(letter.locator(".from span")).to_have_text("The center knows: Call me")

    def receipts() -> list[Receipt]:
        items = [item for frame in ambulance.frames() for item in frame.items]
        return [one for one in items if isinstance(one, Receipt) and one.person == "Zhang Wei"]

    answered = Receipt(message_id, ReceiptStage.ANSWERED, "Zhang Wei", CrewAnswer.CALL_ME)
    await until(lambda: answered in receipts())
    assert Receipt(message_id, ReceiptStage.VIEWED, "Zhang Wei") in receipts()


async def test_without_a_link_it_goes_on_and_says_what_is_kept(
    ambulance: Ambulance, tablet: Page
) -> None:
    """Numbers, alarms and taps work in the tunnel; the words say since when and how much waits."""
    await expect(tablet.locator(".link p")).to_have_class("link up")
    await ambulance.gateway.cut()
    link = tablet.locator(".link p")
    await expect(link).to_contain_text("No link to the center since")
    ambulance.vitals(WELL, systolic_mmhg=84)
    await expect(tablet.locator(ALARM.format("SYSTOLIC_LOW"))).to_be_visible()
    await expect(link).to_contain_text("records kept here")
    await ambulance.gateway.start()
    await expect(link).to_contain_text("Connected to the center")
    await expect(link).to_contain_text("everything has arrived")


async def test_a_vehicle_program_that_is_gone_is_impossible_to_miss(
    ambulance: Ambulance, tablet: Page
) -> None:
    """The numbers are not shown as current, and are mended without a reload."""
    await ambulance.kill_vehicle()
    await expect(tablet.locator(".banner p")).to_contain_text("NOT current")
    await expect(tablet.locator(".screen")).to_have_class("screen day en old")
    await ambulance.drive()
    ambulance.vitals(WELL, heart_rate_bpm=77)
    await expect(number(tablet, "heart_rate_bpm")).to_have_text("77")
    await expect(tablet.locator(".banner p")).to_have_count(0)


async def test_a_screen_that_stopped_says_so_itself(ambulance: Ambulance, tablet: Page) -> None:
    """Nobody is left to draw: the browser notices alone."""
    await ambulance.kill_screen()
    await expect(tablet.locator("#frozen")).to_contain_text("not updated")


async def test_language_and_light_switch_at_once_and_outlive_a_reload(
    ambulance: Ambulance, tablet: Page
) -> None:
    root = tablet.locator("html")
    ambulance.vitals(WELL, systolic_mmhg=84)
    await tablet.locator("[data-act=language]").click()
    await expect(tablet.locator(ALARM.format("SYSTOLIC_LOW")).locator("h3")).to_have_text(
        "收缩压过低"
    )
    await expect(root).to_have_attribute("lang", "zh-CN")
    await tablet.locator("[data-act=light]").click()
    await expect(root).to_have_attribute("data-light", "night")
    await tablet.reload()
    await expect(tablet.locator(".screen")).to_have_class("screen night zh-CN current")


async def test_everything_to_tap_is_big_enough_for_gloves(
    ambulance: Ambulance, tablet: Page
) -> None:
    ambulance.vitals(SEPTIC)
    ambulance.post("Go to St Mary.")
    await tablet.locator("[data-finding=AIRWAY_SECURED]").click()
    await expect(tablet.locator(".letter button")).to_have_count(5)
    await expect(tablet.locator(".undo")).to_be_visible()
    await expect(tablet.locator(".acknowledge").first).to_be_visible()
    await tablet.locator("[data-act=drugs]").click()
    await expect(tablet.locator(".sheet")).to_be_visible()
    for words, width, height in await tablet.evaluate(BUTTONS):
        assert min(width, height) >= GLOVE_PX, words
