"""The board's page: NiceGUI makes the shell, and the page's own socket keeps it current.

NiceGUI answers a server that was restarted by loading the page anew, and a dispatcher would lose
what they were reading and writing. So its socket is closed once the page stands, and the board goes
on over ``/board/live``, which mends itself. The shell is the same for everybody and says nothing of
any patient.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from nicegui import ui
from nicegui.element import Element
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from ports.signals.head import ASSETS as SIGNALS
from ports.signals.head import PATH as SIGNALS_PATH
from ports.signals.head import head

ASSETS: Final = Path(__file__).parent / "assets"

_HEAD: Final = (
    '<link rel="stylesheet" href="/board/assets/board.css">'
    '<link rel="stylesheet" href="/board/assets/ct.css">'
    '<link rel="stylesheet" href="/board/assets/map.css">'
    '<meta name="color-scheme" content="light dark">' + head(sound=True)
)


class _Assets(StaticFiles):
    """The board's own files, asked for anew each time, so that a new version is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        return response


class _Mount(Element, component="assets/mount.js"):
    """Where the board appears in the shell."""


@dataclass(frozen=True, slots=True)
class Pages:
    """What an application needs to serve the board."""

    routes: Sequence[BaseRoute]
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]]


def pages() -> Pages:
    """Return the board's routes and what has to run around them."""
    shell = _shell()
    return Pages(
        [
            Mount("/board/assets", _Assets(directory=ASSETS)),
            Mount(SIGNALS_PATH, _Assets(directory=SIGNALS)),
            Mount("/", shell),
        ],
        lambda _: _running(shell),
    )


@asynccontextmanager
async def _running(shell: FastAPI) -> AsyncIterator[None]:
    async with shell.router.lifespan_context(shell):
        yield


@cache
def _shell() -> FastAPI:
    """Set NiceGUI up, of which there is one in a process."""
    shell = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    ui.page("/")(_page)
    ui.run_with(
        shell,
        title="Golden Hour",
        language="en-US",
        dark=None,
        tailwind=False,
        show_welcome_message=False,
    )
    return shell


def _page() -> None:
    ui.add_head_html(_HEAD)
    _Mount()
