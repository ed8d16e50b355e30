"""What is remembered of many patients at once: the present level of each vital and its past.

Time is continuous. Between two measurements a value holds, as long as it may be carried; means and
variances are integrals of what held, weighted by ``exp(-age / tau)``. Data at 1 Hz, at one row a
minute and at one row an hour therefore give the same memory, and gaps weigh nothing. The past ends
where the present value begins: a new value moves the level at once and the means only as it holds.

The level itself is smoothed over about two minutes, so that a single false sample at 1 Hz moves it
little, while a row an hour after the last one replaces it.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from clinical.deterioration.inputs import CARRIED_MINUTES, COLUMNS, Floats, Ints

SMOOTHING_MINUTES: Final = 2.0
SHORTEST_STEP_MINUTES: Final = 1 / 60
"""Two values of one instant count as a second apart."""

TAUS_MINUTES: Final = (180.0, 720.0, 4320.0)
"""Time constants of the means: recent, half a day, the stay."""
SHORT, MIDDLE, LONG = range(len(TAUS_MINUTES))

EXTREME_TAU_MINUTES: Final = 1440.0
"""How fast the highest and the lowest value fade towards the middle mean."""

_PER_PATIENT: Final = {
    "level": np.nan,
    "measured": -np.inf,
    "until": -np.inf,
    "variance": 0.0,
    "highest": np.nan,
    "lowest": np.nan,
}
_FIELDS: Final = (*_PER_PATIENT, "weight", "mean")


class History:
    """The memory of patients by slot; every array has the slot first and the column last."""

    __slots__ = (*_FIELDS, "minute")

    def __init__(self, slots: int) -> None:
        """Begin with nothing measured of ``slots`` patients."""
        shape = (slots, len(COLUMNS))
        for name, empty in _PER_PATIENT.items():
            setattr(self, name, np.full(shape, empty))
        self.weight = np.zeros((slots, len(TAUS_MINUTES), len(COLUMNS)))
        self.mean = np.zeros_like(self.weight)
        self.minute = np.full(slots, -np.inf)

    level: Floats
    """The value that holds, smoothed; NaN before the first."""
    measured: Floats
    """Minute of the newest value."""
    until: Floats
    """Minute up to which the means have been integrated."""
    weight: Floats
    """Minutes of data behind each mean, faded."""
    mean: Floats
    variance: Floats
    """Around the middle mean."""
    highest: Floats
    lowest: Floats
    minute: Floats
    """Newest minute of each patient."""

    @property
    def slots(self) -> int:
        """How many patients there is room for."""
        return len(self.minute)

    def grow(self, slots: int) -> None:
        """Make room for more patients."""
        fresh = History(slots)
        for name in (*_FIELDS, "minute"):
            getattr(fresh, name)[: self.slots] = getattr(self, name)
            setattr(self, name, getattr(fresh, name))

    def advance(self, slots: Ints, minutes: Floats, values: Floats) -> None:
        """Take one row for each of ``slots``, none of which may occur twice.

        Args:
            slots: shape (n,).
            minutes: shape (n,); a row older than the newest of its patient is left out.
            values: shape (n, columns); NaN where nothing was measured.
        """
        current = minutes >= self.minute[slots]
        slots, now, values = slots[current], minutes[current, None], values[current]
        self.minute[slots] = now[:, 0]
        self._integrate(slots, now)
        self._measure(slots, now, values)

    def age_minutes(self, slots: Ints) -> Floats:
        """Return the age of each newest value, infinite where there is none."""
        return self.minute[slots, None] - self.measured[slots]

    def snapshot(self, slot: int) -> dict[str, Any]:
        """Return the memory of one patient as plain data."""
        names = (*_FIELDS, "minute")
        return {name: getattr(self, name)[slot].tolist() for name in names}

    def restore(self, slot: int, state: Mapping[str, Any]) -> None:
        """Take over the memory of one patient from ``snapshot``."""
        for name in (*_FIELDS, "minute"):
            getattr(self, name)[slot] = state[name]

    def _integrate(self, slots: Ints, now: Floats) -> None:
        """Let what held until now enter the means, the variance and the extremes."""
        began = self.until[slots]
        known = np.isfinite(began)
        began = np.where(known, began, now)
        passed = now - began
        ends = np.minimum(now, self.measured[slots] + CARRIED_MINUTES)
        held = np.where(known, np.clip(ends - began, 0, None), 0.0)
        level = np.where(known, self.level[slots], 0.0)
        for which, tau in enumerate(TAUS_MINUTES):
            entering = tau * -np.expm1(-held / tau) * np.exp((held - passed) / tau)
            weight = self.weight[slots, which] * np.exp(-passed / tau) + entering
            share = np.divide(entering, weight, out=np.zeros_like(weight), where=weight > 0)
            away = level - self.mean[slots, which]
            self.mean[slots, which] += share * away
            self.weight[slots, which] = weight
            if which == MIDDLE:
                variance = self.variance[slots] + share * away**2
                self.variance[slots] = (1 - share) * variance
        self._fade(slots, passed, np.where(held > 0, level, np.nan))
        self.until[slots] = np.where(known, now, self.until[slots])

    def _fade(self, slots: Ints, passed: Floats, held: Floats) -> None:
        middle = self.mean[slots, MIDDLE]
        kept = np.exp(-passed / EXTREME_TAU_MINUTES)
        highest = middle + (self.highest[slots] - middle) * kept
        lowest = middle + (self.lowest[slots] - middle) * kept
        self.highest[slots] = np.fmax(highest, held)
        self.lowest[slots] = np.fmin(lowest, held)

    def _measure(self, slots: Ints, now: Floats, values: Floats) -> None:
        """Let new values move the level."""
        new = ~np.isnan(values)
        before = self.level[slots]
        first = np.isnan(before)
        step = np.maximum(now - self.measured[slots], SHORTEST_STEP_MINUTES)
        gain = np.where(first, 1.0, -np.expm1(-step / SMOOTHING_MINUTES))
        moved = np.where(first, values, before + gain * (values - before))
        self.level[slots] = np.where(new, moved, before)
        self.measured[slots] = np.where(new, now, self.measured[slots])
        self.until[slots] = np.where(new & first, now, self.until[slots])
