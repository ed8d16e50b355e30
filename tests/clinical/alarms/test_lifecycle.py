"""The book of alarms: one episode per trouble, told once, and never silently dropped."""

from dataclasses import replace

import pytest

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Source
from clinical.alarms.transition import EncounterClosed, Reason
from clinical.alarms.view import AlarmState
from tests.clinical.alarms.entries import (
    EDGE,
    HIGH,
    LOW,
    MEDIUM,
    A,
    B,
    acknowledged,
    said,
    story,
    tell,
)


def test_an_alarm_begins_rises_falls_and_ends() -> None:
    """Each change is one view with the next revision, and then the book is empty."""
    book = AlarmBook()
    views = tell(
        book,
        said(Phase.START),
        said(Phase.ESCALATE, 2, priority=HIGH, at=110),
        said(Phase.DEESCALATE, 3, at=120),
        said(Phase.END, 4, at=130),
    )
    assert story(views) == [
        (AlarmState.ACTIVE, Phase.START, MEDIUM),
        (AlarmState.ACTIVE, Phase.ESCALATE, HIGH),
        (AlarmState.ACTIVE, Phase.DEESCALATE, MEDIUM),
        (AlarmState.ENDED, Phase.END, MEDIUM),
    ]
    assert [view.revision for view in views] == [1, 2, 3, 4]
    assert [view.ended_us for view in views] == [None, None, None, 130]
    assert book.current() == []


def test_a_view_shows_all_that_a_feed_needs() -> None:
    """Since when, learned when, why, from where, in words."""
    (view,) = tell(AlarmBook(), replace(said(Phase.START), late=True))
    assert (view.active_since_us, view.learned_us, view.late) == (90, 1000, True)
    assert view.reason == Reason("rule MEDIUM", {"spo2_percent": 88.0})
    assert (view.encounter_id, view.unit_id, view.sources) == ("e1", "A-01", (A,))
    assert (view.words_en, view.words_zh) == ("Oxygen saturation low", "血氧饱和度过低")
    assert view.unacknowledged


@pytest.mark.parametrize("order", [(EDGE, A, B), (B, A, EDGE), (A, EDGE, B)])
@pytest.mark.parametrize("runs", [(0, 0, 0), (0, 1, 2)])
def test_all_sources_make_one_episode(order: tuple[Source, ...], runs: tuple[int, ...]) -> None:
    """In whatever order and under whatever ids they report, there is one alarm."""
    book = AlarmBook()
    starts = [said(Phase.START, source=s, run=r) for s, r in zip(order, runs, strict=True)]
    tell(book, *starts)
    (view,) = book.current()
    assert view.alarm_id == starts[0].alarm_id
    assert view.sources == (EDGE, A, B)
    assert len(view.aliases) == len(set(runs)) - 1
    ends = [said(Phase.END, 2, source=s, run=r, at=150) for s, r in zip(order, runs, strict=True)]
    states = [view.state for view in tell(book, *ends)]
    assert set(states[:-1]) <= {AlarmState.ACTIVE}
    assert states[-1] is AlarmState.ENDED
    assert book.current() == []


def test_active_while_any_source_holds_it_at_the_highest() -> None:
    """One source's end neither ends the alarm nor leaves its priority behind."""
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=EDGE, priority=HIGH))
    (view,) = book.current()
    assert (view.priority, view.reason) == (HIGH, Reason("rule HIGH", {"spo2_percent": 88.0}))
    tell(book, said(Phase.END, 2, source=EDGE, priority=HIGH, at=120))
    (view,) = book.current()
    assert (view.state, view.phase, view.priority) == (
        AlarmState.ACTIVE,
        Phase.DEESCALATE,
        MEDIUM,
    )


def test_the_end_of_an_older_id_of_a_source_says_nothing() -> None:
    """A source's newest word counts, not a straggler about its former id."""
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, run=1, at=110))
    tell(book, said(Phase.END, 2, at=120))
    assert book.current()[0].state is AlarmState.ACTIVE


