"""What travels in two envelopes reads the same from both."""

import pytest
from hypothesis import given

from ambulance.alerts.v1 import alarm_pb2
from clinical.alarms.transition import Acknowledgement, Escalation, Pause, Reason, Reset, Transition
from tests.wire import alarm_strategies
from wire.transitions import (
    from_acknowledgement,
    from_escalation,
    from_pause,
    from_reason,
    from_reset,
    from_transition,
    to_acknowledgement,
    to_escalation,
    to_pause,
    to_reason,
    to_reset,
    to_transition,
)


@given(alarm_strategies.transitions)
def test_round_trip_of_transitions(transition: Transition) -> None:
    assert to_transition(from_transition(transition)) == transition


@given(alarm_strategies.acknowledgements)
def test_round_trip_of_acknowledgements(acknowledgement: Acknowledgement) -> None:
    assert to_acknowledgement(from_acknowledgement(acknowledgement)) == acknowledgement


@given(alarm_strategies.escalations)
def test_round_trip_of_escalations(escalation: Escalation) -> None:
    assert to_escalation(from_escalation(escalation)) == escalation


@given(alarm_strategies.pauses)
def test_round_trip_of_pauses(pause: Pause) -> None:
    assert to_pause(from_pause(pause)) == pause


@given(alarm_strategies.resets)
def test_round_trip_of_resets(reset: Reset) -> None:
    assert to_reset(from_reset(reset)) == reset


def test_values_of_a_reason_are_decimal_text() -> None:
    """Numbers read back as numbers, words as words."""
    reason = Reason("r", {"heart_rate_bpm": 39.5, "count": 3, "consciousness": "U"}, "c")
    pb = from_reason(reason)
    assert dict(pb.values) == {"heart_rate_bpm": "39.5", "count": "3", "consciousness": "U"}
    assert to_reason(pb) == reason


def test_the_envelopes_own_words_win() -> None:
    """What the inner message states is not replaced by the envelope's."""
    pb = alarm_pb2.Acknowledgement(
        encounter_id="own", at_us=0, priority=alarm_pb2.PRIORITY_LOW, place=alarm_pb2.PLACE_CENTER
    )
    read = to_acknowledgement(pb, encounter_id="envelope", at_us=9)
    assert (read.encounter_id, read.at_us) == ("own", 0)


def test_unknown_numbers_are_key_errors() -> None:
    with pytest.raises(KeyError):
        to_transition(alarm_pb2.ConditionTransition())
