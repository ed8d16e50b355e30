"""The object store in an S3 bucket: ``sealed/KEY`` for objects, ``parts/KEY/~OFFSET`` for parts.

S3 objects never grow, so a part is a row of pieces, one object per ``append``, each named after the
offset at which it begins. A piece is durable once S3 has answered, so what was acknowledged
outlives the gateway, and any gateway goes on where the row ends. A key's segments hold no tilde,
so no piece is ever taken for an object. Sealing is: join the pieces, compare, put the object,
delete the pieces; what a crash leaves behind is found by its digest.

Where a row ends is listed when an upload opens (``held_bytes``) and remembered while it goes on.
Two gateways that write one part write the same bytes of the same file; a piece that does not begin
where the row ends is not part of it, and the digest finds whatever else could go wrong.

Endpoint and credentials come from the environment as every S3 client takes them
(``AWS_ENDPOINT_URL``, ``AWS_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``). Whatever
S3 answers that is not expected is an OSError, as a full disk is.
"""

import asyncio
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import S3Store

from ports.objects.port import DigestDiffers, NoObject, WrongOffset, check_key

REQUEST_TIMEOUT_S: Final = 10
"""Longest wait for the answer to one request."""

RETRY_TIMEOUT_S: Final = 15
"""Longest time in which a request that failed is repeated; then it is an OSError."""

RETRIES_MAX: Final = 3
"""Repetitions of a request that failed."""

ENDS_KEPT: Final = 10_000
"""Parts whose end is remembered; of one that was forgotten the pieces are listed again."""

_OFFSET_DIGITS: Final = 12


class S3Objects:
    """Objects in a bucket."""

    def __init__(self, url: str) -> None:
        """Use ``s3://BUCKET/PREFIX``; nothing is asked of the server yet."""
        plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        self._store: Any = S3Store.from_url(
            url,
            client_options={"timeout": f"{REQUEST_TIMEOUT_S}s", "allow_http": plain},
            retry_config={
                "max_retries": RETRIES_MAX,
                "retry_timeout": timedelta(seconds=RETRY_TIMEOUT_S),
            },
        )
        self._ends: OrderedDict[str, int] = OrderedDict()

    async def held_bytes(self, key: str) -> int:
        """Return how long the part is, as S3 says."""
        pieces = await self._pieces(check_key(key))
        end = sum(size for _, size in pieces)
        self._remember(key, end)
        return end

    async def append(self, key: str, offset: int, data: bytes) -> int:
        """Put a piece at the end of the part."""
        end = self._ends.get(check_key(key))
        if end is None:
            end = await self.held_bytes(key)
        if offset != end:
            raise WrongOffset(end)
        with _as_os_error():
            await self._store.put_async(_piece(key, offset), data, use_multipart=False)
        self._remember(key, end + len(data))
        return end + len(data)

    async def seal(self, key: str, sha256: bytes) -> None:
        """Make the part an object, durable once S3 has answered."""
        data = await self.read_part(key)
        if _digest(data) != sha256:
            await self.drop(key)
            raise DigestDiffers(key)
        if await self.sha256(key) is None:
            with _as_os_error(), suppress(AlreadyExistsError):
                await self._store.put_async(_sealed(key), data, mode="create", use_multipart=False)
        await self.drop(key)

    async def drop(self, key: str) -> None:
        """Delete the pieces of the part."""
        self._ends.pop(check_key(key), None)
        paths = [path for path, _ in await self._listed(key)]
        if paths:
            with _as_os_error(), suppress(FileNotFoundError):
                await self._store.delete_async(paths)

    async def sha256(self, key: str) -> bytes | None:
        """Return the digest of an object."""
        with suppress(NoObject):
            return _digest(await self.read(key))
        return None

    async def read(self, key: str) -> bytes:
        """Return the bytes of an object."""
        try:
            return await self._get(_sealed(check_key(key)))
        except FileNotFoundError as error:
            raise NoObject(key) from error

    async def read_part(self, key: str) -> bytes:
        """Return the bytes of the part; nothing when it was let go meanwhile."""
        pieces = await self._pieces(check_key(key))
        try:
            return b"".join(await asyncio.gather(*(self._get(path) for path, _ in pieces)))
        except FileNotFoundError:
            return b""

    async def _get(self, path: str) -> bytes:
        with _as_os_error():
            answer = await self._store.get_async(path)
            return bytes(await answer.bytes_async())

    async def _pieces(self, key: str) -> list[tuple[str, int]]:
        """Return path and size of the pieces that make up the part, in their order."""
        end, found = 0, []
        for path, size in await self._listed(key):
            if path.endswith(_name(end)):
                found.append((path, size))
                end += size
        return found

    async def _listed(self, key: str) -> list[tuple[str, int]]:
        with _as_os_error():
            listed = await self._store.list_with_delimiter_async(f"parts/{key}")
        return sorted((one["path"], one["size"]) for one in listed["objects"])

    def _remember(self, key: str, end: int) -> None:
        self._ends[key] = end
        self._ends.move_to_end(key)
        if len(self._ends) > ENDS_KEPT:
            self._ends.popitem(last=False)


def _sealed(key: str) -> str:
    return f"sealed/{key}"


def _piece(key: str, offset: int) -> str:
    return f"parts/{key}/{_name(offset)}"


def _name(offset: int) -> str:
    return f"~{offset:0{_OFFSET_DIGITS}}"


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Say OSError for whatever S3 answers, but for what the callers look for."""
    try:
        yield
    except AlreadyExistsError:
        raise
    except BaseError as error:
        message = f"S3: {str(error).partition(chr(10))[0]}"
        raise OSError(message) from error


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()
