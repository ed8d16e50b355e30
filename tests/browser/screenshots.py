"""Takes the pictures of the documentation: `make screenshots`."""

import asyncio
import logging
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Page, ViewportSize, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LimitSet
from clinical.instant import MINUTE_US, SECOND_US
from goldenhour.bench.programs.chromium import chromium
from ports.log.memory_log import MemoryLog
from simulators.fleet.travel import travels
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from simulators.patients.rhythms import HeartRhythm
from simulators.scenario import load
from tests.browser import night_shift
from tests.browser.bedside import append_chunks, bedside_of
from tests.browser.scan import scanning
from tests.browser.ward import Desk, Patient, Ward, desk_at, ward_over
from wire.unit_items import ReceiptStage

LOOKS = (("en", "day"), ("en", "night"), ("zh", "day"), ("zh", "night"))
TRAIL_S = 30
BEAT_MS = 700
"""Longer than a beat of the board, so that each position is a point of the trail."""
STRIP_ONSET_S = 25
SEPTIC_BPM = 118.0
"""What the numbers of the septic patient say, so that the leads agree."""
SIZE: ViewportSize = {"width": 1440, "height": 900}


async def take_all(folder: Path) -> None:
    """Take every page of the board in every look."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    log = MemoryLog()
    with tempfile.TemporaryDirectory() as home:
        async with desk_at(log, Path(home)) as desk, ward_over(log) as ward, chromium() as browser:
            await _play(ward, desk)
            page = await browser.new_page(viewport=SIZE, reduced_motion="reduce")
            await page.goto(desk.url)
            await _work(page)
            for language, theme in LOOKS:
                await _look(page, language, theme)
                await _take(page, folder / f"board-{language}-{theme}.png")
            async with bedside_of(log, _named(ward, "AMB-02"), SEPTIC_BPM):
                await _open(page, ward, desk)
                for language, theme in LOOKS:
                    await _look(page, language, theme)
                    await _swept(page)
                    await _take(page, folder / f"patient-{language}-{theme}.png")
            await page.keyboard.press("Escape")
            await _strip(page, log, ward, folder)
            await _map(page, ward, folder)
            await _ct(page, log, Path(home), ward, folder)
            await _look(page, "en", "day")
            ward.detecting = False
            await expect(page.locator(".banner.stopped")).to_be_visible(timeout=20_000)
            await _take(page, folder / "board-detection-stopped.png")
            await desk.server.stop()
            await expect(page.locator(".banner.lost")).to_be_visible(timeout=20_000)
            await _take(page, folder / "board-connection-lost.png")


async def _play(ward: Ward, desk: Desk) -> None:
    ill = await night_shift.play(ward, desk.center)
    now_us = ward.clock.now_us()
    ill["hypoxic"].limits = (
        LimitSet(
            *(ill["hypoxic"].id, Cause.SPO2_LOW, 86.0, 82.0, now_us, now_us + 240 * MINUTE_US),
            *("Dr Wu", "COPD, target 88-92 %", "limit-1"),
        ),
    )
    await ward.alarm(
        ill["septic"], Cause.HEART_RATE_HIGH, Priority.MEDIUM, {"heart_rate_bpm": 121}, since_s=80
    )


async def _work(page: Page) -> None:
    """Take the alarms that a dispatcher has taken by now."""
    await page.fill("#person", "Zhang Wei")
    await page.locator("#person").blur()
    for unit in ("AMB-02", "AMB-11"):
        card = page.locator(".alarm", has_text=unit)
        await card.locator("button.take").click()
        await expect(card).to_contain_text("Zhang Wei")
    await page.locator("h1").click()


async def _open(page: Page, ward: Ward, desk: Desk) -> None:
    """Open a patient and write to the crew, who answer."""
    await _look(page, "en", "day")
    await page.locator("tr.line .name", has_text="AMB-02").click()
    await page.fill("#message", "Resuscitation room 2 is ready. Blood cultures before antibiotics?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message")).to_be_visible()
    (sent,) = await desk.messages_to("AMB-02")
    for stage in (ReceiptStage.DELIVERED, ReceiptStage.VIEWED, ReceiptStage.ANSWERED):
        await ward.receipt(sent.message.message_id, "AMB-02", stage)
    await expect(page.locator(".message .reached")).to_have_count(3)
    await page.locator("#message").blur()


async def _strip(page: Page, log: MemoryLog, ward: Ward, folder: Path) -> None:
    """Let a heart have fibrillated for fifteen seconds, and open the strip of it."""
    arrest, now_us = _named(ward, "AMB-08"), ward.clock.now_us()
    leads = [SimulatedLead(name, seed=3) for name in ("II", "V5")]
    for second in range(40):
        end_us = now_us - (39 - second) * SECOND_US
        rhythm = HeartRhythm.FIBRILLATION if second >= STRIP_ONSET_S else None
        chunks = [lead.record(RATE_HZ, 82, end_us, rhythm=rhythm) for lead in leads]
        await append_chunks(log, arrest.id, chunks, end_us, second + 1)
    await ward.alarm(
        arrest, Cause.VENTRICULAR_FIBRILLATION, Priority.HIGH, {"leads": "II V5"},
        since_s=40 - STRIP_ONSET_S,
    )  # fmt: skip
    await page.locator("tr.line .name", has_text="AMB-08").click()
    card = page.locator(".alarm[data-cause=VENTRICULAR_FIBRILLATION]")
    await card.locator("button.show-strip").click(timeout=60_000)
    await expect(page.locator(".event-strip img")).to_be_visible()
    await page.locator(".event-strip img").evaluate("(it) => it.decode()")
    for language, theme in (("en", "day"), ("zh", "night")):
        await _look(page, language, theme)
        await _take(page, folder / f"strip-{language}-{theme}.png")
    await page.keyboard.press("Escape")


async def _map(page: Page, ward: Ward, folder: Path) -> None:
    """Let the units of the shift drive their recorded drives for half a minute, on the map."""
    ways = travels(load("demo"))
    lost = {"AMB-09": 40, "AMB-04": 300}
    await page.keyboard.press("g")
    for second in range(TRAIL_S):
        for unit, way in ways.items():
            if unit != "AMB-03":
                at = way.at(120 + second)
                await ward.position(unit, at, ago_s=lost.get(unit, 0) + (TRAIL_S - second))
        await page.wait_for_timeout(BEAT_MS)
    await page.keyboard.press(".")
    for language, theme in LOOKS:
        await _look(page, language, theme)
        await _take(page, folder / f"map-{language}-{theme}.png")
    await page.keyboard.press("g")


async def _ct(page: Page, log: MemoryLog, home: Path, ward: Ward, folder: Path) -> None:
    """Let the CT unit scan somebody; the series is open while it comes, and when it is there."""
    stroke = await ward.admit(
        Patient(30, "MCT-01", 63, night_shift.vitals(88, 17, 96, (171, 96), 36.8), 2)
    )
    async with scanning(log, home, stroke.id) as unit:
        await unit.announce()
        await unit.send(17)
        await _look(page, "en", "day")
        await page.locator("tr.line .name", has_text="MCT-01").click()
        await expect(page.locator(".ct .arrived")).to_contain_text("17")
        await _take(page, folder / "ct-arriving-closed-en-day.png")
        await page.keyboard.press("c")
        await expect(page.locator(".ct canvas")).to_be_visible()
        await _take(page, folder / "ct-arriving-en-day.png")
        await unit.send(11)
        await expect(page.locator(".ct .findings li")).to_have_count(2)
        for _ in range(4):
            await page.keyboard.press("ArrowUp")
        for language, theme in LOOKS:
            await _look(page, language, theme)
            await expect(page.locator(".ct canvas")).to_be_visible()
            await _take(page, folder / f"ct-{language}-{theme}.png")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await ward.hand_over(stroke)


def _named(ward: Ward, unit: str) -> Patient:
    return next(patient for patient in ward.patients if patient.unit == unit)


async def _swept(page: Page) -> None:
    """Wait until the strip was drawn anew in this look."""
    frames = await page.evaluate("() => window.goldenhourStrip.frames")
    await page.wait_for_function("(before) => goldenhourStrip.frames > before + 30", arg=frames)


async def _look(page: Page, language: str, theme: str) -> None:
    tag = {"en": "en", "zh": "zh-CN"}[language]
    if await page.locator("html").get_attribute("lang") != tag:
        await page.keyboard.press("l")
    if await page.locator("html").get_attribute("data-theme") != theme:
        await page.keyboard.press("n")
    await expect(page.locator("html")).to_have_attribute("data-theme", theme)


async def _take(page: Page, file: Path) -> None:
    await page.screenshot(path=file)
    sys.stdout.write(f"{file}\n")


def main() -> None:
    """Take the pictures into the folder that is named."""
    logging.disable(logging.WARNING)
    asyncio.run(take_all(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
