"""Whether a twelve-lead ECG shows ST-elevation infarction: yes, no, or why that is not said.

Criteria are those of ``criteria.py``, in their place the modified Sgarbossa criteria in left bundle
branch block. The answer is *not said* where the recording is too poor, where the criteria depend on
a sex or age that is not known, in patterns that only look like infarction, and where elevation just
under the criteria has its mirror image in the opposite leads: an ECG to be taken again. Not said is
never no: a person must look at the tracing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from clinical.twelve_lead import conduction, criteria
from clinical.twelve_lead.criteria import Person
from clinical.twelve_lead.leads import TERRITORY, Lead, Territory
from clinical.twelve_lead.measurement import Measurement

NOISY_MV: Final = 0.05
"""A lead whose level noise moves by half a millimetre cannot be measured to one."""

NOISY_LEADS: Final = 3
_NEARLY_MV: Final = 0.05
_FAST_BPM: Final = 170.0


class Declined(StrEnum):
    """Why neither yes nor no is said."""

    NOISE = "NOISE"
    """Too few beats alike, or levels that noise moves."""
    RATE = "RATE"
    """So fast that T and P lie on the ST segment."""
    PERSON = "PERSON"
    """The answer depends on a sex or an age that is not known."""
    HYPERTROPHY = "HYPERTROPHY"
    """Elevation in proportion to the voltages of left ventricular hypertrophy."""
    WIDE_QRS = "WIDE_QRS"
    """Elevation after a broad QRS that is neither left nor right bundle branch block."""
    DIFFUSE = "DIFFUSE"
    """Elevation of several walls without a mirror image: pericarditis, early repolarisation."""
    NEARLY = "NEARLY"
    """Elevation under the criteria, with its mirror image: take the ECG again."""


@dataclass(frozen=True, slots=True)
class Infarction:
    """What is said about ST-elevation infarction."""

    stemi: bool | None
    """None: not said."""
    territory: tuple[Territory, ...]
    """The walls concerned."""
    criteria: tuple[str, ...]
    """What was found, in words."""
    declined: Declined | None = None


def judge(measurement: Measurement | None, person: Person) -> Infarction:
    """Judge a measured ECG; None is one that could not be measured."""
    if measurement is None or len(_noisy(measurement)) >= NOISY_LEADS:
        return Infarction(None, (), (), Declined.NOISE)
    if measurement.heart_rate_bpm > _FAST_BPM:
        return Infarction(None, (), (), Declined.RATE)
    if conduction.left_bundle_branch_block(measurement):
        found = conduction.sgarbossa(measurement)
        return Infarction(bool(found), (), ("left bundle branch block", *found))
    least, greatest = criteria.septal_elevated_mv(person)
    high = criteria.contiguous(criteria.elevated(measurement, least))
    if high and not criteria.contiguous(criteria.elevated(measurement, greatest)):
        return _not_said(measurement, high, Declined.PERSON)
    if high and not criteria.contiguous(high - _noisy(measurement)):
        return _not_said(measurement, high, Declined.NOISE)
    return _elevation(measurement, person, high) if high else _under(measurement)


def _noisy(measurement: Measurement) -> frozenset[Lead]:
    return frozenset(lead for lead, level in measurement.leads.items() if level.noise_mv > NOISY_MV)


def _not_said(
    measurement: Measurement,
    high: frozenset[Lead],
    why: Declined,
    mirror: frozenset[Lead] = frozenset(),
) -> Infarction:
    said = _levels(measurement, high) + _depressions(measurement, mirror)
    return Infarction(None, criteria.territories(high), said, why)


def _elevation(measurement: Measurement, person: Person, high: frozenset[Lead]) -> Infarction:
    """Judge an ECG whose elevation meets the criteria."""
    walls = criteria.territories(high)
    mirror = criteria.reciprocal(walls, criteria.depressed(measurement))
    mimic = _mimic(measurement, person, high, mirror)
    if mimic is not None:
        return _not_said(measurement, high, mimic, mirror)
    return Infarction(
        stemi=True,
        territory=walls,
        criteria=_levels(measurement, high) + _depressions(measurement, mirror),
    )


def _mimic(
    measurement: Measurement, person: Person, high: frozenset[Lead], mirror: frozenset[Lead]
) -> Declined | None:
    """Return what the elevation may be instead of infarction."""
    walls = criteria.territories(high)
    if len(walls) > 1 and Territory.INFERIOR in walls and not mirror:
        return Declined.DIFFUSE
    if any(conduction.out_of_proportion(measurement.leads[lead]) for lead in high):
        return None
    if conduction.ventricular_hypertrophy(measurement, person):
        return Declined.HYPERTROPHY
    if measurement.qrs_ms >= conduction.WIDE_QRS_MS and not _right(measurement):
        return Declined.WIDE_QRS
    return None


def _right(measurement: Measurement) -> bool:
    """Whether V1 ends upward, as in right bundle branch block, where the criteria hold."""
    return measurement.leads[Lead.V1].late_r


def _under(measurement: Measurement) -> Infarction:
    """Judge an ECG whose elevation stays under the criteria."""
    nearly = criteria.contiguous(
        lead
        for lead, level in measurement.leads.items()
        if lead in TERRITORY and level.j_mv >= _NEARLY_MV - criteria.PRECISION_MV
    )
    reached = criteria.elevated(measurement, criteria.ELEVATED_MV) & nearly
    walls = criteria.territories(reached)
    mirror = criteria.reciprocal(walls, criteria.depressed(measurement))
    if not mirror:
        return Infarction(stemi=False, territory=(), criteria=())
    return _not_said(measurement, nearly, Declined.NEARLY, mirror)


def _levels(measurement: Measurement, leads: frozenset[Lead]) -> tuple[str, ...]:
    return tuple(
        f"ST elevation of {measurement.leads[lead].j_mv * 10:.1f} mm in {lead}"
        for lead in Lead
        if lead in leads
    )


def _depressions(measurement: Measurement, leads: frozenset[Lead]) -> tuple[str, ...]:
    return tuple(
        f"reciprocal ST depression of {-measurement.leads[lead].j_mv * 10:.1f} mm in {lead}"
        for lead in Lead
        if lead in leads
    )
