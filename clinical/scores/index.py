"""Scores that are a number with a fraction: quotients and weighted sums.

Unlike sums of points, some of them are worse when they are lower.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clinical.scores.chart import Refusal, RefusalReason
from clinical.scores.observed import Observed
from clinical.scores.points import not_for_adults


@dataclass(frozen=True, slots=True)
class Index:
    """A value that was computed."""

    value: float
    parts: Mapping[str, int] = field(default_factory=dict)
    """Coded values by column, where the publication codes them."""
    beyond: bool | None = None
    """Beyond the threshold that the publication gives; None where it gives none."""


@dataclass(frozen=True, slots=True)
class NoIndex:
    """No value, and every reason why."""

    reasons: tuple[Refusal, ...]
    parts: Mapping[str, int] = field(default_factory=dict)
    at_least: float = 0.0
    """The lower bound of the value."""


IndexResult = Index | NoIndex


def quotient(
    observed: Observed, above: str, below: str, *, children: bool = False
) -> float | NoIndex:
    """Return one column divided by another; a divisor of zero is no usable measurement."""
    found = [observed.number(above), observed.number(below)]
    reasons = [one for one in found if isinstance(one, Refusal)]
    if observed.numbers.get(below) == 0:
        reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, below))
    age = None if children else not_for_adults(observed)
    if age is not None:
        reasons.insert(0, age)
    if reasons:
        return NoIndex(tuple(reasons))
    dividend, divisor = (float(one) for one in found if not isinstance(one, Refusal))
    return dividend / divisor
