"""Which early warning score is for a patient, by age and situation, and why another is not.

An adult who is not pregnant is scored by NEWS2 (Royal College of Physicians 2017: from 16 years,
not in pregnancy), a child below 16 by National PEWS (NHS England and RCPCH 2023: below 18 years, by
age). In pregnancy neither chart was published for the patient: no score is used, and the limits of
single vital signs watch alone. An unknown age is taken for an adult's, an unknown pregnancy for
none.
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


def is_child(age_years: float | None) -> bool:
    """Tell whether a patient is below the age of the charts for adults."""
    return age_years is not None and age_years < YOUNGEST_YEARS
