"""Chunks of an upload, read ahead of the store and joined.

While the store is busy with one write, what comes meanwhile is read; then all of it that belongs
to one object goes into the next write. So a slow store gets fewer and larger writes, and a link is
not idle while an image is judged.

Bound: ``CHUNKS_AHEAD`` chunks per upload, which is what a unit may send unanswered in the largest
ones; beyond that nothing is read, and gRPC's flow control holds the unit back.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from types import TracebackType
from typing import Any, Final, Self

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from streams.gateway.imaging.manifest import ExpectedObject
from streams.gateway.reception.opening import refuse
from wire.limits import MAX_CHUNK_BYTES, UPLOAD_CREDIT_BYTES

CHUNKS_AHEAD: Final = UPLOAD_CREDIT_BYTES // MAX_CHUNK_BYTES
"""Chunks that were read and wait for the store."""

Run = tuple[ExpectedObject, int, bytes]
"""Bytes of an object, and the offset at which they begin."""


class ReadAhead:
    """Reads the requests of one upload while others are worked on."""

    def __init__(self, read: Callable[[], Awaitable[object]]) -> None:
        """Prepare; it reads inside ``async with``."""
        self._read = read
        self._waiting: asyncio.Queue[pb.UploadRequest] = asyncio.Queue(CHUNKS_AHEAD)
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to read."""
        self._reading = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End reading."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def next(self) -> list[pb.UploadRequest]:
        """Return every request that waits, at least one; none when the unit has sent all."""
        taken = [] if self._waiting.empty() else [self._waiting.get_nowait()]
        if not taken and self._reading is not None:
            getting = asyncio.create_task(self._waiting.get())
            try:
                await asyncio.wait({getting, self._reading}, return_when=asyncio.FIRST_COMPLETED)
                if not getting.done():
                    self._reading.result()
                    return []
                taken.append(getting.result())
            finally:
                getting.cancel()
        while not self._waiting.empty():
            taken.append(self._waiting.get_nowait())
        return taken

    async def _run(self) -> None:
        while isinstance(request := await self._read(), pb.UploadRequest):
            await self._waiting.put(request)


def runs(requests: Iterable[pb.UploadRequest], wanted: dict[str, ExpectedObject]) -> list[Run]:
    """Return the chunks in their order, those that continue one another joined.

    Raises:
        BadRequest: a request is no chunk of the series; nothing of these requests is taken.
    """
    found: list[tuple[ExpectedObject, int, list[bytes]]] = []
    end = -1
    for request in requests:
        one, chunk = _chunk(request, wanted)
        if found and found[-1][0] is one and chunk.offset_bytes == end:
            found[-1][2].append(chunk.data)
        else:
            found.append((one, chunk.offset_bytes, [chunk.data]))
        end = chunk.offset_bytes + len(chunk.data)
    return [(one, offset, b"".join(parts)) for one, offset, parts in found]


def _chunk(
    request: pb.UploadRequest, wanted: dict[str, ExpectedObject]
) -> tuple[ExpectedObject, pb.Chunk]:
    if not request.HasField("chunk"):
        refuse("request", "must be a chunk after the manifest")
    chunk = request.chunk
    one = wanted.get(chunk.sop_instance_uid)
    if one is None:
        refuse("chunk.sop_instance_uid", "must be in the manifest")
    if not 1 <= len(chunk.data) <= MAX_CHUNK_BYTES:
        refuse("chunk.data", f"must be 1 to {MAX_CHUNK_BYTES} bytes")
    if chunk.offset_bytes + len(chunk.data) > one.size_bytes:
        refuse("chunk.data", "must end where the object ends")
    return one, chunk


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run works until all have ended; the first error ends the others and is raised as it is.

    gRPC ends a read or write of a stream that is over as a cancellation; that is an error too.
    """
    tasks = [asyncio.create_task(work) for work in works]
    try:
        for next_done in asyncio.as_completed(tasks):
            await next_done
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
