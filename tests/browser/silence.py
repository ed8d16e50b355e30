"""A center that falls silent, by the clock of the page that listens to it.

How soon a page says so is a promise of the page, not of the machine that the test runs on: so its
clock is stopped while the center is taken away, and counts on in steps until the page has noticed.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from playwright.async_api import Page

_AHEAD_MS: Final = 1_000
"""A clock can only be stopped at an instant to come."""

_STEP_MS: Final = 50
_STEPS: Final = 200
_LOST_AFTER_MS: Final = "() => Number(document.querySelector('.banner.lost').dataset.afterMs)"


async def lost_after_ms(page: Page, lose: Callable[[], Awaitable[None]]) -> int:
    """Take the center away; return how old what the page heard last was when it said so.

    The page's clock was installed (``page.clock.install``) before anything was loaded.
    """
    now_ms: float = await page.evaluate("Date.now()")
    await page.clock.pause_at((now_ms + _AHEAD_MS) / 1_000)
    await lose()
    lost = page.locator(".banner.lost")
    for _ in range(_STEPS):
        if await lost.count():
            break
        await page.clock.run_for(_STEP_MS)
    after_ms: int = await page.evaluate(_LOST_AFTER_MS)
    await page.clock.resume()
    return after_ms
