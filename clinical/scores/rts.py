"""Revised Trauma Score, weighted and for triage, for adults.

Source: Champion HR, Sacco WJ, Copes WS et al. A revision of the Trauma Score. J Trauma
1989;29:623-629, tables 1 and 3. Each input is coded 0 to 4. The triage score is the sum of the
codes; the weighted score multiplies each with a coefficient. In both, lower is worse.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import Band, Refused, Result
from clinical.scores.index import Index, IndexResult, NoIndex
from clinical.scores.observed import Observed
from clinical.scores.points import PointScore, chart

CITATION: Final = "Champion HR et al. J Trauma 1989;29:623-629, tables 1 and 3"

TRAUMA_CENTRE_BELOW: Final = 4.0
"""A weighted score below this asks for a trauma centre."""

TRAUMA_CENTRE_TRIAGE: Final = 11
"""So does a triage score of this and less: any code below 4."""

CODED: Final = PointScore(
    {
        "gcs": chart(
            "gcs",
            Band(None, 3, 0),
            Band(4, 5, 1),
            Band(6, 8, 2),
            Band(9, 12, 3),
            Band(13, None, 4),
        ),
        "systolic_mmhg": chart(
            "systolic_mmhg",
            Band(None, 0, 0),
            Band(1, 49, 1),
            Band(50, 75, 2),
            Band(76, 89, 3),
            Band(90, None, 4),
        ),
        "respiration_per_min": chart(
            "respiration_per_min",
            Band(None, 0, 0),
            Band(1, 5, 1),
            Band(6, 9, 2),
            Band(10, 29, 4),
            Band(30, None, 3),
        ),
    }
)
"""The triage score (T-RTS), 0 to 12."""

_BEST_CODE: Final = 4

WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {"gcs": 0.9368, "systolic_mmhg": 0.7326, "respiration_per_min": 0.2908}
)


def triage(observed: Observed) -> Result:
    """Return the sum of the codes."""
    return CODED.score(observed)


def weighted(observed: Observed) -> IndexResult:
    """Return the weighted score, 0 to 7.8408."""
    coded = CODED.score(observed)
    if isinstance(coded, Refused):
        return NoIndex(coded.reasons, coded.parts, _sum(coded.parts))
    value = _sum(coded.parts)
    return Index(value, coded.parts, beyond=value < TRAUMA_CENTRE_BELOW)


def at_most(codes: Mapping[str, int]) -> int:
    """Return what the triage score is at most, of whatever is known: a lower one is worse."""
    return sum(codes.values()) + _BEST_CODE * (len(CODED.charts) - len(codes))


def weighted_at_most(codes: Mapping[str, int]) -> float:
    """Return what the weighted score is at most, of whatever is known."""
    return _sum({column: codes.get(column, _BEST_CODE) for column in WEIGHTS})


def _sum(codes: Mapping[str, int]) -> float:
    return sum(WEIGHTS[column] * code for column, code in codes.items())
