"""What holds for the fold of any log: duplicates, restarts, revisions."""

import json
from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.transition import AlarmEntry, EncounterClosed, Place, Transition
from clinical.alarms.view import AlarmState, AlarmView
from tests.clinical.alarms.entries import acknowledged, as_seen, paused, reset, said, tell


@dataclass(frozen=True, slots=True)
class Step:
    """What is said next, as far as there is something that it can be about."""

    kind: str
    after_us: int
    phase: Phase
    cause: str
    source: Source
    priority: Priority
    run: int
    lasted_us: int
    recorded: bool
    place: Place
    view: int
    """Which of the alarms told so far, counted round."""
    others: tuple[int, ...]
    span_us: int


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from([*["said"] * 5, "ack", "pause", "reset", "closed"]),
        after_us=st.integers(0, 20),
        phase=st.sampled_from([Phase.START, Phase.UPDATE, Phase.END]),
        cause=st.sampled_from(["SPO2_LOW", "APNOEA"]),
        source=st.sampled_from(Source),
        priority=st.sampled_from(Priority),
        run=st.integers(0, 2),
        lasted_us=st.integers(0, 60),
        recorded=st.booleans(),
        place=st.sampled_from(Place),
        view=st.integers(0, 50),
        others=st.lists(st.integers(0, 50), max_size=2).map(tuple),
        span_us=st.integers(0, 60),
    ),
    min_size=1,
    max_size=20,
)
"""All of a log in one draw, because each draw of its own costs as much as to fold an entry."""


class Teller:
    """Makes a believable log of steps: sources that count revisions per id, and people."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said: dict[tuple[Source, bytes], int] = {}
        self._now = 100
        self._views: list[AlarmView] = []
        self._book = AlarmBook()

    def log(self, steps: list[Step]) -> list[AlarmEntry]:
        """Return the log of these steps."""
        entries = [self._entry(number, step) for number, step in enumerate(steps)]
        return [entry for entry in entries if entry is not None]

    def _entry(self, number: int, step: Step) -> AlarmEntry | None:
        self._now += step.after_us
        entry: AlarmEntry | None = None
        if step.kind == "said":
            entry = self._transition(step)
        elif step.kind == "closed":
            entry = EncounterClosed("e1", self._now) if number % 5 == 0 else None
        elif self._views:
            entry = self._action(step, f"r{number}")
        if entry is not None:
            self._views += self._book.apply(entry, self._now)
        return entry

    def _action(self, step: Step, request: str) -> AlarmEntry:
        view = self._told(step.view)
        others = [self._told(one) for one in step.others]
        if step.kind == "ack":
            together = tuple(map(as_seen, others))
            return replace(acknowledged(view, step.priority, step.place, request), also=together)
        if step.kind == "pause":
            return paused(
                view, self._now, step.span_us, place=step.place, request=request, also=tuple(others)
            )
        return reset(view, self._now, step.place, request)

    def _told(self, index: int) -> AlarmView:
        return self._views[index % len(self._views)]

    def _transition(self, step: Step) -> Transition:
        draft = said(
            step.phase,
            cause=step.cause,
            source=step.source,
            priority=step.priority,
            run=step.run,
            at=self._now,
            since=self._now - step.lasted_us,
        )
        key = (draft.source, draft.alarm_id)
        self._said[key] = self._said.get(key, 0) + 1
        recorded = not draft.active and step.recorded
        return replace(draft, revision=self._said[key], recorded_only=recorded)


LOGS = STEPS.map(lambda steps: Teller().log(steps))


def fold(log: list[AlarmEntry]) -> tuple[AlarmBook, list[AlarmView]]:
    """Apply a log to an empty book."""
    book = AlarmBook()
    return book, tell(book, *log)


@settings(max_examples=50, deadline=None)
@given(LOGS, st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=8))
def test_every_entry_may_come_twice(log: list[AlarmEntry], again_at: list[tuple[int, int]]) -> None:
    """A duplicate at any later place changes nothing: neither the book nor what is told."""
    book, views = fold(log)
    repeated = list(log)
    for which, later in again_at if log else []:
        entry = log[which % len(log)]
        behind = repeated.index(entry) + 1
        repeated.insert(behind + later % (len(repeated) - behind + 1), entry)
    again, views_again = fold(repeated)
    assert views_again == views
    assert again.current() == book.current()


@settings(max_examples=50, deadline=None)
@given(LOGS, st.integers(0, 20))
def test_a_book_restored_anywhere_goes_on_the_same(log: list[AlarmEntry], cut: int) -> None:
    """Snapshot, JSON, restore: the same views with the same revisions follow."""
    whole, views = fold(log)
    first, early = fold(log[:cut])
    second = AlarmBook()
    second.restore(json.loads(json.dumps(first.snapshot())))
    assert early + tell(second, *log[cut:]) == views
    assert second.current() == whole.current()
    assert second.snapshot() == whole.snapshot()


@settings(max_examples=50, deadline=None)
@given(LOGS)
def test_revisions_rise_and_ids_name_one_alarm(log: list[AlarmEntry]) -> None:
    """Under one id each revision is told once, and open episodes never share an id."""
    book, views = fold(log)
    shown: dict[bytes, int] = {}
    for view in views:
        assert view.revision > shown.get(view.alarm_id, 0)
        shown[view.alarm_id] = view.revision
    ids = [i for view in book.current() for i in (view.alarm_id, *view.aliases)]
    assert len(ids) == len(set(ids))
    assert len({(view.encounter_id, view.cause) for view in book.current()}) == len(book.current())


@settings(max_examples=50, deadline=None)
@given(LOGS, st.integers(0, 50), st.integers(0, 600))
def test_a_reset_ends_what_is_over_and_touches_nothing_else(
    log: list[AlarmEntry], which: int, at_us: int
) -> None:
    """Whoever holds a condition keeps its alarm; a reset that counts ends one latched alarm."""
    book, views = fold(log)
    if not views:
        return
    action = reset(views[which % len(views)], at_us, request="the reset")
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
