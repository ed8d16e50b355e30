"""The browser of the bench and of the browser tests: Debian's own Chromium, without a screen.

Playwright drives it. It comes with ``make setup``, as the tools of development do, and is no part
of what a center or a vehicle needs: so it is imported when a browser is wanted, and not before.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.async_api import Browser

BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
FLAGS: Final = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
AWAKE: Final = (
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
)
"""What keeps a second page as quick as the first."""

MEND: Final = (
    "no Chromium on the path: apt-get install -y chromium fonts-noto-cjk, or run make setup"
)
MEND_PLAYWRIGHT: Final = "Playwright is not installed: run make setup, or pip install playwright"


class BrowserMissing(Exception):  # noqa: N818 - named for what is wrong
    """There is no browser, or nothing that drives it; the words are the command that mends it."""


def browser_path() -> str:
    """Return where the browser is.

    Raises:
        BrowserMissing: it is not installed.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise BrowserMissing(MEND)
    return found


@asynccontextmanager
async def chromium(*further: str) -> AsyncIterator["Browser"]:
    """Run the browser for as long as the context lasts.

    Raises:
        BrowserMissing: it, or Playwright, is not installed.
    """
    try:
        from playwright.async_api import async_playwright  # noqa: PLC0415 - see above
    except ImportError as missing:
        raise BrowserMissing(MEND_PLAYWRIGHT) from missing
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=browser_path(), args=[*FLAGS, *further]
        )
        try:
            yield browser
        finally:
            await browser.close()
