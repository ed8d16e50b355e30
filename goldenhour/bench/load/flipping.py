"""The patients of the latency bench: well and ill in turn, so that an alarm flips every 3 s.

Of more units than ``FLIPPING_UNITS`` each flips less often, so that all together bring as many
alarms a second however many they are: 17 begin, far more than any shift brings.

Most alarms of vital signs wait before they begin, or last a while after; a low systolic pressure
does neither. So each turn for the worse begins exactly one ``CAUSE`` and each turn for the better
ends it.
"""

from dataclasses import replace
from typing import Final

from clinical.alarms.rule import Cause
from clinical.items import Vitals
from clinical.vitals import Consciousness

CAUSE: Final = Cause.SYSTOLIC_LOW
"""What begins with a turn for the worse and ends with one for the better."""

PHASE_S: Final = 3
"""Seconds in each state, of a few units."""

FLIPPING_UNITS: Final = 100
"""Units up to which each flips as often as that."""

WELL: Final = Vitals(
    heart_rate_bpm=72,
    pulse_rate_bpm=72,
    respiration_per_min=15,
    spo2_percent=98,
    systolic_mmhg=124,
    diastolic_mmhg=78,
    temperature_c=36.9,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)
"""NEWS2 0."""

ILL: Final = replace(WELL, systolic_mmhg=84, diastolic_mmhg=52)
"""As well, but for the pressure."""


def phase_s(units: int) -> int:
    """Return the seconds in each state of so many units."""
    return PHASE_S * max(1, round(units / FLIPPING_UNITS))


def vitals_at(unit: int, second: int, in_each_s: int = PHASE_S) -> Vitals:
    """Return what the monitor of a unit shows; units are spread over the whole cycle."""
    return ILL if (second + unit) // in_each_s % 2 else WELL
