"""The client's gRPC edge: TelemetryService to and from the values of ``vehicle.lane.link``.

Each lane has a channel of its own, opened when first used; the downlink rides beside ALARM.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

import grpc
import grpc.aio

from ambulance.alerts.v1 import alarm_pb2
from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2, telemetry_service_pb2_grpc
from ports.grpc_line import Line
from ports.logging import get_logger
from ports.tls import Tls
from vehicle.lane.link import (
    Acknowledged,
    ClockReply,
    DownlinkArrival,
    LinkDown,
    Opened,
    Refused,
    UplinkArrival,
)
from vehicle.lane.session import SealedFrame
from wire.alarms import Entry, to_entry
from wire.frames import Lane
from wire.messages import to_message
from wire.reading import Unreadable
from wire.validation import RefusalReason

_LANE = {
    Lane.ALARM: frame_pb2.LANE_ALARM,
    Lane.VITALS: frame_pb2.LANE_VITALS,
    Lane.WAVEFORM: frame_pb2.LANE_WAVEFORM,
}
_REASON = {int(reason): reason.name for reason in RefusalReason}
_Call = Any

log = get_logger(__name__)


@contextmanager
def _link_down() -> Iterator[None]:
    """Say LinkDown for whatever gRPC raises when a stream is over."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        message = f"{error.code().name}: {error.details()}"
        raise LinkDown(message) from error
    except (grpc.aio.UsageError, asyncio.InvalidStateError) as error:
        raise LinkDown(str(error)) from error


class GrpcUplink:
    """One Uplink stream."""

    def __init__(self, call: _Call) -> None:
        """Wrap a call that was begun."""
        self._call = call

    async def open(self, unit_id: str, lane: Lane, segment: bytes, next_sequence: int) -> None:
        """Say what will come."""
        await self._write(
            telemetry_service_pb2.UplinkRequest(
                open=telemetry_service_pb2.Open(
                    unit_id=unit_id,
                    lane=_LANE[lane],
                    segment=segment,
                    next_sequence=next_sequence,
                )
            )
        )

    async def send(self, frames: Sequence[SealedFrame]) -> None:
        """Send frames in sequence order."""
        sealed = [
            telemetry_service_pb2.SealedFrame(sequence=one.sequence, frame=one.frame)
            for one in frames
        ]
        await self._write(
            telemetry_service_pb2.UplinkRequest(frames=telemetry_service_pb2.Frames(frames=sealed))
        )

    async def probe(self, unit_sent_us: int) -> None:
        """Ask for the gateway's time."""
        await self._write(
            telemetry_service_pb2.UplinkRequest(
                clock_probe=telemetry_service_pb2.ClockProbe(unit_sent_us=unit_sent_us)
            )
        )

    async def _write(self, request: telemetry_service_pb2.UplinkRequest) -> None:
        with _link_down():
            await self._unless_cancelled(self._call.write(request))

    async def read(self) -> UplinkArrival:
        """Wait for what the gateway says next; what this version does not know is passed over."""
        while True:
            with _link_down():
                response = await self._unless_cancelled(self._call.read())
            if response is grpc.aio.EOF:
                message = "the gateway ended the stream"
                raise LinkDown(message)
            arrival = _to_arrival(cast("telemetry_service_pb2.UplinkResponse", response))
            if arrival is not None:
                return arrival

    async def _unless_cancelled(self, waiting: Any) -> Any:  # noqa: ANN401 - gRPC's own types
        """Tell the end of the call, which gRPC raises as a cancellation, from the task's own."""
        try:
            return await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._call.cancelled() and not (task and task.cancelling()):
                message = "the stream was cancelled"
                raise LinkDown(message) from None
            raise

    def cancel(self) -> None:
        """End the stream."""
        self._call.cancel()


def _to_arrival(response: telemetry_service_pb2.UplinkResponse) -> UplinkArrival | None:
    match response.WhichOneof("response"):
        case "acknowledged":
            durable = response.acknowledged
            return Acknowledged(durable.through_sequence, durable.credit_frames)
        case "opened":
            return Opened(response.opened.credit_frames)
        case "refused":
            refused = response.refused
            return Refused(
                refused.sequence,
                _REASON.get(int(refused.reason), "UNSPECIFIED"),
                refused.field_path,
                refused.description,
            )
        case "clock_reply":
            reply = response.clock_reply
            return ClockReply(reply.unit_sent_us, reply.gateway_received_us, reply.gateway_sent_us)
        case _:
            return None


class GrpcLink:
    """The connections of one unit to its gateways, by lane."""

    def __init__(self, addresses: Mapping[Lane, str], tls: Tls | None = None) -> None:
        """Remember where each lane goes; connect later."""
        self._lines = {lane: Line(address, tls) for lane, address in addresses.items()}

    def uplink(self, lane: Lane) -> GrpcUplink:
        """Begin a stream."""
        return GrpcUplink(self._lines[lane].begin(lambda channel: _stub(channel).Uplink()))

    async def downlink(
        self, unit_id: str, resume_token: bytes | None
    ) -> AsyncGenerator[DownlinkArrival, None]:
        """Receive from after the token, or from the oldest kept."""
        call = self._lines[Lane.ALARM].begin(lambda channel: _stub(channel).Downlink())
        try:
            with _link_down():
                await call.write(
                    telemetry_service_pb2.DownlinkRequest(
                        unit_id=unit_id, resume_token=resume_token
                    )
                )
            while True:
                with _link_down():
                    response = await call.read()
                if not isinstance(response, telemetry_service_pb2.DownlinkResponse):
                    message = "the gateway ended the downlink"
                    raise LinkDown(message)
                yield _to_downlink(response)
        finally:
            call.cancel()

    async def close(self) -> None:
        """Close every channel."""
        for line in self._lines.values():
            await line.close()


def _stub(channel: grpc.aio.Channel) -> Any:  # noqa: ANN401 - the stub of an aio channel
    return telemetry_service_pb2_grpc.TelemetryServiceStub(channel)


def _to_downlink(response: telemetry_service_pb2.DownlinkResponse) -> DownlinkArrival:
    match response.WhichOneof("response"):
        case "message":
            return DownlinkArrival(to_message(response.message), response.resume_token)
        case "alarm_entry":
            return DownlinkArrival(_known(response.alarm_entry), response.resume_token)
        case _:
            return DownlinkArrival(None, response.resume_token)


def _known(entry: alarm_pb2.AlarmEntry) -> Entry | None:
    """Return an entry of the log of alarms; None for what a newer center says and we cannot read.

    It would come again after each new start, so it must not end the program.
    """
    try:
        return to_entry(entry)
    except Unreadable as unreadable:
        log.warning("entry passed over", error=str(unreadable))
        return None
