"""The quick reader of a micro-batch says what the reference says, or leaves it to the reference."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import frame_pb2
from clinical.items import NOTHING_ELSE, Vitals, frame_of
from clinical.vitals import Consciousness, Quality, Spo2Scale, Vital
from clinical.watch.ordering import UNCERTAIN_US
from tests.wire import strategies
from wire.envelope import framed
from wire.frames import Frame, Lane, encode_frame, to_frame
from wire.reading import Unreadable
from wire.records import decode_batch, encode_batch, frames_of
from wire.rows import decode_rows, item_of, row_of

STAMPED_US = 1_780_000_000_000_000
PLAIN = Vitals(
    heart_rate_bpm=72.0,
    pulse_rate_bpm=72.0,
    respiration_per_min=16.0,
    spo2_percent=97.0,
    systolic_mmhg=124.0,
    diastolic_mmhg=80.0,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
    spo2_scale=Spo2Scale.SCALE_1,
)


def _frame(*items: Vitals, lane: Lane = Lane.VITALS, encounter: str | None = "e") -> Frame:
    return Frame("unit-1", lane, bytes(16), 7, STAMPED_US, 500, "boot", encounter, items)


def _plain(*frames: bytes) -> list[bool]:
    """Hold every row against the reference; tell which frames are plain."""
    value = encode_batch(STAMPED_US, "gateway-1", frames)
    try:
        reference = frames_of(decode_batch(value))
    except Unreadable:
        with pytest.raises(Unreadable):
            decode_rows(value)
        return []
    batch = decode_rows(value)
    assert batch.stamped_us == STAMPED_US
    assert len(batch.rows) == len(reference)
    for index, (row, handle) in enumerate(zip(batch.rows, reference, strict=True)):
        assert batch.frame(index) == handle
        if row is None:
            continue
        frame = to_frame(handle)
        encounter_id, unit_id, lane, segment, sequence, captured_us, boot_id, *_ = row
        assert (encounter_id, unit_id, lane) == (frame.encounter_id, frame.unit_id, frame.lane)
        assert (segment, sequence) == (frame.segment, frame.sequence)
        assert (captured_us, boot_id) == (frame.captured_us, frame.boot_id)
        assert [repr(item_of(row))] == [repr(item) for item in frame.items]
        assert frame_of(row).item == 0
    return [row is not None for row in batch.rows]


@given(st.lists(strategies.frames, max_size=4))
def test_what_units_send(frames: list[Frame]) -> None:
    """A frame is plain exactly when it is one item of vital signs of a patient.

    Unless the unit itself doubts when it was captured, or the monitor has a long name.
    """
    for frame, plain in zip(frames, _plain(*map(encode_frame, frames)), strict=True):
        (first, *more) = frame.items
        vitals = isinstance(first, Vitals) and not more
        if plain:
            assert vitals
        elif vitals:
            assert isinstance(first, Vitals)
            doubted = (frame.uncertainty_us or 0) > UNCERTAIN_US
            assert doubted or first.marks or len(str(first.device_id)) > len("monitor-1")


@given(strategies.frames)
def test_a_frame_has_the_row_that_its_bytes_have(frame: Frame) -> None:
    """A vehicle judges what it captured as the center judges what it received."""
    (sent,) = decode_rows(encode_batch(STAMPED_US, "gateway-1", [encode_frame(frame)])).rows
    row = row_of(frame)
    if sent is not None:
        assert row == sent
        assert repr(row) == repr(sent)
    elif row is not None:
        assert [repr(item_of(row))] == [repr(item) for item in frame.items]


def test_what_is_not_plain_has_no_row() -> None:
    """Two items, another lane, the unit's own, and one whose capture is in doubt."""
    doubted = replace(_frame(PLAIN), uncertainty_us=UNCERTAIN_US + 1)
    others = [_frame(), _frame(PLAIN, PLAIN), _frame(PLAIN, lane=Lane.ALARM)]
    assert [row_of(it) for it in (*others, _frame(PLAIN, encounter=None), doubted)] == [None] * 5
    assert row_of(_frame(PLAIN)) is not None


@pytest.mark.parametrize("gone", [(), *((vital,) for vital in Vital), tuple(Vital)])
def test_whatever_number_is_missing_the_rest_is_read(gone: tuple[Vital, ...]) -> None:
    item = replace(PLAIN, **{vital.value: None for vital in gone})  # type: ignore[arg-type]
    assert _plain(encode_frame(_frame(item))) == [True]


