"""The socket between the center and one open board."""

import asyncio
from contextlib import suppress
from typing import Any, Final

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from command_center.board.acting import Acting
from command_center.board.board import Board

TOO_MANY: Final = 1013
"""WebSocket close code: try again later."""


async def live(socket: WebSocket, board: Board, acting: Acting) -> None:
    """Tell one board what changes and do what it asks, until it is closed."""
    await socket.accept()
    viewer = board.admit()
    if viewer is None:
        await socket.close(TOO_MANY)
        return

    async def tell(message: dict[str, Any]) -> None:
        await socket.send_text(msgspec.json.encode(message).decode())

    telling = asyncio.create_task(board.tell(viewer, tell))
    try:
        while True:
            answer = await acting.act(await socket.receive_text(), viewer)
            if answer is not None:
                await tell(answer)
    except (WebSocketDisconnect, KeyError):
        return
    finally:
        board.dismiss(viewer)
        telling.cancel()
        with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await telling
