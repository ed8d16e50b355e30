"""The uploader's gRPC edge: ImagingService to and from plain values."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol

import grpc
import grpc.aio

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from ambulance.imaging.v1 import imaging_service_pb2_grpc as pb_grpc
from ports.grpc_line import Line
from ports.tls import Tls
from vehicle.imaging.series import Series
from vehicle.lane.link import LinkDown

_AGAIN: Final = pb.OBJECT_REFUSAL_DIGEST_MISMATCH


@dataclass(frozen=True, slots=True)
class Progressed:
    """The gateway holds so much of an object."""

    sop_uid: str
    held_bytes: int
    stored: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What the gateway holds of a series."""

    objects: tuple[Progressed, ...]
    credit_bytes: int


@dataclass(frozen=True, slots=True)
class ObjectRefused:
    """The gateway let go of an object."""

    sop_uid: str
    again: bool
    """Whether it is worth sending once more."""
    description: str


UploadArrival = Held | Progressed | ObjectRefused


class UploadStream(Protocol):
    """One stream of one series. Every method raises LinkDown once the stream is over."""

    async def open(self, unit_id: str, series: Series) -> None:
        """Say what will come."""
        ...

    async def send(self, sop_uid: str, offset: int, data: bytes) -> None:
        """Send bytes of an object."""
        ...

    async def read(self) -> UploadArrival:
        """Wait for what the gateway says next."""
        ...

    def cancel(self) -> None:
        """End the stream."""
        ...


class ImagingLink(Protocol):
    """The connection of the IMAGING lane."""

    def upload(self) -> UploadStream:
        """Begin a stream."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


class GrpcImagingLink:
    """The IMAGING lane's own connection to a gateway."""

    def __init__(self, address: str, tls: Tls | None = None) -> None:
        """Remember where it goes; connect later."""
        self._line = Line(address, tls)

    def upload(self) -> "GrpcUpload":
        """Begin a stream."""

        def start(channel: grpc.aio.Channel) -> Any:  # noqa: ANN401 - gRPC's own type
            stub: Any = pb_grpc.ImagingServiceStub(channel)
            return stub.Upload()

        return GrpcUpload(self._line.begin(start))

    async def close(self) -> None:
        """Close the channel."""
        await self._line.close()


class GrpcUpload:
    """One Upload stream."""

    def __init__(self, call: Any) -> None:  # noqa: ANN401 - gRPC's own type
        """Wrap a call that was begun."""
        self._call = call

    async def open(self, unit_id: str, series: Series) -> None:
        """Send the manifest."""
        objects = [
            pb.ManifestObject(
                sop_instance_uid=one.sop_uid, size_bytes=one.size_bytes, sha256=one.sha256
            )
            for one in series.objects
        ]
        manifest = pb.Manifest(
            unit_id=unit_id,
            encounter_id=series.encounter_id,
            study_instance_uid=series.study_uid,
            series_instance_uid=series.series_uid,
            scanned_at_us=series.scanned_us,
            objects=objects,
        )
        await self._write(pb.UploadRequest(manifest=manifest))

    async def send(self, sop_uid: str, offset: int, data: bytes) -> None:
        """Send a chunk."""
        chunk = pb.Chunk(sop_instance_uid=sop_uid, offset_bytes=offset, data=data)
        await self._write(pb.UploadRequest(chunk=chunk))

    async def read(self) -> UploadArrival:
        """Wait for a response that this version knows."""
        while True:
            with _link_down(self._call):
                response: object = await self._call.read()
            if not isinstance(response, pb.UploadResponse):
                message = "the gateway ended the upload"
                raise LinkDown(message)
            arrival = _to_arrival(response)
            if arrival is not None:
                return arrival

    def cancel(self) -> None:
        """End the stream."""
        self._call.cancel()

    async def _write(self, request: pb.UploadRequest) -> None:
        with _link_down(self._call):
            await self._call.write(request)


@contextmanager
def _link_down(call: Any) -> Iterator[None]:  # noqa: ANN401 - gRPC's own type
    """Say LinkDown for whatever gRPC raises when a stream is over, its cancellation included."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        message = f"{error.code().name}: {error.details()}"
        raise LinkDown(message) from error
    except (grpc.aio.UsageError, asyncio.InvalidStateError) as error:
        raise LinkDown(str(error)) from error
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if call.cancelled() and not (task and task.cancelling()):
            message = "the upload was cancelled"
            raise LinkDown(message) from None
        raise


def _to_arrival(response: pb.UploadResponse) -> UploadArrival | None:
    match response.WhichOneof("response"):
        case "held":
            held = response.held
            return Held(tuple(_progressed(one) for one in held.objects), held.credit_bytes)
        case "progress":
            return _progressed(response.progress)
        case "refused":
            refused = response.refused
            again = refused.reason == _AGAIN
            return ObjectRefused(refused.sop_instance_uid, again, refused.description)
        case _:
            return None


def _progressed(pb_progress: pb.Progress) -> Progressed:
    return Progressed(pb_progress.sop_instance_uid, pb_progress.held_bytes, pb_progress.stored)