def test_a_latching_alarm_stays() -> None:
    """The condition is over, the alarm is still there, and says when it was over."""
    book = AlarmBook()
    views = tell(
        book,
        said(Phase.START, cause="APNOEA", priority=HIGH),
        said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140),
    )
    assert story(views)[-1] == (AlarmState.LATCHED, Phase.END, HIGH)
    assert book.current() == [views[-1]]
    assert views[-1].ended_us == 140


def test_a_new_episode_ends_the_latched_one() -> None:
    """Two arrests are two alarms, but only the newer is on the list."""
    book = AlarmBook()
    tell(
        book,
        said(Phase.START, cause="APNOEA", priority=HIGH),
        said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140),
    )
    views = tell(book, said(Phase.START, cause="APNOEA", priority=HIGH, run=1, since=160, at=170))
    assert [view.state for view in views] == [AlarmState.ENDED, AlarmState.ACTIVE]
    assert views[0].alarm_id != views[1].alarm_id
    assert views[0].ended_us == 140
    assert book.current() == [views[1]]


def test_another_source_revives_a_latched_alarm() -> None:
    """An overlapping report that is newer than the end is the same episode, active again."""
    book = AlarmBook()
    tell(
        book,
        said(Phase.START, cause="APNOEA", priority=HIGH),
        said(Phase.END, 2, cause="APNOEA", priority=HIGH, at=140),
    )
    (view,) = tell(book, said(Phase.START, cause="APNOEA", priority=HIGH, source=B, run=1, at=150))
    assert (view.state, view.phase, len(view.aliases)) == (AlarmState.ACTIVE, Phase.START, 1)
    assert view.ended_us is None


def test_a_slower_source_does_not_reopen_what_is_over() -> None:
    """A channel that lags tells what the other has told: nothing is shown twice."""
    for cause in ("SPO2_LOW", "APNOEA"):
        book = AlarmBook()
        tell(book, said(Phase.START, cause=cause), said(Phase.END, 2, cause=cause, at=140))
        before = [view.state for view in book.current()]
        late = tell(
            book,
            said(Phase.START, cause=cause, source=B, at=100),
            said(Phase.END, 2, cause=cause, source=B, at=140),
        )
        assert late == []
        assert [view.state for view in book.current()] == before


def test_what_was_over_before_newer_words_came_is_recorded_and_not_lost() -> None:
    """After a cut a unit's older alarm arrives behind a newer one that is over already."""
    book = AlarmBook()
    tell(book, said(Phase.START, run=5, since=290, at=300), said(Phase.END, 2, run=5, at=340))
    older = said(Phase.START, source=EDGE, run=1, since=190, at=200)
    assert tell(book, older) == []
    restored = AlarmBook()
    restored.restore(book.snapshot())
    for one in (book, restored):
        over = said(Phase.END, 2, source=EDGE, run=1, since=190, at=220)
        (view,) = tell(one, over, over)
        assert (view.state, view.alarm_id) == (AlarmState.RECORDED, older.alarm_id)
        assert (view.active_since_us, view.ended_us) == (190, 220)
        again = (replace(older, source=A), replace(over, source=A))
        assert tell(one, *again) == []


def test_what_the_vehicle_said_and_ended_is_not_begun_anew_by_the_center() -> None:
    """After a cut its words come before the frames; a center that goes on to differ is heard."""
    book = AlarmBook()
    tell(book, said(Phase.START, source=EDGE), said(Phase.END, 2, source=EDGE, at=120))
    first = (said(Phase.START, at=300), said(Phase.START, source=B, at=300))
    assert tell(book, *first) == []
    restored = AlarmBook()
    restored.restore(book.snapshot())
    (view,) = tell(restored, said(Phase.UPDATE, 2, at=305))
    assert (view.state, view.sources) == (AlarmState.ACTIVE, (A,))
    ends = (said(Phase.END, 2, at=301), said(Phase.END, 2, source=B, at=301))
    assert tell(book, *ends) == []


def test_what_another_source_told_under_an_alias_is_not_recorded_again() -> None:
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.START, source=EDGE, run=1, at=105))
    tell(book, said(Phase.END, 2, at=140), said(Phase.END, 2, source=EDGE, run=1, at=140))
    late = (
        said(Phase.START, source=B, run=1, at=105),
        said(Phase.END, 2, source=B, run=1, at=140),
    )
    assert tell(book, *late) == []


