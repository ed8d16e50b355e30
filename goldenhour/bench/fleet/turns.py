"""The patients of scale and soak: as many turns for the worse a second, whatever the size.

An alarm costs more than a frame. So that sizes can be compared, the fleet as a whole turns for the
worse ``TURNS_PER_S`` times a second, each time another patient, who is ill for ``ILL_S``. That is
far more than any shift brings; a long run asks for fewer. Pure.
"""

from typing import Final

from clinical.items import Vitals
from goldenhour.bench.load.flipping import ILL, WELL

TURNS_PER_S: Final = 4
"""Turns for the worse of the whole fleet."""

ILL_S: Final = 6
"""How long each lasts; with a frame every 5 s at least one frame shows it."""


def ill(unit: int, at_s: float, units: int, turns_per_s: float = TURNS_PER_S) -> bool:
    """Tell whether a unit's patient is ill at a second of the measured time."""
    cycle_s = units / turns_per_s
    return (at_s - unit / turns_per_s) % cycle_s < ILL_S


def vitals_at(unit: int, at_s: float, units: int, turns_per_s: float = TURNS_PER_S) -> Vitals:
    """Return what the monitor of a unit shows."""
    return ILL if ill(unit, at_s, units, turns_per_s) else WELL
