from clinical.alarms.priority import Phase, Priority
from clinical.items import CrewEvent, CrewFinding
from clinical.watch.crew import Crew
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
