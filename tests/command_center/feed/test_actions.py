"""Resetting a latched alarm, as whoever asks for it sees it, over real gRPC."""

import asyncio
from pathlib import Path

import grpc
import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.view import AlarmState
from ports.log.memory_log import MemoryLog
from tests.command_center.night import alarm_of, append, encounter, latched, transition, turns
from tests.command_center.station import Station, station_at, violations


def _reset(number: int, request_id: str = "reset-1", revision: int = 2) -> pb.ResetRequest:
    return pb.ResetRequest(
        reset=alarm_pb2.Reset(
            encounter_id=encounter(number),
            alarm_id=alarm_of(number, "APNOEA"),
            revision=revision,
            person="dispatcher",
            request_id=request_id,
        )
    )


def _taken(number: int) -> pb.AcknowledgeRequest:
    return pb.AcknowledgeRequest(
        acknowledgement=alarm_pb2.Acknowledgement(
            alarm_id=alarm_of(number, "APNOEA"),
            priority=alarm_pb2.PRIORITY_HIGH,
            revision=2,
            person="dispatcher",
            request_id="one",
        )
    )


async def test_a_reset_is_answered_when_the_latched_alarm_is_off_the_list(
    log: MemoryLog, tmp_path: Path
) -> None:
    """The answer and the feed show the same, over a restart too; repeated, nothing changes."""
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, *latched(1, 2))
        assert (await feed.next()).delivery.alarm.state == alarm_pb2.ALARM_STATE_ACTIVE
        assert (await feed.next()).delivery.alarm.state == alarm_pb2.ALARM_STATE_LATCHED
        answer = await station.alerts.Reset(_reset(1))
        assert answer.alarm.state == alarm_pb2.ALARM_STATE_ENDED
        assert (answer.alarm.reset.person, answer.alarm.reset.place) == (
            "dispatcher",
            alarm_pb2.PLACE_CENTER,
        )
        assert (await feed.next()).delivery.alarm == answer.alarm
        assert station.center.publisher.current() == []
    async with station_at(log, tmp_path) as station:
        assert (await station.alerts.Reset(_reset(1))).alarm == answer.alarm
        (caught_up,) = await station.subscribe().until_caught_up()
        assert caught_up.caught_up.alarms == 0


async def test_a_reset_of_what_is_not_latched_is_refused_and_says_why(
    station: Station, log: MemoryLog
) -> None:
    """Unknown, of another patient, holding, and over are told apart; nothing is written."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1, cause="APNOEA"), *latched(2, 2))
    for _ in range(3):
        await feed.next()
    await station.alerts.Reset(_reset(2))
    await feed.next()
    foreign = _reset(1, "foreign")
    foreign.reset.encounter_id = encounter(2)
    refusals = []
    for request in (_reset(7, "unknown"), foreign, _reset(1, "early"), _reset(2, "again")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await station.alerts.Reset(request)
        refusals.append((refused.value.code(), refused.value.details()))
    not_found, not_now = grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION
    assert refusals == [
        (not_found, "no alarm of this id"),
        (not_found, "no alarm of this id in this encounter"),
        (not_now, "the condition holds, or held until just now"),
        (not_now, "the alarm is over"),
    ]
    await append(log, transition(1, 3, revision=2, active=False, cause="APNOEA"))
    await feed.next()
    answer = await station.alerts.Reset(_reset(1, "early"))
    assert answer.alarm.reset.person == "dispatcher"


async def test_a_condition_that_comes_back_before_the_reset_is_read_keeps_its_alarm(
    station: Station, log: MemoryLog
) -> None:
    """The reset is appended behind the word that it holds: FAILED_PRECONDITION, and it stays."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, *latched(1, 2))
    for _ in range(2):
        await feed.next()
    log.hold()
    holds = asyncio.create_task(append(log, transition(1, 3, revision=3, cause="APNOEA")))
    await turns()
    reset = asyncio.ensure_future(station.alerts.Reset(_reset(1)))
    while len(log._held or ()) < 2:
        await turns()
    log.release()
    await holds
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await reset
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    (view,) = station.center.publisher.current()
    assert (view.state, view.reset) == (AlarmState.ACTIVE, None)


async def test_a_reset_that_is_not_read_back_is_not_known(log: MemoryLog, tmp_path: Path) -> None:
    """The log stalls: DEADLINE_EXCEEDED, and repeating it later is answered once it is done."""
    async with station_at(log, tmp_path, center_acknowledge_timeout_ms=100) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, *latched(1, 2))
        for _ in range(2):
            await feed.next()
        log.hold()
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await station.alerts.Reset(_reset(1))
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        log.release()
        ended = (await feed.next()).delivery.alarm
        assert (await station.alerts.Reset(_reset(1))).alarm == ended


async def test_a_request_id_names_one_action(station: Station, log: MemoryLog) -> None:
    """What was answered about one alarm is never taken for the answer about another, or a reset."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, *latched(1, 2))
    for _ in range(2):
        await feed.next()
    await station.alerts.Acknowledge(_taken(1))
    for call in (
        station.alerts.Reset(_reset(1, "one")),
        station.alerts.Acknowledge(_taken(2)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert [view.state for view in station.center.publisher.current()] == [AlarmState.LATCHED]


async def test_an_empty_reset_names_every_field_that_it_lacks(station: Station) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Reset(pb.ResetRequest())
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    wanted = ["alarm_id", "revision", "person", "request_id"]
    assert violations(refused.value) == [f"reset.{name}" for name in wanted]
