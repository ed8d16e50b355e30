"""The map of the units, in a real browser."""

import re
from itertools import combinations
from random import Random
from typing import Any

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS
from wire.unit_items import Position, UnitKind

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOWN = (23.13, 113.27)
FLEET = 300
LABELS = """() => [...document.querySelectorAll('.map .unit')].map((unit) => {
    const { x, y, width, height } = unit.querySelector('text.name').getBBox();
    const [, left, top] = unit.getAttribute('transform').match(/translate\\((.*),(.*)\\)/);
    return { id: unit.dataset.unit, x: x + +left, y: y + +top, w: width, h: height };
})"""
COUNTED = """(all) => [...document.querySelectorAll('.map .unit')].reduce((sum, unit) => {
    const more = unit.querySelector('.more')?.textContent.match(/[0-9]+/);
    return sum + 1 + Number(more?.[0] ?? 0);
}, 0) === all"""
NEXT_BUT_ONE_FRAME = (
    "() => new Promise((on) => requestAnimationFrame(() => requestAnimationFrame(on)))"
)
"""The map is drawn in the frame after a key."""

COUNT_CHANGES = """() => {
    window.changes = { made: 0, ground: 0 };
    new MutationObserver((all) => all.forEach((one) => {
        window.changes.made += [...one.addedNodes].filter((it) => it.matches?.('.unit')).length;
        window.changes.ground += one.target.matches?.('.ground') ? 1 : 0;
    })).observe(document.querySelector('.map svg'), { childList: true, subtree: true });
}"""

expect.set_options(timeout=PATIENCE_MS)


def at(east: float, north: float = 0.0, **more: Any) -> Position:  # noqa: ANN401
    """A position so many hundredths of a degree from the middle of the town."""
    more = {"kind": UnitKind.AMBULANCE, **more}
    return Position(TOWN[0] + north / 100, TOWN[1] + east / 100, **more)


async def ill(ward: Ward, number: int, unit: str) -> Patient:
    return await ward.admit(Patient(number, unit, 50, {Vital.HEART_RATE: 80.0}, 1))


async def test_units_stand_where_they_are_coloured_only_by_alarms(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """Name, kind and age of each; whoever's place is not known is listed and not drawn."""
    well, worse = await ill(ward, 1, "AMB-01"), await ill(ward, 2, "AMB-02")
    await ill(ward, 3, "AMB-03")
    await ward.alarm(worse, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await page.goto(desk.url)
    await page.keyboard.press("g")
    await expect(page.locator(".map .nowhere")).to_be_visible()
    await ward.position("AMB-01", at(-2, speed_kmh=50.0, heading_deg=90.0))
    await ward.position("AMB-02", at(2, 1))
    await ward.position("TENT-01", at(0, -1, kind=UnitKind.TENT_HOSPITAL), ago_s=60)
    unit = {
        name: page.locator(f".map [data-unit={name}]") for name in ("AMB-01", "AMB-02", "TENT-01")
    }
    await expect(unit["AMB-01"]).to_have_class("unit")
    await expect(unit["AMB-02"]).to_have_class(re.compile("^unit high open$"))
    await expect(unit["TENT-01"]).to_have_class("unit faded")
    await expect(unit["TENT-01"].locator(".age")).to_have_text(re.compile("^1:0. min$"))
    await expect(unit["TENT-01"]).to_have_attribute("aria-label", "TENT-01 · tent hospital")
    await expect(page.locator(".map .unit")).to_have_count(3)
    await expect(page.locator(".map .unplaced button")).to_have_text(["AMB-03"])
    west, east = [await unit[name].bounding_box() for name in ("AMB-01", "AMB-02")]
    assert west is not None
    assert east is not None
    assert west["x"] < east["x"]
    assert west["y"] > east["y"]
    assert well.unit == "AMB-01"


async def test_a_key_chooses_the_worst_and_another_opens_its_patient(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """And the key that opened the map leads back to it; a click does the same."""
    first, second = await ill(ward, 1, "AMB-01"), await ill(ward, 2, "AMB-02")
    await ward.alarm(second, Cause.SPO2_LOW, Priority.MEDIUM, {"spo2_percent": 88})
    await page.goto(desk.url)
    await expect(page.locator("tr.line")).to_have_count(2)
    await page.keyboard.press("g")
    await ward.position("AMB-01", at(-2))
    await ward.position("AMB-02", at(2))
    await expect(page.locator(".map .unit")).to_have_count(2)
    await page.keyboard.press(".")
    await expect(page.locator(".map .detail")).to_contain_text("AMB-02 ambulance")
    await expect(page.locator(".map .detail")).to_contain_text("Oxygen saturation low")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(f"#/patient/{second.id}$"))
    await page.keyboard.press("g")
    await page.locator(".map [data-unit=AMB-01]").click()
    await expect(page).to_have_url(re.compile(f"#/patient/{first.id}$"))
    await page.keyboard.press("Escape")
    await expect(page.locator(".map")).to_be_visible()
    await page.keyboard.press("g")
    await expect(page.locator("tr.line")).to_have_count(2)


async def test_who_stands_close_is_counted_and_the_worst_is_seen(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """A click takes the cluster apart; a fit brings everybody back."""
    names = [f"AMB-{number:02}" for number in range(1, 6)]
    patients = [await ill(ward, number, name) for number, name in enumerate(names, start=1)]
    await ward.alarm(patients[3], Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await page.goto(desk.url)
    await expect(page.locator("tr.line")).to_have_count(5)
    await page.keyboard.press("g")
    await ward.position("FAR-01", at(30, 20))
    for number, name in enumerate(names):
        await ward.position(name, at(0.3 * number, 0.3 * (number % 2)))
    cluster = page.locator(".map [data-unit=AMB-04]")
    await expect(cluster.locator(".more")).to_have_text(re.compile(r"^\+4"))
    await expect(cluster).to_have_class(re.compile("high"))
    await expect(page.locator(".map .unit")).to_have_count(2)
    await cluster.click()
    await expect(page.locator(".map .unit")).to_have_count(5)
    await page.keyboard.press("f")
    await expect(page.locator(".map .unit")).to_have_count(2)


async def test_three_hundred_units_are_drawn_once_and_then_mended(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """No label covers another, everybody is counted, and new positions make nothing anew."""
    chance = Random(7)  # noqa: S311 - places, not secrets
    places = [(chance.uniform(-10, 10), chance.uniform(-6, 6)) for _ in range(FLEET)]
    await page.goto(desk.url)
    await page.keyboard.press("g")
    for number, (east, north) in enumerate(places):
        await ward.position(f"AMB-{number:03}", at(east, north, speed_kmh=40.0, heading_deg=10.0))
    await page.wait_for_function(COUNTED, arg=FLEET, timeout=PATIENCE_MS)
    labels = await page.evaluate(LABELS)
    assert len(labels) > 40
    for one, other in combinations(labels, 2):
        assert (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        ), (one, other)
    await page.keyboard.press("+")
    await page.keyboard.press("-")
    await page.evaluate(NEXT_BUT_ONE_FRAME)
    await page.evaluate(COUNT_CHANGES)
    for number, (east, north) in enumerate(places):
        await ward.position(f"AMB-{number:03}", at(east + 0.001, north, kind=UnitKind.COMMAND_SITE))
    await expect(page.locator(".map [aria-label*='command site']")).to_have_count(len(labels))
    changes = await page.evaluate("() => window.changes")
    assert changes["ground"] == 0
    assert changes["made"] < len(labels) / 4
