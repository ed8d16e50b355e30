"""Entries of the log of alarms and alarms of a feed, to and from protobuf."""

from dataclasses import replace

import pytest
from hypothesis import given

from ambulance.alerts.v1 import alarm_pb2
from clinical.alarms.catalogue import RULES
from clinical.alarms.priority import Phase
from clinical.alarms.transition import Reason, Transition
from clinical.alarms.view import AlarmView
from tests.clinical.alarms.entries import said
from tests.wire import alarm_strategies, plain_strategies, samples, strategies
from wire.alarms import (
    Entry,
    MessageReceipt,
    alarm_message,
    alarm_view,
    decode_entry,
    encode_alarm,
    encode_entry,
    entries_of,
)
from wire.frames import Frame, Unreadable, to_frame
from wire.unit_items import ReceiptStage


@given(alarm_strategies.entries)
def test_round_trip_of_entries(entry: Entry) -> None:
    assert decode_entry(encode_entry(entry)) == entry


def test_equal_entries_are_equal_bytes() -> None:
    """A worker that judges again what one before it judged writes what that one wrote.

    Protobuf holds the values of a reason in a table that no two messages need to order alike.
    """
    values = {f"vital_{number}": float(number) for number in range(40)}
    entries = [
        replace(said(Phase.START), reason=Reason("rule", dict(ordered), ""))
        for ordered in (values.items(), reversed(values.items()))
    ]
    assert entries[0] == entries[1]
    assert encode_entry(entries[0]) == encode_entry(entries[1])
    read = decode_entry(encode_entry(entries[0]))
    assert isinstance(read, Transition)
    assert read.reason is not None
    assert list(read.reason.values) == sorted(values)


@given(alarm_strategies.alarm_views)
def test_equal_alarms_are_equal_bytes(view: AlarmView) -> None:
    """What the center keeps of an alarm, and answers again, is what another process would write."""
    ordered = view.reason and replace(
        view.reason, values=dict(reversed([*view.reason.values.items()]))
    )
    assert encode_alarm(replace(view, reason=ordered)) == encode_alarm(view)


@given(alarm_strategies.alarm_views)
def test_round_trip_of_alarms(view: AlarmView) -> None:
    """A client folds back exactly what the center showed."""
    assert alarm_view(alarm_message(view)) == view


@given(alarm_strategies.alarm_views)
def test_an_alarm_brings_its_words(view: AlarmView) -> None:
    """Both languages come from the catalogue; a cause unknown here is shown by its name."""
    pb = alarm_message(view)
    rule = RULES.get(view.cause)
    expected = (rule.words_en, rule.words_zh) if rule else (view.cause, view.cause)
    assert (pb.words_en, pb.words_zh) == expected
    assert pb.unacknowledged == view.unacknowledged


@given(strategies.alarm_log_frames)
def test_a_frame_for_the_log_of_alarms_gives_an_entry_per_item(frame: Frame) -> None:
    """Each entry survives being logged."""
    entries = entries_of(frame)
    assert len(entries) == len(frame.items)
    assert tuple(decode_entry(encode_entry(entry)) for entry in entries) == entries


def test_a_receipt_carries_its_unit_and_instant() -> None:
    frame = to_frame(samples.of_kind("receipt"))
    assert entries_of(frame) == (
        MessageReceipt(
            message_id=plain_strategies.ENCOUNTER,
            unit_id=plain_strategies.UNIT,
            stage=ReceiptStage.VIEWED,
            person="paramedic",
            at_us=frame.captured_us,
        ),
    )


def test_vitals_are_no_entry() -> None:
    with pytest.raises(Unreadable):
        entries_of(to_frame(samples.vitals()))


def test_an_entry_of_no_kind_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_entry(b"")


def test_an_alarm_of_unknown_priority_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        alarm_view(alarm_pb2.Alarm())
