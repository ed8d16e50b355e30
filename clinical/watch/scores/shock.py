"""The shock index of the newest values, beside the early warning score.

It is shown, and never alarms: heart rate over systolic pressure, judged as ``clinical.scores`` has
it, from 16 years by Allgöwer and Burri, from 4 to 15 by Acker (SIPA). Below 4 years and in
pregnancy the value stands without a judgement: nothing was published for them there. The other
scores of that folder ask for what a monitor does not show (Glasgow Coma Scale, mean pressure), and
nothing is estimated.
"""

from functools import lru_cache
from typing import Final, NamedTuple

from clinical.scores.choice import is_child
from clinical.scores.index import NoIndex
from clinical.scores.observed import Observed
from clinical.scores.points import AGE
from clinical.scores.shock_index import age_adjusted, shock_index
from clinical.vitals import Vital
from clinical.watch.carry import HEART_RATE, SYSTOLIC, Carry
from clinical.watch.encounter import EncounterState

JUDGED_KEPT: Final = 4_096
"""Judgements that are remembered: every patient is shown each second, and most show the same."""


class ShockIndex(NamedTuple):
    """Heart rate over systolic pressure."""

    value: float
    """Two decimals."""
    raised: bool | None
    """Whether it is above what the publication gives; None: nothing is published."""


def shock_of(carry: Carry, state: EncounterState, now_us: int) -> ShockIndex | None:
    """Return the shock index at ``now_us``; None while an input is not known."""
    beats, pressure = carry.values[HEART_RATE], carry.values[SYSTOLIC]
    if beats is None or not pressure or not carry.all_fresh((HEART_RATE, SYSTOLIC), now_us):
        return None
    return index_of(beats, pressure, state.age_years, state.pregnant)


@lru_cache(maxsize=JUDGED_KEPT)
def index_of(
    beats: float,
    pressure: float,
    age_years: float | None,
    pregnant: bool | None,  # noqa: FBT001 - as the encounter states it
) -> ShockIndex:
    """Return the shock index of a heart rate and a systolic pressure, which is not 0."""
    raised = _raised(beats, pressure, age_years, pregnant=bool(pregnant))
    return ShockIndex(round(beats / pressure, 2), raised)


def _raised(
    beats: float, pressure: float, age_years: float | None, *, pregnant: bool
) -> bool | None:
    if pregnant:
        return None
    numbers = {str(Vital.HEART_RATE): beats, str(Vital.SYSTOLIC): pressure}
    if age_years is not None:
        numbers[AGE] = age_years
    judged = age_adjusted if is_child(age_years) else shock_index
    found = judged(Observed(numbers))
    return None if isinstance(found, NoIndex) else found.beyond
