"""What the browser tests share: Debian's own browser, and proof that pages stay on the machine.

The browser is started once and serves every test of a process; what a page keeps, it keeps in a
context of its own. A browser belongs to the event loop that started it, so these tests and their
fixtures share the loop of the session.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from goldenhour.bench.programs.chromium import chromium
from ports.log.memory_log import MemoryLog
from tests.browser.ambulance import Ambulance, on_the_road
from tests.browser.ward import Desk, Ward, desk_at, ward_over

LOOPBACK = ("127.0.0.1", "localhost")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of 1440 x 900 that fails its test when it asks another machine for anything."""
    opened = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-GB")
    outside: list[str] = []
    wrong: list[str] = []

    async def stay_here(route: Route) -> None:
        if urlsplit(route.request.url).hostname in LOOPBACK:
            await route.continue_()
        else:
            outside.append(route.request.url)
            await route.abort()

    await opened.route("**/*", stay_here)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    await opened.close()
    assert outside == []
    assert wrong == []


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest_asyncio.fixture(loop_scope="session")
async def ward(log: MemoryLog) -> AsyncIterator[Ward]:
    async with ward_over(log) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def desk(log: MemoryLog, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(log, tmp_path) as running:
        yield running


@pytest.fixture
def sit_down(page: Page, desk: Desk) -> Callable[[], Awaitable[Page]]:
    """Open the board and say who one is."""

    async def opened() -> Page:
        await page.goto(desk.url)
        await expect(page.locator("table thead")).to_be_visible()
        await page.fill("#person", "Zhang Wei")
        await page.locator("#person").blur()
        return page

    return opened


@pytest_asyncio.fixture(loop_scope="session")
async def ambulance(tmp_path: Path) -> AsyncIterator[Ambulance]:
    async with on_the_road(tmp_path, "--language", "en") as ambulance:
        yield ambulance
