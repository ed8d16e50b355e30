from dataclasses import replace

import pytest

from clinical.items import EncounterChange, EncounterEvent
from clinical.watch.encounter import (
    EncounterStatus,
    admits,
    advance,
    from_plain,
    provisional,
    standby_over,
    to_plain,
)
from tests.clinical.watch.bedside import at

KNOWN_BY_FRAMES = provisional("encounter-1", "unit-1", at(0))
OFFER = EncounterEvent(EncounterChange.OFFERED, to_unit_id="unit-2")
CLAIM = EncounterEvent(EncounterChange.CLAIMED, bay="2")
END = EncounterEvent(EncounterChange.ENDED)


def test_opening_ends_the_provisional_state_and_keeps_what_is_stated() -> None:
    event = EncounterEvent(EncounterChange.OPENED, bay="1", age_years=70, pregnant=False)
    state = advance(KNOWN_BY_FRAMES, event, "unit-1", at(1))
    assert (state.provisional, state.bay, state.age_years) == (False, "1", 70)
    assert state.owned_since_us == at(0)


def test_a_claim_needs_an_offer_to_that_unit() -> None:
    assert advance(KNOWN_BY_FRAMES, CLAIM, "unit-2", at(1)) == KNOWN_BY_FRAMES
    offered = advance(KNOWN_BY_FRAMES, OFFER, "unit-1", at(1))
    assert advance(offered, CLAIM, "unit-3", at(2)) == offered
    moved = advance(offered, CLAIM, "unit-2", at(2))
    assert (moved.unit_id, moved.previous_unit_id, moved.bay) == ("unit-2", "unit-1", "2")
    assert (moved.owned_since_us, moved.offered_to_unit_id) == (at(2), None)


def test_the_old_owner_stays_the_owner_until_the_claim() -> None:
    offered = advance(KNOWN_BY_FRAMES, OFFER, "unit-1", at(1))
    assert offered.unit_id == "unit-1"


def test_frames_of_the_old_unit_are_valid_when_captured_before_the_move() -> None:
    offered = advance(KNOWN_BY_FRAMES, OFFER, "unit-1", at(1))
    moved = advance(offered, CLAIM, "unit-2", at(5))
    assert admits(moved, "unit-1", at(4.9))
    assert not admits(moved, "unit-1", at(5.1))
    assert admits(moved, "unit-2", at(5.1))
    assert not admits(moved, "unit-3", at(4))


def test_a_unit_without_the_patient_has_no_say() -> None:
    assert advance(KNOWN_BY_FRAMES, END, "unit-2", at(1)) == KNOWN_BY_FRAMES


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (EncounterChange.ENDED, EncounterStatus.ENDED),
        (EncounterChange.HANDED_OVER, EncounterStatus.HANDED_OVER),
    ],
)
def test_an_ended_encounter_stays_ended(change: EncounterChange, status: EncounterStatus) -> None:
    over = advance(KNOWN_BY_FRAMES, EncounterEvent(change), "unit-1", at(1))
    assert over.closed
    assert over.status is status
    for later in EncounterChange:
        assert advance(over, EncounterEvent(later), "unit-1", at(2)) == over


def test_a_standby_ends_at_its_time_or_by_the_crew() -> None:
    event = EncounterEvent(EncounterChange.STANDBY, reason="lead change", until_us=at(60))
    standby = advance(KNOWN_BY_FRAMES, event, "unit-1", at(1))
    assert standby.status is EncounterStatus.STANDBY
    assert not standby_over(standby, at(59.9))
    assert standby_over(standby, at(60))
    back = advance(standby, EncounterEvent(EncounterChange.RESUMED), "unit-1", at(2))
    assert back == KNOWN_BY_FRAMES


def test_the_plain_form_carries_the_whole_state() -> None:
    state = replace(KNOWN_BY_FRAMES, age_years=3, status=EncounterStatus.STANDBY)
    assert from_plain(to_plain(state)) == state
