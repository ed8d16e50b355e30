"""The refusal matrix and the rules of acknowledgement, on the real gRPC server."""

import asyncio
from dataclasses import replace
from typing import cast

import grpc
import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import frame_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.alarms.priority import Priority, Source
from clinical.alarms.transition import Acknowledgement, Place
from clinical.items import CrewEvent, CrewFinding, Vitals
from clinical.twelve_lead.pieces import EcgPiece
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from streams.gateway.following.catch_up import WINDOW_FIRST
from streams.gateway.uplink.stream import Context, UplinkStream
from tests.streams.gateway.station import (
    CAPTURED_US,
    ENCOUNTER,
    SEGMENT,
    UNIT,
    Frames,
    Line,
    Station,
    own,
    until,
)
from wire.frames import Lane
from wire.limits import MAX_FRAME_BYTES
from wire.partition import partition_of
from wire.picture import Picture, encode_picture
from wire.records import HEADERS_PICTURE, decode_batch, decode_dead_letter
from wire.topics import (
    ALARMS,
    DEAD_LETTERS,
    DOWNLINK,
    IMAGES,
    PATIENTS,
    PICTURE,
    UNITS,
    Topic,
)
from wire.unit_items import Position, Receipt, ReceiptStage
from wire.validation import RefusalReason, StreamKey

FRAMES = Frames()
ALARM_FRAMES = Frames(lane=Lane.ALARM)


def without(field: str) -> bytes:
    frame = frame_pb2.Frame.FromString(FRAMES(1))
    frame.ClearField(field)  # type: ignore[arg-type]
    return frame.SerializeToString()


async def batched(station: Station, topic: Topic = PATIENTS) -> list[bytes]:
    records = await station.records(topic, record_pb2.RecordBatch)
    return [
        frame.SerializeToString()
        for record in records
        for frame in decode_batch(record.value or b"").frames
    ]


REFUSALS = [
    pytest.param(without("captured_at_us"), "MISSING_FIELD", "captured_at_us", id="missing"),
    pytest.param(without("items"), "MISSING_FIELD", "items", id="empty"),
    pytest.param(
        FRAMES(1, Vitals(spo2_percent=101.0)),
        "OUT_OF_RANGE",
        "items[0].vitals.spo2_percent",
        id="out of range",
    ),
    pytest.param(FRAMES(1)[:-3], "UNREADABLE", "", id="truncated"),
    pytest.param(b"\xff\xff\xff", "UNREADABLE", "", id="garbage"),
    pytest.param(FRAMES(7), "WRONG_STREAM", "sequence", id="another sequence inside"),
    pytest.param(replace(FRAMES, unit_id="AMB-2")(1), "WRONG_STREAM", "unit_id", id="another unit"),
    pytest.param(
        FRAMES(1, CrewEvent(CrewFinding.NO_PULSE)), "WRONG_LANE", "items[0]", id="wrong lane"
    ),
    pytest.param(bytes(MAX_FRAME_BYTES + 1), "TOO_LARGE", "", id="too large"),
    pytest.param(
        FRAMES(1, *[Vitals(heart_rate_bpm=60.0)] * 65), "TOO_LARGE", "items", id="too many items"
    ),
]


@pytest.mark.parametrize(("frame", "reason", "field_path"), REFUSALS)
async def test_a_refused_frame_is_named_kept_and_passed(
    station: Station, frame: bytes, reason: str, field_path: str
) -> None:
    """Reason and path come back, the dead letter holds the frame, and the stream goes on."""
    line = await station.uplink(FRAMES)
    await line.send((1, frame), (2, FRAMES(2)))
    await line.until_acknowledged(2)
    refused = line.refused[1]
    assert pb.RefusalReason.Name(refused.reason) == f"REFUSAL_REASON_{reason}"
    assert refused.field_path == field_path
    (letter,) = [
        decode_dead_letter(record.value or b"") for record in await station.records(DEAD_LETTERS)
    ]
    assert letter.reason is RefusalReason[reason]
    assert (letter.unit_id, letter.lane, letter.segment) == (UNIT, Lane.VITALS, SEGMENT)
    assert (letter.sequence, letter.field_path, letter.program) == (1, field_path, "gateway")
    assert letter.frame == frame[:MAX_FRAME_BYTES]
    assert await batched(station) == [FRAMES(2)]
    assert station.figure("refused_total", reason=reason) == 1


