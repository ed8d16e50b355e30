"""The gateway's judgement of a frame: streams, lanes, encounters, routes, and that it never fails.

The range of every single field is in test_ranges.py.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulance.telemetry.v1 import frame_pb2
from tests.wire import plain_strategies, samples, strategies
from tests.wire.plain_strategies import ENCOUNTER
from tests.wire.samples import STREAM, refused
from wire.envelope import framed
from wire.frames import Frame, Lane, encode_frame, to_frame
from wire.limits import MAX_FRAME_BYTES, MAX_ITEMS
from wire.records import decode_batch, encode_batch
from wire.topics import TOPICS
from wire.validation import (
    REFUSAL_REASON,
    Checked,
    Refusal,
    RefusalReason,
    Route,
    StreamKey,
    check,
)


@given(strategies.frames)
def test_what_a_careful_unit_sends_is_admitted(frame: Frame) -> None:
    """Every frame of values in range is checked to what it says."""
    stream = StreamKey(frame.unit_id, frame.lane, frame.segment)
    checked = check(encode_frame(frame), stream, frame.sequence)
    assert isinstance(checked, Checked), checked
    assert checked.encounter_id == frame.encounter_id
    assert checked.sequence == frame.sequence
    assert checked.captured_us == frame.captured_us
    assert len(checked.kinds) == len(frame.items)


@pytest.mark.parametrize(
    ("frames", "route"),
    [
        (strategies.patient_frames, Route.PATIENTS),
        (strategies.unit_frames, Route.UNITS),
        (strategies.alarm_log_frames, Route.ALARMS),
        (strategies.waveform_frames, Route.WAVEFORMS),
        (strategies.ecg_frames, Route.IMAGES),
    ],
)
@given(st.data())
def test_every_frame_has_one_topic(
    frames: st.SearchStrategy[Frame], route: Route, data: st.DataObject
) -> None:
    frame = data.draw(frames)
    checked = check(encode_frame(frame), StreamKey(frame.unit_id, frame.lane, frame.segment))
    assert isinstance(checked, Checked)
    assert checked.route is route


@given(st.binary(max_size=300))
def test_any_bytes_are_judged(data: bytes) -> None:
    """Whatever arrives is admitted or refused; nothing raises."""
    assert isinstance(check(data, STREAM), Checked | Refusal)


@given(strategies.frames, st.data())
def test_damaged_frames_are_judged(frame: Frame, data: st.DataObject) -> None:
    """A frame with a byte changed, cut or doubled never raises, and what is admitted translates."""
    raw = bytearray(encode_frame(frame))
    at = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(["change", "cut", "double"])):
        case "change":
            raw[at] = data.draw(st.integers(0, 255))
        case "cut":
            del raw[at:]
        case _:
            raw[at:at] = raw[at:]
    verdict = check(bytes(raw), StreamKey(frame.unit_id, frame.lane, frame.segment))
    if isinstance(verdict, Checked):
        (handle,) = decode_batch(encode_batch(1, "g", [bytes(raw)])).frames
        assert len(to_frame(handle).items) == len(verdict.kinds)


def test_truncated_bytes_are_unreadable() -> None:
    raw = samples.vitals().SerializeToString()
    assert check(raw[:-1], STREAM) == Refusal(
        RefusalReason.UNREADABLE, "", "the bytes are not a Frame"
    )


def test_a_frame_too_deep_for_a_batch_is_unreadable() -> None:
    """What would spoil the batch that holds it is refused, though it parses by itself."""
    group, end = b"\xa3\x06", b"\xa4\x06"
    depths = range(90, 110)
    admitted = [
        depth
        for depth in depths
        if isinstance(
            check(samples.vitals().SerializeToString() + group * depth + end * depth, STREAM),
            Checked,
        )
    ]
    for depth in admitted:
        raw = samples.vitals().SerializeToString() + group * depth + end * depth
        assert decode_batch(encode_batch(1, "g", [raw])).frames
    assert len(admitted) < len(depths)


@pytest.mark.parametrize(("excess", "admitted"), [(0, True), (1, False)])
def test_size_ends_at_the_limit(excess: int, *, admitted: bool) -> None:
    """65,536 bytes are admitted, one more is too large."""
    raw = samples.vitals().SerializeToString()
    unknown_field = 100
    filler = MAX_FRAME_BYTES + excess - len(raw) - 5
    raw += bytes([unknown_field << 3 & 0x7F | 2 | 0x80, unknown_field >> 4])
    raw += framed(b"\0" * filler)[1:]
    assert len(raw) == MAX_FRAME_BYTES + excess
    verdict = check(raw, STREAM)
    if admitted:
        assert isinstance(verdict, Checked)
    else:
        assert isinstance(verdict, Refusal)
        assert verdict.reason is RefusalReason.TOO_LARGE


def test_items_end_at_the_limit() -> None:
    """64 items are admitted, none is missing, 65 are too large."""
    frame = samples.vitals()
    frame.items.extend([frame.items[0]] * (MAX_ITEMS - 1))
    assert isinstance(check(frame.SerializeToString(), STREAM), Checked)
    frame.items.append(frame.items[0])
    assert refused(frame) == (RefusalReason.TOO_LARGE, "items")
    del frame.items[:]
    assert refused(frame) == (RefusalReason.MISSING_FIELD, "items")


def test_an_item_of_no_kind_is_missing() -> None:
    frame = samples.vitals()
    frame.items.add()
    assert refused(frame) == (RefusalReason.MISSING_FIELD, "items[1]")


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("unit_id", StreamKey("other", STREAM.lane, STREAM.segment)),
        ("lane", StreamKey(STREAM.unit_id, Lane.ALARM, STREAM.segment)),
        ("segment", StreamKey(STREAM.unit_id, STREAM.lane, b"o" * 16)),
    ],
)
def test_a_frame_of_another_stream_is_refused(path: str, stream: StreamKey) -> None:
    verdict = check(samples.vitals().SerializeToString(), stream)
    assert isinstance(verdict, Refusal)
    assert (verdict.reason, verdict.field_path) == (RefusalReason.WRONG_STREAM, path)


def test_the_sequence_within_is_the_one_outside() -> None:
    raw = samples.vitals().SerializeToString()
    assert isinstance(check(raw, STREAM, 1), Checked)
    verdict = check(raw, STREAM, 2)
    assert isinstance(verdict, Refusal)
    assert (verdict.reason, verdict.field_path) == (RefusalReason.WRONG_STREAM, "sequence")


@pytest.mark.parametrize("kind", samples.VITALS_LANE + samples.ALARM_LANE)
def test_each_kind_has_one_lane(kind: str) -> None:
    """An item on the lane that is not its own is refused by its path."""
    frame = samples.of_kind(kind)
    right, wrong = (
        (Lane.VITALS, Lane.ALARM) if kind in samples.VITALS_LANE else (Lane.ALARM, Lane.VITALS)
    )
    frame.lane = int(right)  # type: ignore[assignment]
    assert isinstance(check(frame.SerializeToString(), samples.stream_of(frame)), Checked)
    frame.lane = int(wrong)  # type: ignore[assignment]
    assert refused(frame) == (RefusalReason.WRONG_LANE, "items[0]")


@pytest.mark.parametrize(
    "kind",
    [
        "vitals", "device_status", "encounter_event", "crew_event", "crew_examination",
        "edge_transition", "acknowledgement", "pause", "reset", "ecg_piece",
    ],
)  # fmt: skip
def test_items_about_a_patient_need_an_encounter(kind: str) -> None:
    frame = samples.of_kind(kind)
    frame.ClearField("encounter_id")
    assert refused(frame) == (RefusalReason.MISSING_FIELD, "encounter_id")


@pytest.mark.parametrize("kind", ["position", "link_state"])
def test_items_about_the_unit_have_no_encounter(kind: str) -> None:
    frame = samples.of_kind(kind)
    frame.encounter_id = plain_strategies.ENCOUNTER
    assert refused(frame) == (RefusalReason.OUT_OF_RANGE, "encounter_id")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("encounter_event", "acknowledgement"),
        ("receipt", "crew_event"),
        ("crew_event", "ecg_piece"),
    ],
)
def test_a_frame_is_for_one_topic(first: str, second: str) -> None:
    """Words for the log of alarms do not share a frame with words about the patient."""
    frame = samples.of_kind(first)
    frame.encounter_id = plain_strategies.ENCOUNTER
    frame.items.extend(samples.of_kind(second).items)
    assert refused(frame) == (RefusalReason.WRONG_LANE, "items[1]")


def test_a_receipt_follows_its_encounter() -> None:
    """With an encounter it goes to `alarms`, without one to `units`."""
    frame = samples.of_kind("receipt")
    frame.ClearField("encounter_id")
    stream = samples.stream_of(frame)
    without = check(frame.SerializeToString(), stream)
    frame.encounter_id = plain_strategies.ENCOUNTER
    within = check(frame.SerializeToString(), stream)
    assert isinstance(without, Checked)
    assert isinstance(within, Checked)
    assert (without.route, within.route) == (Route.UNITS, Route.ALARMS)


def test_routes_are_topics() -> None:
    assert {str(route) for route in Route} <= {topic.name for topic in TOPICS}


def test_descriptions_hold_no_values() -> None:
    """A refusal can be logged: it never repeats what the frame said about the patient."""
    frame = samples.vitals(heart_rate_bpm=4711.25)
    verdict = check(frame.SerializeToString(), STREAM)
    assert isinstance(verdict, Refusal)
    assert verdict.field_path == "items[0].vitals.heart_rate_bpm"
    assert "4711" not in verdict.description


def test_reasons_are_numbered_as_on_the_wire() -> None:
    for reason, number in REFUSAL_REASON.number.items():
        assert int(reason) == number
    assert set(REFUSAL_REASON.number) == set(RefusalReason)


def test_lanes_are_numbered_as_on_the_wire() -> None:
    """All but the lane of images, which carries no frames."""
    assert {f"LANE_{lane.name}": int(lane) for lane in Lane} | {"LANE_IMAGING": 4} == {
        name: number for name, number in frame_pb2.Lane.items() if number
    }


@pytest.mark.parametrize("lane", [Lane.VITALS, Lane.WAVEFORM])
@pytest.mark.parametrize("encounter_id", [ENCOUNTER, None])
def test_what_was_left_out_goes_to_the_patient_or_the_unit(
    lane: Lane, encounter_id: str | None
) -> None:
    """Of either lane: the patients app says it on the board."""
    frame = samples.of_kind("discarded")
    frame.lane, frame.sequence = frame_pb2.Lane.ValueType(int(lane)), 9
    frame.items[0].discarded.to_sequence = 9
    if encounter_id is None:
        frame.ClearField("encounter_id")
    checked = check(frame.SerializeToString(), samples.stream_of(frame))
    assert isinstance(checked, Checked)
    assert checked.route is (Route.PATIENTS if encounter_id else Route.UNITS)
    assert checked.discarded is not None
    assert checked.discarded.frames == 9


def test_what_was_left_out_stands_alone() -> None:
    """Data beside it would be in the place of other frames."""
    frame = samples.of_kind("discarded")
    frame.items.add().CopyFrom(samples.of_kind("vitals").items[0])
    assert samples.refused(frame) == (RefusalReason.OUT_OF_RANGE, "items[0].discarded")
