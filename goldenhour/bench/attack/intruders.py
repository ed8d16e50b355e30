"""Calls that must be refused, one after the other, each by a connection of its own.

Each kind says what it tries and how it ended: the status code, the reason for which its frame was
refused, ``ADMITTED`` when it was let in, or ``NO_ANSWER``. A kind that opens a stream of its own
unit may do so; what it sends there must be refused.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import grpc
from grpc import StatusCode

from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2_grpc
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from goldenhour.bench.attack.healthy import BEGAN_US, encounter_of, unit_name
from goldenhour.bench.load.flipping import vitals_at
from ports.clock import Clock
from ports.grpc_channel import open_channel
from ports.grpc_server import MESSAGE_BYTES, METADATA_BYTES
from ports.tls import TlsFiles
from wire.frames import Frame, Lane, encode_frame
from wire.limits import SEGMENT_BYTES
from wire.validation import RefusalReason

INTRUDER: Final = "EVIL-001"
EXPIRED: Final = "EVIL-OLD"
REVOKED: Final = "EVIL-REVOKED"
ADMITTED: Final = "ADMITTED"
NO_ANSWER: Final = "NO_ANSWER"

_PAUSE_US: Final = 200_000
_PATIENCE_S: Final = 10


@dataclass(frozen=True, slots=True)
class Attempt:
    """One way to get in."""

    credentials: grpc.ChannelCredentials
    refused: frozenset[str]
    """How it ends when it is refused for what is wrong with it."""
    unit_id: str | None = None
    """Whose Open is sent; none: nothing is said."""
    frame: Callable[[bytes], bytes] | None = None
    """Makes the frame that follows the Open, from the segment that it names."""
    message: bytes | None = None
    """Bytes that are sent as a frame, instead of an Open."""
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
    handshake, identity = _codes(StatusCode.UNAVAILABLE), _codes(StatusCode.UNAUTHENTICATED)
    size = _codes(StatusCode.RESOURCE_EXHAUSTED)
    return {
        "no_certificate": Attempt(grpc.ssl_channel_credentials(authorities), handshake, INTRUDER),
        "foreign_authority": Attempt(shown(foreign, INTRUDER), handshake, INTRUDER),
        "expired": Attempt(shown(certificates, EXPIRED), handshake, EXPIRED),
        "revoked": Attempt(shown(certificates, REVOKED), identity, REVOKED),
        "another_units_id": Attempt(own, _codes(StatusCode.PERMISSION_DENIED), unit_name(0)),
        "another_units_encounter": Attempt(
            own, frozenset({RefusalReason.FOREIGN_ENCOUNTER.name}), INTRUDER, _about_another_patient
        ),
        "replayed_segment": Attempt(
            own, frozenset({RefusalReason.WRONG_STREAM.name}), INTRUDER, _recorded
        ),
        # The refusal, or that the rest finds the call closed, whichever comes first.
        "compressed_bomb": Attempt(
            own,
            _codes(StatusCode.UNIMPLEMENTED, StatusCode.INTERNAL),
            message=bytes(4 * MESSAGE_BYTES),
            compression=grpc.Compression.Gzip,
        ),
        "oversized_message": Attempt(own, size, message=bytes(MESSAGE_BYTES + 1)),
        "oversized_headers": Attempt(own, size, INTRUDER, metadata=(("x", "y" * METADATA_BYTES),)),
        "slow_sender": Attempt(own, _codes(StatusCode.DEADLINE_EXCEEDED)),
    }


def _codes(*codes: StatusCode) -> frozenset[str]:
    return frozenset(code.name for code in codes)


def _about_another_patient(segment: bytes) -> bytes:
    """Return a frame of one's own about a healthy unit's patient."""
    return _frame(INTRUDER, segment)


def _recorded(segment: bytes) -> bytes:
    """Return a healthy unit's frame, as somebody has recorded it."""
    return _frame(unit_name(0), segment)


def _frame(unit_id: str, segment: bytes) -> bytes:
    """Return the first frame of a segment, about the first healthy unit's patient."""
    items = (vitals_at(0, 0),)
    return encode_frame(
        Frame(unit_id, Lane.VITALS, segment, 1, BEGAN_US, None, None, encounter_of(0), items)
    )


async def run(
    address: str, ways: Mapping[str, Attempt], stop: asyncio.Event, clock: Clock
) -> dict[str, dict[str, int]]:
    """Try every way again and again until ``stop`` is set; return how each ended, and how often."""
    seen: dict[str, Counter[str]] = {name: Counter() for name in ways}
    slow = {name for name, way in ways.items() if way.unit_id is None and way.message is None}
    waiting: set[asyncio.Task[None]] = set()

    async def once(name: str) -> None:
        seen[name][await outcome(address, ways[name])] += 1

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


async def outcome(address: str, way: Attempt) -> str:
    """Try one way once; return how it ended."""
    try:
        async with (
            asyncio.timeout(_PATIENCE_S),
            open_channel(address, credentials=way.credentials) as channel,
        ):
            stub: Any = telemetry_service_pb2_grpc.TelemetryServiceStub(channel)
            call = stub.Uplink(metadata=way.metadata, compression=way.compression)
            return await _end(call, way)
    except TimeoutError:
        return NO_ANSWER


async def _end(call: Any, way: Attempt) -> str:  # noqa: ANN401 - one of gRPC's calls
    segment = token_bytes(SEGMENT_BYTES)
    with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
        if (request := _request(way, segment)) is not None:
            await call.write(request)
    try:
        said = await call.read()
        if isinstance(said, pb.UplinkResponse) and way.frame is not None:
            await call.write(_frames(way.frame(segment)))
            while isinstance(said, pb.UplinkResponse) and not said.HasField("acknowledged"):
                if said.HasField("refused"):
                    return RefusalReason(said.refused.reason).name
                said = await call.read()
    except grpc.aio.AioRpcError as error:
        return error.code().name
    if isinstance(said, pb.UplinkResponse):
        call.cancel()
        return ADMITTED
    code: StatusCode = await call.code()
    return code.name


def _request(way: Attempt, segment: bytes) -> pb.UplinkRequest | None:
    if way.message is not None:
        return _frames(way.message)
    if way.unit_id is None:
        return None
    opening = pb.Open(
        unit_id=way.unit_id, lane=frame_pb2.LANE_VITALS, segment=segment, next_sequence=1
    )
    return pb.UplinkRequest(open=opening)


def _frames(frame: bytes) -> pb.UplinkRequest:
    return pb.UplinkRequest(frames=pb.Frames(frames=[pb.SealedFrame(sequence=1, frame=frame)]))
