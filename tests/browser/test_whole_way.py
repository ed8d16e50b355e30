"""From the crew's screen to the board and back, over real programs and a real Kafka."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from goldenhour.broker.running import RunningBroker
from simulators.patients.ecg import LeadTrouble
from tests.browser.journey import CREW, DISPATCHER, Journey, under_way
from tests.browser.silence import lost_after_ms
from tests.patience import PATIENCE_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

AGAIN_MS: Final = 2_000
"""From one press to the next, while an alarm is not taken."""

expect.set_options(timeout=PATIENCE_MS)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def journey(
    own_kafka: RunningBroker, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Journey]:
    """One patient on the way for all tests of this file; neither screen ever leaves the machine."""
    home = tmp_path_factory.mktemp("journey")
    async with under_way(own_kafka.bootstrap, browser, home) as journey:
        yield journey
        assert journey.asked
        assert journey.outside() == []
        assert journey.wrong == []


@pytest_asyncio.fixture(loop_scope="session")
async def screens(journey: Journey) -> AsyncIterator[tuple[Page, Page]]:
    """The board and the tablet; a page that is left open draws on beside everything behind it."""
    yield await journey.board(), await journey.tablet()
    await journey.leave()


def card(board: Page, cause: str) -> Locator:
    return board.locator(f"[data-alarm][data-cause={cause}]")


def alarm(tablet: Page, cause: str) -> Locator:
    return tablet.locator(f".part.alarms [data-cause={cause}]")


async def take(board: Page, cause: str) -> None:
    """Take the selected card by key, again until this alarm is taken.

    One that has joined others a moment ago is not taken with them: nobody can have seen it.
    """
    taken = card(board, cause).get_by_text(f"taken by {DISPATCHER}").first
    for _ in range(PATIENCE_MS // AGAIN_MS):
        await board.keyboard.press("a")
        with suppress(PlaywrightTimeout):
            await taken.wait_for(timeout=AGAIN_MS)
            break
    await expect(taken).to_be_visible()


async def test_an_alarm_is_taken_by_key_and_the_crew_sees_by_whom(
    journey: Journey, screens: tuple[Page, Page]
) -> None:
    """From the monitor to the board in one way, from the board to the tablet in the other.

    The card is chosen first: one about the system itself that came before stays selected while it
    stands, as detection does that is slow to begin on a busy machine.
    """
    board, tablet = screens
    journey.values["systolic_mmhg"] = 84
    await expect(card(board, "SYSTOLIC_LOW")).to_contain_text("84 mmHg")
    await expect(alarm(tablet, "SYSTOLIC_LOW")).to_be_visible()
    await card(board, "SYSTOLIC_LOW").locator("h3").click()
    await expect(card(board, "SYSTOLIC_LOW")).to_have_class("alarm high selected open")
    await take(board, "SYSTOLIC_LOW")
    await expect(alarm(tablet, "SYSTOLIC_LOW").locator(".taken")).to_contain_text(
        f"Center: {DISPATCHER}"
    )
    journey.values["systolic_mmhg"] = 128


async def test_the_crew_says_no_pulse_and_the_board_shows_it(screens: tuple[Page, Page]) -> None:
    """One tap in the vehicle; the line of the patient comes with it, and undoing it ends it."""
    board, tablet = screens
    await tablet.locator("[data-finding=NO_PULSE]").click()
    await expect(card(board, "NO_PULSE")).to_contain_text("No pulse")
    await expect(board.locator("tr.line.high .worst")).to_contain_text("No pulse")
    await tablet.locator("[data-finding=PULSE_FELT]").click()
    await expect(card(board, "NO_PULSE").locator(".tag")).to_contain_text("over")


async def test_a_flat_lead_is_said_once_on_both_screens_until_it_is_reconnected(
    journey: Journey, screens: tuple[Page, Page]
) -> None:
    """In the words of the catalogue, by the vehicle and by the center, and one alarm on each."""
    board, tablet = screens
    journey.trouble = LeadTrouble.FLAT
    await expect(card(board, "ECG_LEAD_FAULT")).to_contain_text("ECG lead gives no signal")
    await expect(alarm(tablet, "ECG_LEAD_FAULT")).to_contain_text("ECG lead gives no signal · II")
    await expect(card(board, "ECG_LEAD_FAULT")).to_have_count(1)
    journey.trouble = None
    await expect(alarm(tablet, "ECG_LEAD_FAULT")).to_have_count(0)
    await expect(card(board, "ECG_LEAD_FAULT")).to_have_count(0)


async def test_a_message_goes_there_and_its_answers_come_back(screens: tuple[Page, Page]) -> None:
    """Written at the board, read and answered in the vehicle; both screens say how far it came."""
    board, tablet = screens
    await board.locator("tr.line .name").click()
    await board.locator("#message").fill("Trauma room 2 is ready")
    await board.locator("#message").press("Enter")
    message = board.locator(".message")
    await expect(message).to_contain_text("in the vehicle")
    letter = tablet.locator(".letter", has_text="Trauma room 2 is ready")
    await letter.locator("[data-stage=VIEWED]").click()
    await expect(letter.locator(".from")).to_contain_text("The center knows: seen")
    await expect(message).to_contain_text("read")
    await letter.locator("[data-answer=CANNOT]").click()
    await expect(letter.locator(".from")).to_contain_text("The center knows: Cannot")
    await expect(message.locator(".reached").last).to_contain_text("answered: CANNOT")
    await expect(message.locator(".reached").last).to_contain_text(CREW)


async def test_a_killed_center_is_said_within_3_s_and_the_board_catches_up(
    journey: Journey,
) -> None:
    """SIGKILL; what happened meanwhile is there afterwards, and the page was never loaded anew."""
    board, tablet = await journey.board(own_clock=True), await journey.tablet()
    await expect(board.locator("tr.line")).to_contain_text("AMB-07")
    await board.evaluate("() => { window.neverLoadedAnew = true; }")

    async def kill() -> None:
        journey.stack.named("command-center").kill()

    assert await lost_after_ms(board, kill) < 3_000
    journey.values["spo2_percent"] = 84
    await expect(alarm(tablet, "SPO2_LOW")).to_be_visible()
    await expect(card(board, "SPO2_LOW")).to_be_visible()
    await expect(board.locator(".banner.lost")).to_have_count(0)
    assert await board.evaluate("() => window.neverLoadedAnew")
    journey.values["spo2_percent"] = 97
