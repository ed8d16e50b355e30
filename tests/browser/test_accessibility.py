"""Every page of board and crew screen, in both languages, by day and by night, held to axe-core."""

from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from ports.log.memory_log import MemoryLog
from tests.browser.accessibility import findings
from tests.browser.ambulance import SEPTIC, Ambulance
from tests.browser.scan import scanning
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS
from wire.unit_items import Position, UnitKind

BOARD_LOOKS = (("en", "day"), ("en", "night"), ("zh-CN", "night"), ("zh-CN", "day"))
SCREEN_LOOKS = (("en", "day"), ("en", "night"), ("zh-CN", "night"), ("zh-CN", "day"))

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def board(ward: Ward, desk: Desk, page: Page) -> Page:
    """A board with somebody well, somebody ill, and an alarm of each priority."""
    await page.emulate_media(reduced_motion="reduce")
    values = {Vital.HEART_RATE: 124.0, Vital.SYSTOLIC: 84.0, Vital.SPO2: 88.0}
    await ward.admit(Patient(1, "AMB-01", 40, {Vital.HEART_RATE: 72.0}, 0))
    ill = await ward.admit(Patient(2, "AMB-02", 71, values, None, "bay-2", 7, ("MISSING:spo2",)))
    await ward.alarm(ill, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await ward.alarm(ill, Cause.SPO2_LOW, Priority.MEDIUM, {"spo2_percent": 88})
    await ward.alarm(ill, Cause.SENSOR_OFF, Priority.LOW, {})
    await page.goto(desk.url)
    await expect(page.locator("[data-alarm]")).to_have_count(3)
    await page.fill("#person", "Zhang Wei")
    await page.locator("#person").blur()
    return page


async def _look_at_board(page: Page, language: str, light: str) -> None:
    root = page.locator("html")
    if await root.get_attribute("lang") != language:
        await page.keyboard.press("l")
    if await root.get_attribute("data-theme") != light:
        await page.keyboard.press("n")
    await expect(root).to_have_attribute("lang", language)
    await expect(root).to_have_attribute("data-theme", light)


async def _hold_board(page: Page) -> None:
    for language, light in BOARD_LOOKS:
        await _look_at_board(page, language, light)
        assert await findings(page) == [], (language, light)


async def test_the_board_has_no_grave_finding(board: Page) -> None:
    await _hold_board(board)


async def test_a_patients_page_has_no_grave_finding(board: Page, desk: Desk) -> None:
    await board.locator("tr.line .name").first.click()
    await expect(board.locator(".timeline")).to_be_visible()
    await board.fill("#message", "Trauma room 2 is ready")
    await board.keyboard.press("Enter")
    await expect(board.locator(".message")).to_be_visible()
    await board.locator("#message").blur()
    await _hold_board(board)


async def test_the_ct_view_has_no_grave_finding(
    board: Page, ward: Ward, log: MemoryLog, tmp_path: Path
) -> None:
    """Half of a real series is there; then the view is open over the whole page."""
    patient = await ward.admit(Patient(3, "MCT-01", 66, {Vital.HEART_RATE: 92.0}, 3))
    async with scanning(log, tmp_path, patient.id) as unit:
        await unit.announce()
        await unit.send(10)
        await board.locator("tr.line", has_text="MCT-01").locator(".name").click()
        await expect(board.locator(".ct .arrived")).to_contain_text("10 of 28")
        await _hold_board(board)
        await board.keyboard.press("c")
        await expect(board.locator(".ct .place")).to_be_visible()
        await _hold_board(board)


async def test_the_map_has_no_grave_finding(board: Page, ward: Ward) -> None:
    """Units near to each other, one of which has an alarm."""
    for place, name in enumerate(("AMB-01", "AMB-02", "AMB-03")):
        position = Position(23.13 + place / 100, 113.27, kind=UnitKind.AMBULANCE)
        await ward.position(name, position)
    await board.keyboard.press("g")
    await expect(board.locator(".map .unit")).to_have_count(3)
    await _hold_board(board)


async def test_the_board_that_says_that_something_is_wrong_has_no_grave_finding(
    board: Page, ward: Ward, desk: Desk
) -> None:
    """Detection has stopped; then the center is gone as well."""
    ward.detecting = False
    await expect(board.locator(".banner.stopped")).to_be_visible()
    await _hold_board(board)
    await desk.server.stop()
    await expect(board.locator(".banner.lost")).to_be_visible()
    await _hold_board(board)


async def _switch(page: Page, attribute: str, wanted: str, act: str) -> None:
    if await page.locator("html").get_attribute(attribute) != wanted:
        await page.locator(f"[data-act={act}]").click()
        await page.locator(f"html[{attribute}={wanted}]").wait_for()


async def _hold_screen(page: Page) -> None:
    for language, light in SCREEN_LOOKS:
        for attribute, wanted, act in (
            ("lang", language, "language"),
            ("data-light", light, "light"),
        ):
            if await page.locator("html").get_attribute(attribute) != wanted:
                await page.locator(f"[data-act={act}]").click()
                await page.locator(f"html[{attribute}={wanted}]").wait_for()
        assert await findings(page) == [], (language, light)


async def test_the_crew_screen_has_no_grave_finding(ambulance: Ambulance, page: Page) -> None:
    """Waiting for its vehicle; with an ill patient, alarms, events and a message; left alone."""
    await page.goto(ambulance.address)
    await expect(page.locator(".waiting")).to_contain_text("Waiting")
    assert await findings(page) == []
    await ambulance.drive()
    ambulance.admit()
    ambulance.vitals(SEPTIC)
    ambulance.post("Go to St Mary.")
    await page.locator("[data-finding=AIRWAY_SECURED]").click()
    await expect(page.locator(".letter button").first).to_be_visible()
    await expect(page.locator(".acknowledge").first).to_be_visible()
    await _hold_screen(page)
    await page.locator("[data-act=drugs]").click()
    await expect(page.locator(".sheet")).to_be_visible()
    assert await findings(page) == []
    await page.locator("[data-act=close]").click()
    await ambulance.kill_vehicle()
    await expect(page.locator(".banner p")).to_be_visible()
    await _hold_screen(page)
