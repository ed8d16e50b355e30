"""One uplink stream: the gRPC edge around ``Ingress``.

The handler that gRPC starts reads; nothing else lives as long as the stream. What the gateway has
to say waits in the outbox or is the newest acknowledgement, and a short-lived task writes it: the
acknowledgements that come due while one is being written become one. So an idle stream costs no
task, no timer and no queue.

Reading stops while the credit is used up, while the log is too far behind, while the past has to
wait for the judgement, or while the unit is faster than its pace; gRPC's flow control carries that
to the unit. From outside a stream is ended by sending its status, upon which the pending read
gives up.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

import grpc

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from ports.clock import Clock
from ports.grpc_server import abort_with
from ports.logging import get_logger
from streams.gateway.following.catch_up import CatchUp
from streams.gateway.following.ownership import Ownership
from streams.gateway.metrics import GatewayMetrics
from streams.gateway.reception.opening import BadRequest, refuse
from streams.gateway.reception.units import Units
from streams.gateway.uplink.appending import Appender
from streams.gateway.uplink.ingress import Admitted, Gap, Ingress, Rejected, Repeated
from streams.gateway.uplink.pledges import WAVEFORM_SHARE, Backlog, Pledge
from streams.gateway.uplink.segments import SegmentBook
from wire.frames import Lane
from wire.limits import CREDIT_FRAMES, MAX_COUNT, MAX_FRAMES_PER_REQUEST
from wire.validation import Refusal, RefusalReason, StreamKey

OUTBOX_KEPT: Final = 256
"""Responses that may wait for a slow unit; beyond it reading waits."""

_LAST_WORDS_S: Final = 1.0
_SHARE_OF_BACKLOG: Final = {Lane.VITALS: 1.0, Lane.WAVEFORM: WAVEFORM_SHARE}
_REASONS: Final = {RefusalReason(number): number for number in pb.RefusalReason.values() if number}
_log = get_logger(__name__)

Violations = Sequence[tuple[str, str]]
Context = grpc.aio.ServicerContext[pb.UplinkRequest, pb.UplinkResponse]


@dataclass(frozen=True, slots=True)
class Intake:
    """What all uplink streams of a gateway share."""

    book: SegmentBook
    ownership: Ownership
    units: Units
    appender: Appender
    backlog: Backlog
    catch_up: CatchUp
    clock: Clock
    metrics: GatewayMetrics


@dataclass(slots=True)
class _Owed:
    """A refusal that is not said before its dead letter is durable.

    Until then the frame may still be taken: spoiled on its way, it comes again whole.
    """

    sequence: int
    refusal: Refusal
    durable: bool = False


class UplinkStream:
    """One stream of one lane and segment of a unit."""

    def __init__(
        self, context: Context, intake: Intake, key: StreamKey, next_sequence: int
    ) -> None:
        segment = intake.book.open(key, next_sequence)
        ingress = Ingress(key, next_sequence, segment, intake.ownership)
        self._context = context
        self._intake = intake
        self._ingress = ingress
        self._acked = ingress.expected - 1
        self._ack_again = False
        self._outbox: deque[pb.UplinkResponse] = deque()
        self._owed: deque[_Owed] = deque()
        self._speaking: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._handler: asyncio.Task[None] | None = None
        self._closed = False
        self._changed = asyncio.Event()
        if key.lane is Lane.ALARM:
            intake.catch_up.arrived()
        self._ticket = intake.catch_up.ticket()
        self._pace = intake.units.join(ingress.key, self, intake.clock.monotonic_us())

    async def run(self) -> None:
        """Serve the stream until either side ends it."""
        self._handler = asyncio.current_task()
        segment = self._ingress.segment
        segment.listen(self.wake)
        try:
            self._say_opened()
            await self._read()
            await self._settled()
        except BadRequest as bad:
            self.end(bad.code, str(bad), bad.violations)
            await self.ended()
        finally:
            self._intake.units.leave(self._ingress.key, self)
            segment.forget(self.wake)
            if self._speaking is not None:
                self._speaking.cancel()

    def wake(self) -> None:
        """Look whether there is something to say; costs nothing while something is being said."""
        self._changed.set()
        if self._ingress.segment.lost:
            self.end(grpc.StatusCode.UNAVAILABLE, "the log did not confirm a frame; send again")
        elif self._speaking is None and not self._closed and (self._outbox or self._ack_due):
            self._speaking = asyncio.get_running_loop().create_task(self._speak())

    def supersede(self) -> None:
        """End, because a newer stream took this one's place."""
        self.end(grpc.StatusCode.ABORTED, "a newer stream of this unit took its place")

    def drain(self) -> None:
        """Take no more frames and end once those taken are acknowledged: the gateway stops."""
        self.end(grpc.StatusCode.UNAVAILABLE, "the gateway stops", settle=True)

    def end(
        self,
        code: grpc.StatusCode,
        description: str,
        violations: Violations = (),
        *,
        settle: bool = False,
    ) -> None:
        """Take no more frames, say what is due, and send the status."""
        if self._ending is None:
            ending = self._end(code, description, violations, settle=settle)
            self._ending = asyncio.get_running_loop().create_task(ending)
            self._changed.set()

    async def ended(self) -> None:
        """Wait until a stream that was ended from outside has sent its status."""
        if self._ending is not None:
            await asyncio.wait([self._ending])

    async def _read(self) -> None:
        while (request := await self._next()) is not None:
            match request.WhichOneof("request"):
                case "frames":
                    await self._take(request.frames.frames)
                case "clock_probe":
                    self._answer_probe(request.clock_probe)
                case _:
                    refuse("request", "must be frames or a clock probe after Open")

    async def _next(self) -> pb.UplinkRequest | None:
        """Return the next request once there is room for it, None at the end of the stream."""
        while not self._over and self._crowded:
            await self._change()
        share = _SHARE_OF_BACKLOG.get(self._ingress.key.lane)
        if share is not None:
            await self._intake.backlog.room(share)
        if self._over:
            return None
        request: object = await self._context.read()
        if isinstance(request, pb.UplinkRequest) and await self._let_in(request.frames.frames):
            return request
        return None

    async def _let_in(self, frames: Sequence[pb.SealedFrame]) -> bool:
        """Let the past wait for the judgement; say whether the stream still goes on then."""
        catch_up = self._intake.catch_up
        if self._ingress.key.lane is Lane.VITALS and catch_up.of_the_past(frames):
            await catch_up.room(self._ticket, len(frames), lambda: self._over)
        return not self._over

    @property
    def _over(self) -> bool:
        return self._ending is not None

    @property
    def _crowded(self) -> bool:
        in_flight = self._ingress.segment.in_flight
        return in_flight >= CREDIT_FRAMES or len(self._outbox) >= OUTBOX_KEPT

    async def _take(self, frames: Sequence[pb.SealedFrame]) -> None:
        if not 1 <= len(frames) <= MAX_FRAMES_PER_REQUEST:
            refuse("frames.frames", f"must be 1 to {MAX_FRAMES_PER_REQUEST} frames")
        try:
            for index, sealed in enumerate(frames):
                self._take_frame(sealed, index)
        except BadRequest:
            raise
        except Exception:  # noqa: BLE001 - contained: it costs this stream a reconnection
            # A frame that nobody has pledged for would hold up its segment for ever.
            _log.exception("frame not taken", unit_id=self._ingress.key.unit_id)
            self._ingress.segment.lose()
        self.wake()
        size_bytes = sum([len(sealed.frame) for sealed in frames])
        now_us = self._intake.clock.monotonic_us()
        wait_us = self._pace.take(self._ingress.key.lane, len(frames), size_bytes, now_us)
        if wait_us:
            await self._intake.clock.sleep_us(wait_us)

    def _take_frame(self, sealed: pb.SealedFrame, index: int) -> None:
        if not 1 <= sealed.sequence <= MAX_COUNT:
            refuse(f"frames.frames[{index}].sequence", "must be present, from 1")
        key, metrics = self._ingress.key, self._intake.metrics
        match self._ingress.judge(sealed.sequence, sealed.frame):
            case Admitted() as admitted:
                metrics.frame_admitted(key.lane)
                if admitted.checked.discarded is not None:
                    metrics.frames_discarded(key.lane, admitted.checked.discarded.frames)
                self._intake.appender.append(key, admitted, self._pledge(sealed))
            case Repeated(sequence, refusal):
                metrics.frame_repeated()
                self._ack_again |= sequence <= self._acked
                if refusal is not None and sequence <= self._ingress.segment.acknowledgeable:
                    self._say_refused(sequence, refusal)
            case Rejected() as rejected:
                self._reject(rejected, sealed)
            case Gap(expected):
                path, words = f"frames.frames[{index}].sequence", f"must be {expected}, no gap"
                raise BadRequest(path, words, grpc.StatusCode.OUT_OF_RANGE)

    def _reject(self, rejected: Rejected, sealed: pb.SealedFrame) -> None:
        key, refusal = self._ingress.key, rejected.refusal
        self._intake.metrics.frame_refused(refusal.reason)
        _log.warning(
            "frame refused",
            unit_id=key.unit_id,
            lane=key.lane.name,
            sequence=rejected.sequence,
            reason=refusal.reason.name,
            field_path=refusal.field_path,
        )
        reused = refusal.reason is RefusalReason.SEQUENCE_REUSED
        pledge = self._pledge(sealed, held=reused)
        owed = _Owed(rejected.sequence, refusal)
        self._owed.append(owed)

        def durable() -> None:
            owed.durable = True
            self._say_owed()
            if reused:
                self._acknowledge_again()

        pledge.then = durable
        self._intake.appender.reject(key, rejected, pledge)

    def _pledge(self, sealed: pb.SealedFrame, *, held: bool = False) -> Pledge:
        return Pledge(
            self._ingress.segment,
            sealed.sequence,
            size_bytes=len(sealed.frame),
            received_us=self._intake.clock.monotonic_us(),
            backlog=self._intake.backlog,
            held=held,
        )

    def _acknowledge_again(self) -> None:
        self._ack_again = True
        self.wake()

    def _say_opened(self) -> None:
        opened = pb.Opened(next_sequence=self._ingress.expected, credit_frames=CREDIT_FRAMES)
        self._say(pb.UplinkResponse(opened=opened))

    def _say_owed(self) -> None:
        """Say what was refused for good, in the order of the frames."""
        while self._owed and self._owed[0].durable:
            owed = self._owed.popleft()
            self._say_refused(owed.sequence, owed.refusal)

    def _say_refused(self, sequence: int, refusal: Refusal) -> None:
        refused = pb.Refused(
            sequence=sequence,
            reason=_REASONS[refusal.reason],
            field_path=refusal.field_path or None,
            description=refusal.description,
        )
        self._say(pb.UplinkResponse(refused=refused))

    def _answer_probe(self, probe: pb.ClockProbe) -> None:
        reply = pb.ClockReply(
            unit_sent_us=probe.unit_sent_us, gateway_received_us=self._intake.clock.now_us()
        )
        self._say(pb.UplinkResponse(clock_reply=reply))

    def _say(self, response: pb.UplinkResponse) -> None:
        self._outbox.append(response)
        self.wake()

    async def _speak(self) -> None:
        try:
            while (response := self._next_response()) is not None:
                await self._context.write(response)
        except grpc.aio.BaseError:
            self._outbox.clear()
        finally:
            self._speaking = None
            self._changed.set()

    def _next_response(self) -> pb.UplinkResponse | None:
        if self._outbox:
            response = self._outbox.popleft()
            if response.HasField("clock_reply"):
                response.clock_reply.gateway_sent_us = self._intake.clock.now_us()
            return response
        if not self._ack_due:
            return None
        through = self._ingress.acknowledgeable
        self._acked, self._ack_again = through, False
        return pb.UplinkResponse(
            acknowledged=pb.Acknowledged(through_sequence=through, credit_frames=CREDIT_FRAMES)
        )

    @property
    def _ack_due(self) -> bool:
        through = self._ingress.acknowledgeable
        return through > self._acked or (self._ack_again and through == self._acked)

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _settled(self) -> None:
        """Wait until all that was taken is acknowledged, or the stream is ended."""
        while not self._over and self._unsettled:
            await self._change()
        await self.ended()

    def _drop(self) -> None:
        """Let go of a unit that does not even read: no status can be sent to it."""
        if self._handler is not None:
            self._handler.cancel()

    @property
    def _unsettled(self) -> bool:
        segment = self._ingress.segment
        return (segment.in_flight > 0 and not segment.lost) or self._speaking is not None

    async def _end(
        self, code: grpc.StatusCode, description: str, violations: Violations, *, settle: bool
    ) -> None:
        """Finish speaking, then send the status: gRPC sends one thing at a time."""
        while settle and self._unsettled:
            await self._change()
        self._closed = True
        if self._speaking is not None:
            _, stuck = await asyncio.wait([self._speaking], timeout=_LAST_WORDS_S)
            if stuck:
                self._drop()
                return
        with suppress(grpc.aio.BaseError):
            await abort_with(self._context, code, description, violations)
