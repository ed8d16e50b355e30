"""Limits that staff set for one patient: what was asked, and what came of it, as frozen values.

How far a limit may be moved stands in ``safe_limits``.
"""

from dataclasses import dataclass
from typing import Final

from clinical.alarms.priority import Priority
from clinical.instant import MINUTE_US

LONGEST_LIMIT_US: Final = 8 * 60 * MINUTE_US
"""Longest time for which a limit of staff holds at once: a shift."""


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What a person at the center asks of the judgement of one patient."""

    encounter_id: str
    cause: str
    """Name in the alarm catalogue."""
    medium: float | None
    """The limit of the medium level, in the vital's unit; None: the catalogue's."""
    high: float | None
    """The limit of the high level, likewise; both None: back to the catalogue."""
    for_us: int
    """How long, by the stream's time, up to ``LONGEST_LIMIT_US``."""
    person: str
    reason: str
    at_us: int
    """By the clock of the center."""
    request_id: str
    """Names the change: repeating it has no further effect."""


@dataclass(frozen=True, slots=True)
class LimitSet:
    """What the judgement made of it; with ``refused`` it is without effect."""

    encounter_id: str
    cause: str
    medium: float | None
    high: float | None
    since_us: int
    """From when on, by the stream's time."""
    until_us: int
    """Until when, by the stream's time."""
    person: str
    reason: str
    request_id: str
    refused: str = ""
    """Field and bound in words; empty: it is in effect."""

    def limit(self, priority: Priority) -> float | None:
        """Return the limit of a level; None: it is the catalogue's."""
        return {Priority.MEDIUM: self.medium, Priority.HIGH: self.high}.get(priority)

    @property
    def at_us(self) -> int:
        """When it was set, by the stream's time."""
        return self.since_us

    @property
    def withdrawn(self) -> bool:
        """Tell whether it takes back an earlier one: the limits are the catalogue's."""
        return self.medium is None and self.high is None
