"""Shock index: heart rate over systolic pressure; for adults, and by age for children (SIPA).

Sources. Adults: Allgoewer M, Burri C. Schockindex. Dtsch Med Wochenschr 1967;92:1947-1950; a
value above 1.0 goes with massive transfusion and death (Open Access Emerg Med 2019;11:179).
Children: Acker SN, Ross JT, Partrick DA et al. Pediatric specific shock index accurately
identifies severely injured children. J Pediatr Surg 2015;50:331-334: raised above 1.22 at 4-6
years, 1.0 at 7-12, 0.9 at 13-16.

Where published sources disagree: Frontiers in Pediatrics 2021 (10.3389/fped.2021.727466) uses 1.2
for 1-6 years. Here the original is followed, and nothing is said below 4 years.
"""

from typing import Final

from clinical.scores.chart import Refusal, RefusalReason
from clinical.scores.index import Index, IndexResult, NoIndex, quotient
from clinical.scores.observed import Observed

CITATION: Final = "Allgöwer M, Burri C. Dtsch Med Wochenschr 1967;92:1947-1950"
CITATION_SIPA: Final = "Acker SN et al. J Pediatr Surg 2015;50:331-334"

RAISED_ABOVE: Final = 1.0

RAISED_ABOVE_BY_AGE: Final = ((4, 7, 1.22), (7, 13, 1.0), (13, 17, 0.9))
"""First age, age that is too old, and the value above which the index is raised."""


def shock_index(observed: Observed) -> IndexResult:
    """Return the shock index of an adult."""
    value = quotient(observed, "heart_rate_bpm", "systolic_mmhg")
    return value if isinstance(value, NoIndex) else Index(value, beyond=value > RAISED_ABOVE)


def age_adjusted(observed: Observed) -> IndexResult:
    """Return the shock index of a child of 4 to 16 years, judged by age."""
    value = quotient(observed, "heart_rate_bpm", "systolic_mmhg", children=True)
    limit = _limit(observed)
    if isinstance(limit, Refusal):
        others = value.reasons if isinstance(value, NoIndex) else ()
        return NoIndex((limit, *others))
    return value if isinstance(value, NoIndex) else Index(value, beyond=value > limit)


def _limit(observed: Observed) -> float | Refusal:
    age_years = observed.number("age_years")
    if isinstance(age_years, Refusal):
        return age_years
    for first, end, limit in RAISED_ABOVE_BY_AGE:
        if first <= age_years < end:
            return limit
    return Refusal(RefusalReason.AGE, "age_years")
