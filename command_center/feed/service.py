"""The alert feed: subscribing, what people do about alarms, and reports of deliveries.

A subscription without a token begins with the alarms of this moment, and these carry no token:
whoever loses the call before ``caught_up`` begins again. With a token it begins with what the store
has since. From ``caught_up`` on each alarm carries the token behind it. CT series are told before
``caught_up`` and when they change, behind the alarms; they have no token and are told anew to
whoever subscribes again.
"""

from dataclasses import replace
from typing import Any, Final

import grpc

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.priority import Priority
from clinical.alarms.transition import (
    Acknowledgement,
    Action,
    Escalation,
    Pause,
    Place,
    Reset,
    Seen,
)
from command_center.consumer import partitions_of
from command_center.feed.actions import (
    Actions,
    AlarmOver,
    ConditionHolds,
    UnknownAlarm,
)
from command_center.feed.deliveries import Deliveries
from command_center.feed.validation import (
    acknowledgement_violations,
    escalation_violations,
    limit_violations,
    name_violations,
    pause_violations,
    report_violations,
    reset_violations,
    strip_violations,
)
from command_center.imaging.event_strips import EventStrips
from command_center.limiting import Limiting, UnknownPatient, UnsafeLimit
from command_center.metrics import CenterMetrics
from command_center.positions import OWN, BadToken, Position, Vector, decode_token, encode_token
from command_center.publishing import Closing, Publisher, Subscription
from command_center.read_back import NotReadBack, RequestReused
from command_center.store.store import Store
from command_center.store.values import Reported, StoredChange
from ports.clock import Clock
from ports.grpc_server import Call, abort_with, refuse_with
from ports.log.port import Log
from wire.alarms import alarm_message
from wire.codes import RECIPIENT
from wire.series import SeriesWord, from_series_word
from wire.staff_limits import from_limit_set, to_limit_change
from wire.strips import from_strip
from wire.topics import ALARMS

SERVICE: Final = pb.DESCRIPTOR.services_by_name["AlertService"].full_name

PAGE: Final = 1_000
"""Changes that are taken from the store at once for a subscriber that resumes."""

_CODES: Final = {
    Closing.OVERFLOWN: grpc.StatusCode.RESOURCE_EXHAUSTED,
    Closing.STOPPING: grpc.StatusCode.UNAVAILABLE,
}
_REFUSALS: Final = {
    UnknownAlarm: grpc.StatusCode.NOT_FOUND,
    AlarmOver: grpc.StatusCode.FAILED_PRECONDITION,
    ConditionHolds: grpc.StatusCode.FAILED_PRECONDITION,
    RequestReused: grpc.StatusCode.INVALID_ARGUMENT,
    UnknownPatient: grpc.StatusCode.NOT_FOUND,
    NotReadBack: grpc.StatusCode.DEADLINE_EXCEEDED,
}


