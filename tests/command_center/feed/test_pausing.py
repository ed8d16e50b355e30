"""Pausing the sound of alarms at the center, as whoever asks for it sees it, over real gRPC."""

from pathlib import Path

import grpc
import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.instant import SECOND_US
from ports.log.memory_log import MemoryLog
from tests.command_center.night import alarm_of, append, encounter, transition
from tests.command_center.station import Station, station_at, violations


def _pause(
    number: int, request_id: str = "pause-1", *, seconds: int = 60, also: tuple[str, ...] = ()
) -> pb.PauseRequest:
    return pb.PauseRequest(
        pause=alarm_pb2.Pause(
            encounter_id=encounter(number),
            alarm_id=alarm_of(number),
            priority=alarm_pb2.PRIORITY_HIGH,
            revision=1,
            person="dispatcher",
            for_us=seconds * SECOND_US,
            request_id=request_id,
            also=[
                alarm_pb2.Seen(
                    alarm_id=alarm_of(number, cause), priority=alarm_pb2.PRIORITY_HIGH, revision=1
                )
                for cause in also
            ],
        )
    )


async def test_a_pause_is_answered_when_it_is_in_the_log(log: MemoryLog, tmp_path: Path) -> None:
    """By whom, where and until when; the alarm stays unacknowledged, over a restart too."""
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, transition(1, 1))
        await feed.next()
        answer = await station.alerts.Pause(_pause(1))
        (paused,) = answer.alarm.pauses
        assert (paused.person, paused.place) == ("dispatcher", alarm_pb2.PLACE_CENTER)
        assert paused.until_us - paused.at_us == 60 * SECOND_US
        assert answer.alarm.unacknowledged
        assert (await feed.next()).delivery.alarm == answer.alarm
        assert (await station.alerts.Pause(_pause(1))).alarm == answer.alarm
    async with station_at(log, tmp_path) as station:
        assert (await station.alerts.Pause(_pause(1))).alarm == answer.alarm
        (view,) = station.center.publisher.current()
        assert view.pauses[0].until_us == paused.until_us


async def test_alarms_of_one_patient_are_paused_by_one_request(
    station: Station, log: MemoryLog
) -> None:
    """The answer is the first that it had an effect on: one of them is over meanwhile."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1), transition(1, 1, cause="APNOEA"))
    await feed.next()
    await feed.next()
    await append(log, transition(1, 2, revision=2, active=False))
    await feed.next()
    answer = await station.alerts.Pause(_pause(1, also=("APNOEA",)))
    assert (answer.alarm.cause, len(answer.alarm.pauses)) == ("APNOEA", 1)


async def test_a_request_id_names_one_kind_of_action(station: Station, log: MemoryLog) -> None:
    """What was answered as a pause is never taken for an acknowledgement."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1))
    await feed.next()
    await station.alerts.Pause(_pause(1, "one"))
    taken = alarm_pb2.Acknowledgement(
        alarm_id=alarm_of(1),
        priority=alarm_pb2.PRIORITY_HIGH,
        revision=1,
        person="dispatcher",
        request_id="one",
    )
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Acknowledge(pb.AcknowledgeRequest(acknowledgement=taken))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert station.center.publisher.current()[0].unacknowledged


async def test_a_pause_of_what_is_over_or_unknown_is_refused(
    station: Station, log: MemoryLog
) -> None:
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1), transition(1, 2, revision=2, active=False))
    await feed.next()
    await feed.next()
    codes = []
    for request in (_pause(1, "over"), _pause(7, "unknown")):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await station.alerts.Pause(request)
        codes.append(refused.value.code())
    assert codes == [grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.NOT_FOUND]


async def test_a_wrong_pause_names_every_field(station: Station) -> None:
    """Nothing stated, too long, and a further alarm that is none."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Pause(pb.PauseRequest())
    wanted = ["alarm_id", "priority", "revision", "person", "request_id", "for_us"]
    assert violations(refused.value) == [f"pause.{name}" for name in wanted]
    wrong = _pause(1, seconds=121)
    wrong.pause.also.add()
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Pause(wrong)
    assert violations(refused.value) == [
        "pause.for_us",
        *(f"pause.also[0].{name}" for name in ("alarm_id", "priority", "revision")),
    ]
    crowded = _pause(1, also=("APNOEA",) * 33)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Pause(crowded)
    assert violations(refused.value) == ["pause.also"]
