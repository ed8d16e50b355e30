"""Whole states of encounters, to and from protobuf."""

from dataclasses import replace

import pytest
from hypothesis import given

from ambulance.log.v1 import record_pb2
from clinical.watch.encounter import EncounterState
from tests.wire import record_strategies
from wire.encounters import decode_encounter, encode_encounter
from wire.reading import Unreadable


@given(record_strategies.encounter_states)
def test_round_trip(state: EncounterState) -> None:
    assert decode_encounter(encode_encounter(state)) == state


@given(record_strategies.encounter_states)
def test_pregnancy_stays_behind(state: EncounterState) -> None:
    """What only the watch needs is not published."""
    assert encode_encounter(replace(state, pregnant=True)) == encode_encounter(state)


def test_a_state_without_status_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_encounter(record_pb2.EncounterState(encounter_id="e").SerializeToString())
