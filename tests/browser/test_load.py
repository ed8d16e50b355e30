"""One quiet number at the head of the board: how many alarms ten minutes have brought."""

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.vitals import Vital
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)


async def test_alarms_of_the_last_ten_minutes_are_counted(
    page: Page, desk: Desk, ward: Ward
) -> None:
    """Those that began before count no longer, and an alarm counts once."""
    await page.goto(desk.url)
    load = page.locator("#load b")
    await expect(load).to_have_text("0")
    patient = await ward.admit(Patient(1, "AMB-01", 50, {Vital.SPO2: 88.0}, 3))
    low = {"spo2_percent": 88.0}
    await ward.alarm(patient, Cause.RESPIRATION_HIGH, Priority.MEDIUM, low, since_s=601)
    await ward.alarm(patient, Cause.SPO2_LOW, Priority.MEDIUM, low)
    await expect(page.locator("[data-alarm]")).to_have_count(2)
    await expect(load).to_have_text("1")
