"""The socket between the center and one open board."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from command_center.board.acting import Acting
from command_center.board.board import Board
from command_center.board.strips import Strip, Strips

TOO_MANY: Final = 1013
"""WebSocket close code: try again later."""


async def live(socket: WebSocket, board: Board, acting: Acting, strips: Strips) -> None:
    """Tell one board what changes and do what it asks, until it is closed."""
    await socket.accept()
    viewer = board.admit()
    if viewer is None:
        await socket.close(TOO_MANY)
        return

    async def tell(message: dict[str, Any]) -> None:
        await socket.send_text(msgspec.json.encode(message).decode())

    strip = Strip()
    tellings = [
        asyncio.create_task(board.tell(viewer, tell)),
        asyncio.create_task(strips.tell(strip, tell)),
    ]
    try:
        while True:
            answer = await acting.act(await socket.receive_text(), viewer)
            strips.show(strip, viewer.opened)
            if answer is not None:
                await tell(answer)
    except (WebSocketDisconnect, KeyError):
        return
    finally:
        board.dismiss(viewer)
        strips.show(strip, "")
        for telling in tellings:
            telling.cancel()
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await telling
