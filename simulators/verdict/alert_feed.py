"""A subscriber of the command center's alert feed, as any dispatcher's program would be.

It keeps its resume token and subscribes again after a loss, so what it yields is every change
once; alarm id and revision tell a change that was delivered twice.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import grpc

from ambulance.alerts.v1 import alarm_pb2, alert_service_pb2, alert_service_pb2_grpc
from clinical.alarms.recipient import Recipient
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.alarms.view import AlarmView
from ports.clock import Clock
from ports.grpc_channel import open_channel
from ports.tls import Tls, channel_credentials
from wire.alarms import alarm_view
from wire.codes import RECIPIENT
from wire.series import SeriesWord, to_series_word
from wire.staff_limits import from_limit_change, to_limit_set
from wire.strips import AlarmStrip, to_strip

RECONNECT_US: Final = 100_000
"""Pause before subscribing again."""

_LOST: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)


@dataclass(frozen=True, slots=True)
class Delivered:
    """An alarm as it arrived."""

    alarm: AlarmView
    delivery_id: bytes
    at_us: int
    """Wall time of arrival."""


@dataclass(frozen=True, slots=True)
class SeriesTold:
    """A CT series as it is now; told again at each subscription."""

    word: SeriesWord


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """All that was current at subscription has arrived."""

    alarms: int


Event = Delivered | SeriesTold | CaughtUp


class AlertFeed:
    """One subscription to the feed."""

    def __init__(self, address: str, subscriber: str, clock: Clock, tls: Tls | None = None) -> None:
        """Prepare a subscription; nothing is opened before ``events``."""
        self._tls = tls
        self._address = address
        self._subscriber = subscriber
        self._clock = clock
        self._token: bytes | None = None
        self.caught_up = False
        """Whether a subscription stands and all that was current has arrived by it."""

    async def events(self) -> AsyncGenerator[Event]:
        """Yield what the feed delivers, over any number of reconnections.

        Raises:
            grpc.aio.AioRpcError: the center refused the subscription.
        """
        async with self._stub() as stub:
            while True:
                try:
                    async for event in self._subscribe(stub):
                        yield event
                except grpc.aio.AioRpcError as lost:
                    if lost.code() is grpc.StatusCode.OUT_OF_RANGE and self._token is not None:
                        self._token = None
                    elif lost.code() not in _LOST:
                        raise
                await self._clock.sleep_us(RECONNECT_US)

    async def acknowledge(self, alarm: AlarmView, person: str, request_id: str) -> None:
        """Take responsibility for an alarm as it was seen.

        Raises:
            grpc.aio.AioRpcError: it was refused, or is not known to have taken effect.
        """
        async with self._stub() as stub:
            await stub.Acknowledge(
                alert_service_pb2.AcknowledgeRequest(
                    acknowledgement=alarm_pb2.Acknowledgement(
                        encounter_id=alarm.encounter_id,
                        alarm_id=alarm.alarm_id,
                        priority=alarm_pb2.Priority.ValueType(alarm.priority),
                        revision=alarm.revision,
                        person=person,
                        place=alarm_pb2.PLACE_CENTER,
                        request_id=request_id,
                    )
                )
            )

    async def pause(self, alarm: AlarmView, person: str, request_id: str, *, for_us: int) -> None:
        """Pause the sound of an alarm at the center, as it was seen; raises as ``acknowledge``."""
        async with self._stub() as stub:
            await stub.Pause(
                alert_service_pb2.PauseRequest(
                    pause=alarm_pb2.Pause(
                        encounter_id=alarm.encounter_id,
                        alarm_id=alarm.alarm_id,
                        priority=alarm_pb2.Priority.ValueType(alarm.priority),
                        revision=alarm.revision,
                        person=person,
                        place=alarm_pb2.PLACE_CENTER,
                        for_us=for_us,
                        request_id=request_id,
                    )
                )
            )

    async def escalate(
        self, alarm: AlarmView, person: str, request_id: str, *, to: Recipient, reason: str
    ) -> None:
        """Tell somebody further of an alarm, as it was seen; raises as ``acknowledge``."""
        async with self._stub() as stub:
            await stub.Escalate(
                alert_service_pb2.EscalateRequest(
                    escalation=alarm_pb2.Escalation(
                        encounter_id=alarm.encounter_id,
                        alarm_id=alarm.alarm_id,
                        priority=alarm_pb2.Priority.ValueType(alarm.priority),
                        revision=alarm.revision,
                        to=RECIPIENT.number[to],
                        person=person,
                        reason=reason,
                        place=alarm_pb2.PLACE_CENTER,
                        request_id=request_id,
                    )
                )
            )

    async def reset(self, alarm: AlarmView, person: str, request_id: str) -> None:
        """Take a latched alarm off the list, as it was seen; raises as ``acknowledge``."""
        async with self._stub() as stub:
            await stub.Reset(
                alert_service_pb2.ResetRequest(
                    reset=alarm_pb2.Reset(
                        encounter_id=alarm.encounter_id,
                        alarm_id=alarm.alarm_id,
                        revision=alarm.revision,
                        person=person,
                        place=alarm_pb2.PLACE_CENTER,
                        request_id=request_id,
                    )
                )
            )

    async def set_limit(self, change: LimitChange) -> LimitSet:
        """Set limits for a patient and return what is in effect; raises as ``acknowledge``."""
        async with self._stub() as stub:
            asked = alert_service_pb2.SetLimitRequest(change=from_limit_change(change))
            answer = await stub.SetLimit(asked)
        return to_limit_set(answer.limit)

    async def strip(self, alarm_id: bytes) -> AlarmStrip:
        """Return the event strip of an alarm; AioRpcError when there is none."""
        async with self._stub() as stub:
            request = alert_service_pb2.GetStripRequest(alarm_id=alarm_id)
            return to_strip((await stub.GetStrip(request)).strip)

    @asynccontextmanager
    async def _stub(self) -> AsyncIterator["alert_service_pb2_grpc.AlertServiceAsyncStub"]:
        tls = self._tls
        credentials = None if tls is None else channel_credentials(tls.material)
        async with open_channel(self._address, credentials=credentials) as channel:
            yield alert_service_pb2_grpc.AlertServiceStub(channel)

    async def _subscribe(
        self, stub: "alert_service_pb2_grpc.AlertServiceAsyncStub"
    ) -> AsyncGenerator[Event]:
        call = stub.Subscribe(
            alert_service_pb2.SubscribeRequest(
                subscriber=self._subscriber, resume_token=self._token
            )
        )
        try:
            async for response in call:
                at_us = self._clock.now_us()
                if response.HasField("resume_token"):
                    self._token = response.resume_token
                if response.HasField("caught_up"):
                    self.caught_up = True
                    yield CaughtUp(response.caught_up.alarms)
                elif response.HasField("series"):
                    yield SeriesTold(to_series_word(response.series))
                else:
                    delivery = response.delivery
                    yield Delivered(alarm_view(delivery.alarm), delivery.delivery_id, at_us)
        finally:
            self.caught_up = False
            call.cancel()
