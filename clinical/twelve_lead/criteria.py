"""Elevation that means ischaemia, by lead, sex and age.

Thygesen K et al., Fourth Universal Definition of Myocardial Infarction (2018), J Am Coll Cardiol
2018;72:2231, table 2: new ST elevation at the J point in two contiguous leads of at least 1 mm in
all leads but V2 and V3, where it is 2 mm in men of 40 years and over, 2.5 mm in men under 40, and
1.5 mm in women. 1 mm is 0.1 mV.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clinical.twelve_lead.leads import CONTIGUOUS, RECIPROCAL, TERRITORY, Lead, Territory
from clinical.twelve_lead.measurement import Measurement

ELEVATED_MV: Final = 0.1
DEPRESSED_MV: Final = -0.05
"""ST depression of at least 0.5 mm counts (the same table)."""

PRECISION_MV: Final = 0.005
"""Half of the smallest division in which a level is printed: levels are rounded to 0.1 mm."""

_OLD_ENOUGH_YEARS: Final = 40


class Sex(StrEnum):
    """Sex as far as a criterion asks for it."""

    FEMALE = "female"
    MALE = "male"


@dataclass(frozen=True, slots=True)
class Person:
    """What a criterion asks about the patient; None: not known."""

    sex: Sex | None = None
    age_years: float | None = None


def septal_elevated_mv(person: Person) -> tuple[float, float]:
    """Return the least and the greatest elevation in V2 and V3 that may be asked of ``person``.

    Both are the same where sex and age are known as far as the table needs them.
    """
    if person.sex is Sex.FEMALE:
        return 0.15, 0.15
    young = None if person.age_years is None else person.age_years < _OLD_ENOUGH_YEARS
    male = {True: (0.25, 0.25), False: (0.2, 0.2), None: (0.2, 0.25)}[young]
    return male if person.sex is Sex.MALE else (0.15, male[1])


def elevated(measurement: Measurement, septal_mv: float) -> frozenset[Lead]:
    """Return the leads in which the ST level at J reaches what the table asks."""
    asked: Mapping[Lead, float] = {Lead.V2: septal_mv, Lead.V3: septal_mv}
    return frozenset(
        lead
        for lead, level in measurement.leads.items()
        if lead in TERRITORY and level.j_mv >= asked.get(lead, ELEVATED_MV) - PRECISION_MV
    )


def contiguous(leads: Iterable[Lead]) -> frozenset[Lead]:
    """Return those of ``leads`` that have a contiguous one among them."""
    among = frozenset(leads)
    return frozenset(lead for pair in CONTIGUOUS if among.issuperset(pair) for lead in pair)


def depressed(measurement: Measurement) -> frozenset[Lead]:
    """Return the leads whose ST level at J is 0.5 mm or more below the baseline."""
    return frozenset(
        lead
        for lead, level in measurement.leads.items()
        if level.j_mv <= DEPRESSED_MV + PRECISION_MV
    )


def territories(leads: Iterable[Lead]) -> tuple[Territory, ...]:
    """Return the walls that ``leads`` look at, in the order of the leads."""
    looked_at = frozenset(leads)
    return tuple(dict.fromkeys(TERRITORY[lead] for lead in Lead if lead in looked_at))


def reciprocal(walls: Iterable[Territory], low: frozenset[Lead]) -> frozenset[Lead]:
    """Return the depressed leads opposite to ``walls``."""
    return frozenset(lead for wall in walls for lead in RECIPROCAL[wall] if lead in low)
