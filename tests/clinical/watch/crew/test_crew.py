from dataclasses import replace

import pytest

from clinical.alarms.priority import Phase, Priority
from clinical.items import CrewEvent, CrewFinding
from clinical.watch.crew.crew import Crew
from tests.clinical.watch.bedside import at, frame

NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)
PULSE_FELT = CrewEvent(CrewFinding.PULSE_FELT)


def test_no_pulse_is_high_at_once_and_said_once() -> None:
    crew = Crew()
    (raised,) = crew.on_item(NO_PULSE, at(0), frame(1))
    assert (raised.change.phase, raised.change.priority) == (Phase.START, Priority.HIGH)
    assert crew.on_item(NO_PULSE, at(1), frame(2)) == ()


def test_a_pulse_felt_ends_it() -> None:
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    (ended,) = crew.on_item(PULSE_FELT, at(5), frame(2))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(5))


def test_a_pulse_felt_before_it_was_missed_ends_nothing() -> None:
    crew = Crew()
    crew.on_item(NO_PULSE, at(10), frame(1))
    assert crew.on_item(PULSE_FELT, at(5), frame(2)) == ()


def test_late_word_of_no_pulse_is_recorded_when_a_pulse_was_felt_after_it() -> None:
    crew = Crew()
    crew.on_item(PULSE_FELT, at(10), frame(1))
    (recorded,) = crew.on_item(NO_PULSE, at(5), frame(2))
    assert recorded.recorded_only
    assert (recorded.change.since_us, recorded.change.at_us) == (at(5), at(10))


def test_closing_ends_it() -> None:
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    assert [x.change.phase for x in crew.close(at(1))] == [Phase.END]
    assert crew.close(at(2)) == ()


def test_a_no_pulse_that_was_withdrawn_ends() -> None:
    """As if it had never been entered."""
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    (ended,) = crew.on_item(replace(NO_PULSE, withdraws=frame(1)), at(4), frame(2))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(4))


def test_a_pulse_felt_that_was_withdrawn_lets_no_pulse_hold_again_under_its_own_name() -> None:
    """In doubt tell again: the arrest goes on, with the frame that its alarm is named after."""
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    crew.on_item(PULSE_FELT, at(5), frame(2))
    (raised,) = crew.on_item(replace(PULSE_FELT, withdraws=frame(2)), at(8), frame(3))
    assert (raised.change.phase, raised.change.frame) == (Phase.START, frame(1))


def test_one_of_two_no_pulses_withdrawn_changes_nothing() -> None:
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    crew.on_item(NO_PULSE, at(1), frame(2))
    assert crew.on_item(replace(NO_PULSE, withdraws=frame(2)), at(2), frame(3)) == ()


def test_a_withdrawal_that_comes_before_its_finding_holds_too() -> None:
    """Also over a restart in between."""
    crew, after = Crew(), Crew()
    assert crew.on_item(replace(NO_PULSE, withdraws=frame(1)), at(4), frame(2)) == ()
    after.restore(crew.snapshot())
    assert after.on_item(NO_PULSE, at(0), frame(1)) == ()


def test_a_withdrawal_works_after_a_restart() -> None:
    crew, after = Crew(), Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    after.restore(crew.snapshot())
    (ended,) = after.on_item(replace(NO_PULSE, withdraws=frame(1)), at(4), frame(2))
    assert ended.change.phase is Phase.END


@pytest.mark.parametrize(
    "finding", set(CrewFinding) - {CrewFinding.NO_PULSE, CrewFinding.PULSE_FELT}
)
def test_what_the_crew_did_is_for_the_record_only(finding: CrewFinding) -> None:
    crew = Crew()
    crew.on_item(NO_PULSE, at(0), frame(1))
    assert crew.on_item(CrewEvent(finding, drug="adrenaline 1 mg"), at(1), frame(2)) == ()
