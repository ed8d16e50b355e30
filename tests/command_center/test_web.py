"""What the center serves over HTTP, and to whom."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Origin

from ports.log.memory_log import MemoryLog
from tests.browser.ward import Desk, desk_at
from tests.command_center.night import append, transition


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(MemoryLog(), tmp_path) as running:
        yield running


def fetched(url: str, **headers: str) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - ours, on loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code, b""


async def test_health_and_board_answer(desk: Desk) -> None:
    """One says serving; the other is a page in a language, with its files never kept stale."""
    assert await asyncio.to_thread(fetched, f"{desk.url}/healthz") == (200, b'{"status":"serving"}')
    status, page = await asyncio.to_thread(fetched, f"{desk.url}/")
    assert status == 200
    assert b'lang="en' in page
    assert b"/board/assets/board.css" in page
    status, script = await asyncio.to_thread(fetched, f"{desk.url}/board/assets/board.js")
    assert (status, b"export const Board" in script) == (200, True)


async def test_another_host_name_is_refused(desk: Desk) -> None:
    """A name that somebody pointed at loopback reaches nothing."""
    status, _ = await asyncio.to_thread(fetched, f"{desk.url}/healthz", host="evil.example")
    assert status == 400


@pytest.mark.parametrize("path", ["/v1/alerts", "/board/live"])
async def test_a_page_of_somebody_else_cannot_open_a_socket(desk: Desk, path: str) -> None:
    """A browser would let it; the center does not."""
    url = f"ws://{desk.server.address}{path}"
    with pytest.raises(InvalidStatus):
        await connect(url, origin=Origin("http://evil.example"), proxy=None)
    async with connect(url, origin=Origin(desk.url), proxy=None) as socket:
        assert socket.state.name == "OPEN"


async def test_the_feed_is_served(desk: Desk) -> None:
    """At /v1/alerts, as the documentation says."""
    await append(desk.center._log, transition(1, 1))
    async with connect(f"ws://{desk.server.address}/v1/alerts", proxy=None) as socket:
        await socket.send(json.dumps({"subscribe": {"subscriber": "desk-4"}}))
        said = json.loads(await socket.recv())
    assert set(said) <= {"alarm", "caught_up"}
