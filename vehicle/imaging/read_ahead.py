"""The bytes of a file in pieces, read a block at a time: a thread for each costs more than it.

Bound: one block of ``READ_AHEAD_BYTES`` is held, so a series costs no memory whatever its size.
"""

import asyncio
from pathlib import Path
from typing import Final

READ_AHEAD_BYTES: Final = 262_144


class ReadAhead:
    """The newest block that was read."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._path: Path | None = None
        self._offset = 0
        self._block = b""

    async def piece(self, path: Path, offset: int, size: int) -> bytes:
        """Return so many bytes of a file from an offset, fewer at its end."""
        start = offset - self._offset
        if path != self._path or start < 0 or start + size > len(self._block):
            length = max(size, READ_AHEAD_BYTES)
            self._block = await asyncio.to_thread(_bytes_at, path, offset, length)
            self._path, self._offset, start = path, offset, 0
        return self._block[start : start + size]


def _bytes_at(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(size)
