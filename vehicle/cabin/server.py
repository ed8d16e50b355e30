"""Serves the desk of a unit on a Unix socket in its spool folder: JSON lines, this machine only.

The socket is readable by the user who runs the vehicle program and by nobody else. Whatever a
screen does, captures and alarms never wait for it: a view is built when the screen has read the
one before, and a screen that says something that is no request is cut off.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Final

from ports.clock import Clock
from ports.logging import get_logger
from vehicle.cabin.contract import (
    LINE_BYTES,
    SOCKET_FILE,
    Answer,
    Done,
    Refused,
    decode_request,
    encode,
)
from vehicle.cabin.desk import Desk, NotDone

PULSE_US: Final = 200_000
"""Between two views."""

SCREENS_MAX: Final = 8
"""Screens at once; a further one is turned away."""

_OWNER_ONLY: Final = 0o600

log = get_logger(__name__)


class CabinServer:
    """The screens of one unit."""

    def __init__(self, desk: Desk, folder: Path, clock: Clock) -> None:
        """Prepare; ``start`` it on the event loop. The folder belongs to this process."""
        self._desk = desk
        self._path = folder / SOCKET_FILE
        self._clock = clock
        self._screens: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._pulsing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, and begin to sample trends; OSError when the socket cannot be made."""
        self._path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(
            self._greet, str(self._path), limit=LINE_BYTES
        )
        self._path.chmod(_OWNER_ONLY)
        self._pulsing = asyncio.create_task(self._pulse(), name="cabin")

    async def stop(self) -> None:
        """Say goodbye to every screen."""
        tasks = [*self._screens, *([self._pulsing] if self._pulsing else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._path.unlink(missing_ok=True)

    async def _pulse(self) -> None:
        while True:
            self._desk.pulse()
            await self._clock.sleep_us(PULSE_US)

    async def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._screens) >= SCREENS_MAX:
            log.warning("too many screens", screens=SCREENS_MAX)
            await _hang_up(writer)
            return
        task = asyncio.create_task(self._serve(reader, writer))
        self._screens.add(task)
        task.add_done_callback(self._screens.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        showing = asyncio.create_task(self._show(writer))
        hearing = asyncio.create_task(self._hear(reader, writer))
        try:
            await asyncio.wait({showing, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            writer.close()
            for task in (showing, hearing):
                task.cancel()
            ended = await asyncio.gather(showing, hearing, return_exceptions=True)
            for error in ended:
                if isinstance(error, Exception) and not isinstance(error, OSError):
                    log.error("screen cut off", error=repr(error))
            await _hang_up(writer)

    async def _show(self, writer: asyncio.StreamWriter) -> None:
        version = -1
        while True:
            writer.write(encode(self._desk.view()))
            if self._desk.trend_version != version:
                version = self._desk.trend_version
                writer.write(encode(self._desk.trends()))
            await writer.drain()
            await self._clock.sleep_us(PULSE_US)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError):
            while line := await reader.readline():
                writer.write(encode(self._answer(line)))
                writer.write(encode(self._desk.view()))
                await writer.drain()

    def _answer(self, line: bytes) -> Answer:
        request = decode_request(line)
        try:
            self._desk.do(request)
        except NotDone as error:
            log.warning("not done", request=type(request).__name__, why=str(error))
            return Refused(request.request, str(error))
        return Done(request.request)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
