"""What the fold remembers of what is over and done, so that a stale word has no effect.

The memory is bounded; the oldest is forgotten first. What is forgotten was over long ago, and at
worst a very late duplicate of it tells again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from clinical.alarms.priority import Source

PAST_ALARMS_KEPT: Final = 20_000
PAST_EPISODES_KEPT: Final = 10_000
CLOSED_ENCOUNTERS_KEPT: Final = 10_000
REQUESTS_KEPT: Final = 10_000

Key = tuple[str, str, str, str]
"""Encounter (or none), unit (of an alarm without encounter), cause, subject."""

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(slots=True)
class PastAlarm:
    """One alarm id of an episode that is over."""

    revision: int = 0
    """The last revision shown under this id."""
    heard: dict[Source, int] = field(default_factory=dict)
    """The last revision heard from each source."""
    edge_only: bool = False
    """Only the vehicle spoke of it before it was over."""
    untold: bool = False
    """Was said to hold too late to be sounded, and has not been recorded yet."""


@dataclass(frozen=True, slots=True)
class PastEpisode:
    """When the last episode of a cause was over."""

    ended_us: int
    heard_us: int
    """Stream time of the newest word about it."""
    dead: tuple[Source, ...] = ()
    """Who held it to its end, when it ended because nobody living did."""

    def outdates(self, source: Source, since_us: int, learned_us: int) -> bool:
        """Tell whether a first word of this source is about what is over.

        What ended with the dead outdates their own words, which a replay repeats; a word of the
        living that was overtaken by the notice of the death is news.
        """
        if self.dead and source not in self.dead:
            return False
        return since_us <= self.ended_us and learned_us <= self.heard_us


def _keep(memory: dict[_K, _V], key: _K, value: _V, bound: int) -> None:
    """Remember as the newest; forget the oldest beyond the bound."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > bound:
        del memory[next(iter(memory))]


class Past:
    """Bounded memory of alarms and encounters that are over, and of requests that were heard."""

    __slots__ = ("_alarms", "_closed_us", "_episodes", "_requests")

    def __init__(self) -> None:
        """Begin with no memory."""
        self._alarms: dict[bytes, PastAlarm] = {}
        self._episodes: dict[Key, PastEpisode] = {}
        self._closed_us: dict[str, int] = {}
        self._requests: dict[str, None] = {}

    def knows(self, alarm_id: bytes) -> bool:
        """Tell whether an alarm of this id is known to be over."""
        return alarm_id in self._alarms

    def heard(self, alarm_id: bytes, source: Source) -> int:
        """Return the last revision heard of this alarm from this source, or 0."""
        alarm = self._alarms.get(alarm_id)
        return 0 if alarm is None else alarm.heard.get(source, 0)

    def revision(self, alarm_id: bytes) -> int:
        """Return the last revision shown under this id, or 0."""
        alarm = self._alarms.get(alarm_id)
        return 0 if alarm is None else alarm.revision

    def hear(self, alarm_id: bytes, source: Source, revision: int) -> None:
        """Remember that this source has said this about an alarm that is over."""
        alarm = self._alarms.get(alarm_id) or PastAlarm()
        alarm.heard[source] = max(revision, alarm.heard.get(source, 0))
        _keep(self._alarms, alarm_id, alarm, PAST_ALARMS_KEPT)

    def keep_untold(self, alarm_id: bytes) -> None:
        """Remember that this alarm has still to be recorded, when it is over."""
        alarm = self._alarms.get(alarm_id) or PastAlarm()
        alarm.untold = True
        _keep(self._alarms, alarm_id, alarm, PAST_ALARMS_KEPT)

    def untold(self, alarm_id: bytes) -> bool:
        """Tell whether this alarm has still to be recorded."""
        alarm = self._alarms.get(alarm_id)
        return alarm is not None and alarm.untold

    def keep_edge_only(self, alarm_id: bytes) -> None:
        """Remember that only the vehicle has spoken of this alarm, which is over."""
        self._alarms[alarm_id].edge_only = True

    def repeats_edge(self, alarm_id: bytes, source: Source) -> bool:
        """Tell whether a word repeats what only the vehicle said, and has said to be over."""
        alarm = self._alarms.get(alarm_id)
        return alarm is not None and alarm.edge_only and source not in alarm.heard

    def show(self, alarm_id: bytes, revision: int) -> None:
        """Remember the last revision shown under this id."""
        alarm = self._alarms.get(alarm_id) or PastAlarm()
        alarm.revision = max(revision, alarm.revision)
        alarm.untold = False
        _keep(self._alarms, alarm_id, alarm, PAST_ALARMS_KEPT)

    def end(self, key: Key, episode: PastEpisode) -> None:
        """Remember when the last episode of this cause was over."""
        _keep(self._episodes, key, episode, PAST_EPISODES_KEPT)

    def episode(self, key: Key) -> PastEpisode | None:
        """Return the last episode of this cause that is over, where remembered."""
        return self._episodes.get(key)

    def close(self, encounter_id: str, at_us: int) -> bool:
        """Remember that an encounter is over; tell whether that is news."""
        if self.closed_before(encounter_id, at_us):
            return False
        _keep(self._closed_us, encounter_id, at_us, CLOSED_ENCOUNTERS_KEPT)
        return True

    def closed_before(self, encounter_id: str, learned_us: int) -> bool:
        """Tell whether a word learned at this instant is older than the end of its encounter."""
        closed_us = self._closed_us.get(encounter_id)
        return closed_us is not None and learned_us <= closed_us

    def request(self, request_id: str) -> bool:
        """Remember that a person asked for something; tell whether that is news."""
        if request_id in self._requests:
            return False
        _keep(self._requests, request_id, None, REQUESTS_KEPT)
        return True

    def snapshot(self) -> dict[str, Any]:
        """Return the memory as plain data."""
        return {
            "alarms": [
                [
                    alarm_id.hex(),
                    alarm.revision,
                    {str(s): r for s, r in alarm.heard.items()},
                    alarm.untold,
                    alarm.edge_only,
                ]
                for alarm_id, alarm in self._alarms.items()
            ],
            "episodes": [
                [list(key), episode.ended_us, episode.heard_us, [str(s) for s in episode.dead]]
                for key, episode in self._episodes.items()
            ],
            "closed_us": [list(item) for item in self._closed_us.items()],
            "requests": list(self._requests),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a memory from ``snapshot``."""
        self._alarms = {
            bytes.fromhex(alarm_id): PastAlarm(
                revision,
                {Source(s): r for s, r in heard.items()},
                untold=any(marks[:1]),
                edge_only=any(marks[1:]),
            )
            for alarm_id, revision, heard, *marks in state["alarms"]
        }
        self._episodes = {
            (encounter_id, unit_id, cause, subject): PastEpisode(
                ended_us, heard_us, tuple(Source(source) for one in dead for source in one)
            )
            for (encounter_id, unit_id, cause, subject), ended_us, heard_us, *dead in (
                state["episodes"]
            )
        }
        self._closed_us = dict(state["closed_us"])
        self._requests = dict.fromkeys(state["requests"])
