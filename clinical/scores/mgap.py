"""MGAP: mechanism, Glasgow coma scale, age and arterial pressure, for injured adults.

Source: Sartorius D, Le Manach Y, David JS et al. Mechanism, Glasgow Coma Scale, Age, and Arterial
Pressure (MGAP): a new simple prehospital triage score to predict mortality in trauma patients.
Crit Care Med 2010;38:831-837, abstract and table 3. 3 to 29 points; fewer is worse: below 18 high
risk, 18 to 22 intermediate (here: medium), 23 and more low.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import (
    Band,
    Refusal,
    RefusalReason,
    Response,
    Result,
    Scored,
)
from clinical.scores.observed import Observed
from clinical.scores.points import AGE, chart, looked_up, not_for_adults, refused

CITATION: Final = "Sartorius D et al. Crit Care Med 2010;38:831-837, table 3"

MECHANISM: Final = "trauma_mechanism"
MECHANISM_POINTS: Final[Mapping[str, int]] = MappingProxyType({"blunt": 4, "penetrating": 0})

LOW_RISK_TOTAL: Final = 23
"""From here on the risk is low; fewer points ask for a trauma centre."""

_BANDS: Final = ((LOW_RISK_TOTAL, Response.LOW), (18, Response.MEDIUM), (0, Response.HIGH))
_CHARTS: Final = {
    "gcs": chart("gcs", *(Band(points, points, points) for points in range(3, 16))),
    "systolic_mmhg": chart(
        "systolic_mmhg", Band(None, 59, 0), Band(60, 120, 3), Band(121, None, 5)
    ),
    AGE: chart(AGE, Band(None, 59, 5), Band(60, None, 0)),
}
_MOST: Final[Mapping[str, int]] = MappingProxyType(
    {
        **{column: max(band.points for band in table.bands) for column, table in _CHARTS.items()},
        MECHANISM: max(MECHANISM_POINTS.values()),
    }
)


def score(observed: Observed) -> Result:
    """Return the score of an injured adult; here a missing age is a missing part."""
    judged = {column: looked_up(observed, column, table) for column, table in _CHARTS.items()}
    judged[MECHANISM] = _mechanism(observed)
    parts = {column: points for column, points in judged.items() if isinstance(points, int)}
    reasons = [reason for reason in judged.values() if isinstance(reason, Refusal)]
    if reasons or not_for_adults(observed):
        return refused(observed, parts, reasons)
    total = sum(parts.values())
    return Scored(total, next(band for first, band in _BANDS if total >= first), parts)


def at_most(parts: Mapping[str, int]) -> int:
    """Return what the score is at most, of whatever is known: fewer points are worse."""
    return sum({**_MOST, **parts}.values())


def _mechanism(observed: Observed) -> int | Refusal:
    word = observed.words.get(MECHANISM)
    if word is None:
        return observed.absence(MECHANISM)
    return MECHANISM_POINTS.get(word, Refusal(RefusalReason.IMPLAUSIBLE, MECHANISM))
