"""Plain set-up of an HTTP server inside a program's own event loop: one port and a clean end.

Without TLS a server listens on loopback only, and it takes its port exclusively, as the gRPC
servers do. Signals stay with the program.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import uvicorn

from ports.grpc_server import AddressRefused, loopback_host

MOST_SOCKET_BYTES: Final = 64 * 1024
"""Largest message that a client may send over a WebSocket."""

STOP_GRACE_S: Final = 1
"""How long connections that still speak may take when the server stops."""

PING_S: Final = 10
"""Time between two pings of a WebSocket, and the longest wait for the answer."""


class _Server(uvicorn.Server):
    """A uvicorn server that leaves the signals to its program."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@dataclass(frozen=True, slots=True)
class HttpServer:
    """A server that listens; ``address`` names the port it really took."""

    address: str
    _server: uvicorn.Server
    _serving: "asyncio.Task[None]"

    async def stop(self) -> None:
        """Take nothing new and close what is open."""
        self._server.should_exit = True
        await self._serving


async def serve_http(app: Any, address: str, *, setting: str) -> HttpServer:  # noqa: ANN401 - ASGI
    """Serve an ASGI application at ``address`` (``host:port``, port 0 takes a free one).

    Raises:
        AddressRefused: the port is busy, or the host is not loopback.
    """
    host = loopback_host(address, setting)
    try:
        listening = socket.create_server((host, int(address.rpartition(":")[2])))
    except (OSError, ValueError) as error:
        message = f"{address} is busy: free it, or choose another address with {setting}"
        raise AddressRefused(message) from error
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="on",
        ws="websockets-sansio",
        ws_max_size=MOST_SOCKET_BYTES,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PING_S,
        timeout_graceful_shutdown=STOP_GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    return HttpServer(f"{host}:{listening.getsockname()[1]}", server, serving)
