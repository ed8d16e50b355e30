"""Plain set-up of a gRPC server: health, reflection, keep-alive, one port, and a clean end.

Without TLS a server listens on loopback only. The port is taken exclusively (no SO_REUSEPORT), so
a second program on it fails at once instead of sharing its calls.

What a stranger can make a server hold is bounded before any of our code runs: a connection has
``HANDSHAKE_MS`` to become one, there are at most ``CONNECTIONS_MOST``, headers and messages have a
size, and no message is decompressed, so what is small on the link is small in memory.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final, NoReturn, Protocol

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

STATUS_DETAILS_KEY: Final = "grpc-status-details-bin"
"""The trailing metadata in which gRPC carries a google.rpc.Status."""

HANDSHAKE_MS: Final = 20_000
"""Longest time from a connection to its first call; a half-open one is closed then.

Each that is closed and opened again costs a server more than one that stands: with a fourth of
this time ten thousand of them take three times the p99 of healthy units, with this 1.4 times."""

CONNECTIONS_MOST: Final = 16_384
"""Connections of a server at a time, half-open ones too; a further one is closed at once."""

CALLS_PER_CONNECTION: Final = 1_024
"""Calls on one connection at a time; a client keeps a further one waiting."""

METADATA_BYTES: Final = 8_192
"""Headers of a call; a call with more is refused with RESOURCE_EXHAUSTED."""

MESSAGE_BYTES: Final = 4_194_304
"""One message; a larger one ends its call with RESOURCE_EXHAUSTED."""

STREAM_WINDOW_BYTES: Final = 1_048_576
"""Bytes of a stream that may be on their way and unread: 80 Mbit/s over a round trip of 100 ms."""

FIXED_WINDOW: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", STREAM_WINDOW_BYTES),
)
"""For both ends. gRPC would else ask by pings what each link carries, and for a unit that says
something once a second that is a ping and its answer, each way, for nearly each of its frames."""

_IDENTITY_ALONE: Final = 1
"""The set of compressions that holds only the one that does nothing."""

SERVER_OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.so_reuseport", 0),
    ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
    ("grpc.max_allowed_incoming_connections", CONNECTIONS_MOST),
    *FIXED_WINDOW,
    ("grpc.max_concurrent_streams", CALLS_PER_CONNECTION),
    ("grpc.max_metadata_size", METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES),
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.compression_enabled_algorithms_bitset", _IDENTITY_ALONE),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # Vehicles ping every two seconds, with or without data: that is no abuse.
    ("grpc.http2.min_ping_interval_without_data_ms", 500),
    ("grpc.http2.max_ping_strikes", 0),
)

_SERVING: Final = health_pb2.HealthCheckResponse.SERVING
_NOT_SERVING: Final = health_pb2.HealthCheckResponse.NOT_SERVING


class AddressRefused(Exception):  # noqa: N818 - it states a fact, as the other refusals do
    """A server cannot listen where its setting says; the message names the setting."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that listens; ``address`` names the port it really took."""

    host: str
    port: int
    _server: grpc.aio.Server
    _health: health.aio.HealthServicer
    _services: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where clients find it, as ``host:port``."""
        return f"{self.host}:{self.port}"

    async def set_serving(self, serving: bool) -> None:  # noqa: FBT001 - reads as what it says
        """Tell those who ask for its health; calls go on either way."""
        for name in ("", *self._services):
            await self._health.set(name, _SERVING if serving else _NOT_SERVING)

    async def stop(self, grace_ms: int = 2_000) -> None:
        """Take no new calls, give running ones ``grace_ms`` to end, then cut them."""
        await self.set_serving(False)
        await self._server.stop(grace_ms / 1_000)


async def serve(
    registrations: Iterable[Callable[[grpc.aio.Server], None]],
    address: str,
    *,
    services: Sequence[str],
    options: Iterable[tuple[str, int | str]] = (),
    setting: str = "--address",
    credentials: grpc.ServerCredentials | None = None,
    interceptors: Sequence[grpc.aio.ServerInterceptor] = (),
) -> Server:
    """Start a server at ``address`` (``host:port``, port 0 takes a free one).

    ``registrations`` add servicers; ``services`` are their full proto names, for reflection and
    health; ``options`` go before the defaults; ``setting`` is named when the address is refused;
    without ``credentials`` there is no TLS; ``interceptors`` stand before every method.

    Raises:
        AddressRefused: the port is busy, or the host is not loopback and there is no TLS.
    """
    host = served_host(address, setting, secure=credentials is not None)
    server = grpc.aio.server(
        options=[*options, *SERVER_OPTIONS], interceptors=list(interceptors) or None
    )
    for register in registrations:
        register(server)
    health_servicer = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(health_servicer, server)
    described = (*services, health.SERVICE_NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(described, server)
    try:
        port = (
            server.add_insecure_port(address)
            if credentials is None
            else server.add_secure_port(address, credentials)
        )
    except RuntimeError as error:
        message = f"{address} is busy: free it, or choose another address with {setting}"
        raise AddressRefused(message) from error
    await server.start()
    started = Server(host, port, server, health_servicer, tuple(services))
    await started.set_serving(True)
    return started


def rich_status(
    code: grpc.StatusCode, message: str, violations: Iterable[tuple[str, str]] = ()
) -> status_pb2.Status:
    """Return a status whose details are a BadRequest of ``(field path, description)`` pairs."""
    listed = [
        error_details_pb2.BadRequest.FieldViolation(field=field_path, description=description)
        for field_path, description in violations
    ]
    details: list[any_pb2.Any] = []
    if listed:
        packed = any_pb2.Any()
        packed.Pack(error_details_pb2.BadRequest(field_violations=listed))
        details.append(packed)
    return status_pb2.Status(code=code.value[0], message=message, details=details)


class Call(Protocol):
    """A call as services see it: gRPC's own context, or its twin on another transport."""

    async def write(self, message: Any) -> None:  # noqa: ANN401 - as gRPC has it
        """Send one response."""

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str,
        trailing_metadata: Any,  # noqa: ANN401
    ) -> NoReturn:
        """End the call with a status, by raising."""


