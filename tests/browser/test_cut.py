"""A board whose link breaks while somebody works at it: nothing is lost of what they were doing."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, expect

from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from tests.browser.ward import Desk, Ward, ill
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

expect.set_options(timeout=PATIENCE_MS)

CUT_AT_THE_FIRST = """(what) => {
    const { send } = WebSocket.prototype;
    let whole = true;
    WebSocket.prototype.send = function (text) {
        if (!whole || !String(text).includes(`"type":"${what}"`)) return send.call(this, text);
        whole = false;
        this.close();
    };
}"""
"""The link breaks under the first request of this kind, which never arrives."""

KEEP_THE_LINK = """
    window.WebSocket = class extends WebSocket {
        constructor(address) {
            super(address);
            if (address.endsWith("/board/live")) window.live = this;
        }
    };
"""


@pytest.mark.parametrize(("act", "key"), [("take", "a"), ("pause", "h")])
async def test_what_was_asked_when_the_link_broke_can_be_asked_again(
    sit_down: Callable[[], Awaitable[Page]], ward: Ward, act: str, key: str
) -> None:
    """Nobody knows whether it arrived: the board says so, and the key works when the link does."""
    page = await sit_down()
    patient = await ward.admit(ill())
    alarm = await ward.alarm(patient, Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    card = page.locator(f"[data-alarm='{alarm}']")
    await expect(card).to_have_class("alarm high selected open")
    await page.evaluate(CUT_AT_THE_FIRST, act)
    await page.keyboard.press(key)
    await expect(page.locator(".banner.notice")).to_contain_text("did not confirm it")
    await expect(card.locator("button.take")).to_be_enabled()
    await page.keyboard.press(key)
    await expect(card).to_contain_text("Zhang Wei")
    await expect(page.locator(".banner.notice")).to_have_count(0)


async def test_a_patient_who_was_opened_from_the_map_stays_open_when_the_link_is_mended(
    page: Page, ward: Ward, desk: Desk
) -> None:
    """Nor is what was being written to the crew lost; the way back leads to the map."""
    await page.add_init_script(KEEP_THE_LINK)
    await page.goto(desk.url)
    await ward.admit(ill())
    await page.locator("#map").click()
    await page.locator(".unplaced button", has_text="AMB-05").click()
    await page.locator("#message").fill("Trauma room 2 is")
    await page.evaluate("window.live.close()")
    await page.wait_for_function("window.live.readyState === WebSocket.OPEN")
    await expect(page.locator("tr.line.large")).to_contain_text("124")
    await ward.alarm(ward.patients[0], Cause.SYSTOLIC_LOW, Priority.HIGH, {"systolic_mmhg": 84})
    await expect(page.locator(".alarm")).to_contain_text("Systolic blood pressure low")
    await expect(page.locator("#message")).to_have_value("Trauma room 2 is")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator(".map")).to_contain_text("AMB-05")
