"""Takes the pictures of the crew's screen: python -m tests.browser.crew_pictures FOLDER."""

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Page

from clinical.alarms.rule import Cause
from goldenhour.bench.programs.chromium import chromium
from ports.clock import SystemClock
from tests.browser.ambulance import SEPTIC, WELL, Ambulance, on_the_road

SECOND_US = 1_000_000
SIZE = {"width": 1280, "height": 800}
RESPONSE_MS = 30_000


async def main(folder: Path) -> None:
    """Play a patient who becomes septic and arrests, and take a picture of each stage."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        async with on_the_road(Path(home)) as ambulance, chromium() as browser:
            await ambulance.drive()
            ambulance.admit()
            await _play(ambulance, browser, folder)


async def _play(ambulance: Ambulance, browser: Browser, folder: Path) -> None:
    page = await browser.new_page(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_default_timeout(RESPONSE_MS)
    await page.goto(ambulance.address)
    await _monitor(ambulance, 0, 25)
    await _all(page, folder, "well")
    ambulance.limit(Cause.SPO2_LOW, 86, "李娜 医生", "COPD, target 88-92 %")
    ambulance.post("请送市一院抢救室 2 号床,卒中与脓毒症小组已待命。", "李娜 医生")
    await _monitor(ambulance, 25, 75)
    alarm = page.locator(".alarm[data-cause=NEWS2_HIGH], .alarm li[data-cause=NEWS2_HIGH]")
    await alarm.wait_for()
    alarm_id = await alarm.get_attribute("data-alarm")
    ambulance.acknowledge(str(alarm_id), 3, "李娜")
    await page.get_by_text("李娜").last.wait_for()
    await _all(page, folder, "septic")
    async with ambulance.showing(SEPTIC):
        await _examine(page, folder)
        await page.locator("[data-finding=NO_PULSE]").click()
        await page.locator("[data-finding=COMPRESSIONS_STARTED]").click()
        await page.locator("[data-act=drugs]").click()
        await page.locator(".sheet").wait_for()
        await _one(page, folder, "drugs", "zh-CN", "day")
        await page.locator(".sheet [data-drug^=adrenaline]").click()
        await page.locator("[data-stage=VIEWED]").click()
        await ambulance.gateway.cut()
        await page.locator(".link .down").wait_for()
        await _all(page, folder, "arrest-without-link")
    await ambulance.kill_vehicle()
    await page.locator(".banner p").wait_for()
    await _all(page, folder, "vehicle-gone")


async def _examine(page: Page, folder: Path) -> None:
    """Examine for a stroke, and take a picture of each page of the form."""
    await page.locator("[data-act=examine]").click()
    await page.locator("[data-item=injury][data-choice=blunt]").click()
    await page.locator("[data-item=infection_suspected][data-choice=yes]").click()
    await page.get_by_text("Infection suspected: Yes").first.wait_for()
    await page.screenshot(path=folder / "crew-examination-situation.png")
    await page.locator("[data-act=page][data-page=stroke]").click()
    for item, choice in (("face", "abnormal"), ("arm", "abnormal"), ("speech", "normal")):
        await page.locator(f"[data-item={item}][data-choice={choice}]").click()
    await page.locator("[data-act=well][data-minutes='-60']").click()
    await page.locator(".examining .well .ago").wait_for()
    await page.screenshot(path=folder / "crew-examination-stroke.png")
    await page.locator("[data-act=page][data-page=race]").click()
    for item, choice in (
        *(("race_face", "1"), ("race_arm", "2"), ("race_leg", "0"), ("race_gaze", "0")),
        *(("race_weak_side", "left"), ("race_agnosia", "2")),
    ):
        await page.locator(f"[data-item={item}][data-choice='{choice}']").click()
    await page.get_by_text("RACE 5").wait_for()
    await page.screenshot(path=folder / "crew-examination-race.png")
    await page.locator("[data-act=page][data-page=gcs]").click()
    for item, choice in (("gcs_eye", "3"), ("gcs_verbal", "4"), ("gcs_motor", "5")):
        await page.locator(f"[data-item={item}][data-choice='{choice}']").click()
    await page.get_by_text("E3 V4 M5 = 12").first.wait_for()
    await page.screenshot(path=folder / "crew-examination-gcs.png")
    await page.locator("[data-act=send]").click()
    await page.locator(".sheet").wait_for(state="detached")
    await page.locator("[data-cause=STROKE_SUSPECTED]").first.wait_for()
    await _all(page, folder, "stroke")


async def _monitor(ambulance: Ambulance, first: int, last: int) -> None:
    """Let the monitor speak for so many seconds: the patient gets worse from the 30th on."""
    for second in range(first, last):
        worse = min(max(0.0, (second - 30) / 20), 1.0)
        values = {
            name: round(value + (SEPTIC[name] - value) * worse + second % 3 * 0.4, 1)
            if isinstance(value, float | int) and not isinstance(value, bool)
            else (SEPTIC[name] if worse > 0 else value)
            for name, value in WELL.items()
        }
        ambulance.vitals(values)
        await SystemClock().sleep_us(SECOND_US)


async def _all(page: Page, folder: Path, name: str) -> None:
    for language in ("zh-CN", "en"):
        for light in ("day", "night"):
            await _one(page, folder, name, language, light)


async def _one(page: Page, folder: Path, name: str, language: str, light: str) -> None:
    await _switch(page, "lang", language, "language")
    await _switch(page, "data-light", light, "light")
    await page.screenshot(path=folder / f"crew-{name}-{language}-{light}.png")


async def _switch(page: Page, attribute: str, wanted: str, act: str) -> None:
    root = page.locator("html")
    if await root.get_attribute(attribute) != wanted:
        await page.locator(f"[data-act={act}]").click()
        await page.locator(f"html[{attribute}={wanted}]").wait_for()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
