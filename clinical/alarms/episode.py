"""One episode of an alarm: everything that sources and people say while it lasts.

Reports of one encounter, cause and subject that overlap in time are one episode, whichever source
they come from and whatever id they carry: the first id stays, others become aliases. It is active
while any source holds it, at the highest priority that any of them holds.

What time alone has raised was taken at the value that it had. When the value itself gets as grave,
another limit is passed, and a bedside monitor would alarm anew: so what was acknowledged or paused
before covers the level below from then on, and the call for an answer begins anew.

A source that is dead does not vote (``Episode.silence``): its last word would otherwise keep an
episode active for ever. Its next word counts again, also when the notice of its death reaches the
log behind it: what a channel said in stream time after that notice was judged stands. What ended
because a dead source was not counted any more makes no later word stale: in doubt it is told again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from types import MappingProxyType
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.priority import CHANNELS, Phase, Priority, Source
from clinical.alarms.rule import STANDING
from clinical.alarms.transition import (
    LONGEST_PAUSE_US,
    Acknowledgement,
    Escalation,
    Pause,
    Reason,
    Reset,
    SourceStatus,
    Transition,
)
from clinical.alarms.view import (
    Acknowledged,
    AlarmState,
    AlarmView,
    Escalated,
    Paused,
    ResetBy,
    view_from_plain,
    view_to_plain,
)

ALIASES_KEPT: Final = 64
"""Per episode; the oldest is dropped first."""
HEARD_KEPT: Final = (ALIASES_KEPT + 1) * len(Source)
"""Revisions per episode: one for each id and source."""
ACKNOWLEDGEMENTS_KEPT: Final = 32
"""Per episode; the oldest is dropped first."""
ESCALATIONS_KEPT: Final = 16
"""Per episode; the oldest is dropped first."""


class Event(Enum):
    """What can happen to an alarm."""

    HELD = auto()
    """A source says that the condition holds."""
    OVER = auto()
    """No source says so any more."""
    OVER_LATCHING = auto()
    """The same, for a cause that latches."""
    RECORDED = auto()
    """A source reports a condition that was over before it was learned of."""
    SUPERSEDED = auto()
    """The condition began anew while its last alarm was latched."""
    RESET = auto()
    """A person takes it off the list."""
    CLOSED = auto()
    """The encounter is over."""


LIFE_CYCLE: Final[Mapping[tuple[AlarmState | None, Event], AlarmState]] = MappingProxyType(
    {
        (None, Event.HELD): AlarmState.ACTIVE,
        (None, Event.RECORDED): AlarmState.RECORDED,
        (AlarmState.ACTIVE, Event.HELD): AlarmState.ACTIVE,
        (AlarmState.ACTIVE, Event.OVER): AlarmState.ENDED,
        (AlarmState.ACTIVE, Event.OVER_LATCHING): AlarmState.LATCHED,
        (AlarmState.ACTIVE, Event.CLOSED): AlarmState.ENDED,
        (AlarmState.LATCHED, Event.HELD): AlarmState.ACTIVE,
        (AlarmState.LATCHED, Event.OVER): AlarmState.ENDED,
        (AlarmState.LATCHED, Event.OVER_LATCHING): AlarmState.LATCHED,
        (AlarmState.LATCHED, Event.SUPERSEDED): AlarmState.ENDED,
        (AlarmState.LATCHED, Event.RESET): AlarmState.ENDED,
        (AlarmState.LATCHED, Event.CLOSED): AlarmState.ENDED,
    }
)
"""The states of an alarm and what moves it on; None is before its first report. ENDED and
RECORDED are final: what comes after is another episode."""


@dataclass(frozen=True, slots=True)
class Report:
    """The newest word of one source."""

    alarm_id: bytes
    priority: Priority
    active: bool
    learned_us: int
    """Stream time at which it was said."""


@dataclass(slots=True)
class Episode:
    """What is known of one episode, and what it looks like."""

    view: AlarmView
    heard_us: int
    """Stream time of the newest word."""
    first_revision: int
    """The first revision of this episode; earlier ones showed an episode that is over."""
    highest: Priority
    """The highest priority that it has reached; no acknowledgement covers more."""
    reports: dict[Source, Report] = field(default_factory=dict)
    heard: dict[tuple[bytes, Source], int] = field(default_factory=dict)
    """The last revision of each alarm id and source."""
    silenced: set[Source] = field(default_factory=set)
    """Sources whose word so far does not count, because they are dead."""

    @property
    def ids(self) -> tuple[bytes, ...]:
        """Every id of this episode, the first first."""
        return (self.view.alarm_id, *self.view.aliases)

    def hear(self, transition: Transition) -> bool:
        """Take in what a source says; tell whether the view changed."""
        self._count(transition)
        self._report(transition)
        self.heard_us = max(self.heard_us, transition.learned_us)
        return self._show(self._look(transition))

    def silence(self, status: SourceStatus) -> bool:
        """Take in whether what a source said so far counts; tell whether the view changed."""
        report = self.reports.get(status.source)
        if report is None or status.live == (status.source not in self.silenced):
            return False
        if _outlives(report, status):
            return False
        if status.live:
            self.silenced.discard(status.source)
        else:
            self.silenced.add(status.source)
        before = self.view
        holding = self._holding()
        if not holding:
            self.heard_us = max(self.heard_us, status.at_us)
        priority = max(holding, default=before.priority)
        state = LIFE_CYCLE[before.state, _event(before.cause, held=bool(holding))]
        ended_us = None if holding else (before.ended_us or status.at_us)
        look = replace(before, priority=priority, state=state, ended_us=ended_us)
        return self._show(replace(look, phase=_phase(before, state, priority)))

    @property
    def dead(self) -> tuple[Source, ...]:
        """The dead sources that would hold it, if nobody living has said that it is over."""
        if any(not report.active for report in self.reports.values()):
            return ()
        return tuple(source for source in self.reports if source in self.silenced)

    @property
    def holders(self) -> frozenset[Source]:
        """The sources that hold the condition at present, and whose word counts."""
        holding = (source for source, report in self.reports.items() if report.active)
        return frozenset(holding) - self.silenced

    def note(self, transition: Transition) -> bool:
        """Take in a word that is older than the end of the condition: its id, not its vote."""
        self._count(transition)
        return self._show(replace(self.view, aliases=self._aliases(transition)))

    def acknowledge(self, entry: Acknowledgement) -> bool:
        """Take in what a person says; tell whether the view changed."""
        covered = min(entry.priority, self.highest)
        acknowledged = Acknowledged(entry.place, entry.person, covered, entry.at_us)
        kept = (*self.view.acknowledgements, acknowledged)[-ACKNOWLEDGEMENTS_KEPT:]
        return self._show(replace(self.view, acknowledgements=kept, phase=Phase.UPDATE))

    def answered(self, entry: Escalation) -> bool:
        """Tell whether an escalation by time comes too late: it was answered, or is over."""
        view = self.view
        calls = view.state is AlarmState.ACTIVE and view.unacknowledged
        news = entry.raised_us == view.called_us and entry.step > view.steps_done
        return bool(entry.step) and not (calls and news)

    def escalate(self, entry: Escalation) -> bool:
        """Take in that somebody further is told; tell whether the view changed."""
        covered = min(entry.priority, self.highest)
        escalated = Escalated(
            entry.to,
            entry.person,
            entry.reason,
            entry.place,
            covered,
            entry.at_us,
            entry.step,
            entry.raised_us,
        )
        kept = (*self.view.escalations, escalated)[-ESCALATIONS_KEPT:]
        return self._show(replace(self.view, escalations=kept, phase=Phase.UPDATE))

    def pause(self, entry: Pause) -> bool:
        """Take in that a person pauses the sound; tell whether the view changed."""
        covered = min(entry.priority, self.highest)
        until_us = entry.at_us + max(0, min(entry.for_us, LONGEST_PAUSE_US))
        paused = Paused(entry.place, entry.person, covered, entry.at_us, until_us)
        others = (one for one in self.view.pauses if one.place is not entry.place)
        return self._show(replace(self.view, pauses=(*others, paused), phase=Phase.UPDATE))

    def held_after(self, entry: Reset) -> bool:
        """Tell whether the condition holds, or held after the person had asked."""
        ended_us = self.view.ended_us
        over = (self.view.state, Event.RESET) in LIFE_CYCLE
        return not over or ended_us is None or entry.at_us < ended_us

    def reset(self, entry: Reset) -> None:
        """Let a person end it while it is latched."""
        state = LIFE_CYCLE[self.view.state, Event.RESET]
        by = ResetBy(entry.place, entry.person, entry.at_us)
        self._show(replace(self.view, state=state, phase=Phase.END, reset=by))

    def end(self, event: Event, at_us: int) -> None:
        """Bring the episode to its end from outside: superseded or closed."""
        state = LIFE_CYCLE[self.view.state, event]
        ended_us = at_us if self.view.ended_us is None else self.view.ended_us
        self._show(replace(self.view, state=state, phase=Phase.END, ended_us=ended_us))

    def snapshot(self) -> dict[str, Any]:
        """Return the episode as plain data."""
        return {
            "view": view_to_plain(self.view),
            "heard_us": self.heard_us,
            "first_revision": self.first_revision,
            "highest": int(self.highest),
            "silenced": sorted(str(source) for source in self.silenced),
            "said_us": {str(source): one.learned_us for source, one in self.reports.items()},
            "reports": [
                [str(source), report.alarm_id.hex(), int(report.priority), report.active]
                for source, report in self.reports.items()
            ],
            "heard": [
                [alarm_id.hex(), str(source), revision]
                for (alarm_id, source), revision in self.heard.items()
            ],
        }

    def _count(self, transition: Transition) -> None:
        """Remember the revision; forget what was heard longest ago beyond the bound."""
        key = (transition.alarm_id, transition.source)
        self.heard.pop(key, None)
        self.heard[key] = transition.revision
        if len(self.heard) > HEARD_KEPT:
            del self.heard[next(iter(self.heard))]

    def _report(self, transition: Transition) -> None:
        """Keep the newest word of a source; the end of an older id of it says nothing."""
        known = self.reports.get(transition.source)
        if transition.active or (known is not None and known.alarm_id == transition.alarm_id):
            self.silenced.discard(transition.source)
            self.reports[transition.source] = Report(
                transition.alarm_id, transition.priority, transition.active, transition.learned_us
            )

    def _holding(self) -> list[Priority]:
        return [self.reports[source].priority for source in self.holders]

    def _look(self, transition: Transition) -> AlarmView:
        """Return what the episode looks like after this report, revision aside."""
        before = self.view
        holding = self._holding()
        priority = max(holding, default=before.priority)
        self.highest = max(self.highest, priority)
        state = LIFE_CYCLE[before.state, _event(before.cause, held=bool(holding))]
        graver = _graver(before, state, priority, transition)
        return replace(
            _uncovered(before) if graver else before,
            aliases=self._aliases(transition),
            unit_id=transition.unit_id,
            priority=priority,
            state=state,
            phase=Phase.ESCALATE if graver else _phase(before, state, priority),
            raised_us=transition.learned_us
            if graver
            else _raised_us(before, state, priority, transition),
            active_since_us=min(before.active_since_us, transition.since_us),
            ended_us=None if holding else _ended_us(before, transition),
            sources=tuple(source for source in Source if source in self.reports),
            reason=_reason(before, transition, priority),
        )

    def _aliases(self, transition: Transition) -> tuple[bytes, ...]:
        known = transition.alarm_id in self.ids
        if known:
            return self.view.aliases
        return (*self.view.aliases, transition.alarm_id)[-ALIASES_KEPT:]

    def _show(self, view: AlarmView) -> bool:
        """Take over a view as a new revision, unless nothing but the phase differs."""
        if replace(view, phase=self.view.phase) == self.view:
            return False
        self.view = replace(view, revision=self.view.revision + 1)
        return True


def begin(transition: Transition, learned_us: int, revision: int) -> Episode:
    """Return the episode that this report begins, after ``revision`` earlier views of its id."""
    event = Event.RECORDED if transition.recorded_only else Event.HELD
    view = AlarmView(
        alarm_id=transition.alarm_id,
        aliases=(),
        revision=revision + 1,
        encounter_id=transition.encounter_id,
        unit_id=transition.unit_id,
        cause=transition.cause,
        subject=transition.subject,
        category=transition.category,
        priority=transition.priority,
        state=LIFE_CYCLE[None, event],
        phase=Phase.END if transition.recorded_only else Phase.START,
        active_since_us=transition.since_us,
        learned_us=learned_us,
        ended_us=transition.until_us,
        late=transition.late,
        sources=(transition.source,),
        reason=transition.reason,
        frame=transition.frame,
    )
    episode = Episode(view, transition.learned_us, view.revision, transition.priority)
    episode.heard[transition.alarm_id, transition.source] = transition.revision
    episode.reports[transition.source] = Report(
        transition.alarm_id, transition.priority, transition.active, transition.learned_us
    )
    return episode


def restored(state: Mapping[str, Any]) -> Episode:
    """Return the episode that ``Episode.snapshot`` wrote down."""
    said_us: Mapping[str, int] = state.get("said_us", {})
    return Episode(
        view=view_from_plain(state["view"]),
        heard_us=state["heard_us"],
        first_revision=state["first_revision"],
        highest=Priority(state["highest"]),
        silenced={Source(source) for source in state.get("silenced", ())},
        reports={
            Source(source): Report(
                bytes.fromhex(alarm_id), Priority(priority), active, said_us.get(source, 0)
            )
            for source, alarm_id, priority, active in state["reports"]
        },
        heard={
            (bytes.fromhex(alarm_id), Source(source)): revision
            for alarm_id, source, revision in state["heard"]
        },
    )


def _outlives(report: Report, status: SourceStatus) -> bool:
    """Tell whether a channel spoke after the judgement by which it was called dead.

    The vehicle's words and the handover that ends its say are by the clocks of two vehicles.
    """
    return not status.live and status.source in CHANNELS and report.learned_us >= status.at_us


def _event(cause: str, *, held: bool) -> Event:
    if held:
        return Event.HELD
    rule = RULES.get(cause)
    return Event.OVER_LATCHING if rule is not None and rule.latching else Event.OVER


def _phase(before: AlarmView, state: AlarmState, priority: Priority) -> Phase:
    if state is not AlarmState.ACTIVE:
        return Phase.END
    if before.state is not AlarmState.ACTIVE:
        return Phase.START
    if priority == before.priority:
        return Phase.UPDATE
    return Phase.ESCALATE if priority > before.priority else Phase.DEESCALATE


def _raised_us(
    before: AlarmView, state: AlarmState, priority: Priority, transition: Transition
) -> int:
    """Return when it began to ask for somebody at this priority; a fall begins nothing."""
    returns = state is AlarmState.ACTIVE and before.state is not AlarmState.ACTIVE
    rises = priority > before.priority
    return transition.learned_us if returns or rises else before.raised_us


def _reason(before: AlarmView, transition: Transition, priority: Priority) -> Reason | None:
    """Return why the alarm has this priority: what the source that gives it says."""
    explains = transition.reason is not None and transition.priority == priority
    by_value = before.reason is not None and not _by_time(before.reason)
    if priority == before.priority and by_value and _by_time(transition.reason):
        return before.reason  # said later by another source, and known to be graver
    return transition.reason if explains else before.reason


def _graver(
    before: AlarmView, state: AlarmState, priority: Priority, transition: Transition
) -> bool:
    """Tell whether the value itself is now as grave as time alone had made the alarm."""
    stood = before.state is state is AlarmState.ACTIVE and _by_time(before.reason)
    same = priority == before.priority == transition.priority
    said = transition.active and transition.reason is not None
    return stood and same and said and not _by_time(transition.reason)


def _by_time(reason: Reason | None) -> bool:
    return reason is not None and STANDING in reason.values


def _uncovered(view: AlarmView) -> AlarmView:
    """Return an alarm whose answers so far cover the level below at most."""
    below = Priority(view.priority - 1)
    return replace(
        view,
        acknowledgements=tuple(
            replace(one, priority=min(one.priority, below)) for one in view.acknowledgements
        ),
        pauses=tuple(replace(one, priority=min(one.priority, below)) for one in view.pauses),
    )


def _ended_us(before: AlarmView, transition: Transition) -> int:
    """Return when the condition was over: the latest end that any source reports."""
    reported_us = transition.learned_us if transition.until_us is None else transition.until_us
    return reported_us if before.ended_us is None else max(before.ended_us, reported_us)
