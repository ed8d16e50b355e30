"""The object store as a folder: ``sealed/KEY`` for objects, ``parts/KEY`` for what still grows.

Several gateways can share the folder of one machine. A part is written at its offset, so two that
write the same bytes do no harm, and the digest finds whatever else could go wrong. Sealing is:
compare, flush to disk, rename, flush the folder; so under ``sealed`` there is never half an
object. Files are touched in threads, and no handle outlives a call.

Bound: the disk. When it is full, ``append`` raises OSError and nothing that was sealed is lost.
"""

import asyncio
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from ports.objects.port import DigestDiffers, NoObject, WrongOffset, check_key


class FolderObjects:
    """Objects in a folder."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made when first written to."""
        self._folder = folder

    async def held_bytes(self, key: str) -> int:
        """Return how long the part is."""
        return await asyncio.to_thread(_size, self._part(key))

    async def append(self, key: str, offset: int, data: bytes) -> int:
        """Add bytes at the end of the part."""
        return await asyncio.to_thread(_append, self._part(key), offset, data)

    async def seal(self, key: str, sha256: bytes) -> None:
        """Make the part a durable object."""
        await asyncio.to_thread(_seal, self._part(key), self._sealed(key), sha256)

    async def drop(self, key: str) -> None:
        """Let go of the part."""
        await asyncio.to_thread(self._part(key).unlink, missing_ok=True)

    async def sha256(self, key: str) -> bytes | None:
        """Return the digest of an object."""
        with suppress(NoObject):
            return sha256(await self.read(key)).digest()
        return None

    async def read(self, key: str) -> bytes:
        """Return the bytes of an object."""
        try:
            return await asyncio.to_thread(self._sealed(key).read_bytes)
        except FileNotFoundError as error:
            raise NoObject(key) from error

    async def read_part(self, key: str) -> bytes:
        """Return the bytes of the part."""
        with suppress(FileNotFoundError):
            return await asyncio.to_thread(self._part(key).read_bytes)
        return b""

    def _part(self, key: str) -> Path:
        return self._folder / "parts" / check_key(key)

    def _sealed(self, key: str) -> Path:
        return self._folder / "sealed" / check_key(key)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _append(path: Path, offset: int, data: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o644), "wb") as part:
        held = os.fstat(part.fileno()).st_size
        if offset != held:
            raise WrongOffset(held)
        part.seek(offset)
        part.write(data)
    return offset + len(data)


def _seal(part: Path, sealed: Path, digest: bytes) -> None:
    data = part.read_bytes() if part.exists() else b""
    if sha256(data).digest() != digest:
        part.unlink(missing_ok=True)
        raise DigestDiffers(part.name)
    if sealed.exists():
        part.unlink()
        return
    sealed.parent.mkdir(parents=True, exist_ok=True)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.rename(sealed)
    folder = os.open(sealed.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
