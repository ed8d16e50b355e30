"""Keys on the board: each does what it says, once, and nothing while somebody chooses or types."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from tests.browser.ward import Desk, Ward, ill
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


async def test_a_list_of_choices_is_used_by_the_keyboard_and_takes_no_alarm(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Arrows and letters choose there, and are no keys of the board."""
    page = await sit_down()
    patient = await ward.admit(ill())
    await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await page.locator(f"[data-encounter='{patient.id}']").click()
    await page.locator(".limit .toggle").click()
    choice = page.locator("#limit-cause")
    await choice.focus()
    await page.keyboard.press("ArrowDown")
    await expect(choice).not_to_have_value("")
    first = await choice.input_value()
    await page.keyboard.press("ArrowDown")
    await expect(choice).not_to_have_value(first)
    await page.keyboard.press("a")
    await page.keyboard.press("Escape")
    await expect(choice).not_to_be_focused()
    card = page.locator(".alarm.selected")
    await expect(card.locator("button.take")).to_be_enabled()
    assert desk.center.publisher.current()[0].acknowledgements == ()
    await page.keyboard.press("a")
    await expect(card).to_contain_text("taken by Zhang Wei")


async def test_a_key_that_is_held_down_takes_one_alarm(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """Whatever leans on the keyboard: the next alarm waits for a stroke of its own."""
    page = await sit_down()
    for number in (1, 2):
        patient = await ward.admit(ill(number, f"AMB-0{number}"))
        await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    selected = page.locator(".alarms .alarm.selected")
    await expect(page.locator(".alarms .alarm.open")).to_have_count(2)
    await page.keyboard.down("a")
    await expect(selected).to_contain_text("taken by Zhang Wei")
    for _ in range(3):
        await page.keyboard.down("a")
    await expect(selected).to_contain_text("taken by Zhang Wei")
    await expect(page.locator(".alarms button.take")).to_be_enabled()
    await page.keyboard.up("a")
    taken = [view for view in desk.center.publisher.current() if view.acknowledgements]
    assert len(taken) == 1
    await page.keyboard.press("a")
    await expect(selected.locator("button.take")).to_be_enabled()
    await page.keyboard.press("a")
    await expect(page.locator(".alarms .alarm.open")).to_have_count(0)
