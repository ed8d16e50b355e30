"""A real head CT on the board, in a real browser."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from pydicom.pixels.processing import apply_rescale

from ports.log.memory_log import MemoryLog
from tests.browser.scan import CtUnit, scanning
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAWN = """() => {
    const canvas = document.querySelector('.ct canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let grey = '';
    for (let at = 0; at < data.length; at += 4) grey += String.fromCharCode(data[at]);
    return btoa(grey);
}"""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def unit(log: MemoryLog, tmp_path: Path, ward: Ward) -> AsyncIterator[CtUnit]:
    """A CT unit whose patient is on the roster."""
    patient = await ward.admit(Patient(1, "MCT-01", 63, {}, 2))
    async with scanning(log, tmp_path, patient.id) as running:
        yield running


async def sit_down(page: Page, desk: Desk, unit: CtUnit) -> None:
    await page.goto(f"{desk.url}/#/patient/{unit.series.encounter_id}")
    await expect(page.locator("tr.line.large")).to_be_visible()


async def shown(
    page: Page, unit: CtUnit, place: int, window: str = "80/40"
) -> "np.ndarray[Any, Any]":
    """What is drawn once the slice that was sent at this place is, in this window."""
    canvas = page.locator(f".ct canvas[data-slice='{unit.series.objects[place].sop_uid}']")
    await expect(canvas).to_be_visible()
    await expect(canvas).to_have_attribute("data-window", window)
    grey = base64.b64decode(await page.evaluate(DRAWN))
    return np.frombuffer(grey, np.uint8).reshape(512, 512)


def grey(unit: CtUnit, place: int, width: int, level: int) -> "np.ndarray[Any, Any]":
    """The same by pydicom's Hounsfield units and the linear window of DICOM PS3.3 C.11.2.1.2.1."""
    found = pydicom.dcmread(unit.series.objects[place].path)
    hounsfield = apply_rescale(found.pixel_array, found)
    share = (hounsfield - (level - 0.5)) / (width - 1) + 0.5
    return np.clip(np.floor(share * 255 + 0.5), 0, 255).astype(np.uint8)


def order(unit: CtUnit) -> list[int]:
    """Places of sending, from the feet to the head: the middle goes first, then outwards."""
    heights = []
    for place, one in enumerate(unit.series.objects):
        found = pydicom.dcmread(one.path, stop_before_pixels=True)
        heights.append((float(found.SliceLocation), place))
    return [place for _, place in sorted(heights)]


async def test_slices_appear_as_they_arrive_the_middle_one_first(
    page: Page, desk: Desk, unit: CtUnit
) -> None:
    """What has not come is said to be missing, and what was looked at stays in view."""
    await sit_down(page, desk, unit)
    await expect(page.locator(".ct")).to_have_count(0)
    await unit.announce()
    await expect(page.locator(".ct .arrived")).to_contain_text("0 of 28 slices have arrived")
    await expect(page.locator(".ct .none")).to_contain_text("No slice has arrived yet")
    await unit.send(1)
    await expect(page.locator(".ct .arrived")).to_contain_text("1 of 28")
    await expect(page.locator(".ct .first")).to_contain_text("first image")
    assert np.array_equal(await shown(page, unit, 0), grey(unit, 0, 80, 40))
    await page.keyboard.press("c")
    await unit.send(9)
    await expect(page.locator(".ct .arrived")).to_contain_text("10 of 28")
    await expect(page.locator(".ct .awaited")).to_contain_text("18 not received yet")
    await expect(page.locator(".ct .rail i")).to_have_count(10)
    await shown(page, unit, 0)
    await unit.send(18)
    await expect(page.locator(".ct .arrived")).to_contain_text("all 28 slices have arrived")
    await expect(page.locator(".ct .awaited")).to_have_count(0)
    for words in ("Gantry tilted 18.5°", "Distances between slices differ (1.1 to 7.0 mm)"):
        await expect(page.locator(".ct .findings")).to_contain_text(words)
    await expect(page.locator(".ct")).to_contain_text("Not for diagnosis")


async def test_every_window_is_drawn_as_pydicom_says(page: Page, desk: Desk, unit: CtUnit) -> None:
    """Pixel for pixel, by one key each."""
    await unit.announce()
    await unit.send(1)
    await sit_down(page, desk, unit)
    await shown(page, unit, 0)
    await page.keyboard.press("c")
    presets = ((80, 40), (40, 40), (200, 80), (2_500, 480), (350, 50))
    for key, (width, level) in enumerate(presets, start=1):
        await page.keyboard.press(str(key))
        drawn = await shown(page, unit, 0, f"{width}/{level}")
        assert np.array_equal(drawn, grey(unit, 0, width, level)), (width, level)
        assert 0 < drawn.mean() < 255
    await page.keyboard.press("1")
    await page.keyboard.press("+")
    await shown(page, unit, 0, "84/40")
    await page.keyboard.press("[")
    await shown(page, unit, 0, "84/36")


async def test_the_head_is_gone_through_by_keys_and_wheel(
    page: Page, desk: Desk, unit: CtUnit
) -> None:
    """Up is towards the head; the place, the sides and a scale are said."""
    await unit.announce()
    await unit.send(28)
    await sit_down(page, desk, unit)
    await expect(page.locator(".ct .arrived")).to_contain_text("all 28")
    feet_to_head = order(unit)
    middle = feet_to_head.index(0)
    await page.keyboard.press("c")
    await shown(page, unit, 0)
    await page.keyboard.press("ArrowUp")
    drawn = await shown(page, unit, feet_to_head[middle + 1])
    assert np.array_equal(drawn, grey(unit, feet_to_head[middle + 1], 80, 40))
    await page.keyboard.press("PageDown")
    await shown(page, unit, feet_to_head[middle - 4])
    await page.keyboard.press("Home")
    await shown(page, unit, feet_to_head[-1])
    await expect(page.locator(".ct .place")).to_contain_text("slice 28 of 28")
    await expect(page.locator(".ct .place")).to_contain_text("110.4 mm · 7 mm thick")
    await page.keyboard.press("End")
    await shown(page, unit, feet_to_head[0])
    await page.locator(".ct .picture").hover()
    await page.mouse.wheel(0, -100)
    await shown(page, unit, feet_to_head[1])
    sides = [await page.locator(f".ct .side.{it}").inner_text() for it in ("left", "right", "top")]
    assert sides == ["R", "L", "AH"]
    bar, picture = page.locator(".ct .bar"), page.locator(".ct .picture")
    across = await bar.bounding_box(), await picture.bounding_box()
    assert across[0] is not None
    assert across[1] is not None
    expected = 50 / (512 * 0.4882812)
    assert across[0]["width"] / across[1]["width"] == pytest.approx(expected, rel=0.02)
    await page.keyboard.press("Escape")
    await expect(page.locator(".ct.closed")).to_be_visible()


async def test_the_window_is_dragged(page: Page, desk: Desk, unit: CtUnit) -> None:
    """To the right wider, downwards darker."""
    await unit.announce()
    await unit.send(1)
    await sit_down(page, desk, unit)
    await shown(page, unit, 0)
    await page.keyboard.press("c")
    box = await page.locator(".ct .picture").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + 40, y + 20)
    await page.mouse.up()
    await shown(page, unit, 0, "100/50")


