"""What alarms ask of the people who answer them, as figures: pure.

The measures are those of the process industries (EEMUA 191; ANSI/ISA-18.2), read for patients:
alarms per patient-hour by priority, alarms per operator in ten minutes, floods, the shares of the
priorities, alarms that chatter and alarms that are stale. An alarm counts when it begins; a rise or
a fall of its priority is the same alarm, and so is what several detectors say of one. What was over
before it was learned of never sounded, and is left out.
"""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from clinical.alarms.priority import Phase, Priority
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import MINUTE_US

_HOUR_US: Final = 60 * MINUTE_US

PERIOD_US: Final = 10 * MINUTE_US
"""Over which the load of an operator is counted."""

FLOOD_ABOVE: Final = 10
"""Alarms of one operator in a period beyond which it is a flood (ISA-18.2)."""

CHATTERING_US: Final = MINUTE_US
"""Three beginnings of one alarm of one patient within so long chatter (ISA-18.2)."""

STALE_AFTER_US: Final = _HOUR_US
"""Standing for so long is stale. ISA-18.2 has 24 h; a patient is in a vehicle for less."""

BEGINNINGS_KEPT: Final = 10_000
"""Of the running count, and names of alarms; beyond it the oldest is forgotten."""

TARGET_SHARES: Final[Mapping[Priority, float]] = {
    Priority.HIGH: 0.05,
    Priority.MEDIUM: 0.15,
    Priority.LOW: 0.80,
}
"""What EEMUA 191 holds for a well-graded system."""


Name = tuple[str, str, str]
"""Encounter, cause and subject."""

_NEVER_US: Final = -CHATTERING_US


@dataclass(frozen=True, slots=True)
class Sounded:
    """One alarm, as it asked for somebody."""

    encounter_id: str
    cause: str
    subject: str
    priority: Priority
    """The highest that it reached."""
    raised_us: int
    ended_us: int | None = None
    """None while it stands."""


@dataclass(frozen=True, slots=True)
class Fatigue:
    """The load of a stretch of time."""

    alarms: int
    patient_hours: float
    by_priority: Mapping[Priority, int]
    periods: Sequence[int]
    """Alarms of one operator in each ten minutes, in order; at least one period."""
    chattering: int
    """Alarms that were the third of their kind and patient within a minute."""
    stale: int

    def per_patient_hour(self, priority: Priority) -> float:
        """Return how many alarms of a priority a patient brings in an hour."""
        return self.by_priority[priority] / self.patient_hours if self.patient_hours else 0.0

    def share(self, priority: Priority) -> float:
        """Return the share of a priority; 0 of no alarm."""
        return self.by_priority[priority] / self.alarms if self.alarms else 0.0

    @property
    def floods(self) -> float:
        """The share of ten-minute periods with more alarms than an operator can answer."""
        return sum(count > FLOOD_ABOVE for count in self.periods) / len(self.periods)

    def plain(self) -> dict[str, Any]:
        """Return the figures as a report has them."""
        by_urgency = sorted(Priority, reverse=True)
        return {
            "alarms": self.alarms,
            "patient_hours": round(self.patient_hours, 3),
            "per_patient_hour": {x.name: round(self.per_patient_hour(x), 3) for x in by_urgency},
            "shares": {x.name: round(self.share(x), 3) for x in by_urgency},
            "target_shares": {x.name: TARGET_SHARES[x] for x in by_urgency},
            "per_operator_10_min": {
                "mean": round(sum(self.periods) / len(self.periods), 2),
                "peak": max(self.periods),
                "flood_share": round(self.floods, 3),
            },
            "chattering": self.chattering,
            "stale": self.stale,
        }


def fatigue(
    sounded: Iterable[Sounded], begin_us: int, end_us: int, patients: int, operators: int = 1
) -> Fatigue:
    """Return the load of the time from ``begin_us`` to ``end_us``, shared by operators alike."""
    alarms = sorted(
        (x for x in sounded if begin_us <= x.raised_us < end_us), key=lambda x: x.raised_us
    )
    periods = [0] * max(1, -(-(end_us - begin_us) // PERIOD_US))
    for alarm in alarms:
        periods[(alarm.raised_us - begin_us) // PERIOD_US] += 1
    ended = (end_us if x.ended_us is None else min(x.ended_us, end_us) for x in alarms)
    return Fatigue(
        alarms=len(alarms),
        patient_hours=patients * (end_us - begin_us) / _HOUR_US,
        by_priority=Counter(x.priority for x in alarms),
        periods=[-(-count // operators) for count in periods],
        chattering=chattering(alarms),
        stale=sum(y - x.raised_us >= STALE_AFTER_US for x, y in zip(alarms, ended, strict=True)),
    )


def chattering(alarms: Iterable[Sounded]) -> int:
    """Return how many alarms, in order of their beginning, were the third within a minute."""
    begun: dict[Name, tuple[int, int]] = {}
    return sum(_third(begun, (x.encounter_id, x.cause, x.subject), x.raised_us) for x in alarms)


def _third(begun: dict[Name, tuple[int, int]], name: Name, at_us: int) -> bool:
    """Take note of a beginning; tell whether it is the third of its name within a minute."""
    last_but_one, last = begun.pop(name, (_NEVER_US, _NEVER_US))
    begun[name] = (last, at_us)
    return at_us - last_but_one < CHATTERING_US


class Burden:
    """The load of the moment: what the last ten minutes have asked of whoever answers."""

    __slots__ = ("_begun", "_names", "chattered")

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self._begun: list[int] = []
        self._names: dict[Name, tuple[int, int]] = {}
        self.chattered = 0
        """Alarms so far that were the third of their kind and patient within a minute."""

    def take(self, view: AlarmView) -> bool:
        """Take in an alarm that changed; tell whether it has just begun to sound."""
        if view.phase is not Phase.START or view.state is not AlarmState.ACTIVE:
            return False
        insort(self._begun, view.learned_us)
        del self._begun[:-BEGINNINGS_KEPT]
        name = (view.encounter_id, view.cause, view.subject)
        self.chattered += _third(self._names, name, view.learned_us)
        if len(self._names) > BEGINNINGS_KEPT:
            del self._names[next(iter(self._names))]
        return True

    def in_ten_minutes(self, now_us: int) -> int:
        """Return how many alarms began in the ten minutes before ``now_us``."""
        del self._begun[: bisect_right(self._begun, now_us - PERIOD_US)]
        return len(self._begun)
