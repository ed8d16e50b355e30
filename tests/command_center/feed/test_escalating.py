"""Telling somebody further of an alarm, as whoever asks for it sees it, over real gRPC."""

import grpc
import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from ports.log.memory_log import MemoryLog
from tests.command_center.night import alarm_of, append, encounter, transition
from tests.command_center.station import Station, violations


def _escalate(number: int, request_id: str = "escalate-1") -> pb.EscalateRequest:
    return pb.EscalateRequest(
        escalation=alarm_pb2.Escalation(
            encounter_id=encounter(number),
            alarm_id=alarm_of(number),
            priority=alarm_pb2.PRIORITY_HIGH,
            revision=1,
            to=alarm_pb2.RECIPIENT_SUPERVISOR,
            person="dispatcher",
            reason="two crews need help",
            request_id=request_id,
            step=7,
            raised_us=7,
        )
    )


async def test_an_escalation_is_answered_when_it_is_in_the_log(
    station: Station, log: MemoryLog
) -> None:
    """With who told whom and why; it is no step of the time, and repeated it changes nothing."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1))
    await feed.next()
    answer = await station.alerts.Escalate(_escalate(1))
    (told,) = answer.alarm.escalations
    assert (told.to, told.person) == (alarm_pb2.RECIPIENT_SUPERVISOR, "dispatcher")
    assert told.reason == "two crews need help"
    assert not told.HasField("step")
    assert answer.alarm.unacknowledged
    assert (await feed.next()).delivery.alarm == answer.alarm
    assert (await station.alerts.Escalate(_escalate(1))).alarm == answer.alarm


async def test_an_escalation_of_what_is_over_is_refused(station: Station, log: MemoryLog) -> None:
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1), transition(1, 2, revision=2, active=False))
    await feed.next()
    await feed.next()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Escalate(_escalate(1))
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_an_empty_escalation_names_every_field_that_it_lacks(station: Station) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Escalate(pb.EscalateRequest())
    wanted = ["alarm_id", "priority", "revision", "person", "request_id", "to", "reason"]
    assert violations(refused.value) == [f"escalation.{name}" for name in wanted]