async def test_a_foreign_encounter_is_refused(station: Station) -> None:
    """A frame for another unit's patient goes to the dead letters; an unknown one is admitted."""
    await own(station.log, "AMB-9")
    await until(lambda: station.figure("encounters") == 1)
    other = ENCOUNTER[:-1] + "8"
    line = await station.uplink(FRAMES)
    await line.send((1, FRAMES(1)), (2, FRAMES(2, encounter_id=other)))
    await line.until_acknowledged(2)
    assert line.refused[1].reason == pb.REFUSAL_REASON_FOREIGN_ENCOUNTER
    assert line.refused[1].field_path == "encounter_id"
    assert await batched(station) == [FRAMES(2, encounter_id=other)]
    assert len(await station.records(DEAD_LETTERS)) == 1


async def test_a_reused_sequence_is_refused_and_the_first_frame_stays(station: Station) -> None:
    """Other content under a known sequence is dead-lettered; the stream goes on."""
    line = await station.uplink(FRAMES)
    await line.send((1, FRAMES(1)))
    await line.until_acknowledged(1)
    other = FRAMES(1, Vitals(heart_rate_bpm=99.0))
    await line.send((1, other))
    await line.until_acknowledged(1)
    await line.send((2, FRAMES(2)))
    await line.until_acknowledged(2)
    assert line.refused[1].reason == pb.REFUSAL_REASON_SEQUENCE_REUSED
    assert line.refused[1].field_path == "sequence"
    (record,) = await station.records(DEAD_LETTERS)
    assert decode_dead_letter(record.value or b"").frame == other
    assert await batched(station) == [FRAMES(1), FRAMES(2)]


async def test_a_duplicate_is_acknowledged_again_and_not_appended(station: Station) -> None:
    """After a reconnection the unit sends what it holds unacknowledged; the log sees it once."""
    first = await station.uplink(FRAMES)
    await first.send((1, FRAMES(1)), (2, FRAMES(2)))
    await first.until_acknowledged(2)
    again = await station.uplink(FRAMES)
    assert (await first.end())[0] is grpc.StatusCode.ABORTED
    await again.send((1, FRAMES(1)), (2, FRAMES(2)), (3, FRAMES(3)))
    await again.until_acknowledged(3)
    await again.send((3, FRAMES(3)))
    await again.until_acknowledged(3)
    assert again.refused == {}
    assert await batched(station) == [FRAMES(1), FRAMES(2), FRAMES(3)]
    assert station.figure("duplicates_total") == 3


async def test_a_refusal_is_said_again_to_a_resent_frame(station: Station) -> None:
    """The unit may have lost the first answer; there is still only one dead letter."""
    bad = FRAMES(1, Vitals(spo2_percent=101.0))
    for _ in range(2):
        line = await station.uplink(FRAMES)
        await line.send((1, bad))
        await line.until_acknowledged(1)
        assert line.refused[1].reason == pb.REFUSAL_REASON_OUT_OF_RANGE
    assert len(await station.records(DEAD_LETTERS)) == 1


async def test_a_gap_ends_the_stream_naming_what_was_expected(station: Station) -> None:
    """OUT_OF_RANGE carries the expected sequence and the field; what came before is durable."""
    line = await station.uplink(FRAMES, next_sequence=5)
    await line.send((5, FRAMES(5)), (8, FRAMES(8)))
    code, details = await line.end()
    assert code is grpc.StatusCode.OUT_OF_RANGE
    assert "6" in details
    assert await line.violations() == [("frames.frames[1].sequence", "must be 6, no gap")]
    again = await station.uplink(FRAMES, next_sequence=5)
    await again.send((5, FRAMES(5)), (6, FRAMES(6)))
    await again.until_acknowledged(6)
    assert await batched(station) == [FRAMES(5), FRAMES(6)]


