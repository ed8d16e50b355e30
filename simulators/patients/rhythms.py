"""Rhythms that kill, for simulated leads: played from recordings of patients who had them.

A stretch is played from its first sample when the rhythm begins, and again and again for as long as
it lasts. Standstill needs no recording: what is left of a lead without beats is drift and noise.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

_RECORDINGS: Final = Path(__file__).parents[1] / "recordings"


class HeartRhythm(StrEnum):
    """What a simulated heart does instead of beating as its monitor counts."""

    FIBRILLATION = "FIBRILLATION"
    """Of the ventricles: record 422 of the MIT-BIH Malignant Ventricular Ectopy Database."""
    TACHYCARDIA = "TACHYCARDIA"
    """Of the ventricles: record 420 of the same."""
    STANDSTILL = "STANDSTILL"


_FILES: Final = {
    HeartRhythm.FIBRILLATION: "vfdb_422.csv",
    HeartRhythm.TACHYCARDIA: "vfdb_420.csv",
}


@cache
def recorded_uv(rhythm: HeartRhythm) -> NDArray[np.float64]:
    """Return the two leads of a recording, shape (samples, 2), in microvolts at 250 Hz."""
    return np.loadtxt(_RECORDINGS / _FILES[rhythm], delimiter=",", skiprows=1)


def played_uv(rhythm: HeartRhythm, lead: str, places: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what a lead shows at samples since the rhythm began; nothing of a standstill."""
    if rhythm is HeartRhythm.STANDSTILL:
        return np.zeros(len(places))
    stretch = recorded_uv(rhythm)
    played: NDArray[np.float64] = stretch[
        places % len(stretch), sum(lead.encode()) % stretch.shape[1]
    ]
    return played
