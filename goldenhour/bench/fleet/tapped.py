"""A tap on one unit: carries its connections to the gateway and counts their bytes, each way.

What it counts is what TCP carries: HTTP/2, gRPC and keep-alive included, headers of TCP and IP not.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

CHUNK_BYTES: Final = 65_536


@dataclass(frozen=True, slots=True)
class Carried:
    """Bytes since the tap was opened."""

    up: int
    down: int


class Tap:
    """Listens where the unit connects."""

    def __init__(self, gateway: str) -> None:
        """Prepare; ``open`` it before use."""
        host, _, port = gateway.rpartition(":")
        self._target = (host, int(port))
        self._server: asyncio.Server | None = None
        self._carriers: set[asyncio.Task[None]] = set()
        self._up = 0
        self._down = 0

    @property
    def carried(self) -> Carried:
        """What it has carried so far."""
        return Carried(self._up, self._down)

    async def open(self) -> str:
        """Listen on a free port; return where."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        """Break what is connected and stop listening."""
        if self._server is not None:
            self._server.close()
        for carrier in list(self._carriers):
            carrier.cancel()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    async def _accept(self, unit: asyncio.StreamReader, to_unit: asyncio.StreamWriter) -> None:
        gateway, to_gateway = await asyncio.open_connection(*self._target)
        ways = {
            asyncio.create_task(self._carry(unit, to_gateway, up=True)),
            asyncio.create_task(self._carry(gateway, to_unit, up=False)),
        }
        self._carriers |= ways
        await asyncio.wait(ways)
        self._carriers -= ways

    async def _carry(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, up: bool
    ) -> None:
        try:
            with suppress(OSError):
                while chunk := await source.read(CHUNK_BYTES):
                    if up:
                        self._up += len(chunk)
                    else:
                        self._down += len(chunk)
                    sink.write(chunk)
                    await sink.drain()
        finally:
            sink.transport.abort()
