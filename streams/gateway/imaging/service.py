"""Uploads as units see them: the gRPC edge around ``Library``.

The handler that gRPC starts stores and answers what was read ahead, in order; a slow disk or log
stops the reading, and gRPC's flow control carries that to the unit. Bytes of an upload
never pass the frames' batches, so an image delays no vital sign in the gateway.
"""

import asyncio
from typing import Any, Final

import grpc

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from ports.clock import Clock
from ports.grpc_server import abort_with
from ports.log.port import LogLost
from ports.logging import get_logger
from ports.objects.port import WrongOffset
from streams.gateway.following.ownership import Ownership
from streams.gateway.imaging.gathering import ReadAhead, runs, together
from streams.gateway.imaging.library import Library, Progress, Refused
from streams.gateway.imaging.manifest import ExpectedObject, Manifest, read_manifest
from streams.gateway.reception.opening import BadRequest
from streams.gateway.reception.quota import Kept
from streams.gateway.reception.reception import Reception
from wire.limits import UPLOAD_CREDIT_BYTES

SERVICE: Final = pb.DESCRIPTOR.services_by_name["ImagingService"].full_name

WHOLE_WAITING: Final = 2
"""Whole objects of an upload that wait to be judged; then no more bytes are taken of it."""

Context = grpc.aio.ServicerContext[pb.UploadRequest, pb.UploadResponse]
_log = get_logger(__name__)


class ImagingService:
    """Serves uploads."""

    def __init__(
        self, library: Library, ownership: Ownership, clock: Clock, reception: Reception
    ) -> None:
        self._library = library
        self._reception = reception
        self._ownership = ownership
        self._clock = clock
        self.draining = False
        """Whether uploads are turned away."""

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server."""
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Upload": grpc.stream_stream_rpc_method_handler(
                self._upload,
                request_deserializer=pb.UploadRequest.FromString,
                response_serializer=pb.UploadResponse.SerializeToString,
            ),
        }
        handler = grpc.method_handlers_generic_handler(SERVICE, handlers)
        server.add_generic_rpc_handlers((handler,))

    async def _upload(self, _: object, context: Context) -> None:
        request = await self._reception.first_message(context)
        if request is grpc.aio.EOF:
            return
        try:
            manifest = read_manifest(request)
            unit_id, path = manifest.unit_id, "manifest.unit_id"
            self._reception.admit(context, unit_id, path)
            await self._check_owner(manifest, context)
            with self._reception.holding(Kept.UPLOAD, unit_id, path):
                await self._receive(manifest, context)
        except BadRequest as bad:
            await abort_with(context, bad.code, str(bad), bad.violations)
        except WrongOffset as wrong:
            words = f"the bytes held end at {wrong}: open the series again"
            await abort_with(context, grpc.StatusCode.OUT_OF_RANGE, words)
        except OSError as error:
            _log.error("objects cannot be written", error=str(error))
            words = "the object store takes nothing"
            await abort_with(context, grpc.StatusCode.RESOURCE_EXHAUSTED, words)
        except LogLost:
            words = "the log did not confirm a reference; send again"
            await abort_with(context, grpc.StatusCode.UNAVAILABLE, words)

    async def _check_owner(self, manifest: Manifest, context: Context) -> None:
        now_us = self._clock.now_us()
        if self._ownership.foreign(manifest.encounter_id, manifest.unit_id, now_us):
            words = "the encounter belongs to another unit"
            await abort_with(
                context,
                grpc.StatusCode.FAILED_PRECONDITION,
                words,
                [("manifest.encounter_id", words)],
            )

    async def _receive(self, manifest: Manifest, context: Context) -> None:
        await self._library.announce(manifest)
        await self._say_held(manifest, context)
        whole: asyncio.Queue[ExpectedObject | None] = asyncio.Queue(WHOLE_WAITING)
        answers = Answers(context)
        await together(
            self._take(manifest, context, answers, whole), self._finish(manifest, answers, whole)
        )

    async def _take(
        self,
        manifest: Manifest,
        context: Context,
        answers: "Answers",
        whole: "asyncio.Queue[ExpectedObject | None]",
    ) -> None:
        wanted = {one.sop_uid: one for one in manifest.objects}
        async with ReadAhead(context.read) as ahead:
            while requests := await self._next(ahead, context):
                for one, offset, data in runs(requests, wanted):
                    progress = await self._library.take(manifest, one, offset, data)
                    await answers.say(progress)
                    if progress.held_bytes == one.size_bytes:
                        await whole.put(one)
        await whole.put(None)

    async def _finish(
        self,
        manifest: Manifest,
        answers: "Answers",
        whole: "asyncio.Queue[ExpectedObject | None]",
    ) -> None:
        """Finish what is whole, in order, while the next object comes in."""
        while (one := await whole.get()) is not None:
            await answers.say(await self._library.finish(manifest, one))

    async def _say_held(self, manifest: Manifest, context: Context) -> None:
        found = [await self._library.look_up(manifest, one) for one in manifest.objects]
        held = pb.Held(
            objects=[_progress(it) for it in found if isinstance(it, Progress)],
            credit_bytes=UPLOAD_CREDIT_BYTES,
        )
        await context.write(pb.UploadResponse(held=held))
        for refused in found:
            if isinstance(refused, Refused):
                await context.write(_response(refused))

    async def _next(self, ahead: ReadAhead, context: Context) -> list[pb.UploadRequest]:
        if self.draining:
            await abort_with(context, grpc.StatusCode.UNAVAILABLE, "the gateway stops")
        return await ahead.next()


class Answers:
    """What the gateway says on one stream; gRPC takes one write at a time."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._writing = asyncio.Lock()

    async def say(self, answer: Progress | Refused) -> None:
        """Write an answer."""
        async with self._writing:
            await self._context.write(_response(answer))


def _response(answer: Progress | Refused) -> pb.UploadResponse:
    if isinstance(answer, Progress):
        return pb.UploadResponse(progress=_progress(answer))
    return pb.UploadResponse(
        refused=pb.ObjectRefused(
            sop_instance_uid=answer.sop_uid,
            reason=pb.ObjectRefusal.ValueType(answer.reason),
            description=answer.description,
        )
    )


def _progress(progress: Progress) -> pb.Progress:
    return pb.Progress(
        sop_instance_uid=progress.sop_uid,
        held_bytes=progress.held_bytes,
        stored=progress.stored,
    )
