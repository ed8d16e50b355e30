"""What holds for the fold of any log: duplicates, restarts, revisions."""

import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.transition import AlarmEntry, EncounterClosed, Place, Transition
from clinical.alarms.view import AlarmState, AlarmView
from tests.clinical.alarms.entries import acknowledged, as_seen, paused, reset, said, tell


class Detector:
    """Draws a believable log: sources that count revisions per id, and people."""

    def __init__(self, data: st.DataObject) -> None:
        """Begin with nothing said."""
        self._draw = data.draw
        self._said: dict[tuple[Source, bytes], int] = {}
        self._now = 100
        self._views: list[AlarmView] = []
        self._book = AlarmBook()

    def log(self) -> list[AlarmEntry]:
        """Return a log of up to 20 entries."""
        entries = [self._entry(n) for n in range(self._draw(st.integers(1, 20)))]
        return [entry for entry in entries if entry is not None]

    def _entry(self, number: int) -> AlarmEntry | None:
        self._now += self._draw(st.integers(0, 20))
        kind = self._draw(st.sampled_from([*["said"] * 5, "ack", "pause", "reset", "closed"]))
        entry: AlarmEntry | None = None
        if kind == "said":
            entry = self._transition()
        elif kind == "ack" and self._views:
            view = self._draw(st.sampled_from(self._views))
            priority = self._draw(st.sampled_from(Priority))
            place = self._draw(st.sampled_from(Place))
            also = self._draw(st.lists(st.sampled_from(self._views), max_size=2))
            together = tuple(as_seen(one) for one in also)
            entry = replace(acknowledged(view, priority, place, f"r{number}"), also=together)
        elif kind == "pause" and self._views:
            view, other = (self._draw(st.sampled_from(self._views)) for _ in range(2))
            place = self._draw(st.sampled_from(Place))
            span = self._draw(st.integers(0, 60))
            entry = paused(view, self._now, span, place=place, request=f"r{number}", also=(other,))
        elif kind == "reset" and self._views:
            view = self._draw(st.sampled_from(self._views))
            entry = reset(view, self._now, self._draw(st.sampled_from(Place)), f"r{number}")
        elif kind == "closed" and number % 5 == 0:
            entry = EncounterClosed("e1", self._now)
        if entry is not None:
            self._views += self._book.apply(entry, self._now)
        return entry

    def _transition(self) -> Transition:
        draft = said(
            self._draw(st.sampled_from([Phase.START, Phase.UPDATE, Phase.END])),
            cause=self._draw(st.sampled_from(["SPO2_LOW", "APNOEA"])),
            source=self._draw(st.sampled_from(Source)),
            priority=self._draw(st.sampled_from(Priority)),
            run=self._draw(st.integers(0, 2)),
            at=self._now,
            since=self._now - self._draw(st.integers(0, 60)),
        )
        recorded = not draft.active and self._draw(st.booleans())
        key = (draft.source, draft.alarm_id)
        self._said[key] = self._said.get(key, 0) + 1
        return replace(draft, revision=self._said[key], recorded_only=recorded)


def fold(log: list[AlarmEntry]) -> tuple[AlarmBook, list[AlarmView]]:
    """Apply a log to an empty book."""
    book = AlarmBook()
    return book, tell(book, *log)


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_every_entry_may_come_twice(data: st.DataObject) -> None:
    """A duplicate at any later place changes nothing: neither the book nor what is told."""
    log = Detector(data).log()
    book, views = fold(log)
    repeated = list(log)
    for entry in data.draw(st.lists(st.sampled_from(log), max_size=8)) if log else []:
        first = repeated.index(entry)
        repeated.insert(data.draw(st.integers(first + 1, len(repeated))), entry)
    again, views_again = fold(repeated)
    assert views_again == views
    assert again.current() == book.current()


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_book_restored_anywhere_goes_on_the_same(data: st.DataObject) -> None:
    """Snapshot, JSON, restore: the same views with the same revisions follow."""
    log = Detector(data).log()
    cut = data.draw(st.integers(0, len(log)))
    whole, views = fold(log)
    first, early = fold(log[:cut])
    second = AlarmBook()
    second.restore(json.loads(json.dumps(first.snapshot())))
    assert early + tell(second, *log[cut:]) == views
    assert second.current() == whole.current()
    assert second.snapshot() == whole.snapshot()


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_revisions_rise_and_ids_name_one_alarm(data: st.DataObject) -> None:
    """Under one id each revision is told once, and open episodes never share an id."""
    book, views = fold(Detector(data).log())
    shown: dict[bytes, int] = {}
    for view in views:
        assert view.revision > shown.get(view.alarm_id, 0)
        shown[view.alarm_id] = view.revision
    ids = [i for view in book.current() for i in (view.alarm_id, *view.aliases)]
    assert len(ids) == len(set(ids))
    assert len({(view.encounter_id, view.cause) for view in book.current()}) == len(book.current())


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_a_reset_ends_what_is_over_and_touches_nothing_else(data: st.DataObject) -> None:
    """Whoever holds a condition keeps its alarm; a reset that counts ends one latched alarm."""
    book, views = fold(Detector(data).log())
    if not views:
        return
    seen = data.draw(st.sampled_from(views))
    action = reset(seen, data.draw(st.integers(0, 600)), request="the reset")
    before = book.current()
    refusal = book.refusal(action)
    changed = tell(book, action)
    assert (refusal is None) == (len(changed) == 1)
    gone = [view for view in before if view not in book.current()]
    assert len(gone) == len(changed)
    for was, now in zip(gone, changed, strict=True):
        assert (was.state, now.state) == (AlarmState.LATCHED, AlarmState.ENDED)
        assert was.ended_us is not None
        assert was.ended_us <= action.at_us
