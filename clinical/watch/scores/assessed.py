"""What the scores by situation come to, remembered by all that they are read off.

The signs that they rest on move little from one second to the next, and a patient of whom the crew
has said something is scored and shown at each. So an answer is kept by its signs, for every patient
who shows the same. What an alarm states is read off the patient's own values all the same.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from clinical.scores import mgap, rts
from clinical.scores.chart import RefusalReason, Refused
from clinical.scores.choice import Situation, SituationScore, refused_by_situation
from clinical.scores.observed import Observed
from clinical.scores.points import AGE
from clinical.scores.qsofa import POSITIVE_TOTAL, QSOFA
from clinical.vitals import Vital
from clinical.watch.scores.situated import COMA, SituatedScore, situated

ASSESSED_KEPT: Final = 4_096
"""Answers that are remembered; the longest unused is given anew."""


class Signs(NamedTuple):
    """All that the scores by situation of one patient are read off at one instant."""

    situation: Situation
    age_years: int | None
    pregnant: bool | None
    respiration: float | RefusalReason | None
    """None: never measured."""
    systolic: float | RefusalReason | None
    coma: int | RefusalReason
    """Total of the scale of coma."""

    @property
    def observed(self) -> Observed:
        """The signs by column, as the scores ask for them."""
        read = {
            str(Vital.RESPIRATION): self.respiration,
            str(Vital.SYSTOLIC): self.systolic,
            AGE: self.age_years,
            COMA: self.coma,
        }
        injury = self.situation.injury
        return Observed(
            {x: value for x, value in read.items() if isinstance(value, int | float)},
            {} if injury is None else {mgap.MECHANISM: injury.value},
            unusable={x: why for x, why in read.items() if isinstance(why, RefusalReason)},
        )


class Asks(NamedTuple):
    """Whether scores ask for a response."""

    reached: bool
    """By what is known, of an incomplete score by its bound."""
    known: bool
    """Whether they are complete."""


class Assessed(NamedTuple):
    """What the scores come to."""

    shown: tuple[SituatedScore, ...]
    trauma: Asks | None
    """None: not for this patient."""
    sepsis: Asks | None


@lru_cache(maxsize=ASSESSED_KEPT)
def assessed(signs: Signs) -> Assessed:
    """Return what the scores by situation come to."""
    observed = signs.observed
    refused = refused_by_situation(signs.situation, signs.age_years, pregnant=signs.pregnant)
    return Assessed(
        situated(observed, refused),
        None if SituationScore.T_RTS in refused else _trauma(observed),
        None if SituationScore.QSOFA in refused else _sepsis(observed),
    )


def _trauma(observed: Observed) -> Asks:
    coded, points = rts.CODED.score(observed), mgap.score(observed)
    reached = (
        rts.at_most(coded.parts) <= rts.TRAUMA_CENTRE_TRIAGE
        or mgap.at_most(points.parts) < mgap.LOW_RISK_TOTAL
    )
    return Asks(reached, known=not isinstance(coded, Refused))


def _sepsis(observed: Observed) -> Asks:
    result = QSOFA.score(observed)
    return Asks(result.at_least >= POSITIVE_TOTAL, known=not isinstance(result, Refused))
