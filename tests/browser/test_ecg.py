"""A twelve-lead ECG on a patient's page, in a real browser, over a real center."""

from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.twelve_lead.criteria import Person, Sex
from clinical.vitals import Vital
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from simulators.patients.twelve_lead import MadeUp, made_up, recorded
from simulators.scenario import RECORDINGS
from tests.browser.recorder import append_ecg
from tests.browser.ward import Desk, Patient, Ward
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOW_US = SystemClock().now_us()
DRAWN = "(image) => image.complete && image.naturalWidth > 0"

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(loop_scope="session")
async def patient(ward: Ward) -> Patient:
    return await ward.admit(Patient(1, "AMB-05", 61, {Vital.HEART_RATE: 75.0}, 1))


async def test_an_ecg_that_comes_is_shown_with_what_it_says(
    page: Page, desk: Desk, ward: Ward, patient: Patient, log: MemoryLog
) -> None:
    """The statement, the sheet, the levels of all leads; the alarm beside it with its source."""
    await page.goto(f"{desk.url}/#/patient/{patient.id}")
    await expect(page.locator("section.strip")).to_be_visible()
    await expect(page.locator("section.ecg")).to_have_count(0)
    await append_ecg(log, patient.id, made_up(MadeUp.INFERIOR, NOW_US, seed=1))
    await expect(page.locator(".ecg-said")).to_have_text(
        "Meets the criteria of ST-elevation infarction: inferior"
    )
    await expect(page.locator(".ecg-why")).to_contain_text("reciprocal ST depression")
    sheet = page.locator(".ecg img")
    await page.wait_for_function(f"() => ({DRAWN})(document.querySelector('.ecg img'))")
    box = await sheet.bounding_box()
    assert box is not None
    assert box["width"] / box["height"] == pytest.approx(278 / 140, rel=0.02)
    await expect(page.locator(".ecg-levels th")).to_have_count(12)
    values: dict[str, float | str] = {"territory": "inferior", "criteria": "ST elevation"}
    await ward.alarm(patient, Cause.STEMI_SUSPECTED, Priority.HIGH, values)
    card = page.locator("[data-cause='STEMI_SUSPECTED']")
    await expect(card).to_contain_text("ST-elevation infarction suspected")
    await expect(card).to_contain_text("wall inferior")
    await page.keyboard.press("l")
    await expect(page.locator(".ecg-said")).to_have_text("符合ST段抬高型心肌梗死标准: 下壁")
    await expect(card).to_contain_text("疑似ST段抬高型心肌梗死")


async def test_what_is_not_said_is_said_so_and_an_older_one_can_be_chosen(
    page: Page, desk: Desk, patient: Patient, log: MemoryLog
) -> None:
    """A recorded infarction at the edge of the criteria: take it again, a person must look."""
    person = Person(Sex.FEMALE, 81)
    edge = recorded(RECORDINGS / "ptb_s0010", NOW_US, person)
    normal = made_up(MadeUp.NORMAL, NOW_US, seed=1)
    await append_ecg(log, patient.id, edge)
    await append_ecg(
        log, patient.id, replace(normal, recorded_us=NOW_US - 60_000_000), bytes([1] * 16)
    )
    await page.goto(f"{desk.url}/#/patient/{patient.id}")
    said = page.locator(".ecg-said")
    await expect(said).to_contain_text("take the ECG again. A person must look at the tracing.")
    await expect(page.locator(".ecg-head button")).to_have_count(2)
    await page.locator(".ecg-head button").nth(1).click()
    await expect(said).to_contain_text("Does not meet the criteria")
    await expect(said).to_contain_text("rules nothing out")
