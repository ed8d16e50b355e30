"""What the browser tests share: Debian's own browser, and proof that pages stay on the machine."""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, Route

from goldenhour.bench.chromium import chromium

LOOPBACK = ("127.0.0.1", "localhost")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as running:
        yield running


@pytest.fixture
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
