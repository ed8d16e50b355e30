"""The alert feed as a subscriber sees it, over real gRPC."""

from pathlib import Path

import grpc
import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.priority import Priority
from clinical.instant import SECOND_US
from command_center.positions import OWN, PARTITIONS, Position, decode_token, encode_token
from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from tests.command_center.night import (
    acknowledgement,
    alarm_of,
    append,
    append_picture,
    at,
    closed,
    encounter,
    transition,
    turns,
)
from tests.command_center.station import Station, station_at, violations


def _asked(number: int, request_id: str = "request-1") -> pb.AcknowledgeRequest:
    return pb.AcknowledgeRequest(
        acknowledgement=alarm_pb2.Acknowledgement(
            encounter_id=encounter(number),
            alarm_id=alarm_of(number),
            priority=alarm_pb2.PRIORITY_HIGH,
            revision=1,
            person="dispatcher",
            request_id=request_id,
        )
    )


async def test_a_new_subscriber_gets_current_alarms_by_priority_then_changes(
    station: Station, log: MemoryLog
) -> None:
    """Without a token: what stands, most urgent first, then caught_up, then each change."""
    first = station.subscribe()
    assert (await first.next()).caught_up.alarms == 0
    low = transition(1, 1, cause="SPO2_LOW", priority=Priority.MEDIUM)
    await append(log, low, transition(2, 2))
    await first.next()
    await first.next()
    second = station.subscribe(subscriber="second")
    found = await second.until_caught_up()
    assert [r.delivery.alarm.cause for r in found[:-1]] == ["NEWS2_HIGH", "SPO2_LOW"]
    assert not any(r.HasField("resume_token") for r in found[:-1])
    assert found[-1].caught_up.alarms == 2
    await append(log, transition(2, 3, revision=2, active=False))
    change = (await second.next()).delivery.alarm
    assert (change.alarm_id, change.revision) == (alarm_of(2), 2)
    assert change.state == alarm_pb2.ALARM_STATE_ENDED
    assert change.words_zh


async def test_a_token_resumes_with_what_was_missed_even_over_a_restart(
    log: MemoryLog, tmp_path: Path
) -> None:
    """What happened while subscriber and center were away is told, once."""
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, transition(1, 1, priority=Priority.LOW))
        token = (await feed.next()).resume_token
        await append(log, transition(2, 2, priority=Priority.LOW))
        await feed.next()
    await append(log, transition(3, 3, priority=Priority.LOW))
    async with station_at(log, tmp_path) as station:
        feed = station.subscribe(token)
        found = await feed.until_caught_up()
        told = [r.delivery.alarm.alarm_id for r in found[:-1]]
        assert sorted(told) == sorted([alarm_of(2), alarm_of(3)])
        assert found[-1].caught_up.alarms == 3


async def test_a_token_is_valid_between_the_changes_of_one_entry(
    station: Station, log: MemoryLog
) -> None:
    """Closing an encounter ends several alarms; a subscriber may be cut between any two."""
    feed = station.subscribe()
    await feed.until_caught_up()
    causes = ["NEWS2_HIGH", "SPO2_LOW", "SYSTOLIC_LOW"]
    await append(log, *(transition(1, 1, cause=cause) for cause in causes), closed(1, 2))
    responses = [await feed.next() for _ in range(6)]
    again = station.subscribe(responses[3].resume_token, "again")
    found = await again.until_caught_up()
    assert [r.delivery.alarm for r in found[:-1]] == [r.delivery.alarm for r in responses[4:]]


async def test_a_token_of_another_log_is_refused(station: Station) -> None:
    """Waiting for a log to reach a place that it never had would be silence."""
    vector = (Position(1_000),) * PARTITIONS
    assert await station.subscribe(encode_token(vector)).end() is grpc.StatusCode.OUT_OF_RANGE