async def test_nothing_is_acknowledged_before_the_log_holds_it(
    station: Station, log: MemoryLog
) -> None:
    """While confirmations are held back the clock is answered, and nothing is said of a frame.

    One that was spoiled on its way comes again whole if its dead letter is lost, and is taken.
    """
    line = await station.uplink(FRAMES)
    log.hold()
    await line.send((1, FRAMES(1)), (2, FRAMES(2, Vitals(spo2_percent=101.0))))
    await line.call.write(pb.UplinkRequest(clock_probe=pb.ClockProbe(unit_sent_us=7)))
    reply = (await line.next()).clock_reply
    assert reply.unit_sent_us == 7
    assert reply.gateway_received_us <= reply.gateway_sent_us
    assert (line.refused, line.acknowledged) == ({}, [])
    log.release()
    await line.until_acknowledged(2)
    assert line.refused[2].reason == pb.REFUSAL_REASON_OUT_OF_RANGE


async def test_a_frame_that_the_log_loses_ends_the_stream_and_is_taken_again(
    station: Station, log: MemoryLog
) -> None:
    """UNAVAILABLE tells the unit to resend; the resent frame is no duplicate."""
    line = await station.uplink(FRAMES)
    log.hold()
    await line.send((1, FRAMES(1)))
    await until(lambda: station.figure("unacknowledged") == 1)
    log.sever()
    assert (await line.end())[0] is grpc.StatusCode.UNAVAILABLE
    assert line.acknowledged == []
    log.mend()
    again = await station.uplink(FRAMES)
    await again.send((1, FRAMES(1)))
    await again.until_acknowledged(1)
    assert await batched(station) == [FRAMES(1)]


async def test_frames_go_to_the_topic_and_partition_of_their_encounter(station: Station) -> None:
    """Patients by encounter, the unit's own by unit, what the crew says to the log of alarms.

    A piece of an ECG goes beside the images, so that reading one delays no judgement of patients.
    """
    said = Acknowledgement(
        ENCOUNTER, b"a" * 16, Priority.HIGH, 1, "medic", Place.VEHICLE, CAPTURED_US, "request-1"
    )
    message_id = "01890a5d-ac96-774b-bcce-b302099a8099"
    receipt = Receipt(message_id, ReceiptStage.DELIVERED)
    position = FRAMES(2, Position(47.0, 8.5), encounter_id=None)
    vitals, alarm = await station.uplink(FRAMES), await station.uplink(ALARM_FRAMES)
    await vitals.send((1, FRAMES(1)), (2, position))
    piece = ALARM_FRAMES(3, EcgPiece(bytes(16), 0, 1, b"the whole of it"))
    await alarm.send(
        (1, ALARM_FRAMES(1, said, receipt)),
        (2, ALARM_FRAMES(2, receipt, encounter_id=None)),
        (3, piece),
    )
    await vitals.until_acknowledged(2)
    await alarm.until_acknowledged(3)
    assert await batched(station, IMAGES) == [piece]
    (patients,) = await station.records(PATIENTS, record_pb2.RecordBatch)
    assert (patients.key, patients.partition) == (None, partition_of(ENCOUNTER, 4))
    units = await station.records(UNITS)
    assert {record.partition for record in units} == {partition_of(UNIT, 4)}
    assert position in await batched(station, UNITS)
    entries = await station.records(ALARMS)
    assert {(record.key, record.partition) for record in entries} == {
        (ENCOUNTER.encode(), partition_of(ENCOUNTER, 4))
    }
    kinds = [
        alarm_pb2.AlarmEntry.FromString(record.value or b"").WhichOneof("entry")
        for record in entries
    ]
    assert kinds == ["acknowledgement", "receipt"]
    tombstones = await station.records(DOWNLINK)
    assert {(record.key, record.value) for record in tombstones} == {
        (f"{UNIT}/{message_id}".encode(), None)
    }


OPENINGS = [
    pytest.param(pb.UplinkRequest(), "open", id="no Open"),
    pytest.param(
        pb.UplinkRequest(clock_probe=pb.ClockProbe(unit_sent_us=1)), "open", id="probe first"
    ),
    pytest.param(pb.UplinkRequest(open=pb.Open(unit_id="a b")), "open.unit_id", id="unit"),
    pytest.param(pb.UplinkRequest(open=pb.Open(unit_id="A")), "open.lane", id="lane"),
    pytest.param(
        pb.UplinkRequest(open=pb.Open(unit_id="A", lane=frame_pb2.LANE_ALARM, segment=b"1")),
        "open.segment",
        id="segment",
    ),
    pytest.param(
        pb.UplinkRequest(open=pb.Open(unit_id="A", lane=frame_pb2.LANE_ALARM, segment=SEGMENT)),
        "open.next_sequence",
        id="sequence",
    ),
]


