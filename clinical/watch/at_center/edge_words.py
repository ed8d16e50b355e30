"""What the vehicle's watch said, on its way through the center's: as it is, unless it comes late.

A word that was under way for long was spoken about a past that may be over: after half an hour
without a link the alarm that began in it and the end of that alarm lie in one spool. So a late word
that a condition holds waits for what follows it. When the end comes, the condition is recorded with
both its instants and never sounded. When nothing late has come for ``SETTLED_AFTER_US``, or at the
latest ``OVERDUE_AFTER_US`` after it came, it goes on, marked late. Meanwhile the center judges the
live values itself, so nothing that holds waits for this.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from clinical.alarms.identity import frame_from_plain, frame_to_plain
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.transition import Reason, Transition
from clinical.instant import SECOND_US
from clinical.watch.carry import BACKLOG_US

SETTLED_AFTER_US: Final = 2 * SECOND_US
"""Without a further late word for so long, what waits goes on."""

OVERDUE_AFTER_US: Final = 10 * SECOND_US
"""No word waits longer than this."""

WORDS_WAITING: Final = 64
"""Alarms of one patient that wait; of a further one the word goes on at once."""


@dataclass(slots=True)
class _Waiting:
    word: Transition
    """The newest word of this alarm."""
    since_us: int


class EdgeWords:
    """The late words of one vehicle about one patient."""

    __slots__ = ("_heard_us", "_waiting")

    def __init__(self) -> None:
        """Begin with none."""
        self._waiting: dict[bytes, _Waiting] = {}
        self._heard_us = 0

    def on_item(self, word: Transition, now_us: int) -> list[Transition]:
        """Take a word; return what goes on."""
        late = now_us - word.learned_us > BACKLOG_US
        if late:
            self._heard_us = now_us
        waiting = self._waiting.get(word.alarm_id)
        if not word.active:
            self._waiting.pop(word.alarm_id, None)
            return [word if waiting is None else _recorded(waiting.word, word)]
        if waiting is None and (not late or len(self._waiting) >= WORDS_WAITING):
            return [word]
        since_us = now_us if waiting is None else waiting.since_us
        self._waiting[word.alarm_id] = _Waiting(word, since_us)
        return []

    @property
    def due_us(self) -> int | None:
        """When the next word that waits goes on."""
        if not self._waiting:
            return None
        oldest_us = min(waiting.since_us for waiting in self._waiting.values())
        return min(self._heard_us + SETTLED_AFTER_US, oldest_us + OVERDUE_AFTER_US)

    def on_tick(self, now_us: int) -> list[Transition]:
        """Return what has waited for long enough."""
        if not self._waiting:
            return []
        settled = now_us - self._heard_us >= SETTLED_AFTER_US
        due = [
            name
            for name, waiting in self._waiting.items()
            if settled or now_us - waiting.since_us >= OVERDUE_AFTER_US
        ]
        return [replace(self._waiting.pop(name).word, late=True) for name in due]

    def close(self) -> list[Transition]:
        """Return what still waits when the encounter is over."""
        words = [replace(waiting.word, late=True) for waiting in self._waiting.values()]
        self._waiting.clear()
        return words

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing waits."""
        if not self._waiting:
            return {}
        return {
            "heard_us": self._heard_us,
            "waiting": [[it.since_us, _to_plain(it.word)] for it in self._waiting.values()],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._heard_us = state.get("heard_us", 0)
        words = [_Waiting(_from_plain(word), since) for since, word in state.get("waiting", ())]
        self._waiting = {it.word.alarm_id: it for it in words}


def _recorded(began: Transition, end: Transition) -> Transition:
    """Return the one word that a condition began, and is over."""
    return replace(
        end, recorded_only=True, since_us=began.since_us, reason=end.reason or began.reason
    )


def _to_plain(word: Transition) -> dict[str, Any]:
    reason = word.reason
    return {
        "encounter_id": word.encounter_id,
        "unit_id": word.unit_id,
        "alarm_id": word.alarm_id.hex(),
        "cause": word.cause,
        "subject": word.subject,
        "category": word.category.value,
        "priority": word.priority.value,
        "phase": word.phase.value,
        "active": word.active,
        "source": word.source.value,
        "revision": word.revision,
        "since_us": word.since_us,
        "learned_us": word.learned_us,
        "until_us": word.until_us,
        "recorded_only": word.recorded_only,
        "late": word.late,
        "frame": frame_to_plain(word.frame),
        "reason": None if reason is None else [reason.rule, dict(reason.values), reason.citation],
    }


def _from_plain(plain: Mapping[str, Any]) -> Transition:
    reason = plain["reason"]
    return Transition(
        **{
            **plain,
            "alarm_id": bytes.fromhex(plain["alarm_id"]),
            "category": Category(plain["category"]),
            "priority": Priority(plain["priority"]),
            "phase": Phase(plain["phase"]),
            "source": Source(plain["source"]),
            "frame": frame_from_plain(plain["frame"]),
            "reason": None if reason is None else Reason(*reason),
        }
    )
