"""Foreign frames are reported to the encounter: durable, in its partition, and not in a flood."""

import asyncio
from asyncio import Future
from collections.abc import Callable

import grpc
import pytest

from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.alarms.identity import FrameRef
from clinical.items import EncounterChange, EncounterEvent, ForeignFrame
from ports.log.memory_log import MemoryLog
from streams.gateway.uplink.foreign import REPORT_EVERY_US, ForeignReports
from tests.streams.gateway.station import ENCOUNTER, SEGMENT, UNIT, Frames, Station, own, until
from wire.frames import Lane
from wire.partition import partition_of
from wire.records import HEADERS_FOREIGN_FRAME, Headers, decode_foreign_frame
from wire.topics import DEAD_LETTERS, PATIENTS

FRAMES = Frames()
ALARM_FRAMES = Frames(lane=Lane.ALARM)
OTHER = ENCOUNTER[:-1] + "8"


@pytest.fixture
async def owned_elsewhere(station: Station) -> Station:
    """A gateway that knows another unit to hold both encounters."""
    await own(station.log, "AMB-9")
    await own(station.log, "AMB-9", OTHER)
    await until(lambda: station.figure("encounters") == 2)
    return station


async def reports(station: Station) -> list[ForeignFrame]:
    found = await station.records(PATIENTS, record_pb2.ForeignFrame)
    return [decode_foreign_frame(record.value or b"") for record in found]


async def test_a_foreign_frame_is_reported_in_the_partition_of_its_encounter(
    owned_elsewhere: Station,
) -> None:
    """Beside the dead letter, without a key, and without the frame itself."""
    line = await owned_elsewhere.uplink(FRAMES)
    await line.send((1, FRAMES(1)))
    await line.until_acknowledged(1)
    (record,) = await owned_elsewhere.records(PATIENTS, record_pb2.ForeignFrame)
    assert (record.key, record.headers) == (None, HEADERS_FOREIGN_FRAME)
    assert record.partition == partition_of(ENCOUNTER, PATIENTS.partitions)
    report = decode_foreign_frame(record.value or b"")
    assert report.encounter_id == ENCOUNTER
    assert report.frame == FrameRef(UNIT, Lane.VITALS, SEGMENT, 1, 0)
    assert len(await owned_elsewhere.records(DEAD_LETTERS)) == 1
    assert await owned_elsewhere.records(PATIENTS, record_pb2.RecordBatch) == []


async def test_a_flood_of_foreign_frames_is_one_report_of_each_encounter(
    owned_elsewhere: Station,
) -> None:
    """Whatever the lane; every frame is still a dead letter and acknowledged."""
    vitals = await owned_elsewhere.uplink(FRAMES)
    alarm = await owned_elsewhere.uplink(ALARM_FRAMES)
    await vitals.send(*[(number, FRAMES(number)) for number in range(1, 101)])
    await vitals.until_acknowledged(100)
    await vitals.send((101, FRAMES(101, encounter_id=OTHER)))
    await vitals.until_acknowledged(101)
    opened = EncounterEvent(EncounterChange.OPENED)
    await alarm.send((1, ALARM_FRAMES(1, opened)), (2, ALARM_FRAMES(2, opened)))
    await alarm.until_acknowledged(2)
    found = await reports(owned_elsewhere)
    assert sorted(report.encounter_id for report in found) == [ENCOUNTER, OTHER]
    assert len(await owned_elsewhere.records(DEAD_LETTERS)) == 103
    assert owned_elsewhere.figure("refused_total", reason="FOREIGN_ENCOUNTER") == 103


async def test_another_refusal_is_not_reported(owned_elsewhere: Station) -> None:
    line = await owned_elsewhere.uplink(FRAMES)
    await line.send((1, FRAMES(7)))
    await line.until_acknowledged(1)
    assert await reports(owned_elsewhere) == []


Sending = Callable[[], Future[int]]


