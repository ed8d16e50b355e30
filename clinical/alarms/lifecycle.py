"""The life cycle of alarms: a pure fold over the entries of the alarm log, and nothing else.

Every instance of the center runs it, and the vehicle on its copy of the log; the same entries in
the same order give the same alarms with the same revisions. Applying an entry twice changes
nothing, because each source counts what it says about an alarm and each action of a person carries
the id of its request. An action that was refused stays without effect.

Sound that is paused (``AlarmView.sounds_at``) is no state of the life cycle: a pause says until
when, by the clock of its place, so whoever knows the time knows whether an alarm sounds, and no
entry marks the end. An action about several alarms counts for those that still stand.

An alarm that nobody answers is escalated by the center's clock, as entries of the log
(``command_center.escalating``), so that every instance and the vehicle agree on who was told. The
fold takes the next step of a call once and leaves out what somebody has answered meanwhile.

A latched alarm leaves the book when a person resets it, at the center and in the vehicle alike: its
condition is over, so there is nothing left to sound. A reset is refused while anybody whose word
counts says that the condition holds, and when it held, by its captures, after the person had asked:
nobody resets what they have not seen end.

An alarm that is over leaves the book when that has been reported; a bounded memory of its ids
(``clinical.alarms.past``) keeps a stale word from opening it again. A word is stale when its
source had not spoken of the alarm before and said this no later, in stream time, than another
source said that the condition was over. Any newer word that the condition holds opens an episode.
A stale word about an alarm that was never told is not lost either: when that alarm is said to be
over, it is recorded. After a cut the vehicle's words come before the frames that they rest on: the
center's first word about an alarm that only the vehicle spoke of, and has ended, repeats it; where
the center goes on to disagree it says so again (``clinical.watch.at_center.agreement``). So what a
unit had to say during a cut, and brings after newer words, is told, and told once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from clinical.alarms.episode import Episode, Event, begin, restored
from clinical.alarms.past import Key, Past, PastEpisode
from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import (
    Acknowledgement,
    Action,
    AlarmEntry,
    EncounterClosed,
    Escalation,
    Pause,
    Reset,
    SourceStatus,
    Transition,
    singly,
)
from clinical.alarms.view import AlarmState, AlarmView

SNAPSHOT_VERSION: Final = 1


class ActionRefusal(StrEnum):
    """Why what a person does about an alarm has no effect."""

    UNKNOWN_ALARM = "UNKNOWN_ALARM"
    """No alarm of this encounter ever had this id, as far as the book remembers."""
    ALARM_ENDED = "ALARM_ENDED"
    """The alarm is over."""
    CONDITION_HOLDS = "CONDITION_HOLDS"
    """It cannot be reset: the condition holds, or was over only after the reset was asked for."""
    ANSWERED = "ANSWERED"
    """It needs no escalation by time: somebody has answered, or another center was first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alarm that is active, and who says so."""

    view: AlarmView
    holders: frozenset[Source]
    """Who holds it, and whose word counts."""
    spoken: frozenset[Source]
    """Who has said anything about it, dead ones too."""
    silenced: frozenset[Source]
    """Whose word so far does not count."""
    heard_us: int
    """Stream time of the newest word about it."""


class AlarmBook:
    """Every alarm that is active or latched."""

    __slots__ = ("_open", "_past", "_standings")

    def __init__(self) -> None:
        """Begin with no alarm."""
        self._open: dict[Key, Episode] = {}
        self._past = Past()
        self._standings: Sequence[Standing] | None = None
        """What ``standings`` returned last; None since an entry was taken in."""

    def apply(self, entry: AlarmEntry, learned_us: int) -> list[AlarmView]:
        """Take in the next entry and return the alarms that it changed, in order.

        ``learned_us`` is when the center learned of the entry; it comes from the log, so that
        every instance shows the same.
        """
        self._standings = None
        if isinstance(entry, Transition):
            return self._hear(entry, learned_us)
        if isinstance(entry, Action):
            return self._act(entry)
        if isinstance(entry, SourceStatus):
            return self._silence(entry)
        if isinstance(entry, LimitSet):
            return []
        return self._close(entry)

    def refusal(self, entry: Action) -> ActionRefusal | None:
        """Return why this action would have no effect, or None when it has.

        An action about several alarms has an effect when it has one on any of them.
        """
        refusals = [self._refusal(one) for one in singly(entry)]
        return None if None in refusals else refusals[0]

    def _refusal(self, entry: Action) -> ActionRefusal | None:
        episode = self._episode(entry.alarm_id)
        if episode is None and self._past.knows(entry.alarm_id):
            return ActionRefusal.ALARM_ENDED
        if episode is None or episode.view.encounter_id != entry.encounter_id:
            return ActionRefusal.UNKNOWN_ALARM
        if entry.revision < episode.first_revision:
            return ActionRefusal.ALARM_ENDED
        if isinstance(entry, Reset) and episode.held_after(entry):
            return ActionRefusal.CONDITION_HOLDS
        if isinstance(entry, Escalation) and episode.answered(entry):
            return ActionRefusal.ANSWERED
        return None

    def alarm(self, alarm_id: bytes) -> AlarmView | None:
        """Return the active or latched alarm of this id or alias."""
        episode = self._episode(alarm_id)
        return None if episode is None else episode.view

    def current(self) -> list[AlarmView]:
        """Return active and latched alarms: most urgent, then unacknowledged, then newest."""
        views = [episode.view for episode in self._open.values()]
        return sorted(
            views, key=lambda view: (-view.priority, not view.unacknowledged, -view.learned_us)
        )

    def standings(self) -> Sequence[Standing]:
        """Return who holds each alarm of an encounter that is active."""
        if self._standings is None:
            self._standings = tuple(
                Standing(
                    episode.view,
                    episode.holders,
                    frozenset(episode.reports),
                    frozenset(episode.silenced),
                    episode.heard_us,
                )
                for episode in self._open.values()
                if episode.view.state is AlarmState.ACTIVE and episode.view.encounter_id
            )
        return self._standings

    def heard(self, alarm_id: bytes, source: Source) -> int:
        """Return the last revision that this source said about this alarm, or 0."""
        return self._heard(self._episode(alarm_id), alarm_id, source)

    def snapshot(self) -> dict[str, Any]:
        """Return the book as plain data."""
        return {
            "version": SNAPSHOT_VERSION,
            "episodes": [episode.snapshot() for episode in self._open.values()],
            "past": self._past.snapshot(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a book from ``snapshot``.

        Raises:
            ValueError: the snapshot is of another version.

        """
        if state.get("version") != SNAPSHOT_VERSION:
            message = f"alarm book of version {state.get('version')}, not {SNAPSHOT_VERSION}"
            raise ValueError(message)
        episodes = [restored(plain) for plain in state["episodes"]]
        self._standings = None
        self._open = {_key(episode.view): episode for episode in episodes}
        self._past.restore(state["past"])

    def _hear(self, transition: Transition, learned_us: int) -> list[AlarmView]:
        key = _key(transition)
        episode = self._open.get(key)
        if transition.revision <= self._heard(episode, transition.alarm_id, transition.source):
            return []
        speaks_of_open = episode is not None and transition.alarm_id in episode.ids
        if transition.recorded_only and not speaks_of_open:
            return self._record(transition, learned_us)
        if episode is None:
            return self._open_first(key, transition, learned_us)
        if not speaks_of_open and self._over_and_done(key, transition):
            self._past.hear(transition.alarm_id, transition.source, transition.revision)
            return []
        if episode.view.state is AlarmState.LATCHED and transition.active:
            return self._hear_latched(key, episode, transition, learned_us)
        changed = episode.hear(transition)
        return self._report(key, episode, changed=changed)

    def _open_first(self, key: Key, transition: Transition, learned_us: int) -> list[AlarmView]:
        """Take in a report of something that no open episode covers."""
        past = self._past.episode(key)
        stale = past is not None and self._stale(transition, past)
        closed = self._past.closed_before(transition.encounter_id, transition.learned_us)
        if not transition.active and self._past.untold(transition.alarm_id):
            return self._record(transition, learned_us)
        stale = stale or self._past.repeats_edge(transition.alarm_id, transition.source)
        if not transition.active or stale or closed:
            known = self._past.knows(transition.alarm_id)
            self._past.hear(transition.alarm_id, transition.source, transition.revision)
            if stale and transition.active and not known:
                self._past.keep_untold(transition.alarm_id)
            return []
        return [self._begin(key, transition, learned_us)]

    def _over_and_done(self, key: Key, transition: Transition) -> bool:
        """Tell whether a word is about an earlier episode than the one that is open.

        A channel that was restored repeats what it had said, and its replay meets what came after.
        """
        past = self._past.episode(key)
        if past is None or not self._past.knows(transition.alarm_id):
            return False
        return not transition.active or self._stale(transition, past)

    def _hear_latched(
        self, key: Key, episode: Episode, transition: Transition, learned_us: int
    ) -> list[AlarmView]:
        """Take in that the condition of a latched alarm holds: again, still, or anew."""
        over = _over(episode)
        if self._stale(transition, over, episode):
            return self._report(key, episode, changed=episode.note(transition))
        if transition.alarm_id in episode.ids or transition.since_us <= over.ended_us:
            return self._report(key, episode, changed=episode.hear(transition))
        episode.end(Event.SUPERSEDED, over.ended_us)
        ended = self._report(key, episode, changed=True)
        return [*ended, self._begin(key, transition, learned_us)]

    def _begin(self, key: Key, transition: Transition, learned_us: int) -> AlarmView:
        revision = self._past.revision(transition.alarm_id)
        episode = begin(transition, learned_us, revision)
        self._open[key] = episode
        return episode.view

    def _record(self, transition: Transition, learned_us: int) -> list[AlarmView]:
        """Report a condition that is over, once, and keep nothing but its id."""
        recorded = replace(transition, recorded_only=True)
        episode = begin(recorded, learned_us, self._past.revision(transition.alarm_id))
        self._past.hear(transition.alarm_id, transition.source, transition.revision)
        self._past.show(transition.alarm_id, episode.view.revision)
        return [episode.view]

    def _act(self, entry: Action) -> list[AlarmView]:
        if not self._past.request(entry.request_id):
            return []
        return [view for one in singly(entry) for view in self._do(one)]

    def _do(self, entry: Action) -> list[AlarmView]:
        """Do what an action about one alarm says, unless it is refused."""
        episode = self._episode(entry.alarm_id)
        if episode is None or self._refusal(entry) is not None:
            return []
        match entry:
            case Acknowledgement():
                return [episode.view] if episode.acknowledge(entry) else []
            case Escalation():
                return [episode.view] if episode.escalate(entry) else []
            case Pause():
                return [episode.view] if episode.pause(entry) else []
            case Reset():
                episode.reset(entry)
                return self._report(_key(episode.view), episode, changed=True)

    def _silence(self, status: SourceStatus) -> list[AlarmView]:
        views: list[AlarmView] = []
        for key, episode in list(self._open.items()):
            if episode.view.encounter_id == status.encounter_id:
                views += self._report(key, episode, changed=episode.silence(status))
        return views

    def _close(self, entry: EncounterClosed) -> list[AlarmView]:
        if not self._past.close(entry.encounter_id, entry.at_us):
            return []
        keys = [k for k, e in self._open.items() if e.view.encounter_id == entry.encounter_id]
        views: list[AlarmView] = []
        for key in keys:
            episode = self._open[key]
            episode.end(Event.CLOSED, entry.at_us)
            views += self._report(key, episode, changed=True)
        return views

    def _report(self, key: Key, episode: Episode, *, changed: bool) -> list[AlarmView]:
        """Return the view if it changed; let an episode that is over leave the book."""
        if episode.view.state is AlarmState.ENDED:
            self._leave(key, episode)
        return [episode.view] if changed else []

    def _leave(self, key: Key, episode: Episode) -> None:
        del self._open[key]
        for (alarm_id, source), revision in episode.heard.items():
            self._past.hear(alarm_id, source, revision)
        for alarm_id in episode.ids:
            self._past.show(alarm_id, episode.view.revision)
        if tuple(episode.reports) == (Source.EDGE,) and not episode.silenced:
            for alarm_id in episode.ids:
                self._past.keep_edge_only(alarm_id)
        self._past.end(key, _over(episode))

    def _episode(self, alarm_id: bytes) -> Episode | None:
        return next((e for e in self._open.values() if alarm_id in e.ids), None)

    def _heard(self, episode: Episode | None, alarm_id: bytes, source: Source) -> int:
        """Return the last revision that this source said about this alarm, or 0."""
        heard = 0 if episode is None else episode.heard.get((alarm_id, source), 0)
        return max(heard, self._past.heard(alarm_id, source))

    def _stale(
        self, transition: Transition, over: PastEpisode, episode: Episode | None = None
    ) -> bool:
        """Tell whether a word that a condition holds is older than the word of its end."""
        spoken = self._heard(episode, transition.alarm_id, transition.source)
        return not spoken and over.outdates(
            transition.source, transition.since_us, transition.learned_us
        )


def _key(about: Transition | AlarmView) -> Key:
    unit_id = "" if about.encounter_id else about.unit_id
    return (about.encounter_id, unit_id, about.cause, about.subject)


def _over(episode: Episode) -> PastEpisode:
    ended_us = episode.view.ended_us
    return PastEpisode(
        episode.heard_us if ended_us is None else ended_us, episode.heard_us, episode.dead
    )
