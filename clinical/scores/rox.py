"""ROX index: oxygen saturation over inspired fraction, over breathing rate; for adults.

Source: Roca O, Caralt B, Messika J et al. An index combining respiratory rate and oxygenation to
predict outcome of nasal high-flow therapy. Am J Respir Crit Care Med 2019;199:1368-1376.
Published for nasal high-flow oxygen only, where 4.88 and more after 2, 6 or 12 hours went with a
low risk of intubation. Elsewhere it is a trend to look at, never an alarm.
"""

from typing import Final

from clinical.scores.chart import Refusal, RefusalReason
from clinical.scores.index import Index, IndexResult, NoIndex
from clinical.scores.observed import Observed
from clinical.scores.points import not_for_adults

CITATION: Final = "Roca O et al. Am J Respir Crit Care Med 2019;199:1368-1376"

LOW_RISK_FROM: Final = 4.88

_COLUMNS: Final = ("spo2_percent", "fio2", "respiration_per_min")


def rox(observed: Observed) -> IndexResult:
    """Return the index; ``fio2`` is a fraction, and no breathing has no index."""
    found = {column: observed.number(column) for column in _COLUMNS}
    reasons = [one for one in found.values() if isinstance(one, Refusal)]
    if observed.numbers.get("respiration_per_min") == 0:
        reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, "respiration_per_min"))
    age = not_for_adults(observed)
    if age is not None:
        reasons.insert(0, age)
    if reasons:
        return NoIndex(tuple(reasons))
    spo2, fio2, respiration = (float(x) for x in found.values() if not isinstance(x, Refusal))
    return Index(spo2 / fio2 / respiration)