def plant(monkeypatch: pytest.MonkeyPatch, station: Station, sending: Sending) -> None:
    """Let reports be sent by this instead; whatever else the gateway appends goes its way."""
    writer = station.gateway._intake.appender._writer
    send = writer.send

    async def planted(
        topic: str,
        partition: int,
        value: bytes | None,
        *,
        key: bytes | None = None,
        headers: Headers = (),
    ) -> Future[int]:
        if headers == HEADERS_FOREIGN_FRAME:
            return sending()
        return await send(topic, partition, value, key=key, headers=headers)

    monkeypatch.setattr(writer, "send", planted)


async def test_a_frame_is_neither_refused_nor_acknowledged_before_its_report_is_durable(
    owned_elsewhere: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when its dead letter is; and what was refused behind it is said behind it."""
    unconfirmed: Future[int] = asyncio.get_running_loop().create_future()
    plant(monkeypatch, owned_elsewhere, lambda: unconfirmed)
    line = await owned_elsewhere.uplink(FRAMES)
    await line.send((1, FRAMES(1)), (2, FRAMES(7)))
    while len(await owned_elsewhere.records(DEAD_LETTERS)) < 2:
        await line.call.write(pb.UplinkRequest(clock_probe=pb.ClockProbe(unit_sent_us=7)))
        assert (await line.next()).HasField("clock_reply")
    assert (line.refused, line.acknowledged) == ({}, [])
    unconfirmed.set_result(0)
    await line.until_acknowledged(2)
    assert [(sequence, said.reason) for sequence, said in line.refused.items()] == [
        (1, pb.REFUSAL_REASON_FOREIGN_ENCOUNTER),
        (2, pb.REFUSAL_REASON_WRONG_STREAM),
    ]


async def test_a_report_that_the_log_loses_is_made_again_for_the_frame_sent_again(
    owned_elsewhere: Station, log: MemoryLog
) -> None:
    """The lost one does not count as the one of its ten seconds."""
    line = await owned_elsewhere.uplink(FRAMES)
    log.hold()
    await line.send((1, FRAMES(1)))
    await until(lambda: owned_elsewhere.figure("unacknowledged") == 1)
    log.sever()
    assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
    assert line.acknowledged == []
    log.mend()
    again = await owned_elsewhere.uplink(FRAMES)
    await again.send((1, FRAMES(1)))
    await again.until_acknowledged(1)
    assert len(await reports(owned_elsewhere)) == 1


async def test_a_report_that_fails_on_its_way_is_made_again_for_the_frame_sent_again(
    owned_elsewhere: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failure of ours costs the stream a reconnection, as any append that fails."""

    def fail() -> Future[int]:
        message = "planted"
        raise RuntimeError(message)

    line = await owned_elsewhere.uplink(FRAMES)
    with monkeypatch.context() as planted:
        plant(planted, owned_elsewhere, fail)
        await line.send((1, FRAMES(1)))
        assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
    assert line.acknowledged == []
    again = await owned_elsewhere.uplink(FRAMES)
    await again.send((1, FRAMES(1)))
    await again.until_acknowledged(1)
    assert len(await reports(owned_elsewhere)) == 1


def test_a_unit_is_reported_once_in_ten_seconds_per_encounter() -> None:
    due = ForeignReports().due
    assert due("e1", "A", 0)
    assert not due("e1", "A", REPORT_EVERY_US - 1)
    assert due("e1", "B", 1)
    assert due("e2", "A", 1)
    assert due("e1", "A", REPORT_EVERY_US)
    assert not due("e1", "A", REPORT_EVERY_US + 1)


def test_a_report_that_was_withdrawn_is_due_again() -> None:
    reports_made = ForeignReports()
    assert reports_made.due("e1", "A", 0)
    reports_made.withdraw("e1", "A")
    assert reports_made.due("e1", "A", 1)
    reports_made.withdraw("e2", "never reported")


def test_what_is_remembered_is_bounded_and_let_go_in_time() -> None:
    reports_made = ForeignReports(kept=2)
    for order, encounter_id in enumerate(("e1", "e2", "e3")):
        assert reports_made.due(encounter_id, "A", order)
    assert len(reports_made) == 2
    assert not reports_made.due("e3", "A", 3)
    assert reports_made.due("e1", "A", 3)
    assert reports_made.due("e9", "A", 2 * REPORT_EVERY_US)
    assert len(reports_made) == 1
