"""Which scores are for a patient, by age and situation, and why another is not.

An adult who is not pregnant is scored by NEWS2 (Royal College of Physicians 2017: from 16 years,
not in pregnancy), a child below 16 by National PEWS (NHS England and RCPCH 2023: below 18 years, by
age). In pregnancy neither chart was published for the patient: no score is used, and the limits of
single vital signs watch alone. An unknown age is taken for an adult's, an unknown pregnancy for
none.

Beside the early warning score there are scores for those of whom the crew has said something: the
trauma scores (Champion 1989, Sartorius 2010) are for the injured, qSOFA (Singer 2016) for those in
whom an infection is suspected, all of them from 16 years. What nobody has said is not known: it is
neither an injury nor none. In pregnancy qSOFA is refused: obstetricians have given it up there
(Bowyer L et al. SOMANZ position statement for the investigation and management of sepsis in
pregnancy 2023. Aust N Z J Obstet Gynaecol 2024;64:37-46). The trauma scores were made of whoever
was injured, and a pregnant patient with few points belongs to a trauma centre all the more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from clinical.scores.chart import Refusal, RefusalReason
from clinical.scores.news2 import YOUNGEST_YEARS


class EarlyWarning(StrEnum):
    """The scores that are chosen from."""

    NEWS2 = "NEWS2"
    NPEWS = "NPEWS"


class Injury(StrEnum):
    """What injury the crew has said that there is."""

    NONE = "none"
    BLUNT = "blunt"
    PENETRATING = "penetrating"


class SituationScore(StrEnum):
    """The scores for those of whom the crew has said something."""

    T_RTS = "T-RTS"
    RTS = "RTS"
    MGAP = "MGAP"
    QSOFA = "QSOFA"


@dataclass(frozen=True, slots=True)
class Situation:
    """What the crew has said of a patient; None: nothing."""

    injury: Injury | None = None
    infection_suspected: bool | None = None

    @property
    def stated(self) -> bool:
        """Tell whether anything was said."""
        return self.injury is not None or self.infection_suspected is not None


@dataclass(frozen=True, slots=True)
class Choice:
    """The score that is used, and why the others are not."""

    used: EarlyWarning | None
    """None: no score is for this patient."""
    refused: Mapping[EarlyWarning, Refusal] = field(default_factory=dict)


_AGE: Final = Refusal(RefusalReason.AGE, "age_years")
_PREGNANT: Final = Refusal(RefusalReason.PREGNANT, "pregnant")

_ADULT: Final = Choice(EarlyWarning.NEWS2, {EarlyWarning.NPEWS: _AGE})
_CHILD: Final = Choice(EarlyWarning.NPEWS, {EarlyWarning.NEWS2: _AGE})
_PREGNANT_ADULT: Final = Choice(None, {EarlyWarning.NEWS2: _PREGNANT, EarlyWarning.NPEWS: _AGE})
_PREGNANT_CHILD: Final = Choice(None, {EarlyWarning.NEWS2: _AGE, EarlyWarning.NPEWS: _PREGNANT})


def choose(age_years: float | None, *, pregnant: bool | None) -> Choice:
    """Return the score for a patient of this age."""
    if is_child(age_years):
        return _PREGNANT_CHILD if pregnant else _CHILD
    return _PREGNANT_ADULT if pregnant else _ADULT


INJURY: Final = "injury"
INFECTION: Final = "infection_suspected"
OF_TRAUMA: Final = (SituationScore.T_RTS, SituationScore.RTS, SituationScore.MGAP)


def refused_by_situation(
    situation: Situation, age_years: float | None, *, pregnant: bool | None
) -> Mapping[SituationScore, Refusal]:
    """Return which of the scores by situation are not for a patient, and why; the rest are used."""
    if is_child(age_years):
        return dict.fromkeys(SituationScore, _AGE)
    injury = situation.injury
    injured = None if injury is None else injury is not Injury.NONE
    refused: dict[SituationScore, Refusal] = {}
    if injured is not True:
        refused |= dict.fromkeys(OF_TRAUMA, _not_said(INJURY, injured))
    if situation.infection_suspected is not True:
        refused[SituationScore.QSOFA] = _not_said(INFECTION, situation.infection_suspected)
    elif pregnant:
        refused[SituationScore.QSOFA] = _PREGNANT
    return refused


def _not_said(column: str, said: bool | None) -> Refusal:  # noqa: FBT001 - what the crew said
    reason = RefusalReason.MISSING if said is None else RefusalReason.SITUATION
    return Refusal(reason, column)


def is_child(age_years: float | None) -> bool:
    """Tell whether a patient is below the age of the charts for adults."""
    return age_years is not None and age_years < YOUNGEST_YEARS