def test_a_newer_word_reopens_under_the_next_revision() -> None:
    """The same id may begin again; its revisions go on, so that no reader overlooks it."""
    book = AlarmBook()
    tell(book, said(Phase.START), said(Phase.END, 2, at=140))
    (view,) = tell(book, said(Phase.START, 3, at=150))
    assert (view.state, view.phase, view.revision) == (AlarmState.ACTIVE, Phase.START, 3)


def test_a_recorded_condition_is_told_once_and_never_listed() -> None:
    """What was over before it was learned of is for the record."""
    book = AlarmBook()
    recorded = said(Phase.END, recorded=True)
    (view,) = tell(book, recorded, recorded)
    assert view.state is AlarmState.RECORDED
    assert book.current() == []


def test_a_recorded_condition_leaves_an_open_episode_alone() -> None:
    """A past run of the same cause does not touch the present one."""
    book = AlarmBook()
    tell(book, said(Phase.START, run=5, at=500, since=490))
    (view,) = tell(book, said(Phase.END, run=1, at=510, recorded=True))
    assert view.state is AlarmState.RECORDED
    assert [v.state for v in book.current()] == [AlarmState.ACTIVE]


def test_an_end_without_a_beginning_is_no_alarm() -> None:
    """There is nothing to show of it."""
    assert tell(AlarmBook(), said(Phase.END, 2)) == []


def test_a_closed_encounter_has_no_alarms() -> None:
    """Its alarms end, latched ones too, and a word from before does not reopen them."""
    book = AlarmBook()
    tell(
        book,
        said(Phase.START),
        said(Phase.START, cause="APNOEA"),
        said(Phase.END, 2, cause="APNOEA", at=110),
        said(Phase.START, encounter="e2"),
    )
    views = tell(book, EncounterClosed("e1", 300))
    assert [view.state for view in views] == [AlarmState.ENDED] * 2
    assert [view.encounter_id for view in book.current()] == ["e2"]
    assert tell(book, said(Phase.START, cause="HEART_RATE_LOW", at=290)) == []
    assert tell(book, EncounterClosed("e1", 300)) == []


def test_alarms_of_the_system_are_told_apart_by_unit() -> None:
    """Without an encounter the unit tells them apart."""
    book = AlarmBook()
    entry = said(Phase.START, cause="UNIT_CLOCK_SUSPECT", encounter="", priority=LOW)
    other = replace(entry, unit_id="A-02", alarm_id=bytes(16))
    assert len(tell(book, entry, other)) == 2
    assert len(book.current()) == 2


def test_the_list_is_in_the_order_of_urgency() -> None:
    """Priority, then unacknowledged, then newest."""
    book = AlarmBook()
    for learned, (encounter, priority) in enumerate(
        [("low", LOW), ("old", MEDIUM), ("new", MEDIUM), ("seen", MEDIUM), ("high", HIGH)]
    ):
        (view,) = book.apply(
            said(Phase.START, encounter=encounter, priority=priority), 1000 + learned
        )
        if encounter == "seen":
            tell(book, acknowledged(view, MEDIUM))
    order = [view.encounter_id for view in book.current()]
    assert order == ["high", "new", "old", "seen", "low"]


def test_a_cause_from_a_newer_program_is_shown_by_its_name() -> None:
    """In doubt tell: an alarm that this program has no rule for is not dropped."""
    book = AlarmBook()
    (view,) = tell(book, replace(said(Phase.START), cause="NEW_CAUSE"))
    assert (view.words_en, view.words_zh) == ("NEW_CAUSE", "NEW_CAUSE")
    (view,) = tell(book, replace(said(Phase.END, 2, at=120), cause="NEW_CAUSE"))
    assert view.state is AlarmState.ENDED


def test_a_snapshot_of_another_version_is_refused() -> None:
    """It is rebuilt from the log instead, and said so."""
    with pytest.raises(ValueError, match="alarm book of version 99"):
        AlarmBook().restore({"version": 99})
