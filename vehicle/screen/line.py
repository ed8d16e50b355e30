"""The screen's end of the cabin's socket: the newest view and trends, and requests with answers.

The vehicle program may start later than the screen, end and come back: the line dials again for
ever, twice a second, and says since when it has heard nothing. It never shows what it cannot
vouch for: who draws asks ``silent_us`` first.
"""

import asyncio
import itertools
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from ports.clock import Clock
from vehicle.cabin.contract import (
    LINE_BYTES,
    REQUEST_S,
    SOCKET_FILE,
    Done,
    Refused,
    Request,
    Trends,
    View,
    decode_said,
    encode,
)

DIAL_US: Final = 500_000
"""Between two attempts to reach the vehicle program."""

SILENT_US: Final = 3_000_000
"""After so long without a view the screen says that its numbers are not current."""


class NoAnswer(Exception):  # noqa: N818 - named for what happened
    """The vehicle program did not answer in time, or refused; the words say which."""


class SeveralUnits(Exception):  # noqa: N818 - named for what is wrong
    """Several units have a socket in this home, and none was named."""


def find_socket(home: Path, unit_id: str | None) -> Path | None:
    """Return the socket of the unit, or of the only one there is; None: none there yet.

    Raises:
        SeveralUnits: the message lists them.
    """
    if unit_id is not None:
        path = home / "vehicle" / unit_id / SOCKET_FILE
        return path if path.exists() else None
    found = sorted(home.glob(f"vehicle/*/{SOCKET_FILE}"))
    if len(found) > 1:
        units = ", ".join(path.parent.name for path in found)
        message = f"several units run in {home}: choose one with --unit-id ({units})"
        raise SeveralUnits(message)
    return found[0] if found else None


class CabinLine:
    """What the screen knows of its vehicle."""

    def __init__(self, find: Callable[[], Path | None], clock: Clock) -> None:
        """Prepare; ``run`` it on the event loop. ``find`` says where the socket is, if anywhere."""
        self._find = find
        self._clock = clock
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Done | Refused]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._heard_us: int | None = None
        self.view: View | None = None
        self.trends = Trends({})
        self.beats = 0
        """Views heard so far."""

    async def run(self) -> None:
        """Dial and listen for ever."""
        while True:
            path = self._find()
            if path is not None:
                with suppress(OSError, ValueError):
                    await self._listen(path)
            await self._clock.sleep_us(DIAL_US)

    @property
    def silent_us(self) -> int | None:
        """Since when no view came; None: there never was one."""
        if self._heard_us is None:
            return None
        return self._clock.monotonic_us() - self._heard_us

    @property
    def current(self) -> bool:
        """Whether what the view shows may be taken for now."""
        silent_us = self.silent_us
        return self._writer is not None and silent_us is not None and silent_us < SILENT_US

    @property
    def now_us(self) -> int:
        """The vehicle's time, microseconds since the Unix epoch, carried on from its last view."""
        if self.view is None or self.silent_us is None:
            return self._clock.now_us()
        return self.view.now_us + self.silent_us

    async def ask(self, request: Callable[[int], Request]) -> None:
        """Send a request, built from its number, and return when it is done; else NoAnswer."""
        number = next(self._numbers)
        if self._writer is None:
            message = "no connection"
            raise NoAnswer(message)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._writer.write(encode(request(number)))
            async with asyncio.timeout(REQUEST_S):
                said = await answer
        except (TimeoutError, OSError) as error:
            raise NoAnswer(str(error)) from error
        finally:
            self._waiting.pop(number, None)
        if isinstance(said, Refused):
            raise NoAnswer(said.reason)

    async def _listen(self, path: Path) -> None:
        reader, self._writer = await asyncio.open_unix_connection(str(path), limit=LINE_BYTES)
        try:
            while line := await reader.readline():
                self._take(line)
        finally:
            self._writer.close()
            self._writer = None

    def _take(self, line: bytes) -> None:
        match decode_said(line):
            case View() as view:
                self.view = view
                self.beats += 1
                self._heard_us = self._clock.monotonic_us()
            case Trends() as trends:
                self.trends = trends
            case answer:
                waiting = self._waiting.get(answer.request)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)
