"""Messages to a crew from the board: each goes once, and what is not known is said."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from tests.browser.ward import Desk, Ward, ill
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

ENTER_THRICE = """(field) => [1, 2, 3].forEach(() => field.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })
))"""
"""Before any answer can come."""


async def test_a_message_goes_once_however_often_enter_is_pressed(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, desk: Desk
) -> None:
    """A crew that reads a dose twice may give it twice; what is written next goes again."""
    page = await sit_down()
    await ward.admit(ill())
    await page.locator("tr.line .name").click()
    message = page.locator("#message")
    await message.fill("Adrenaline 1 mg")
    await message.evaluate(ENTER_THRICE)
    await expect(message).to_have_value("")
    await message.fill("Then to hall 3")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message")).to_contain_text(["Then to hall 3", "Adrenaline 1 mg"])
    texts = [sent.message.text for sent in await desk.messages_to("AMB-05")]
    assert texts == ["Then to hall 3", "Adrenaline 1 mg"]


async def test_a_message_about_another_patient_of_the_unit_is_told_apart(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward
) -> None:
    """Each patient of a unit with several bays has the unit's messages; a dose is for one."""
    page = await sit_down()
    for number, bay in ((1, "1"), (2, "2")):
        patient = ill(number)
        patient.bay = bay
        await ward.admit(patient)
    await page.locator(f"[data-encounter='{ward.patients[0].id}'] .name").click()
    await page.locator("#message").fill("Adrenaline 1 mg")
    await page.keyboard.press("Enter")
    message = page.locator(".message")
    await expect(message).to_contain_text("Adrenaline 1 mg")
    await expect(message.locator(".other")).to_have_count(0)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await page.locator(f"[data-encounter='{ward.patients[1].id}'] .name").click()
    await expect(message.locator(".other")).to_have_text("About another patient of this unit")
