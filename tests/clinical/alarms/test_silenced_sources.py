"""A dead source does not vote, and its death neither loses an alarm nor tells one twice."""

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Source
from clinical.alarms.transition import SourceStatus
from clinical.alarms.view import AlarmState
from tests.clinical.alarms.entries import EDGE, HIGH, MEDIUM, A, B, said, story, tell


def died(source: Source, at: int = 200) -> SourceStatus:
    return SourceStatus("e1", source, live=False, at_us=at)


def returned(source: Source, at: int = 300) -> SourceStatus:
    return SourceStatus("e1", source, live=True, at_us=at)


def test_the_death_of_the_only_holder_ends_the_episode() -> None:
    """Its last word does not keep an alarm active for ever."""
    book = AlarmBook()
    (*_, view) = tell(book, said(Phase.START), died(A))
    assert (view.state, view.phase, view.ended_us) == (AlarmState.ENDED, Phase.END, 200)
    assert book.current() == []


def test_what_a_live_source_holds_stays_active_and_nothing_is_told_twice() -> None:
    """Killing one of two channels changes nothing that is shown."""
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=B))
    assert tell(book, died(A)) == []
    views = tell(book, said(Phase.END, 2, source=B, at=250))
    assert story(views) == [(AlarmState.ENDED, Phase.END, MEDIUM)]


def test_the_priority_is_that_of_the_living() -> None:
    book = AlarmBook()
    tell(book, said(Phase.START, priority=HIGH), said(Phase.START, source=EDGE))
    (view,) = tell(book, died(A))
    assert (view.priority, view.phase) == (MEDIUM, Phase.DEESCALATE)
    (view,) = tell(book, returned(A))
    assert (view.priority, view.phase) == (HIGH, Phase.ESCALATE)


def test_a_dead_source_that_speaks_again_counts_at_once() -> None:
    """In doubt it is told: a new word needs no notice of a return."""
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=B), died(A))
    tell(book, said(Phase.ESCALATE, 2, priority=HIGH, at=220))
    tell(book, said(Phase.END, 2, source=B, at=230))
    (view,) = book.current()
    assert (view.state, view.priority) == (AlarmState.ACTIVE, HIGH)


def test_a_notice_that_comes_late_does_not_silence_what_was_said_after_it() -> None:
    """While the log stands still a notice waits, and the channel is back before it is written."""
    book = AlarmBook()
    tell(book, said(Phase.START, at=230, since=225))
    assert tell(book, died(A, at=200)) == []
    (view,) = book.current()
    assert (view.state, view.revision) == (AlarmState.ACTIVE, 1)
    (over,) = tell(book, died(A, at=231))
    assert over.state is AlarmState.ENDED


def test_a_notice_of_one_alarm_does_not_silence_a_newer_word_about_another() -> None:
    """It is about the patient, and the living channel has not judged beyond that word yet."""
    book = AlarmBook()
    tell(
        book, said(Phase.START), said(Phase.START, cause="HEART_RATE_LOW", run=1, at=210, since=205)
    )
    (over,) = tell(book, died(A, at=200))
    assert (over.cause, over.state) == ("SPO2_LOW", AlarmState.ENDED)
    assert [view.cause for view in book.current()] == ["HEART_RATE_LOW"]


def test_a_book_that_was_written_down_knows_when_who_spoke() -> None:
    book, other = AlarmBook(), AlarmBook()
    tell(book, said(Phase.START, at=230, since=225))
    other.restore(book.snapshot())
    assert tell(other, died(A, at=200)) == []


def test_a_word_of_the_living_that_comes_after_the_death_is_never_lost() -> None:
    """The other channel's beginning may be overtaken by the notice; it opens the alarm again."""
    book = AlarmBook()
    first, over, again = tell(book, said(Phase.START), died(A), said(Phase.START, source=B))
    assert (over.state, again.state) == (AlarmState.ENDED, AlarmState.ACTIVE)
    assert again.alarm_id == first.alarm_id
    assert again.revision == over.revision + 1


def test_a_latching_alarm_latches_when_its_holder_dies() -> None:
    book = AlarmBook()
    (*_, view) = tell(book, said(Phase.START, cause="APNOEA", priority=HIGH), died(A))
    assert view.state is AlarmState.LATCHED
    (view,) = tell(book, returned(A))
    assert view.state is AlarmState.ACTIVE


def test_notices_come_twice_and_out_of_the_blue_without_effect() -> None:
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=B), died(A))
    assert tell(book, died(A), died(EDGE), returned(B)) == []
    assert book.standings()[0].silenced == {A}


def test_a_book_that_was_written_down_remembers_who_is_dead() -> None:
    book, other = AlarmBook(), AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=B), died(A))
    other.restore(book.snapshot())
    assert other.standings() == book.standings()
    assert book.standings()[0].holders == {B}


def test_a_restored_channel_that_repeats_old_words_disturbs_nothing() -> None:
    """Its replay meets the episode of now: no alias, no vote, no revision, nothing told twice."""
    book = AlarmBook()
    tell(book, said(Phase.START, source=B), said(Phase.END, 2, source=B, at=120))
    tell(book, said(Phase.START, source=B, run=1, since=150, at=160))
    assert tell(book, said(Phase.START), said(Phase.END, 2, at=120)) == []
    (view,) = book.current()
    assert (view.sources, view.aliases, view.revision) == ((B,), (), 1)
    (over,) = tell(book, said(Phase.END, 2, source=B, run=1, at=170))
    assert over.state is AlarmState.ENDED


def test_what_ended_with_its_holder_is_not_told_again_by_the_holders_replay() -> None:
    """Only words that are newer than what the living had judged count as news."""
    book = AlarmBook()
    tell(book, said(Phase.START), died(A))
    assert tell(book, said(Phase.START, run=1, since=150, at=160)) == []
    (view,) = tell(book, said(Phase.START, run=2, since=210, at=220))
    assert view.state is AlarmState.ACTIVE


def test_a_past_that_was_written_down_knows_who_was_dead() -> None:
    book, other = AlarmBook(), AlarmBook()
    tell(book, said(Phase.START), died(A))
    other.restore(book.snapshot())
    for one in (book, other):
        assert tell(one, said(Phase.START, run=1, since=150, at=160)) == []
        assert len(tell(one, said(Phase.START, source=B))) == 1
