"""Patterns in which the usual criteria of ST elevation do not hold, or need others in their place.

- Left bundle branch block: QRS of 120 ms or more, V1 mostly negative and ending so, I and V6 ending
  upward (Surawicz B et al., AHA/ACCF/HRS recommendations part III, J Am Coll Cardiol 2009;53:976).
  There the modified Sgarbossa criteria hold: concordant elevation of 1 mm in any lead, concordant
  depression of 1 mm in V1 to V3, or elevation of 1 mm that is at least 25 % of the S wave before it
  (Smith SW et al., Ann Emerg Med 2012;60:766).
- Left ventricular hypertrophy by voltage: S in V1 with R in V5 or V6 of 3.5 mV (Sokolow M, Lyon TP,
  Am Heart J 1949;37:161), or R in aVL with S in V3 above 2.8 mV in men, 2.0 in women (Casale PN et
  al., Circulation 1987;75:565). There elevation in V1 to V4 counts from 25 % of the QRS voltage on
  (Armstrong EJ et al., Am J Cardiol 2012;110:977).
"""

from typing import Final

from clinical.twelve_lead.criteria import ELEVATED_MV, PRECISION_MV, Person, Sex
from clinical.twelve_lead.leads import CHEST, TERRITORY, Lead
from clinical.twelve_lead.measurement import LeadMeasurement, Measurement

WIDE_QRS_MS: Final = 120.0
PROPORTION: Final = 0.25
SOKOLOW_LYON_MV: Final = 3.5
_CORNELL_MV: Final = {Sex.FEMALE: 2.0, Sex.MALE: 2.8, None: 2.8}


def left_bundle_branch_block(measurement: Measurement) -> bool:
    """Whether the pattern is that of left bundle branch block, or of a paced right ventricle."""
    leads = measurement.leads
    first = leads[Lead.V1]
    return (
        measurement.qrs_ms >= WIDE_QRS_MS
        and -first.s_mv > first.r_mv
        and not first.late_r
        and leads[Lead.I].late_r
        and leads[Lead.V6].late_r
    )


def sgarbossa(measurement: Measurement) -> tuple[str, ...]:
    """Return which of the modified Sgarbossa criteria are met, in words."""
    found = []
    for lead, level in measurement.leads.items():
        upward = level.r_mv >= -level.s_mv
        rise = level.j_mv >= ELEVATED_MV - PRECISION_MV
        if lead in TERRITORY and rise and upward:
            found.append(f"concordant ST elevation in {lead}")
        if lead in CHEST[:3] and level.j_mv <= PRECISION_MV - ELEVATED_MV and not upward:
            found.append(f"concordant ST depression in {lead}")
        if lead in TERRITORY and rise and not upward and level.j_mv >= -PROPORTION * level.s_mv:
            found.append(f"ST elevation of at least a quarter of S in {lead}")
    return tuple(found)


def ventricular_hypertrophy(measurement: Measurement, person: Person) -> bool:
    """Whether QRS voltages are those of left ventricular hypertrophy."""
    leads = measurement.leads
    tallest = max(leads[Lead.V5].r_mv, leads[Lead.V6].r_mv)
    cornell = leads[Lead.AVL].r_mv - leads[Lead.V3].s_mv
    return tallest - leads[Lead.V1].s_mv >= SOKOLOW_LYON_MV or cornell > _CORNELL_MV[person.sex]


def out_of_proportion(level: LeadMeasurement) -> bool:
    """Whether elevation is a quarter or more of the QRS voltage that it follows."""
    return level.j_mv >= PROPORTION * (level.r_mv - level.s_mv)
