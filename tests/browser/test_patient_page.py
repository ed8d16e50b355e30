"""A patient's page on the board: the numbers, what the crew examined and said, why it alarms."""

import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.items import CrewExamination
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs
from clinical.scores.race import Race
from clinical.scores.stroke_screen import StrokeScreen
from clinical.watch.crew.examined import Examined
from clinical.watch.scores.situated import SituatedScore
from tests.browser.ward import Ward, ill
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

_DRAWN = re.compile("^M.+L")

expect.set_options(timeout=PATIENCE_MS)


async def test_a_patients_page_shows_trend_events_and_why(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Enter opens the patient of the selected alarm, Escape goes back."""
    page = await sit_down()
    patient = await ward.admit(ill())
    unfinished = StrokeScreen(face=False, arm=False)
    found = CrewExamination("Li Na", Gcs(3, 4, 5), unfinished, Race(face=1), injury=Injury.BLUNT)
    patient.examined = (Examined(ward.clock.now_us(), found),)
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await expect(page.locator(".alarm.selected")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("tr.line.large")).to_contain_text("124")
    examined = page.locator(".examined")
    for said in ("E3 V4 M5 = 12", "NOT FINISHED", "not examined: balance, sight, speech", "Li Na"):
        await expect(examined).to_contain_text(said)
    await expect(examined).to_contain_text("RACE at least 1")
    await expect(examined).to_contain_text("Injury blunt")
    await expect(page.locator(".situated")).to_contain_text("the crew has not said")
    patient.situated = (
        SituatedScore("T-RTS", 11, None, asks=True, refusals=()),
        SituatedScore("RTS", None, 7.11, asks=None, refusals=("STALE:systolic_mmhg",)),
        SituatedScore("QSOFA", None, None, None, ("MISSING:infection_suspected",)),
    )
    await ward.picture()
    for said in (
        "T-RTS 11: trauma centre advised",
        "RTS ≤ 7.11",
        "systolic: too old",
        "infection: not said",
    ):
        await expect(page.locator(".situated")).to_contain_text(said)
    await expect(page.locator(".alarm")).to_contain_text("Look for bleeding")
    await expect(page.locator(".timeline .event")).to_have_count(1)
    line = page.locator(".timeline .lane.hr path").first
    await expect(line).to_have_attribute("d", _DRAWN)
    await page.keyboard.press("Escape")
    await expect(page.locator("thead")).to_be_visible()