async def abort_with(
    context: Call,
    code: grpc.StatusCode,
    message: str,
    violations: Iterable[tuple[str, str]] = (),
) -> NoReturn:
    """End the call with a status that names the fields at fault; the message has no patient data.

    Raises:
        grpc.aio.AbortError: always; let it pass.
    """
    status = rich_status(code, message, violations)
    await context.abort(code, message, ((STATUS_DETAILS_KEY, status.SerializeToString()),))
    raise AssertionError  # abort has raised


async def refuse_with(context: Call, violations: Sequence[tuple[str, str]]) -> None:
    """End the call as the sender's fault if there are violations; its message has them all."""
    if violations:
        words = "; ".join(f"{path} {description}" for path, description in violations)
        await abort_with(context, grpc.StatusCode.INVALID_ARGUMENT, words, violations)


def served_host(address: str, setting: str, *, secure: bool) -> str:
    """Return the host of ``host:port``; any that is an IP address may be served with TLS.

    Raises:
        AddressRefused: it is not loopback and there is no TLS; the message names the setting.
    """
    if not secure:
        return loopback_host(address, setting)
    host = address.rpartition(":")[0]
    try:
        ip_address(host.strip("[]") if host != "localhost" else "127.0.0.1")
    except ValueError as error:
        message = f"{address} is not an IP address and a port: change {setting}"
        raise AddressRefused(message) from error
    return host


def loopback_host(address: str, setting: str) -> str:
    """Return the host of ``host:port``.

    Raises:
        AddressRefused: it is not loopback; the message names the setting.
    """
    host = address.rpartition(":")[0].strip("[]")
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        message = f"{address} is not a loopback host:port, and there is no TLS: change {setting}"
        raise AddressRefused(message)
    return address.rpartition(":")[0]
