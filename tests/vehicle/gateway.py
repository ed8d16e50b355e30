"""A gateway for tests: TelemetryService over real gRPC, a log in memory, faults to order."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio

from ambulance.telemetry.v1 import (
    telemetry_service_pb2,
    telemetry_service_pb2_grpc,
)
from clinical.items import Discarded
from ports.clock import SystemClock
from wire.frames import Frame, Lane, Unreadable, decode_frame
from wire.validation import RefusalReason

Key = tuple[str, int, bytes]
POLL_TURNS = 2_000


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True)
class FakeGateway(telemetry_service_pb2_grpc.TelemetryServiceServicer):
    """Accepts consecutive sequences, keeps each once, and acknowledges unless told not to."""

    credit: int = 256
    acknowledging: bool = True
    opening: asyncio.Event = field(default_factory=_set)
    """Streams are opened while it is set."""
    offset_us: int | None = None
    """What its clock shows, as a constant; None is the time."""
    log: dict[Key, dict[int, bytes]] = field(default_factory=dict)
    refusals: dict[tuple[int, int], telemetry_service_pb2.Refused] = field(default_factory=dict)
    """By lane and sequence."""
    opens: list[tuple[Key, int]] = field(default_factory=list)
    gaps: list[Key] = field(default_factory=list)
    conflicts: list[tuple[Key, int]] = field(default_factory=list)
    widest: int = 0
    """Most frames that a stream had beyond its newest acknowledgement."""
    tokens: list[bytes] = field(default_factory=list)
    posts: "asyncio.Queue[telemetry_service_pb2.DownlinkResponse]" = field(
        default_factory=asyncio.Queue
    )
    port: int = 0
    server: Any = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        self.server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        telemetry_service_pb2_grpc.add_TelemetryServiceServicer_to_server(self, self.server)
        self.port = self.server.add_insecure_port(f"127.0.0.1:{self.port}")
        await self.server.start()

    async def cut(self) -> None:
        """Break every connection and let nobody in."""
        await self.server.stop(None)

    def frames(self, lane: Lane | None = None) -> list[Frame]:
        """Return what the log holds, by segment in the order of their opening."""
        return [
            decode_frame(data)
            for key, held in self.log.items()
            if lane is None or key[1] == lane
            for _, data in sorted(held.items())
        ]

    async def Uplink(  # noqa: N802 - the name of the method on the wire
        self,
        request_iterator: AsyncIterator[telemetry_service_pb2.UplinkRequest],
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> AsyncIterator[telemetry_service_pb2.UplinkResponse]:
        key: Key = ("", 0, b"")
        expected = acknowledged = 0
        async for request in request_iterator:
            match request.WhichOneof("request"):
                case "open":
                    key = (request.open.unit_id, int(request.open.lane), request.open.segment)
                    expected = request.open.next_sequence
                    acknowledged = expected - 1
                    self.opens.append((key, expected))
                    await self.opening.wait()
                    yield telemetry_service_pb2.UplinkResponse(
                        opened=telemetry_service_pb2.Opened(
                            next_sequence=expected, credit_frames=self.credit
                        )
                    )
                case "clock_probe":
                    yield self._clock_reply(request.clock_probe.unit_sent_us)
                case _:
                    for sealed in request.frames.frames:
                        if sealed.sequence > expected and not _bridges(sealed, expected):
                            self.gaps.append(key)
                            await context.abort(grpc.StatusCode.OUT_OF_RANGE, f"{expected}")
                        expected = max(expected, sealed.sequence + 1)
                        refused = self._take(key, sealed)
                        if refused is not None:
                            yield telemetry_service_pb2.UplinkResponse(refused=refused)
                    self.widest = max(self.widest, expected - 1 - acknowledged)
                    if self.acknowledging:
                        acknowledged = expected - 1
                        yield telemetry_service_pb2.UplinkResponse(
                            acknowledged=telemetry_service_pb2.Acknowledged(
                                through_sequence=acknowledged, credit_frames=self.credit
                            )
                        )

    def _take(
        self, key: Key, sealed: telemetry_service_pb2.SealedFrame
    ) -> telemetry_service_pb2.Refused | None:
        refused = self.refusals.get((key[1], sealed.sequence))
        held = self.log.setdefault(key, {})
        if refused is None and held.setdefault(sealed.sequence, sealed.frame) != sealed.frame:
            self.conflicts.append((key, sealed.sequence))
        return refused

    def _clock_reply(self, unit_sent_us: int) -> telemetry_service_pb2.UplinkResponse:
        shown_us = SystemClock().now_us() if self.offset_us is None else self.offset_us
        return telemetry_service_pb2.UplinkResponse(
            clock_reply=telemetry_service_pb2.ClockReply(
                unit_sent_us=unit_sent_us,
                gateway_received_us=shown_us,
                gateway_sent_us=shown_us,
            )
        )

    async def Downlink(  # noqa: N802 - the name of the method on the wire
        self,
        request_iterator: AsyncIterator[telemetry_service_pb2.DownlinkRequest],
        context: "grpc.aio.ServicerContext[Any, Any]",
    ) -> AsyncIterator[telemetry_service_pb2.DownlinkResponse]:
        async for request in request_iterator:
            self.tokens.append(request.resume_token)
            break
        while True:
            yield await self.posts.get()


def _bridges(sealed: telemetry_service_pb2.SealedFrame, expected: int) -> bool:
    """Whether a frame says that the unit left out what is missing before it."""
    try:
        (item, *_) = decode_frame(sealed.frame).items
    except Unreadable:
        return False
    return isinstance(item, Discarded) and item.from_sequence <= expected


def refused(reason: RefusalReason, sequence: int, field_path: str) -> telemetry_service_pb2.Refused:
    """Return a refusal to order from the gateway."""
    return telemetry_service_pb2.Refused(
        sequence=sequence,
        reason=telemetry_service_pb2.RefusalReason.ValueType(int(reason)),
        field_path=field_path,
        description="ordered by the test",
    )