async def test_a_token_older_than_what_is_kept_is_refused(log: MemoryLog, tmp_path: Path) -> None:
    """The subscriber is told to begin again; nothing is left out silently."""
    async with station_at(log, tmp_path, center_changes_kept=1) as station:
        feed = station.subscribe()
        token = (await feed.next()).resume_token
        await append(log, transition(1, 1), transition(1, 2, revision=2, active=False))
        await feed.next()
        await feed.next()
        await station.center._store.prune(1)
        assert await station.subscribe(token).end() is grpc.StatusCode.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("request_", "path"),
    [
        (pb.SubscribeRequest(), "subscriber"),
        (pb.SubscribeRequest(subscriber="x" * 65), "subscriber"),
        (pb.SubscribeRequest(subscriber="desk", resume_token=b"?"), "resume_token"),
    ],
)
async def test_a_bad_subscription_is_refused_by_field(
    station: Station, request_: pb.SubscribeRequest, path: str
) -> None:
    """The status names the field, as machine-readable details."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Subscribe(request_).read()
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert violations(refused.value) == [path]


async def test_a_slow_subscriber_is_ended_and_resumes_without_loss(
    log: MemoryLog, tmp_path: Path
) -> None:
    """It costs the others nothing, and its token is good."""
    async with station_at(log, tmp_path, center_waiting_per_subscriber=3) as station:
        feed = station.subscribe()
        token = (await feed.next()).resume_token
        await append(log, *(transition(number, number) for number in range(40)))
        told, code = [], None
        while code is None:
            try:
                response = await feed.next()
            except grpc.aio.AioRpcError as error:
                code = error.code()
            else:
                token = response.resume_token
                told.append(response.delivery.alarm.alarm_id)
        assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
        assert station.figure("subscriptions_overflown_total") == 1
        again = await station.subscribe(token).until_caught_up()
        missed = [r.delivery.alarm.alarm_id for r in again[:-1]]
        assert sorted(told + missed) == sorted(alarm_of(number) for number in range(40))


async def test_an_acknowledgement_is_answered_when_it_is_in_effect(
    station: Station, log: MemoryLog
) -> None:
    """The answer and the feed show the same; repeating the request changes nothing."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1))
    await feed.next()
    answer = await station.alerts.Acknowledge(_asked(1))
    assert not answer.alarm.unacknowledged
    assert answer.alarm.acknowledgements[0].place == alarm_pb2.PLACE_CENTER
    assert (await feed.next()).delivery.alarm == answer.alarm
    await append(log, transition(1, 3, revision=2, active=False))
    await feed.next()
    assert (await station.alerts.Acknowledge(_asked(1))).alarm == answer.alarm


async def test_an_acknowledgement_of_what_is_not_there_is_refused(
    station: Station, log: MemoryLog
) -> None:
    """Unknown, of another encounter, and over are told apart."""
    codes = []
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1), transition(2, 1))
    await append(log, transition(2, 2, revision=2, active=False))
    for _ in range(3):
        await feed.next()
    foreign = _asked(1)
    foreign.acknowledgement.encounter_id = encounter(2)
    for request in (_asked(7), foreign, _asked(2)):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await station.alerts.Acknowledge(request)
        codes.append(refused.value.code())
    not_found = grpc.StatusCode.NOT_FOUND
    assert codes == [not_found, not_found, grpc.StatusCode.FAILED_PRECONDITION]


async def test_an_empty_acknowledgement_names_every_field_that_it_lacks(station: Station) -> None:
    """One answer is enough to mend the request."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Acknowledge(pb.AcknowledgeRequest())
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    wanted = ["alarm_id", "priority", "revision", "person", "request_id"]
    assert violations(refused.value) == [f"acknowledgement.{name}" for name in wanted]


async def test_an_acknowledgement_that_is_not_read_back_is_not_known(
    log: MemoryLog, tmp_path: Path
) -> None:
    """The log stalls: DEADLINE_EXCEEDED, and repeating it later takes effect once."""
    async with station_at(log, tmp_path, center_acknowledge_timeout_ms=100) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, transition(1, 1))
        await feed.next()
        log.hold()
        with pytest.raises(grpc.aio.AioRpcError) as late:
            await station.alerts.Acknowledge(_asked(1))
        assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        log.release()
        assert len((await feed.next()).delivery.alarm.acknowledgements) == 1
        answer = await station.alerts.Acknowledge(_asked(1))
        assert len(answer.alarm.acknowledgements) == 1


async def test_the_crews_acknowledgement_is_shown_but_does_not_cover_the_center(
    station: Station, log: MemoryLog
) -> None:
    """What the crew says comes by the log and changes the alarm, not the center's duty."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1), acknowledgement(1, 2))
    await feed.next()
    alarm = (await feed.next()).delivery.alarm
    assert alarm.acknowledgements[0].place == alarm_pb2.PLACE_VEHICLE
    assert alarm.unacknowledged


