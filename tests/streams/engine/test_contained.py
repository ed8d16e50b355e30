from dataclasses import replace

import pytest

from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import EncounterClosed, Transition
from clinical.items import EdgeTransition, EncounterChange, EncounterEvent, Vitals
from clinical.watch.encounter import EncounterState, EncounterStatus
from streams.engine.contained import JOURNAL_MAX, ContainedWatch, Poison
from tests.streams.engine.night import WELL, at, encounter, foreign, frame
from tests.streams.engine.planted import POISON_BPM, POISON_SEQUENCE, PlantedWatches
from wire.frames import Lane

POISON = Vitals(heart_rate_bpm=POISON_BPM)


@pytest.fixture
def watches() -> PlantedWatches:
    return PlantedWatches()


@pytest.fixture
def contained(watches: PlantedWatches) -> ContainedWatch:
    return ContainedWatch(encounter(1), Source.CENTER_A, watches)


def judge(contained: ContainedWatch, sequence: int, *items: object) -> list[object]:
    each = frame(1, sequence, sequence, *items)  # type: ignore[arg-type]
    return list(contained.on_frame(each, at(sequence), at(sequence)))


def test_a_failing_frame_is_undone_as_a_whole(
    contained: ContainedWatch, watches: PlantedWatches
) -> None:
    """Neither the failing item nor those before it in the frame leave a trace."""
    judge(contained, 1, WELL)
    contained.on_tick(at(1.5), 0)
    said = judge(contained, 2, WELL, POISON, WELL)
    assert [type(each) for each in said] == [Poison]
    judge(contained, 3, WELL)
    assert watches.made[-1].heard == [1, 3]
    assert (watches.made[-1].items, watches.made[-1].ticks) == (2, 1)


def test_a_failing_frame_is_undone_from_the_last_snapshot(
    contained: ContainedWatch, watches: PlantedWatches
) -> None:
    judge(contained, 1, WELL)
    contained.store()
    judge(contained, 2, WELL)
    judge(contained, 3, POISON)
    assert watches.made[-1].heard == [1, 2]


def test_the_first_frame_may_be_the_poison(contained: ContainedWatch) -> None:
    assert len(judge(contained, 1, POISON)) == 1
    assert isinstance(judge(contained, 2, WELL)[0], Transition)


def test_poison_is_described_without_patient_data(contained: ContainedWatch) -> None:
    (poison,) = judge(contained, 1, POISON)
    assert isinstance(poison, Poison)
    assert poison.description == "ZeroDivisionError in judgement"


def test_a_second_failure_stops_the_judgement_of_this_patient_and_says_so(
    contained: ContainedWatch,
) -> None:
    judge(contained, 1, POISON)
    assert contained.judged
    poison, alarm = judge(contained, 2, POISON)
    assert isinstance(poison, Poison)
    assert isinstance(alarm, Transition)
    assert not contained.judged
    assert (alarm.cause, alarm.priority) == (Cause.PATIENT_NOT_JUDGED, Priority.HIGH)
    assert (alarm.category, alarm.phase, alarm.active) == (Category.TECHNICAL, Phase.START, True)
    assert (alarm.frame.sequence, alarm.unit_id, alarm.revision) == (2, "unit-1", 1)
    assert contained.row(0).not_judged
    assert contained.row(0).unit_id == "unit-1"


def test_a_patient_not_judged_is_not_stepped(
    contained: ContainedWatch, watches: PlantedWatches
) -> None:
    judge(contained, 1, POISON)
    judge(contained, 2, POISON)
    assert judge(contained, 3, WELL) == []
    assert list(contained.on_tick(at(4), 0)) == []
    assert watches.made[-1].heard == []


def test_what_the_vehicle_says_of_a_patient_not_judged_is_forwarded(
    contained: ContainedWatch,
) -> None:
    (said,) = judge(contained, 1, WELL)
    assert isinstance(said, Transition)
    edge = replace(said, source=Source.EDGE)
    judge(contained, 2, POISON)
    judge(contained, 3, POISON)
    assert judge(contained, 4, EdgeTransition(edge)) == [edge]