def test_a_device_beside_the_numbers_is_read() -> None:
    item = replace(PLAIN, device_id="monitor-1", device_at_us=STAMPED_US)
    assert _plain(encode_frame(_frame(item))) == [True]


def test_a_marked_number_is_read_with_its_mark() -> None:
    item = replace(PLAIN, marks={Vital.SPO2: Quality.ARTEFACT, Vital.SYSTOLIC: Quality.SENSOR_OFF})
    assert _plain(encode_frame(_frame(item))) == [True]


def test_zeros_are_measurements_in_rows_too() -> None:
    zeros = Vitals(heart_rate_bpm=0.0, diastolic_mmhg=-0.0, on_oxygen=False)
    assert _plain(encode_frame(_frame(zeros))) == [True]


def test_a_row_that_says_nothing_else_is_told_by_identity() -> None:
    value = encode_batch(STAMPED_US, "g", [encode_frame(_frame(Vitals(heart_rate_bpm=72.0)))])
    (row,) = decode_rows(value).rows
    assert row is not None
    assert row[-1] is NOTHING_ELSE


@pytest.mark.parametrize(
    "frame",
    [
        _frame(),
        _frame(PLAIN, PLAIN),
        _frame(PLAIN, lane=Lane.ALARM),
        _frame(PLAIN, encounter=None),
    ],
    ids=["no item", "two items", "other lane", "no encounter"],
)
def test_all_else_is_left_to_the_reference(frame: Frame) -> None:
    plain = encode_frame(_frame(PLAIN))
    assert _plain(plain, encode_frame(frame), plain) == [True, False, True]


def test_a_batch_with_one_item_that_nobody_can_read_is_unreadable() -> None:
    broken = frame_pb2.Frame(lane=frame_pb2.LANE_VITALS, encounter_id="e").SerializeToString()
    broken += b"\x4a\x03\x0a\x05\x09"
    assert _plain(encode_frame(_frame(PLAIN)), broken) == []


_scraps = st.lists(
    st.one_of(
        strategies.vitals.map(lambda item: _pb(item).SerializeToString()),
        st.sampled_from(
            [
                frame_pb2.Vitals(heart_rate_bpm=1).SerializeToString(),
                frame_pb2.Vitals(spo2_percent=-0.0).SerializeToString(),
                frame_pb2.Vitals(temperature_c=float("nan")).SerializeToString(),
                frame_pb2.Vitals(on_oxygen=True).SerializeToString(),
                b"\x40\x63",
                b"\x40\x00",
                b"\xc0\x00\x01",
                b"\xf8\x07\x01",
                b"\x09",
                b"\x0a\x01x",
            ]
        ),
    ),
    max_size=3,
).map(b"".join)


def _pb(item: Vitals) -> frame_pb2.Vitals:
    pb = frame_pb2.Frame.FromString(encode_frame(_frame(item)))
    return pb.items[0].vitals


@st.composite
def _frames_of_scraps(draw: st.DrawFn) -> bytes:
    """Bytes that protobuf may read, though no serialiser writes them: repeated, out of order."""
    item = b"".join(b"\x0a" + framed(draw(_scraps))[1:] for _ in range(draw(st.integers(0, 2))))
    parts = [
        frame_pb2.Frame(unit_id="unit-1", lane=frame_pb2.LANE_VITALS).SerializeToString(),
        frame_pb2.Frame(encounter_id="e", boot_id="").SerializeToString(),
        frame_pb2.Frame(encounter_id="other", segment=b"s").SerializeToString(),
        frame_pb2.Frame(lane=draw(st.sampled_from([0, 1, 2, 9]))).SerializeToString(),  # type: ignore[arg-type]
        frame_pb2.Frame(
            sequence=3, captured_at_us=draw(st.sampled_from([0, -1, 5]))
        ).SerializeToString(),
        b"\x4a" + framed(item)[1:],
        draw(st.binary(max_size=4)),
    ]
    chosen = draw(st.lists(st.sampled_from(parts), max_size=8))
    return b"".join([parts[0], parts[1], *chosen])


@settings(max_examples=300)
@given(st.lists(_frames_of_scraps(), min_size=1, max_size=3))
def test_what_nobody_writes_is_read_as_the_reference_reads_it(frames: list[bytes]) -> None:
    _plain(*frames)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_batch_for_both_or_for_neither(value: bytes) -> None:
    with suppress(Unreadable):
        decode_rows(value)
        assert record_pb2.RecordBatch.FromString(value) is not None
