"""A latched alarm is reset by a person, and only when its condition is over."""

import pytest

from clinical.alarms.episode import LIFE_CYCLE, Event
from clinical.alarms.lifecycle import ActionRefusal, AlarmBook
from clinical.alarms.priority import Phase
from clinical.alarms.transition import EncounterClosed, Place, SourceStatus
from clinical.alarms.view import AlarmState, AlarmView, ResetBy
from tests.clinical.alarms.entries import HIGH, A, B, acknowledged, reset, said, tell

HOLDS = ActionRefusal.CONDITION_HOLDS
START = said(Phase.START, cause="APNOEA", priority=HIGH)
END = said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140)


def latched() -> tuple[AlarmBook, AlarmView]:
    """A breath came back at 140."""
    book = AlarmBook()
    *_, view = tell(book, START, END)
    assert view.state is AlarmState.LATCHED
    return book, view


def test_only_what_is_latched_can_be_reset() -> None:
    """The table has one way for it, and that is final."""
    ways = {state: after for (state, event), after in LIFE_CYCLE.items() if event is Event.RESET}
    assert ways == {AlarmState.LATCHED: AlarmState.ENDED}


@pytest.mark.parametrize("place", Place)
def test_a_reset_ends_the_alarm_and_says_who_did_it(place: Place) -> None:
    """At either place: nothing sounds any more, so there is nothing to keep for the other."""
    book, view = latched()
    action = reset(view, 200, place)
    assert book.refusal(action) is None
    (after,) = tell(book, action)
    assert (after.state, after.phase) == (AlarmState.ENDED, Phase.END)
    assert (after.ended_us, after.revision) == (140, view.revision + 1)
    assert after.reset == ResetBy(place, "wang", 200)
    assert book.current() == []
    assert book.refusal(reset(view, 210, request="again")) is ActionRefusal.ALARM_ENDED


def test_a_condition_that_holds_is_not_reset() -> None:
    """Not while it holds, nor later by the same request: who asked has not seen it end."""
    book = AlarmBook()
    (view,) = tell(book, START)
    action = reset(view, 130)
    assert book.refusal(action) is HOLDS
    assert tell(book, action) == []
    tell(book, END)
    assert tell(book, action) == []
    assert [view.state for view in book.current()] == [AlarmState.LATCHED]


def test_what_came_back_after_the_person_looked_is_not_reset() -> None:
    """It held again until 190, and the reset was asked for at 150."""
    book, view = latched()
    again = said(Phase.START, 3, cause="APNOEA", priority=HIGH, at=160)
    over = said(Phase.END, 4, cause="APNOEA", priority=HIGH, at=190)
    tell(book, again)
    assert book.refusal(reset(view, 150)) is HOLDS
    tell(book, over)
    assert book.refusal(reset(view, 150)) is HOLDS
    assert tell(book, reset(view, 150)) == []
    (after,) = tell(book, reset(view, 195, request="later"))
    assert after.state is AlarmState.ENDED


def test_one_that_does_not_latch_has_nothing_to_reset() -> None:
    book = AlarmBook()
    (view,) = tell(book, said(Phase.START))
    assert book.refusal(reset(view)) is HOLDS
    tell(book, said(Phase.END, 2, at=140))
    assert book.refusal(reset(view)) is ActionRefusal.ALARM_ENDED


def test_an_earlier_episode_is_not_reset_in_the_name_of_a_later_one() -> None:
    """The same id began again, under later revisions."""
    book, view = latched()
    tell(book, reset(view, 145))
    tell(book, said(Phase.START, 3, cause="APNOEA", priority=HIGH, at=150))
    tell(book, said(Phase.END, 4, cause="APNOEA", priority=HIGH, at=160))
    stale = reset(view, 170, request="stale")
    assert book.refusal(stale) is ActionRefusal.ALARM_ENDED
    assert tell(book, stale) == []


def test_a_reset_alarm_does_not_hide_the_next_one() -> None:
    """A channel that lags opens nothing; a newer word that it holds is an alarm."""
    book, view = latched()
    tell(book, reset(view, 145))
    lagging = said(Phase.START, cause="APNOEA", source=B, priority=HIGH, at=100)
    assert tell(book, lagging) == []
    (new,) = tell(book, said(Phase.START, 3, cause="APNOEA", priority=HIGH, at=150))
    assert (new.state, new.reset) == (AlarmState.ACTIVE, None)
    assert new.unacknowledged


def test_another_source_that_holds_it_prevents_the_reset() -> None:
    """Until it says that it is over, or is dead."""
    book = AlarmBook()
    other = said(Phase.START, cause="APNOEA", source=B, priority=HIGH)
    *_, view = tell(book, START, other, END)
    assert book.refusal(reset(view)) is HOLDS
    tell(book, SourceStatus("e1", B, live=False, at_us=150))
    assert book.refusal(reset(view)) is None


def test_a_reset_takes_the_request_id_of_no_other_action() -> None:
    """A request id names one action; a second one under it has no effect."""
    book, view = latched()
    tell(book, acknowledged(view, HIGH, request="one"))
    assert tell(book, reset(view, request="one")) == []
    assert [view.state for view in book.current()] == [AlarmState.LATCHED]


def test_a_reset_of_a_closed_encounter_is_late() -> None:
    book, view = latched()
    tell(book, EncounterClosed("e1", 150))
    assert book.refusal(reset(view)) is ActionRefusal.ALARM_ENDED
    assert view.sources == (A,)