@pytest.mark.parametrize(("request_", "field_path"), OPENINGS)
async def test_a_stream_that_does_not_open_is_told_which_field(
    station: Station, request_: pb.UplinkRequest, field_path: str
) -> None:
    """INVALID_ARGUMENT names the field of the first request that is wrong."""
    line = Line(station.stub.Uplink())
    await line.call.write(request_)
    assert (await line.end())[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert [path for path, _ in await line.violations()] == [field_path]


async def test_a_request_that_breaks_the_protocol_ends_the_stream(station: Station) -> None:
    """A second Open and a frame without a sequence are the unit's bug, not a frame's."""
    line = await station.uplink(FRAMES)
    await line.call.write(pb.UplinkRequest(open=pb.Open()))
    assert (await line.end())[0] is grpc.StatusCode.INVALID_ARGUMENT
    line = await station.uplink(FRAMES)
    await line.send((0, FRAMES(1)))
    assert (await line.end())[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert [path for path, _ in await line.violations()] == ["frames.frames[0].sequence"]


async def test_a_half_closed_stream_is_acknowledged_to_its_end(
    station: Station, log: MemoryLog
) -> None:
    """The unit has no more to say; what it said is still acknowledged, then the stream is OK."""
    line = await station.uplink(FRAMES)
    log.hold()
    await line.send((1, FRAMES(1)))
    await line.call.done_writing()
    await until(lambda: station.figure("unacknowledged") == 1)
    log.release()
    await line.until_acknowledged(1)
    assert (await line.end())[0] is grpc.StatusCode.OK


async def test_credit_bounds_what_is_read(station: Station, log: MemoryLog) -> None:
    """A unit that ignores its credit is not read on until the log has caught up."""
    line = await station.uplink(FRAMES)
    log.hold()
    for first in (1, 201, 401):
        await line.send(*[(number, FRAMES(number)) for number in range(first, first + 200)])
    await until(lambda: station.figure("unacknowledged") >= 400)
    await line.call.done_writing()
    await station.uplink(Frames("AMB-2"))
    assert station.figure("unacknowledged") == 400
    log.release()
    await line.until_acknowledged(600)
    assert await batched(station) == [FRAMES(number) for number in range(1, 601)]


class Deaf:
    """A call whose unit neither speaks nor reads."""

    async def read(self) -> None:
        await asyncio.Event().wait()

    async def write(self, _: object) -> None:
        await asyncio.Event().wait()


async def test_a_unit_that_does_not_even_read_is_let_go(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No status can be sent to it, so its handler is cancelled and keeps nothing."""
    monkeypatch.setattr("streams.gateway.uplink.stream._LAST_WORDS_S", 0.01)
    intake = station.gateway._intake
    key = StreamKey(UNIT, Lane.VITALS, SEGMENT)
    stream = UplinkStream(cast("Context", Deaf()), intake, key, 1)
    handler = asyncio.create_task(stream.run())
    await until(lambda: stream._speaking is not None)
    stream.supersede()
    with pytest.raises(asyncio.CancelledError):
        await handler
    assert len(intake.units) == 0


async def test_the_past_waits_for_the_judgement_and_what_is_live_does_not(station: Station) -> None:
    """A worker that gives no picture is given no more than fits before it; live frames go on."""
    past, now_us = Frames(), SystemClock().now_us()
    live = replace(FRAMES, segment=SEGMENT[::-1])
    older = await station.uplink(past)
    for first in range(1, WINDOW_FIRST + 300, 100):
        await older.send(*((at, past(at)) for at in range(first, first + 100)))
    await until(lambda: station.figure("past_waiting") == 1)
    line = await station.uplink(live)
    await line.send((1, live(1, captured_us=now_us)))
    await line.until_acknowledged(1)
    assert len(await batched(station)) == WINDOW_FIRST + 1
    await judged(station)
    await older.until_acknowledged(WINDOW_FIRST + 300)


async def judged(station: Station) -> None:
    """Say for a worker that it has judged everything so far."""
    writer = await station.log.writer()
    for partition in range(PICTURE.partitions):
        picture = Picture(partition, SystemClock().now_us(), Source.CENTER_A, ())
        await writer.send(PICTURE.name, partition, encode_picture(picture), headers=HEADERS_PICTURE)
    await writer.close()
