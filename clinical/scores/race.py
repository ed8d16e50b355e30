"""RACE: whether a stroke is likely to come from the occlusion of a large artery.

Source: Pérez de la Ossa N, Carrera D, Gorchs M et al. Design and validation of a prehospital stroke
scale to predict large arterial occlusion: the Rapid Arterial Occlusion Evaluation scale. Stroke
2014;45:87-91 (abstract: five items, 0 to 9 points; at 5 or more sensitivity 0.85, specificity 0.68
in 357 patients). The last item is aphasia in weakness of the right side, agnosia in weakness of the
left; without weakness it is aphasia (the authors' training).

It is for adults. It refuses when an item was not examined; what is known of it may reach the
threshold all the same. Below the threshold nothing is ruled out: one occlusion in seven is missed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from clinical.scores.chart import Refusal, RefusalReason, Refused, Result, Scored
from clinical.scores.observed import ADULT_YEARS

CITATION: Final = "Pérez de la Ossa N et al. Stroke 2014;45:87-91"

LIKELY_TOTAL: Final = 5
"""From here on an occlusion of a large artery is likely."""

FACE: Final = "race_face"
ARM: Final = "race_arm"
LEG: Final = "race_leg"
GAZE: Final = "race_gaze"
WEAK_SIDE: Final = "race_weak_side"
APHASIA: Final = "race_aphasia"
AGNOSIA: Final = "race_agnosia"

MOST: Final[Mapping[str, int]] = MappingProxyType(
    {FACE: 2, ARM: 2, LEG: 2, GAZE: 1, APHASIA: 2, AGNOSIA: 2}
)
"""The most points of each item."""


class WeakSide(StrEnum):
    """Which side of the body is weak; it decides the last item."""

    RIGHT = "right"
    LEFT = "left"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Race:
    """One examination, in points; None: the item was not examined."""

    face: int | None = None
    """0 none, 1 mild, 2 moderate to severe palsy."""
    arm: int | None = None
    """0 held for 10 s, 1 for less, 2 falls at once."""
    leg: int | None = None
    """0 held for 5 s, 1 for less, 2 falls at once."""
    gaze: int | None = None
    """1: head and eyes are turned to one side."""
    weak_side: WeakSide | None = None
    aphasia: int | None = None
    """Of two commands, how many were not obeyed; not of a weak left side."""
    agnosia: int | None = None
    """Of own arm and own weakness, how much is not recognised; of a weak left side."""


def score(race: Race, age_years: float | None) -> Result:
    """Return the score of an adult, or every reason why there is none; unknown age is adult."""
    if age_years is not None and age_years < ADULT_YEARS:
        return Refused((Refusal(RefusalReason.AGE, "age_years"),), {})
    parts: dict[str, int] = {}
    reasons: list[Refusal] = []
    for column, points in _items(race):
        if points is None:
            reasons.append(Refusal(RefusalReason.MISSING, column))
        elif not 0 <= points <= MOST[column]:
            reasons.append(Refusal(RefusalReason.IMPLAUSIBLE, column))
        else:
            parts[column] = points
    if race.weak_side is None:
        reasons.append(Refusal(RefusalReason.MISSING, WEAK_SIDE))
    if reasons:
        return Refused(tuple(reasons), parts)
    return Scored(sum(parts.values()), None, parts)


def _items(race: Race) -> tuple[tuple[str, int | None], ...]:
    """Return the items that count, in order; without the side there is no last one."""
    items = ((FACE, race.face), (ARM, race.arm), (LEG, race.leg), (GAZE, race.gaze))
    if race.weak_side is None:
        return items
    if race.weak_side is WeakSide.LEFT:
        return (*items, (AGNOSIA, race.agnosia))
    return (*items, (APHASIA, race.aphasia))


def likely(result: Result) -> bool:
    """Tell whether the occlusion of a large artery is likely, by what is known at least."""
    return result.at_least >= LIKELY_TOTAL
