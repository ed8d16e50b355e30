"""Scores that add up points, one part per column: a table says all of them.

A score refuses when any part is missing, and still carries the parts that are known. For somebody
of an age for which it was not published no part counts.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import floor
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import (
    Band,
    Chart,
    Refusal,
    RefusalReason,
    Refused,
    Response,
    Result,
    Scored,
)
from clinical.scores.observed import ADULT_YEARS, PLAUSIBLE_COLUMN, Observed
from clinical.vitals import Consciousness

CONSCIOUSNESS: Final = "consciousness"
AGE: Final = "age_years"
"""Counted in completed years, never rounded up."""

_NO_PARTS: Final[Mapping[str, int]] = MappingProxyType({})


def chart(column: str, *bands: Band, steps_per_unit: int = 1) -> Chart:
    """Return the chart of a column over all that is plausible in it.

    Raises:
        ValueError: the bands leave a gap or overlap.
    """
    limits = PLAUSIBLE_COLUMN[column]
    return Chart(bands, lowest=limits.lowest, highest=limits.highest, steps_per_unit=steps_per_unit)


def no_bands(_: int) -> None:
    """Return the band of a score whose publication names none."""


@dataclass(frozen=True, slots=True)
class PointScore:
    """One published score for adults."""

    charts: Mapping[str, Chart]
    """By column; for age too, where it is a part."""
    consciousness: Mapping[Consciousness, int] | None = None
    """Points by level; a level that is not here is none of this score's."""
    band: Callable[[int], Response | None] = no_bands

    def score(self, observed: Observed) -> Result:
        """Return the score, or every reason why there is none with the parts that are known."""
        parts, reasons = self.parts(observed)
        if reasons or not_for_adults(observed):
            return refused(observed, parts, reasons)
        total = sum(parts.values())
        return Scored(total, self.band(total), parts)

    def parts(self, observed: Observed) -> tuple[dict[str, int], list[Refusal]]:
        """Return the points of every column that has some, and why the others have none."""
        parts: dict[str, int] = {}
        reasons: list[Refusal] = []
        for column, table in self.charts.items():
            found = looked_up(observed, column, table)
            if isinstance(found, Refusal):
                reasons.append(found)
            else:
                parts[column] = found
        if self.consciousness is not None:
            self._judge_consciousness(observed, parts, reasons)
        return parts, reasons

    def _judge_consciousness(
        self, observed: Observed, parts: dict[str, int], reasons: list[Refusal]
    ) -> None:
        level = observed.consciousness
        if level is None:
            reasons.append(observed.absence(CONSCIOUSNESS))
        elif self.consciousness is None or level not in self.consciousness:
            reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, CONSCIOUSNESS))
        else:
            parts[CONSCIOUSNESS] = self.consciousness[level]


def looked_up(observed: Observed, column: str, table: Chart) -> int | Refusal:
    """Return the points of a column, or why it has none."""
    value = observed.number(column)
    if isinstance(value, Refusal):
        return value
    points = table.points(floor(value) if column == AGE else value)
    return Refusal(RefusalReason.IMPLAUSIBLE, column) if points is None else points


def not_for_adults(observed: Observed) -> Refusal | None:
    """Return why a score for adults is not for this patient, if it is not."""
    if AGE in observed.unusable:
        return Refusal(observed.unusable[AGE], AGE)
    age_years = observed.age_years
    if age_years is not None and age_years < ADULT_YEARS:
        return Refusal(RefusalReason.AGE, AGE)
    return None


def refused(observed: Observed, parts: Mapping[str, int], reasons: Iterable[Refusal]) -> Refused:
    """Return the refusal of a score for adults; of a child no part counts."""
    age = not_for_adults(observed)
    every = tuple(dict.fromkeys(reasons if age is None else (age, *reasons)))
    child = age is not None and age.reason is RefusalReason.AGE
    return Refused(every, _NO_PARTS if child else parts)
