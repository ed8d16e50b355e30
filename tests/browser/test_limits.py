"""Limits of one patient on the board: set with a reason, refused when unsafe, seen by all."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from tests.browser.ward import Desk, Ward, ill

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_limit_is_set_for_a_patient_and_stands_on_the_line(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """Unsafe or without a reason nothing is set; then who, until when and why can be read."""
    await page.goto(desk.url)
    await page.fill("#person", "Zhang Wei")
    patient = await ward.admit(ill())
    await page.locator(f"[data-encounter='{patient.id}']").click()
    await page.locator(".limit .toggle").click()
    await page.select_option("#limit-cause", "SPO2_LOW")
    await page.fill("#limit-medium", "86")
    await page.locator("#limit-set").click()
    await expect(page.locator(".banner.notice")).to_contain_text("Say why first")
    await page.fill("#limit-reason", "COPD, target 88-92")
    await page.evaluate("document.querySelector('form.limit').noValidate = true")
    await page.fill("#limit-medium", "70")
    await page.locator("#limit-set").click()
    await expect(page.locator(".banner.notice")).to_contain_text("84 to 94")
    await page.fill("#limit-medium", "86")
    await page.fill("#limit-reason", "COPD, target 88-92")
    judging = asyncio.create_task(ward.takes_limit(patient))
    await page.locator("#limit-set").click()
    limit = await judging
    assert (limit.medium, limit.high, limit.person) == (86, None, "Zhang Wei")
    shown = page.locator(".own-limit")
    await expect(shown).to_contain_text("86")
    await expect(shown).to_contain_text("Zhang Wei: COPD, target 88-92")
    await page.keyboard.press("Escape")
    await expect(page.locator(".patients .own-limit")).to_contain_text("until")
