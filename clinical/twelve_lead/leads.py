"""The twelve leads: names, which follow from which, and which lie beside which on the heart.

Of the six limb leads two are measured and four follow (Einthoven 1912, Goldberger 1942):
III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2, aVF = II - I / 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]


class Lead(StrEnum):
    """One of the twelve leads, by its usual name."""

    I = "I"  # noqa: E741 - the name of the lead everywhere
    II = "II"
    III = "III"
    AVR = "aVR"
    AVL = "aVL"
    AVF = "aVF"
    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"
    V5 = "V5"
    V6 = "V6"


CHEST: Final = (Lead.V1, Lead.V2, Lead.V3, Lead.V4, Lead.V5, Lead.V6)
INDEPENDENT: Final = (Lead.I, Lead.II, *CHEST)
"""The leads that the others follow from."""

CONTIGUOUS: Final = (
    (Lead.AVL, Lead.I),
    (Lead.II, Lead.AVF),
    (Lead.AVF, Lead.III),
    (Lead.II, Lead.III),
    (Lead.I, Lead.V5),
    (Lead.I, Lead.V6),
    (Lead.AVL, Lead.V6),
    *pairwise(CHEST),
)
"""Pairs of leads that look at neighbouring walls of the left ventricle.

Thygesen K et al., Fourth Universal Definition of Myocardial Infarction (2018), J Am Coll Cardiol
2018;72:2231, section "Electrocardiographic detection of myocardial ischaemia": anterior V1-V6,
inferior II, III, aVF, lateral and apical I, aVL, with V5 and V6 beside them.
"""


class Territory(StrEnum):
    """A wall of the left ventricle."""

    ANTERIOR = "anterior"
    LATERAL = "lateral"
    INFERIOR = "inferior"


TERRITORY: Final[Mapping[Lead, Territory]] = {
    Lead.V1: Territory.ANTERIOR,
    Lead.V2: Territory.ANTERIOR,
    Lead.V3: Territory.ANTERIOR,
    Lead.V4: Territory.ANTERIOR,
    Lead.V5: Territory.LATERAL,
    Lead.V6: Territory.LATERAL,
    Lead.I: Territory.LATERAL,
    Lead.AVL: Territory.LATERAL,
    Lead.II: Territory.INFERIOR,
    Lead.III: Territory.INFERIOR,
    Lead.AVF: Territory.INFERIOR,
}
"""The wall that a lead looks at; aVR looks at none."""

RECIPROCAL: Final[Mapping[Territory, tuple[Lead, ...]]] = {
    Territory.INFERIOR: (Lead.I, Lead.AVL),
    Territory.LATERAL: (Lead.II, Lead.III, Lead.AVF),
    Territory.ANTERIOR: (Lead.II, Lead.III, Lead.AVF),
}
"""Where elevation of a wall shows as depression."""

_BY_LOWER: Final = {lead.value.lower(): lead for lead in Lead}


class LeadsMissingError(ValueError):
    """The recording lacks leads that do not follow from others: the sender's fault."""


@dataclass(frozen=True, slots=True)
class TwelveLead:
    """A recording of all twelve leads, from the same instant on."""

    rate_hz: float
    leads: Mapping[Lead, Samples]
    """Each of shape (n,), millivolts, without NaN."""


def lead_named(name: str) -> Lead | None:
    """Return the lead that a device means by ``name``, whatever its case; None: no such lead."""
    return _BY_LOWER.get(name.strip().lower().removeprefix("lead ").removeprefix("lead_"))


def twelve_lead(rate_hz: float, measured: Mapping[Lead, Samples]) -> TwelveLead:
    """Complete the limb leads that follow from I and II, or from I and III, or II and III.

    Args:
        rate_hz: samples per second.
        measured: leads of equal length, millivolts; a missing sample is NaN.

    Raises:
        LeadsMissingError: names what is missing.
    """
    usable = {lead: _filled(samples) for lead, samples in measured.items() if _mostly(samples)}
    if Lead.I not in usable and {Lead.II, Lead.III} <= usable.keys():
        usable[Lead.I] = usable[Lead.II] - usable[Lead.III]
    if Lead.II not in usable and {Lead.I, Lead.III} <= usable.keys():
        usable[Lead.II] = usable[Lead.I] + usable[Lead.III]
    missing = [lead.value for lead in INDEPENDENT if lead not in usable]
    if missing:
        message = f"leads missing: {', '.join(missing)}"
        raise LeadsMissingError(message)
    one, two = usable[Lead.I], usable[Lead.II]
    follows = {
        Lead.III: two - one,
        Lead.AVR: -(one + two) / 2,
        Lead.AVL: one - two / 2,
        Lead.AVF: two - one / 2,
    }
    complete = follows | {lead: usable[lead] for lead in INDEPENDENT}
    return TwelveLead(rate_hz, {lead: complete[lead] for lead in Lead})


def _mostly(samples: Samples) -> bool:
    """Whether a lead holds a sample nearly everywhere: the rest can be drawn through."""
    return bool(len(samples)) and float(np.isnan(samples).mean()) < 0.02  # noqa: PLR2004


def _filled(samples: Samples) -> Samples:
    missing = np.isnan(samples)
    if not missing.any():
        return samples
    places = np.arange(len(samples))
    return np.interp(places, places[~missing], samples[~missing])
