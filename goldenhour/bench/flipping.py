"""The patients of the latency bench: well and ill in turn, so that NEWS2_HIGH flips every 3 s.

The ill values add up to 8 points of NEWS2 without reaching any threshold cause, so each turn for
the worse raises exactly one alarm and each turn for the better ends it. No single one is worth
three points: a respiration that jumps there is doubted for a while (``clinical.watch.doubting``).
"""

from typing import Final

from clinical.items import Vitals
from clinical.vitals import Consciousness

PHASE_S: Final = 3
"""Seconds in each state."""

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

ILL: Final = Vitals(
    heart_rate_bpm=115,
    pulse_rate_bpm=115,
    respiration_per_min=24,
    spo2_percent=93,
    systolic_mmhg=105,
    diastolic_mmhg=65,
    temperature_c=38.5,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)
"""NEWS2 8: respiration 2, saturation 2, systolic 1, heart rate 2, temperature 1."""


def vitals_at(unit: int, second: int) -> Vitals:
    """Return what the monitor of a unit shows; units are spread over the six seconds."""
    return ILL if (second + unit) // PHASE_S % 2 else WELL
