"""The object store in memory: the twin of the folder, for tests and the in-memory engine.

Bound: none but memory; it holds what a test or one demonstration sends.
"""

from hashlib import sha256

from ports.objects.port import DigestDiffers, NoObject, WrongOffset, check_key


class MemoryObjects:
    """Objects in this process."""

    def __init__(self) -> None:
        """Begin empty."""
        self._parts: dict[str, bytearray] = {}
        self._sealed: dict[str, bytes] = {}

    async def held_bytes(self, key: str) -> int:
        """Return how long the part is."""
        return len(self._parts.get(check_key(key), b""))

    async def append(self, key: str, offset: int, data: bytes) -> int:
        """Add bytes at the end of the part."""
        part = self._parts.setdefault(check_key(key), bytearray())
        if offset != len(part):
            raise WrongOffset(len(part))
        part += data
        return len(part)

    async def seal(self, key: str, sha256: bytes) -> None:
        """Make the part an object."""
        part = bytes(self._parts.pop(check_key(key), b""))
        if _digest(part) != sha256:
            raise DigestDiffers(key)
        self._sealed.setdefault(key, part)

    async def drop(self, key: str) -> None:
        """Let go of the part."""
        self._parts.pop(check_key(key), None)

    async def sha256(self, key: str) -> bytes | None:
        """Return the digest of an object."""
        sealed = self._sealed.get(check_key(key))
        return None if sealed is None else _digest(sealed)

    async def read(self, key: str) -> bytes:
        """Return the bytes of an object."""
        try:
            return self._sealed[check_key(key)]
        except KeyError as error:
            raise NoObject(key) from error

    async def read_part(self, key: str) -> bytes:
        """Return the bytes of the part."""
        return bytes(self._parts.get(check_key(key), b""))


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