async def test_reports_are_kept_for_deliveries_that_were_made(
    station: Station, log: MemoryLog
) -> None:
    """A delivery of another subscriber, or of nobody, is not counted."""
    feed = station.subscribe()
    await feed.until_caught_up()
    await append(log, transition(1, 1))
    made = (await feed.next()).delivery.delivery_id
    viewed = pb.DELIVERY_STAGE_VIEWED
    request = pb.ReportRequest(
        subscriber="desk", delivery_ids=[made, b"0" * 16], stage=viewed, person="dispatcher"
    )
    assert (await station.alerts.Report(request)).recorded == 1
    request.subscriber = "somebody else"
    assert (await station.alerts.Report(request)).recorded == 0


async def test_a_bad_report_is_refused_by_field(station: Station) -> None:
    """Each field at fault is named."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await station.alerts.Report(pb.ReportRequest(delivery_ids=[b"short"]))
    assert violations(refused.value) == ["subscriber", "delivery_ids[0]", "stage"]


async def test_a_stopping_center_ends_its_streams(station: Station) -> None:
    """UNAVAILABLE tells a subscriber to come again."""
    feed = station.subscribe()
    await feed.until_caught_up()
    station.center.publisher.stop()
    assert await feed.end() is grpc.StatusCode.UNAVAILABLE
    assert await station.subscribe().end() is grpc.StatusCode.UNAVAILABLE


async def test_silent_detection_is_an_alarm_that_survives_a_restart_and_ends(
    log: MemoryLog, tmp_path: Path
) -> None:
    """DETECTION_STALE sounds after the grace, can be acknowledged, and ends with the pictures."""
    clock = VirtualClock(at(0))
    async with station_at(log, tmp_path, clock) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await clock.run_for(11 * SECOND_US)
        response = await feed.next()
        alarm, token = response.delivery.alarm, response.resume_token
        assert (alarm.cause, alarm.priority) == ("DETECTION_STALE", alarm_pb2.PRIORITY_HIGH)
        assert dict(alarm.reason.values) == {"partitions": "0,1,2,3"}
        asked = alarm_pb2.Acknowledgement(
            alarm_id=alarm.alarm_id,
            priority=alarm.priority,
            revision=alarm.revision,
            person="dispatcher",
            request_id="stale",
        )
        answer = await station.alerts.Acknowledge(pb.AcknowledgeRequest(acknowledgement=asked))
        assert not answer.alarm.unacknowledged
    clock = VirtualClock(at(60))
    async with station_at(log, tmp_path, clock) as station:
        feed = station.subscribe(token)
        found = await feed.until_caught_up()
        assert [r.delivery.alarm for r in found[:-1]] == [answer.alarm]
        for partition in range(OWN):
            await append_picture(log, partition)
        while station.center.watchdog.uncertain(0):
            await turns()
        await clock.run_for(SECOND_US)
        ended = (await feed.next()).delivery.alarm
        assert (ended.alarm_id, ended.state) == (alarm.alarm_id, alarm_pb2.ALARM_STATE_ENDED)


async def test_tokens_and_metrics_follow(station: Station, log: MemoryLog) -> None:
    """Each response after caught_up carries the position behind it; alarms are counted."""
    feed = station.subscribe()
    before = decode_token((await feed.next()).resume_token)
    await append(log, transition(1, 1))
    after = decode_token((await feed.next()).resume_token)
    assert sum(ours > theirs for ours, theirs in zip(after, before, strict=True)) == 1
    assert station.figure("alarms", priority="HIGH", state="ACTIVE") == 1
    assert station.figure("subscribers") == 1
