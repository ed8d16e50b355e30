"""The patients of the board bench: most are well, every number moves, now and then one gets worse.

Each patient is ill for 20 s of every two minutes, so with 300 units one in six is ill at any time
and 2.5 alarms begin each second: far more than a real shift brings. The ripple moves the numbers
within their band of NEWS2, so that each turn for the worse begins exactly one ``CAUSE``.
"""

from dataclasses import replace
from typing import Final

from clinical.items import Vitals
from goldenhour.bench.load.flipping import ILL, WELL

CYCLE_S: Final = 120
"""Seconds between two turns of a patient for the worse."""

ILL_S: Final = 20
"""Seconds of each cycle in which a patient is ill."""

_STRIDE: Final = 37
"""Spreads the units over the cycle: it has no divisor in common with it."""

_RIPPLE: Final = (-1, 0, 1, 0)


def vitals_at(unit: int, second: int) -> Vitals:
    """Return what the monitor of a unit shows."""
    ill = (second + unit * _STRIDE) % CYCLE_S < ILL_S
    ripple = _RIPPLE[(second + unit) % len(_RIPPLE)]
    return _moved(ILL if ill else WELL, ripple)


def _moved(vitals: Vitals, ripple: int) -> Vitals:
    heart_rate_bpm = (vitals.heart_rate_bpm or 0) + 2 * ripple
    return replace(
        vitals,
        heart_rate_bpm=heart_rate_bpm,
        pulse_rate_bpm=heart_rate_bpm,
        respiration_per_min=(vitals.respiration_per_min or 0) + ripple,
        systolic_mmhg=(vitals.systolic_mmhg or 0) + 2 * ripple,
        temperature_c=round((vitals.temperature_c or 0) + ripple / 10, 1),
    )