class AlertService:
    """Serves subscribers; a change costs one response per subscriber and no look into the store."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        store: Store,
        actions: Actions,
        limiting: Limiting,
        deliveries: Deliveries,
        strips: EventStrips,
        log: Log,
        metrics: CenterMetrics,
        clock: Clock,
    ) -> None:
        self._publisher = publisher
        self._store = store
        self._actions = actions
        self._limiting = limiting
        self._deliveries = deliveries
        self._strips = strips
        self._log = log
        self._metrics = metrics
        self._clock = clock

    def register(self, server: grpc.aio.Server) -> None:
        """Add the service to a server."""
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Subscribe": grpc.unary_stream_rpc_method_handler(
                self.subscribe,
                request_deserializer=pb.SubscribeRequest.FromString,
                response_serializer=pb.SubscribeResponse.SerializeToString,
            ),
            "Acknowledge": grpc.unary_unary_rpc_method_handler(
                self.acknowledge,
                request_deserializer=pb.AcknowledgeRequest.FromString,
                response_serializer=pb.AcknowledgeResponse.SerializeToString,
            ),
            "Escalate": grpc.unary_unary_rpc_method_handler(
                self.escalate,
                request_deserializer=pb.EscalateRequest.FromString,
                response_serializer=pb.EscalateResponse.SerializeToString,
            ),
            "Pause": grpc.unary_unary_rpc_method_handler(
                self.pause,
                request_deserializer=pb.PauseRequest.FromString,
                response_serializer=pb.PauseResponse.SerializeToString,
            ),
            "Reset": grpc.unary_unary_rpc_method_handler(
                self.reset,
                request_deserializer=pb.ResetRequest.FromString,
                response_serializer=pb.ResetResponse.SerializeToString,
            ),
            "SetLimit": grpc.unary_unary_rpc_method_handler(
                self.set_limit,
                request_deserializer=pb.SetLimitRequest.FromString,
                response_serializer=pb.SetLimitResponse.SerializeToString,
            ),
            "GetStrip": grpc.unary_unary_rpc_method_handler(
                self.get_strip,
                request_deserializer=pb.GetStripRequest.FromString,
                response_serializer=pb.GetStripResponse.SerializeToString,
            ),
            "Report": grpc.unary_unary_rpc_method_handler(
                self.report,
                request_deserializer=pb.ReportRequest.FromString,
                response_serializer=pb.ReportResponse.SerializeToString,
            ),
        }
        handler = grpc.method_handlers_generic_handler(SERVICE, handlers)
        server.add_generic_rpc_handlers((handler,))

    async def subscribe(self, request: pb.SubscribeRequest, context: Call) -> None:
        """Write what was asked for to the call, until it ends."""
        await refuse_with(context, name_violations("subscriber", request.subscriber))
        token = await self._token(request, context)
        subscription = self._publisher.subscribe(request.subscriber, token)
        try:
            if token is None:
                await self._send_current(subscription, context)
            else:
                await self._send_missed(subscription, token, context)
            await self._send_changes(subscription, context)
        finally:
            self._publisher.unsubscribe(subscription)

    async def _token(self, request: pb.SubscribeRequest, context: Call) -> Vector | None:
        """Return the positions to resume at, or end the call."""
        if not request.HasField("resume_token"):
            return None
        try:
            token = decode_token(request.resume_token)
        except BadToken as bad:
            await refuse_with(context, [("resume_token", str(bad))])
            raise
        if await self._store.too_old(token):
            message = "changes since this token are no longer kept: subscribe without one"
            await abort_with(context, grpc.StatusCode.OUT_OF_RANGE, message)
        if await self._beyond_the_log(token):
            message = "the token is of another log: subscribe without one"
            await abort_with(context, grpc.StatusCode.OUT_OF_RANGE, message)
        return token

    async def _beyond_the_log(self, token: Vector) -> bool:
        """Tell whether a token that is ahead of this center is ahead of the log as well."""
        ahead = zip(token[:OWN], self._publisher.vector, strict=False)
        if all(theirs.offset <= ours.offset for theirs, ours in ahead):
            return False
        ends = await self._log.end_positions(partitions_of(ALARMS))
        # The position of a change that is followed by others of its entry is before the end.
        return any(token[part.partition] > Position(end) for part, end in ends.items())

    async def _send_current(self, subscription: Subscription, context: Call) -> None:
        vector = tuple(subscription.vector)
        current = self._publisher.current()
        for view in current:
            delivered = self._deliveries.made(subscription.subscriber, view.alarm_id, view.revision)
            self._metrics.delivered(None)
            delivery = pb.Delivery(delivery_id=delivered, alarm=alarm_message(view))
            await context.write(pb.SubscribeResponse(delivery=delivery))
        await _send_series(subscription, context)
        await _caught_up(context, len(current), vector)

    async def _send_missed(self, subscription: Subscription, token: Vector, context: Call) -> None:
        """Send what the store has between the token and the subscription's beginning."""
        alarms = len(self._publisher.current())
        ends = tuple(subscription.vector)
        reached = list(token)
        for partition, end in enumerate(ends):
            while page := await self._page(partition, reached[partition], end, context):
                for change in page:
                    reached[partition] = change.after
                    await self._send(subscription, change, tuple(reached), context)
                if len(page) < PAGE:
                    break
            reached[partition] = end
        await _send_series(subscription, context)
        await _caught_up(context, alarms, ends)

    async def _page(
        self, partition: int, start: Position, end: Position, context: Call
    ) -> list[StoredChange]:
        """Return the next missed changes; end the call if the store let go of some meanwhile."""
        if start >= end:
            return []
        page = await self._store.changes(partition, start, end, PAGE)
        needed = [*self._publisher.vector]
        needed[partition] = start
        if await self._store.too_old(tuple(needed)):
            message = "changes since this token are no longer kept: subscribe without one"
            await abort_with(context, grpc.StatusCode.OUT_OF_RANGE, message)
        return page

    async def _send_changes(self, subscription: Subscription, context: Call) -> None:
        while subscription.closing is None:
            while subscription.waiting:
                change, published_us = subscription.waiting.popleft()
                subscription.advance(change)
                await self._send(subscription, change, tuple(subscription.vector), context)
                self._metrics.delivered(self._clock.monotonic_us() - published_us)
            if subscription.series:
                await _send_word(subscription.take_series(), context)
                continue
            subscription.stirred.clear()
            if not subscription.waiting and subscription.closing is None:
                await subscription.stirred.wait()
        closing = subscription.closing
        if closing is Closing.OVERFLOWN:
            self._metrics.overflown()
        await abort_with(context, _CODES[closing], closing.value)

    async def _send(
        self, subscription: Subscription, change: StoredChange, after: Vector, context: Call
    ) -> None:
        delivered = self._deliveries.made(subscription.subscriber, change.alarm_id, change.revision)
        alarm = alarm_pb2.Alarm.FromString(change.alarm)
        delivery = pb.Delivery(delivery_id=delivered, alarm=alarm)
        await context.write(
            pb.SubscribeResponse(delivery=delivery, resume_token=encode_token(after))
        )

    async def acknowledge(
        self, request: pb.AcknowledgeRequest, context: Call
    ) -> pb.AcknowledgeResponse:
        """Take responsibility for an alarm, or end the call with the reason why not."""
        asked = request.acknowledgement
        await refuse_with(context, acknowledgement_violations(asked))
        entry = Acknowledgement(
            encounter_id=asked.encounter_id,
            alarm_id=asked.alarm_id,
            priority=Priority(asked.priority),
            revision=asked.revision,
            person=asked.person,
            place=Place.CENTER,
            at_us=self._clock.now_us(),
            request_id=asked.request_id,
            also=_also(asked),
        )
        return pb.AcknowledgeResponse(alarm=await self._take(entry, context))

    async def pause(self, request: pb.PauseRequest, context: Call) -> pb.PauseResponse:
        """Pause the sound of an alarm at the center, or end the call with the reason why not."""
        asked = request.pause
        await refuse_with(context, pause_violations(asked))
        entry = Pause(
            encounter_id=asked.encounter_id,
            alarm_id=asked.alarm_id,
            priority=Priority(asked.priority),
            revision=asked.revision,
            person=asked.person,
            place=Place.CENTER,
            at_us=self._clock.now_us(),
            for_us=asked.for_us,
            request_id=asked.request_id,
            also=_also(asked),
        )
        return pb.PauseResponse(alarm=await self._take(entry, context))

    async def escalate(self, request: pb.EscalateRequest, context: Call) -> pb.EscalateResponse:
        """Tell somebody further of an alarm, or end the call with the reason why not."""
        asked = request.escalation
        await refuse_with(context, escalation_violations(asked))
        entry = Escalation(
            encounter_id=asked.encounter_id,
            alarm_id=asked.alarm_id,
            priority=Priority(asked.priority),
            revision=asked.revision,
            to=RECIPIENT.member[asked.to],
            person=asked.person,
            reason=asked.reason,
            place=Place.CENTER,
            at_us=self._clock.now_us(),
            request_id=asked.request_id,
        )
        return pb.EscalateResponse(alarm=await self._take(entry, context))

    async def reset(self, request: pb.ResetRequest, context: Call) -> pb.ResetResponse:
        """Take a latched alarm off the list, or end the call with the reason why not."""
        asked = request.reset
        await refuse_with(context, reset_violations(asked))
        entry = Reset(
            encounter_id=asked.encounter_id,
            alarm_id=asked.alarm_id,
            revision=asked.revision,
            person=asked.person,
            place=Place.CENTER,
            at_us=self._clock.now_us(),
            request_id=asked.request_id,
        )
        return pb.ResetResponse(alarm=await self._take(entry, context))

    async def set_limit(self, request: pb.SetLimitRequest, context: Call) -> pb.SetLimitResponse:
        """Set limits for a patient, or end the call with the reason why not."""
        asked = request.change
        await refuse_with(context, limit_violations(asked))
        change = replace(to_limit_change(asked), at_us=self._clock.now_us())
        try:
            limit = await self._limiting.take(change)
        except UnsafeLimit as unsafe:
            code = grpc.StatusCode.INVALID_ARGUMENT
            await abort_with(context, code, str(unsafe), unsafe.violations)
        except (UnknownPatient, RequestReused, NotReadBack) as refused:
            await abort_with(context, _REFUSALS[type(refused)], str(refused))
        return pb.SetLimitResponse(limit=from_limit_set(limit))

    async def _take(self, entry: Action, context: Call) -> alarm_pb2.Alarm:
        try:
            alarm = await self._actions.take(entry)
        except tuple(_REFUSALS) as refused:
            await abort_with(context, _REFUSALS[type(refused)], str(refused))
        return alarm_pb2.Alarm.FromString(alarm)

    async def get_strip(self, request: pb.GetStripRequest, context: Call) -> pb.GetStripResponse:
        """Return the event strip of an alarm, or end the call when there is none."""
        await refuse_with(context, strip_violations(request))
        told = await self._strips.of_alarm(request.alarm_id)
        if told is None:
            message = "there is no strip of this alarm"
            await abort_with(context, grpc.StatusCode.NOT_FOUND, message)
        return pb.GetStripResponse(strip=from_strip(told))

    async def report(self, request: pb.ReportRequest, context: Call) -> pb.ReportResponse:
        """Record what became of deliveries, or end the call with the reason why not."""
        await refuse_with(context, report_violations(request))
        reported = Reported(
            subscriber=request.subscriber,
            delivery_ids=list(request.delivery_ids),
            stage=request.stage,
            person=request.person or None,
            at_us=self._clock.now_us(),
        )
        return pb.ReportResponse(recorded=await self._deliveries.report(reported))


def _also(asked: alarm_pb2.Acknowledgement | alarm_pb2.Pause) -> tuple[Seen, ...]:
    return tuple(Seen(one.alarm_id, Priority(one.priority), one.revision) for one in asked.also)


async def _send_series(subscription: Subscription, context: Call) -> None:
    """Send every word of a series that waits now."""
    for _ in range(len(subscription.series)):
        if subscription.series:
            await _send_word(subscription.take_series(), context)


async def _send_word(word: SeriesWord, context: Call) -> None:
    await context.write(pb.SubscribeResponse(series=from_series_word(word)))


async def _caught_up(context: Call, alarms: int, vector: Vector) -> None:
    caught_up = pb.CaughtUp(alarms=alarms)
    await context.write(
        pb.SubscribeResponse(caught_up=caught_up, resume_token=encode_token(vector))
    )
