"""The card of alarms where there is little room: what is seen is whole, and the rest is counted."""

import json

import msgspec
import pytest
from playwright.async_api import Page, expect

from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from tests.browser.tablet import lay
from tests.patience import PATIENCE_MS
from tests.vehicle.screen.scenes import ALARM, LINK, NOW_US, SCORE, patient, reading, scene
from vehicle.cabin.contract import Alarm, Letter
from vehicle.screen.drawing.scene import Scene
from vehicle.screen.words import Language

pytestmark = pytest.mark.asyncio(loop_scope="session")

CAUSES = (
    *(Cause.NO_PULSE, Cause.STROKE_SUSPECTED, Cause.SYSTOLIC_LOW, Cause.NEWS2_HIGH),
    *(Cause.HEART_RATE_HIGH, Cause.JUDGEMENT_WITHHELD),
)
SIZES = [(1024, 768), (1280, 800)]
"""The smallest tablet that the screen is made for, and the usual one."""

CUT = """() => {
  const list = document.querySelector(".part.alarms");
  const { top, bottom } = list.getBoundingClientRect();
  const more = list.querySelector(".more");
  const lowest = bottom - (more.hidden ? 0 : more.offsetHeight) + 1;
  const outside = (one) => {
    const { top: above, bottom: below } = one.getBoundingClientRect();
    return above < top - 1 || below > lowest;
  };
  const seen = (one) => getComputedStyle(one).visibility === "visible";
  const lines = [...list.querySelectorAll("li")];
  const card = [...list.querySelectorAll("h3, .when, .check, .acts button")];
  return {
    cut: [...card, ...lines].filter((one) => seen(one) && outside(one)).map((one) => one.innerText),
    unseen: lines.filter((one) => !seen(one)).length,
    more: more.hidden ? "" : more.innerText,
  };
}"""


def _alarm(number: int, cause: Cause) -> Alarm:
    return msgspec.structs.replace(
        ALARM, alarm_id=f"{number:032x}", cause=str(cause), more=True, values={},
        rule="the crew found no pulse", since_us=NOW_US - number * 11_000_000,
    )  # fmt: skip


def crowded(language: Language, *, alarms: int = len(CAUSES)) -> Scene:
    """An arrest without a link, with a letter to answer, after the vehicle program has gone."""
    who = patient(
        vitals={
            Vital.HEART_RATE: reading(127), Vital.SPO2: reading(93), Vital.RESPIRATION: reading(27),
            Vital.SYSTOLIC: reading(186), Vital.DIASTOLIC: reading(104),
            Vital.TEMPERATURE: reading(39.3),
        },
        consciousness="V", on_oxygen=True,
        score=msgspec.structs.replace(SCORE, total=17, at_least=17, response="high"),
        alarms=[_alarm(number, cause) for number, cause in enumerate(CAUSES[:alarms])],
    )  # fmt: skip
    words = "请送市一院抢救室 2 号床,卒中与脓毒症小组已待命。"
    letter = Letter("m", "李娜 医生", words, NOW_US, "DELIVERED", "e1")
    down = msgspec.structs.replace(LINK, connected=False, waiting=5)
    return scene(who, link=down, letters=(letter,), current=False, language=language)


@pytest.mark.parametrize("size", SIZES)
async def test_no_alarm_is_cut_and_those_out_of_sight_are_counted(
    page: Page, size: tuple[int, int]
) -> None:
    """Six alarms, a banner, a letter: the first is whole, and so is each line that is seen."""
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    expect.set_options(timeout=PATIENCE_MS)
    for language, words in ((Language.EN, "▼ {} more"), (Language.ZH, "▼ 还有 {} 条")):
        await lay(page, crowded(language))
        await expect(page.locator(".more")).to_be_visible()
        shown = await page.evaluate(CUT)
        assert shown["cut"] == []
        assert shown["unseen"] > 0
        assert shown["more"] == words.format(shown["unseen"])


async def test_who_scrolls_sees_the_others(page: Page) -> None:
    """What is out of sight is within reach of a finger; at the end nothing more is promised."""
    await page.set_viewport_size({"width": 1024, "height": 768})
    await lay(page, crowded(Language.EN))
    await expect(page.locator(".more")).to_have_text("▼ 4 more")
    await page.locator(".part.alarms").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    await expect(page.locator(".more")).to_have_text("")
    await expect(page.locator("li[data-cause=JUDGEMENT_WITHHELD]")).to_be_visible()


async def test_where_all_have_room_nothing_is_counted(page: Page) -> None:
    await page.set_viewport_size({"width": 1280, "height": 800})
    await lay(page, crowded(Language.EN, alarms=2))
    await expect(page.locator("li[data-cause=STROKE_SUSPECTED]")).to_be_visible()
    await expect(page.locator(".more")).to_be_hidden()


async def test_a_tap_takes_what_was_in_sight(page: Page) -> None:
    """The button says how many; what is only counted is taken once somebody has scrolled to it."""
    await page.set_viewport_size({"width": 1024, "height": 768})
    await lay(page, crowded(Language.EN))
    await page.evaluate("window.emitEvent = (_, said) => { window.said = said; }")
    take = page.locator("[data-act=acknowledge]")
    await expect(take).to_have_text("Acknowledge (2)")
    await take.click()
    said = json.loads(await page.evaluate("window.said.alarms"))
    assert [one[0] for one in said] == [f"{number:032x}" for number in range(2)]
    await page.locator(".part.alarms").evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
    await expect(take).to_have_text("Acknowledge (6)")
    await take.click()
    assert len(json.loads(await page.evaluate("window.said.alarms"))) == len(CAUSES)
