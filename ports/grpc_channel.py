"""Plain set-up of a gRPC channel for a link that comes and goes.

gRPC by itself notices a dead link after minutes, waits up to two minutes between attempts, and
lets all channels of a process share one connection. Here a silent link is pinged after
``KEEPALIVE_TIME_MS`` and given up ``KEEPALIVE_TIMEOUT_MS`` later, and attempts follow each other
closely; the lanes of a vehicle ask for connections of their own.
"""

from typing import Final

import grpc
from google.rpc import error_details_pb2, status_pb2

from ports.grpc_server import FIXED_WINDOW, STATUS_DETAILS_KEY

KEEPALIVE_TIME_MS: Final = 1_500
"""Silence after which the peer is pinged."""

KEEPALIVE_TIMEOUT_MS: Final = 1_400
"""Time for the answer to a ping; a dead link is found within the sum of both, below 3 s."""

MAX_RECONNECT_BACKOFF_MS: Final = 500
"""Longest pause between two attempts to connect."""

_INITIAL_RECONNECT_BACKOFF_MS: Final = 100
_CONNECT_TIMEOUT_MS: Final = 2_000


def open_channel(
    address: str,
    *,
    own_connection: bool = True,
    max_reconnect_backoff_ms: int = MAX_RECONNECT_BACKOFF_MS,
    credentials: grpc.ChannelCredentials | None = None,
) -> grpc.aio.Channel:
    """Return a channel to ``host:port`` that connects when first used and again when cut.

    With ``own_connection`` it shares its connection with no other channel of the process.
    Without ``credentials`` there is no TLS.
    """
    options = [
        ("grpc.use_local_subchannel_pool", int(own_connection)),
        ("grpc.initial_reconnect_backoff_ms", _INITIAL_RECONNECT_BACKOFF_MS),
        ("grpc.max_reconnect_backoff_ms", max_reconnect_backoff_ms),
        # gRPC's name notwithstanding, this bounds one attempt, not the pause after it.
        ("grpc.min_reconnect_backoff_ms", _CONNECT_TIMEOUT_MS),
        ("grpc.keepalive_time_ms", KEEPALIVE_TIME_MS),
        ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        # A minute by default, and it outranks the keep-alive timeout for a ping under way.
        ("grpc.http2.ping_timeout_ms", KEEPALIVE_TIMEOUT_MS),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
        ("grpc.enable_retries", 0),
        *FIXED_WINDOW,
    ]
    if credentials is None:
        return grpc.aio.insecure_channel(address, options=options)
    return grpc.aio.secure_channel(address, credentials, options=options)


def violations_of(error: grpc.aio.AioRpcError) -> tuple[tuple[str, str], ...]:
    """Return the ``(field path, description)`` pairs that a failed call came back with."""
    for key, value in error.trailing_metadata() or ():
        if key == STATUS_DETAILS_KEY and isinstance(value, bytes):
            return _violations(status_pb2.Status.FromString(value))
    return ()


def _violations(status: status_pb2.Status) -> tuple[tuple[str, str], ...]:
    bad_request = error_details_pb2.BadRequest()
    return tuple(
        (violation.field, violation.description)
        for detail in status.details
        if detail.Unpack(bad_request)
        for violation in bad_request.field_violations
    )
