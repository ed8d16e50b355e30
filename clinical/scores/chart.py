"""What published scores have in common: charts of bands, and results that may be refusals.

A chart is printed for values of a certain precision. A measured value is first rounded half up to
that precision and then looked up; bands therefore leave no gap between their printed edges.
A score is either ``Scored`` or ``Refused``; a refusal names every input that prevents it and still
carries what is known, so that a patient is never well for want of a measurement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import floor
from typing import Final


class RefusalReason(StrEnum):
    """Why an input prevents a score."""

    MISSING = "MISSING"
    IMPLAUSIBLE = "IMPLAUSIBLE"
    STALE = "STALE"
    """Measured, but too long ago."""
    AGE = "AGE"
    """The score is not published for this age."""
    PREGNANT = "PREGNANT"
    """The score is not published for pregnancy."""
    UNTESTABLE = "UNTESTABLE"
    """A person tried, and it cannot be tested in this patient."""
    SITUATION = "SITUATION"
    """The score is for another situation: it was said that there is no injury, or no infection."""
    UNKNOWN_SCORE = "UNKNOWN_SCORE"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One input that prevents a score, and why."""

    reason: RefusalReason
    column: str

    def __str__(self) -> str:
        """Return ``REASON:column``."""
        return f"{self.reason}:{self.column}"


class Response(StrEnum):
    """How urgently a published score asks for a response."""

    LOW = "low"
    LOW_MEDIUM = "low-medium"
    MEDIUM = "medium"
    HIGH = "high"
    EMERGENCY = "emergency"
    """Above high; National PEWS only."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A complete score."""

    total: int
    band: Response | None
    """None where the publication names no bands."""
    parts: Mapping[str, int]
    """Points by input column."""

    @property
    def at_least(self) -> int:
        """The total: a complete score is its own lower bound."""
        return self.total

    @property
    def any_three(self) -> bool:
        """Tell whether a single part scores 3."""
        return 3 in self.parts.values()  # noqa: PLR2004 the chart's highest part


@dataclass(frozen=True, slots=True)
class Refused:
    """No score, with what prevents it and what is known nevertheless."""

    reasons: tuple[Refusal, ...]
    parts: Mapping[str, int]
    """Points of the inputs that could be judged."""

    @property
    def at_least(self) -> int:
        """The lower bound of the total: the sum of the known parts."""
        return sum(self.parts.values())

    @property
    def any_three(self) -> bool:
        """Tell whether a single known part scores 3."""
        return 3 in self.parts.values()  # noqa: PLR2004 the chart's highest part


Result = Scored | Refused


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a chart, both edges as printed and inclusive; None means open."""

    lowest: float | None
    highest: float | None
    points: int


HALF_UP: Final = 0.5 + 1e-9
"""Decimal halves such as 36.05 have no exact binary form: a billionth of a step is forgiven."""


def printed_step(value: float, steps_per_unit: int) -> int:
    """Round half up to the printed precision and return the number of whole steps."""
    return floor(value * steps_per_unit + HALF_UP)


class Chart:
    """The bands of one parameter, looked up by printed step in constant time."""

    __slots__ = ("_first", "_last", "_points", "bands", "highest", "lowest", "steps_per_unit")

    def __init__(
        self, bands: tuple[Band, ...], *, lowest: float, highest: float, steps_per_unit: int = 1
    ) -> None:
        """Precompute the points of every printed step from ``lowest`` to ``highest``.

        Raises:
            ValueError: the bands leave a gap or overlap between these limits.

        """
        self.bands = bands
        self.lowest = lowest
        self.highest = highest
        self.steps_per_unit = steps_per_unit
        self._first = printed_step(lowest, steps_per_unit)
        self._last = printed_step(highest, steps_per_unit)
        steps = range(self._first, self._last + 1)
        self._points = tuple(self._banded(step) for step in steps)

    def points(self, value: float) -> int | None:
        """Return the points of a value, or None when it is not plausible."""
        if not self.lowest <= value <= self.highest:
            return None
        return self._points[floor(value * self.steps_per_unit + HALF_UP) - self._first]

    def _banded(self, step: int) -> int:
        found = [band.points for band in self.bands if self._contains(band, step)]
        if len(found) != 1:
            message = f"step {step} lies in {len(found)} bands"
            raise ValueError(message)
        return found[0]

    def _contains(self, band: Band, step: int) -> bool:
        above = band.lowest is None or step >= printed_step(band.lowest, self.steps_per_unit)
        return above and (
            band.highest is None or step <= printed_step(band.highest, self.steps_per_unit)
        )
