"""What the center serves over HTTP: health, feed over WebSocket, board, CT, ECGs, event strips.

A browser lets any page on the machine speak to loopback, so requests that name another host, and
sockets that come from another page than ours, are refused.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from command_center.board.live import live
from command_center.board.page import pages
from command_center.center import Center
from command_center.feed.socket import AlertSocket
from command_center.imaging import serving

LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")

_OTHER_PAGE: Final = 1008
"""WebSocket close code: not allowed."""


def web(center: Center) -> Starlette:
    """Return the application over a running center."""

    async def healthz(_: Request) -> Response:
        return JSONResponse({"status": "serving"})

    async def alerts(socket: WebSocket) -> None:
        await AlertSocket(center.alerts, socket).run()

    async def board(socket: WebSocket) -> None:
        await live(socket, center.board, center.acting, center.strips)

    board_pages = pages()
    routes: list[BaseRoute] = [
        Route("/healthz", healthz),
        WebSocketRoute("/v1/alerts", _from_our_page(alerts)),
        WebSocketRoute("/board/live", _from_our_page(board)),
        Route(serving.PATH, serving.slices(center.gallery)),
        Route(serving.ECG_PATH, serving.sheets(center.ecgs)),
        Route(serving.STRIP_PATH, serving.strips(center.event_strips)),
        *board_pages.routes,
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(LOOPBACK_NAMES))],
        lifespan=board_pages.lifespan,
    )


def _from_our_page(
    serve: Callable[[WebSocket], Awaitable[None]],
) -> Callable[[WebSocket], Awaitable[None]]:
    async def guarded(socket: WebSocket) -> None:
        origin = socket.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != socket.headers.get("host"):
            await socket.close(_OTHER_PAGE)
            return
        await serve(socket)

    return guarded
