"""The object store as the programs see it: objects that grow by offset, then are sealed for good.

Three drivers stand behind this protocol: ``folder``, ``s3`` and ``memory``. All pass
tests/ports/test_objects.py. A growing object is a *part*; what was written to it in a folder may
be lost when the machine goes down, which its digest shows when it is sealed. A sealed object is
durable and never changes. A key is path-like: segments of [A-Za-z0-9._-] that begin with no dot,
joined by slashes.
"""

import re
from typing import Final, Protocol

KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
"""What a key looks like; use ``fullmatch``."""


class WrongOffset(Exception):  # noqa: N818 - named for what happened
    """The bytes do not begin where the part ends; the argument is where it ends."""


class DigestDiffers(Exception):  # noqa: N818 - named for what happened
    """The part is not what its digest says; it is gone."""


class NoObject(Exception):  # noqa: N818 - named for what happened
    """Nothing is sealed under this key."""


class BadKey(ValueError):  # noqa: N818 - named for what it is
    """The text is no key."""


class Objects(Protocol):
    """A place for objects."""

    async def held_bytes(self, key: str) -> int:
        """Return how long the part under this key is, 0 when there is none."""
        ...

    async def append(self, key: str, offset: int, data: bytes) -> int:
        """Add bytes to a part, whose end must be at ``offset``; return where it then ends.

        Raises WrongOffset when it ends elsewhere, OSError when there is no room.
        """
        ...

    async def seal(self, key: str, sha256: bytes) -> None:
        """Make the part a durable object; it replaces nothing that differs.

        Raises DigestDiffers when the part is not what the digest says, and lets go of the part.
        """
        ...

    async def drop(self, key: str) -> None:
        """Let go of a part; nothing happens when there is none."""
        ...

    async def sha256(self, key: str) -> bytes | None:
        """Return the digest of a sealed object, None when there is none."""
        ...

    async def read(self, key: str) -> bytes:
        """Return the bytes of a sealed object; NoObject when there is none."""
        ...

    async def read_part(self, key: str) -> bytes:
        """Return the bytes of a part, empty when there is none."""
        ...


def check_key(key: str) -> str:
    """Return the key; BadKey when the text is none."""
    if KEY.fullmatch(key) is None:
        message = f"{key!r} is no key"
        raise BadKey(message)
    return key
