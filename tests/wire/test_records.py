"""Records of the log survive the way to bytes and back, and say what they are."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulance.alerts.v1 import action_pb2, alarm_pb2
from ambulance.command.v1 import message_pb2
from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import frame_pb2
from tests.wire import (
    alarm_strategies,
    picture_strategies,
    plain_strategies,
    record_strategies,
    strategies,
)
from wire import records
from wire.alarms import encode_entry
from wire.encounters import encode_encounter
from wire.frames import Frame, Unreadable, encode_frame, to_frame
from wire.messages import encode_message
from wire.picture import encode_picture
from wire.records import RecordValue
from wire.rhythms import encode_rhythm_finding
from wire.staff_limits import encode_limit_change


@given(st.lists(strategies.frames, max_size=4), plain_strategies.instants, plain_strategies.names)
def test_batch_equals_protobufs_own(frames: list[Frame], stamped_us: int, gateway: str) -> None:
    """Concatenation gives what protobuf would have serialised.

    To the byte, but for the entries of a map, whose order protobuf leaves open.
    """
    raw = [encode_frame(frame) for frame in frames]
    own = record_pb2.RecordBatch(
        stamped_at_us=stamped_us,
        gateway_id=gateway,
        frames=[frame_pb2.Frame.FromString(data) for data in raw],
    )
    value = records.encode_batch(stamped_us, gateway, raw)
    read = record_pb2.RecordBatch.FromString(value)
    assert len(value) == own.ByteSize()
    assert read.SerializeToString(deterministic=True) == own.SerializeToString(deterministic=True)
    batch = records.decode_batch(value)
    assert (batch.stamped_us, batch.gateway_id) == (stamped_us, gateway)
    assert [to_frame(handle) for handle in records.frames_of(batch)] == frames


def test_long_frames_are_framed_with_their_whole_length() -> None:
    """Lengths of one, two and three bytes of varint hold."""
    raw = [frame_pb2.Frame(boot_id="b" * length).SerializeToString() for length in (1, 300, 60_000)]
    batch = records.decode_batch(records.encode_batch(1, "g", raw))
    assert [frame.SerializeToString() for frame in batch.frames] == raw


def test_one_bad_frame_costs_its_neighbours_nothing() -> None:
    """A frame that cannot be translated fails by itself; the batch still decodes."""
    good = frame_pb2.Frame(lane=frame_pb2.LANE_VITALS).SerializeToString()
    bad = frame_pb2.Frame().SerializeToString()
    first, second, third = records.decode_batch(
        records.encode_batch(1, "g", [good, bad, good])
    ).frames
    assert to_frame(first) == to_frame(third)
    with pytest.raises(Unreadable):
        to_frame(second)


@pytest.mark.parametrize(
    ("values", "headers", "encode"),
    [
        (record_strategies.ticks, records.HEADERS_TICK, records.encode_tick),
        (
            record_strategies.foreign_frames,
            records.HEADERS_FOREIGN_FRAME,
            records.encode_foreign_frame,
        ),
        (
            record_strategies.lead_findings,
            records.HEADERS_LEAD_FINDING,
            records.encode_lead_finding,
        ),
        (record_strategies.rhythm_findings, records.HEADERS_RHYTHM_FINDING, encode_rhythm_finding),
        (alarm_strategies.limit_changes, records.HEADERS_LIMIT_CHANGE, encode_limit_change),
        (record_strategies.dead_letters, records.HEADERS_DEAD_LETTER, records.encode_dead_letter),
        (record_strategies.checkpoints, records.HEADERS_CHECKPOINT, records.encode_checkpoint),
        (record_strategies.encounter_states, records.HEADERS_ENCOUNTER_STATE, encode_encounter),
        (picture_strategies.pictures, records.HEADERS_PICTURE, encode_picture),
        (alarm_strategies.entries, records.HEADERS_ALARM_ENTRY, encode_entry),
        (record_strategies.messages, records.HEADERS_MESSAGE, encode_message),
    ],
    ids=lambda value: value[0][1].decode() if isinstance(value, tuple) else "",
)
@given(st.data())
def test_round_trip(
    values: st.SearchStrategy[RecordValue],
    headers: records.Headers,
    encode: Callable[[RecordValue], bytes],
    data: st.DataObject,
) -> None:
    """Every kind of record reads back by its headers alone as what was written."""
    value = data.draw(values)
    assert records.decode_record(headers, encode(value)) == value


def test_type_headers_are_full_message_names() -> None:
    """Outside tools find the message by the header."""
    named = {
        records.HEADERS_BATCH: record_pb2.RecordBatch.DESCRIPTOR,
        records.HEADERS_TICK: record_pb2.Tick.DESCRIPTOR,
        records.HEADERS_FOREIGN_FRAME: record_pb2.ForeignFrame.DESCRIPTOR,
        records.HEADERS_RHYTHM_FINDING: record_pb2.RhythmFinding.DESCRIPTOR,
        records.HEADERS_LIMIT_CHANGE: action_pb2.LimitChange.DESCRIPTOR,
        records.HEADERS_DEAD_LETTER: record_pb2.DeadLetter.DESCRIPTOR,
        records.HEADERS_ENCOUNTER_STATE: record_pb2.EncounterState.DESCRIPTOR,
        records.HEADERS_PICTURE: record_pb2.Picture.DESCRIPTOR,
        records.HEADERS_CHECKPOINT: record_pb2.Checkpoint.DESCRIPTOR,
        records.HEADERS_ALARM_ENTRY: alarm_pb2.AlarmEntry.DESCRIPTOR,
        records.HEADERS_MESSAGE: message_pb2.Message.DESCRIPTOR,
    }
    for headers, descriptor in named.items():
        assert headers == (("type", descriptor.full_name.encode()), ("v", b"1"))


@pytest.mark.parametrize("headers", [(), (("v", b"1"),), records.type_header("some.Other")])
def test_unknown_records_are_unreadable(headers: records.Headers) -> None:
    with pytest.raises(Unreadable):
        records.decode_record(headers, b"")


@given(st.sampled_from(sorted(records._DECODERS)), st.binary())
def test_any_bytes_decode_or_are_unreadable(name: bytes, value: bytes) -> None:
    """Reading a record never fails in another way than Unreadable."""
    try:
        records.decode_record((("type", name),), value)
    except Unreadable:
        return


def test_dead_letters_keep_the_head_of_a_frame() -> None:
    letter = records.DeadLetter(None, "", "", "u", 1, b"", 1, b"x" * 70_000, 1, "gateway")
    assert len(records.decode_dead_letter(records.encode_dead_letter(letter)).frame) == 65_536


def test_checkpoint_keys_tell_encounters_from_the_marker() -> None:
    assert records.encounter_key("abc") == b"e/abc"
    assert records.encounter_of_key(b"e/abc") == "abc"
    assert records.encounter_of_key(records.COVERED_KEY) is None
