"""Frames survive the way to bytes and back, and bad bytes are named as such."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from clinical.alarms.priority import Phase
from clinical.alarms.transition import Acknowledgement, Reason
from clinical.items import EdgeTransition, Vitals
from tests.clinical.alarms.entries import said
from tests.wire import plain_strategies, strategies
from wire.frames import Frame, Lane, Unreadable, bytes_of, decode_frame, encode_frame, to_frame
from wire.unit_items import WireItem


@given(strategies.frames)
def test_round_trip(frame: Frame) -> None:
    """What a unit encodes is what the center decodes, item by item."""
    assert decode_frame(encode_frame(frame)) == frame


def test_equal_frames_are_equal_bytes() -> None:
    """However the values of a reason came to be ordered, and read and written again by anybody."""
    values = {f"vital_{number}": float(number) for number in range(40)}
    frames = [
        _frame(EdgeTransition(replace(said(Phase.START), reason=Reason("rule", dict(ordered), ""))))
        for ordered in (values.items(), reversed(values.items()))
    ]
    one, other = map(encode_frame, frames)
    assert one == other
    assert bytes_of(frame_pb2.Frame.FromString(one)) == one


def test_zero_is_a_measurement_and_absence_is_not() -> None:
    """Heart rate 0 arrives as 0; what was not measured arrives as None."""
    frame = _frame(Vitals(heart_rate_bpm=0.0, on_oxygen=False))
    (item,) = decode_frame(encode_frame(frame)).items
    assert item == Vitals(heart_rate_bpm=0.0, on_oxygen=False)
    assert isinstance(item, Vitals)
    assert item.heart_rate_bpm == 0.0
    assert item.on_oxygen is False
    assert item.respiration_per_min is None


def test_uncertainty_zero_differs_from_unknown() -> None:
    known = frame_pb2.Frame(lane=frame_pb2.LANE_VITALS, captured_uncertainty_us=0)
    unknown = frame_pb2.Frame(lane=frame_pb2.LANE_VITALS)
    assert to_frame(known).uncertainty_us == 0
    assert to_frame(unknown).uncertainty_us is None


@given(st.binary())
def test_any_bytes_are_a_frame_or_unreadable(data: bytes) -> None:
    """Decoding never fails in another way."""
    try:
        frame = decode_frame(data)
    except Unreadable:
        return
    assert isinstance(frame, Frame)


@pytest.mark.parametrize(
    "item",
    [
        frame_pb2.Item(),
        frame_pb2.Item(crew_event=crew_pb2.CrewEvent()),
        frame_pb2.Item(vitals=frame_pb2.Vitals(marks=[frame_pb2.VitalMark()])),
        frame_pb2.Item(receipt=frame_pb2.Receipt(message_id="m")),
    ],
)
def test_what_is_not_stated_is_unreadable(item: frame_pb2.Item) -> None:
    """An item that is not set, or whose enumeration is unspecified, has no value."""
    with pytest.raises(Unreadable):
        to_frame(frame_pb2.Frame(lane=frame_pb2.LANE_VITALS, items=[item]))


def test_unknown_lane_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_frame(frame_pb2.Frame().SerializeToString())


def test_items_inherit_what_the_frame_says() -> None:
    """An item that leaves out its encounter, unit or instant has the frame's."""
    pb = frame_pb2.Frame(
        lane=frame_pb2.LANE_ALARM,
        unit_id=plain_strategies.UNIT,
        encounter_id=plain_strategies.ENCOUNTER,
        captured_at_us=7,
    )
    acknowledgement = pb.items.add().acknowledgement
    acknowledgement.priority = 3  # type: ignore[assignment]
    acknowledgement.place = 2  # type: ignore[assignment]
    transition = pb.items.add().edge_transition
    transition.category = transition.priority = transition.phase = transition.source = 1  # type: ignore[assignment]
    first, second = to_frame(pb).items
    assert isinstance(first, Acknowledgement)
    assert (first.encounter_id, first.at_us) == (plain_strategies.ENCOUNTER, 7)
    assert isinstance(second, EdgeTransition)
    assert second.transition.encounter_id == plain_strategies.ENCOUNTER
    assert second.transition.unit_id == plain_strategies.UNIT


def _frame(*items: WireItem) -> Frame:
    return Frame("u", Lane.VITALS, b"s" * 16, 1, 1, None, None, plain_strategies.ENCOUNTER, items)