def test_the_crew_can_close_an_encounter_that_is_not_judged(contained: ContainedWatch) -> None:
    judge(contained, 1, POISON)
    judge(contained, 2, POISON)
    state, closed = judge(contained, 3, EncounterEvent(EncounterChange.HANDED_OVER))
    assert isinstance(state, EncounterState)
    assert state.status is EncounterStatus.HANDED_OVER
    assert closed == EncounterClosed(encounter(1), at(3))
    assert contained.closed_us == at(3)
    assert judge(contained, 4, EncounterEvent(EncounterChange.ENDED)) == []


def test_the_count_of_failures_is_stored(watches: PlantedWatches) -> None:
    first = ContainedWatch(encounter(1), Source.CENTER_A, watches)
    judge(first, 1, POISON)
    second = ContainedWatch(encounter(1), Source.CENTER_A, watches, first.store())
    assert len(judge(second, 2, POISON)) == 2
    third = ContainedWatch(encounter(1), Source.CENTER_A, watches, second.store())
    assert not third.judged
    assert third.row(0).unit_id == "unit-1"


def test_the_journal_asks_for_a_snapshot_when_it_is_full(contained: ContainedWatch) -> None:
    for sequence in range(1, JOURNAL_MAX):
        judge(contained, sequence, WELL)
    assert not contained.full
    judge(contained, JOURNAL_MAX, WELL)
    assert contained.full
    contained.store()
    assert not contained.full


def test_a_failure_in_the_passing_of_time_is_contained(
    contained: ContainedWatch, watches: PlantedWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(contained, 1, WELL)
    monkeypatch.setattr(watches.made[-1], "on_tick", lambda *_: 1 / 0)
    (poison,) = contained.on_tick(at(2), 0)
    assert isinstance(poison, Poison)
    assert poison.frame is None
    assert watches.made[-1].heard == [1]


def test_a_failure_over_a_foreign_frame_is_contained(
    contained: ContainedWatch, watches: PlantedWatches
) -> None:
    """The patient's own frames still name what is said, and the next failure stops judgement."""
    judge(contained, 1, WELL)
    (poison,) = contained.on_word(foreign(1, POISON_SEQUENCE, 2), at(2))
    assert isinstance(poison, Poison)
    assert poison.frame is None
    assert watches.made[-1].heard == [1]
    _, alarm = contained.on_word(foreign(1, POISON_SEQUENCE, 3), at(3))
    assert isinstance(alarm, Transition)
    assert (alarm.cause, alarm.unit_id) == (Cause.PATIENT_NOT_JUDGED, "unit-1")
    assert list(contained.on_word(foreign(1, 1, 4), at(4))) == []


def test_a_foreign_frame_is_a_step_of_the_journal(
    contained: ContainedWatch, watches: PlantedWatches
) -> None:
    """What it changed outlives a later failure."""
    judge(contained, 1, WELL)
    assert len(contained.on_word(foreign(1, 1, 2), at(2))) == 1
    judge(contained, 2, POISON)
    assert len(watches.made) == 2
    assert watches.made[-1].items == 2


def test_a_row_that_cannot_be_made_is_shown_as_not_judged(
    contained: ContainedWatch, watches: PlantedWatches, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge(contained, 1, WELL)
    monkeypatch.setattr(watches.made[-1], "row", lambda _: 1 / 0)
    assert contained.row(0).not_judged


def test_edge_lane_frames_carry_their_lane_into_the_alarm_id(contained: ContainedWatch) -> None:
    each = frame(1, 1, 1, WELL, lane=Lane.ALARM)
    (said,) = contained.on_frame(each, at(1), at(1))
    assert isinstance(said, Transition)
    assert said.frame.lane == Lane.ALARM
