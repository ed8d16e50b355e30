"""Calls that must be refused, one after the other, each by a connection of its own.

Each kind says what it tries and how it ended: the status code, or ``ADMITTED`` when it was let in.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import grpc

from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2_grpc
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from goldenhour.bench.healthy import unit_name
from ports.clock import Clock
from ports.grpc_channel import open_channel
from ports.grpc_server import MESSAGE_BYTES, METADATA_BYTES
from ports.tls import TlsFiles
from wire.limits import SEGMENT_BYTES

INTRUDER: Final = "EVIL-001"
EXPIRED: Final = "EVIL-OLD"
REVOKED: Final = "EVIL-REVOKED"
ADMITTED: Final = "ADMITTED"

_PAUSE_US: Final = 200_000
_PATIENCE_S: Final = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to get in."""

    credentials: grpc.ChannelCredentials
    unit_id: str | None = None
    """Whose Open is sent; none: nothing is said."""
    message: bytes | None = None
    """A frame that is sent instead of an Open."""
    metadata: tuple[tuple[str, str], ...] = ()
    compression: grpc.Compression | None = None


def attempts(certificates: Path, foreign: Path) -> Mapping[str, Attempt]:
    """Return every way to get in that is tried."""
    authorities = (certificates / "ca.crt").read_bytes()

    def shown(folder: Path, name: str) -> grpc.ChannelCredentials:
        files = TlsFiles.in_folder(folder, name)
        return grpc.ssl_channel_credentials(
            authorities, files.key.read_bytes(), files.certificate.read_bytes()
        )

    own = shown(certificates, INTRUDER)
    return {
        "no_certificate": Attempt(grpc.ssl_channel_credentials(authorities), INTRUDER),
        "foreign_authority": Attempt(shown(foreign, INTRUDER), INTRUDER),
        "expired": Attempt(shown(certificates, EXPIRED), EXPIRED),
        "revoked": Attempt(shown(certificates, REVOKED), REVOKED),
        "another_units_id": Attempt(own, unit_name(0)),
        "compressed_bomb": Attempt(
            own, message=bytes(4 * MESSAGE_BYTES), compression=grpc.Compression.Gzip
        ),
        "oversized_message": Attempt(own, message=bytes(MESSAGE_BYTES + 1)),
        "oversized_headers": Attempt(own, INTRUDER, metadata=(("x", "y" * METADATA_BYTES),)),
        "slow_sender": Attempt(own),
    }


async def run(
    address: str, ways: Mapping[str, Attempt], stop: asyncio.Event, clock: Clock
) -> dict[str, dict[str, int]]:
    """Try every way again and again until ``stop`` is set; return how each ended, and how often."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in ways}
    slow = {name for name, way in ways.items() if way.unit_id is None and way.message is None}
    waiting: set[asyncio.Task[None]] = set()

    async def once(name: str) -> None:
        seen[name][await _outcome(address, ways[name])] += 1

    while not stop.is_set():
        for name in ways:
            attempt = asyncio.create_task(once(name))
            waiting.add(attempt)
            attempt.add_done_callback(waiting.discard)
            if name not in slow:
                await asyncio.wait([attempt])
            await clock.sleep_us(_PAUSE_US)
    if waiting:
        await asyncio.wait(list(waiting))
    return {name: dict(codes) for name, codes in seen.items()}


async def _outcome(address: str, way: Attempt) -> str:
    async with open_channel(address, credentials=way.credentials) as channel:
        stub: Any = telemetry_service_pb2_grpc.TelemetryServiceStub(channel)
        call = stub.Uplink(timeout=_PATIENCE_S, metadata=way.metadata, compression=way.compression)
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            if (request := _request(way)) is not None:
                await call.write(request)
        try:
            first = await call.read()
        except grpc.aio.AioRpcError as error:
            return error.code().name
        if isinstance(first, pb.UplinkResponse):
            call.cancel()
            return ADMITTED
        code: grpc.StatusCode = await call.code()
        return code.name


def _request(way: Attempt) -> pb.UplinkRequest | None:
    if way.message is not None:
        frames = [pb.SealedFrame(sequence=1, frame=way.message)]
        return pb.UplinkRequest(frames=pb.Frames(frames=frames))
    if way.unit_id is None:
        return None
    opening = pb.Open(
        unit_id=way.unit_id,
        lane=frame_pb2.LANE_VITALS,
        segment=token_bytes(SEGMENT_BYTES),
        next_sequence=1,
    )
    return pb.UplinkRequest(open=opening)