async def test_a_slice_that_the_store_lost_is_said_to_be_missing(
    page: Page, desk: Desk, unit: CtUnit, tmp_path: Path
) -> None:
    """Nothing is drawn in its place, in either language."""
    await unit.announce()
    await unit.send(1)
    key = unit.manifest.key(unit.series.objects[0].sop_uid)
    (tmp_path / "objects" / "sealed" / key).unlink()
    await sit_down(page, desk, unit)
    await expect(page.locator(".ct .none")).to_contain_text("does not hold this slice")
    await page.keyboard.press("l")
    await expect(page.locator(".ct .none")).to_contain_text("对象库中没有该层")
    await expect(page.locator(".ct canvas")).to_be_hidden()


async def test_a_hole_between_slices_is_shown_as_a_hole(
    page: Page, desk: Desk, unit: CtUnit
) -> None:
    """One scrolls through it and sees that there is no image."""
    await unit.announce()
    await unit.send(1)
    sent, unit.sent = unit.sent, 6
    assert sent == 1
    await unit.send(1)
    await sit_down(page, desk, unit)
    await expect(page.locator(".ct .rail, .ct .arrived").first).to_contain_text("2 of 28")
    await shown(page, unit, 0)
    await page.keyboard.press("c")
    towards = "ArrowUp" if order(unit).index(6) > order(unit).index(0) else "ArrowDown"
    await page.keyboard.press(towards)
    await expect(page.locator(".ct .none")).to_contain_text("Not received")
    await expect(page.locator(".ct .none")).to_contain_text("9.6 mm without an image")
    await expect(page.locator(".ct canvas")).to_be_hidden()
    await page.keyboard.press(towards)
    assert np.array_equal(await shown(page, unit, 6), grey(unit, 6, 80, 40))
