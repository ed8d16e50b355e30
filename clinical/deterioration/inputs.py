"""What the index reads: five vital signs and inspired oxygen, and how long each counts.

A value is carried until it is too old to say anything. The windows are wider than those by which
scores are refused (`clinical.watch.carry`): wards measure by the hour, and what fades here is the
certainty, which is told beside the index. Time since admission is no input, and nothing counts
rows.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.scores.observed import PLAUSIBLE_COLUMN
from clinical.vitals import Vital

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

COLUMNS: Final = (
    Vital.HEART_RATE.value,
    Vital.RESPIRATION.value,
    Vital.SPO2.value,
    Vital.SYSTOLIC.value,
    Vital.TEMPERATURE.value,
    "fio2",
)
"""Numbers that are carried; ``fio2`` is a fraction."""

CARRIED_MINUTES: Final = np.array([360.0, 360.0, 360.0, 360.0, 720.0, 4320.0])
"""How long after its measurement a value counts, by column."""

FRESH_MINUTES: Final = np.array([60.0, 60.0, 60.0, 60.0, 240.0, 480.0])
"""How long after its measurement a value counts in full towards certainty, by column."""

_LOWEST: Final = np.array([PLAUSIBLE_COLUMN[column].lowest for column in COLUMNS])
_HIGHEST: Final = np.array([PLAUSIBLE_COLUMN[column].highest for column in COLUMNS])


def plausible(values: Floats) -> Floats:
    """Return values of shape (n, columns) with NaN for what no human can have."""
    inside = (values >= _LOWEST) & (values <= _HIGHEST)
    return np.where(inside, values, np.nan)
