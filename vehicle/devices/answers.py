"""JSON lines on standard output, written by a thread of their own.

A reader that stops reading must never stop an alarm, so nothing on the event loop waits for the
pipe; instead the source stops taking input while ``ANSWERS_WAITING`` lines wait to be read.
"""

import asyncio
import json
import threading
from collections.abc import Mapping
from queue import SimpleQueue
from typing import BinaryIO, Final

ANSWERS_WAITING: Final = 10_000
"""Lines that may wait for the reader; beyond that no further input is taken."""


class Answers:
    """Writes one JSON object per line, in the order of ``say``."""

    def __init__(self, output: BinaryIO) -> None:
        """Start the thread. Call on the event loop."""
        self._output = output
        self._loop = asyncio.get_running_loop()
        self._lines: SimpleQueue[bytes | None] = SimpleQueue()
        self._waiting = 0
        self._room = asyncio.Event()
        self._room.set()
        self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
        self._thread.start()

    def say(self, answer: Mapping[str, object]) -> None:
        """Queue a line."""
        self._waiting += 1
        if self._waiting >= ANSWERS_WAITING:
            self._room.clear()
        self._lines.put(json.dumps(answer, separators=(",", ":")).encode() + b"\n")

    async def room(self) -> None:
        """Return once few enough lines wait."""
        await self._room.wait()

    async def close(self, within_s: float = 2.0) -> None:
        """Write what waits, as far as somebody reads it in this time."""
        self._lines.put(None)
        await asyncio.to_thread(self._thread.join, within_s)

    def _run(self) -> None:
        readable = True
        while (line := self._lines.get()) is not None:
            lines = [line]
            ending = False
            while not self._lines.empty():
                more = self._lines.get()
                ending = ending or more is None
                lines += [more] if more is not None else []
            readable = readable and self._write(b"".join(lines))
            self._tell(len(lines))
            if ending:
                return

    def _write(self, data: bytes) -> bool:
        """Write and flush; say False once nobody reads any more."""
        try:
            self._output.write(data)
            self._output.flush()
        except (BrokenPipeError, ValueError):
            return False
        return True

    def _tell(self, written: int) -> None:
        try:
            self._loop.call_soon_threadsafe(self._note, written)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def _note(self, written: int) -> None:
        self._waiting -= written
        if self._waiting < ANSWERS_WAITING:
            self._room.set()
