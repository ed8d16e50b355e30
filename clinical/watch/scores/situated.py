"""The scores by situation as a row shows them and as an alarm explains them.

Of an incomplete score the row has its bound: the trauma scores are at most so much, since a lower
one is worse, and qSOFA is at least so much.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from clinical.scores import mgap, rts
from clinical.scores.chart import Refusal, Refused
from clinical.scores.choice import SituationScore
from clinical.scores.observed import Observed
from clinical.scores.qsofa import POSITIVE_TOTAL, QSOFA
from clinical.vitals import Vital

RTS_DIGITS: Final = 2
"""Decimals with which the weighted score is shown."""

COMA: Final = "gcs"
_INPUTS: Final = (str(Vital.RESPIRATION), str(Vital.SYSTOLIC), COMA)


@dataclass(frozen=True, slots=True)
class SituatedScore:
    """A score that is for some patients only: of whom the crew has said so."""

    name: str
    value: float | None
    """None: refused."""
    bound: float | None
    """What it is at most, qSOFA at least, by what is known; None: not refused, or not for them."""
    asks: bool | None
    """Whether it asks for a response; None: it was refused, and its bound does not."""
    refusals: tuple[str, ...]


def situated(
    observed: Observed, refused: Mapping[SituationScore, Refusal]
) -> tuple[SituatedScore, ...]:
    """Return every score by situation; ``refused`` are those that are not for this patient."""
    return tuple(
        _not_for(score, refused[score]) if score in refused else _SHOWN[score](observed)
        for score in SituationScore
    )


def why_trauma(observed: Observed) -> dict[str, float | str]:
    """Return the scores that asked for a trauma centre and what they rest on."""
    coded, points = rts.CODED.score(observed), mgap.score(observed)
    values: dict[str, float | str] = {"injury": observed.words[mgap.MECHANISM]}
    if isinstance(coded, Refused):
        values["t_rts_at_most"] = rts.at_most(coded.parts)
    else:
        values["t_rts"] = coded.total
    name = "mgap_at_most" if isinstance(points, Refused) else "mgap"
    values[name] = mgap.at_most(points.parts)
    return values | _inputs(observed)


def why_sepsis(observed: Observed) -> dict[str, float | str]:
    """Return qSOFA and what it rests on."""
    result = QSOFA.score(observed)
    name = "qsofa_at_least" if isinstance(result, Refused) else "qsofa"
    return {name: result.at_least, **_inputs(observed)}


def _inputs(observed: Observed) -> dict[str, float | str]:
    return {name: observed.numbers[name] for name in _INPUTS if name in observed.numbers}


def _not_for(score: SituationScore, why: Refusal) -> SituatedScore:
    return SituatedScore(score.value, None, None, None, (str(why),))


def _shown(
    score: SituationScore, reasons: tuple[Refusal, ...], value: float, *, asks: bool
) -> SituatedScore:
    """Return a score as a row shows it; of one with reasons against it the value is a bound."""
    if reasons:
        return SituatedScore(score.value, None, value, asks or None, tuple(map(str, reasons)))
    return SituatedScore(score.value, value, None, asks, ())


def _t_rts(observed: Observed) -> SituatedScore:
    result = rts.triage(observed)
    value = rts.at_most(result.parts)
    asks = value <= rts.TRAUMA_CENTRE_TRIAGE
    return _shown(SituationScore.T_RTS, _reasons(result), value, asks=asks)


def _rts(observed: Observed) -> SituatedScore:
    result = rts.triage(observed)
    value = rts.weighted_at_most(result.parts)
    asks = value < rts.TRAUMA_CENTRE_BELOW
    return _shown(SituationScore.RTS, _reasons(result), round(value, RTS_DIGITS), asks=asks)


def _mgap(observed: Observed) -> SituatedScore:
    result = mgap.score(observed)
    value = mgap.at_most(result.parts)
    return _shown(SituationScore.MGAP, _reasons(result), value, asks=value < mgap.LOW_RISK_TOTAL)


def _qsofa(observed: Observed) -> SituatedScore:
    result = QSOFA.score(observed)
    asks = result.at_least >= POSITIVE_TOTAL
    return _shown(SituationScore.QSOFA, _reasons(result), result.at_least, asks=asks)


def _reasons(result: Any) -> tuple[Refusal, ...]:  # noqa: ANN401 - of any score
    return result.reasons if isinstance(result, Refused) else ()


_SHOWN: Final[Mapping[SituationScore, Callable[[Observed], SituatedScore]]] = {
    SituationScore.T_RTS: _t_rts,
    SituationScore.RTS: _rts,
    SituationScore.MGAP: _mgap,
    SituationScore.QSOFA: _qsofa,
}
