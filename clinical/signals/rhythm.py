"""What rhythm a window shows, in one word, from the beats before its end and the shock decision.

A shockable window is VT where its waves repeat themselves, else VF. Any other is named by its
beats. None is ASYSTOLE; three, and a third, ventricular ones are OTHER; intervals that follow no
pattern are AF; then the rate decides between BRADY, TACHY and SINUS_LIKE, which promises no P wave.
Limits of rate are the AHA's for bradycardia (under 50/min) and tachycardia (over 100/min).

Intervals follow no pattern where half of them or more differ by ``IRREGULAR`` from the one before,
and likewise from the second, third and fourth before: coupled and grouped beats repeat themselves.
Only intervals between beats that are not ventricular count.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.beats import Beat, Kind
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.shock_window import WINDOW_S, Floats

SEEN_S: Final = 24
"""Beats so far back are weighed."""

REPEATING: Final = 0.72
"""Waves that repeat themselves at least so well are tachycardia or flutter, not fibrillation."""

BRADY_BPM: Final = 50.0
TACHY_BPM: Final = 100.0
VENTRICULAR_PART: Final = 1 / 3
VENTRICULAR_LEAST: Final = 3
TRUSTED: Final = 0.2
"""Beats of less quality say nothing."""

IRREGULAR: Final = 0.08
"""Difference of intervals, as a part of their mean."""

AF_INTERVALS: Final = 12
"""Fewer intervals show no atrial fibrillation."""

_GROUPS: Final = (1, 2, 3, 4)
_DIFFERENCES_MIN: Final = 6


class Rhythm(Enum):
    """What a window shows."""

    SINUS_LIKE = "SINUS_LIKE"
    VF = "VF"
    VT = "VT"
    ASYSTOLE = "ASYSTOLE"
    BRADY = "BRADY"
    TACHY = "TACHY"
    AF = "AF"
    OTHER = "OTHER"
    NOISE = "NOISE"


def shocked(repetition: float) -> Rhythm:
    """Name a shockable window."""
    return Rhythm.VT if repetition >= REPEATING else Rhythm.VF


def named(beats: Sequence[Beat], end_s: float) -> Rhythm:
    """Name a window that is not shockable, by the beats that were decided when it ended."""
    since = [beat for beat in beats if beat.sample >= (end_s - SEEN_S) * WORKING_RATE_HZ]
    window = [beat for beat in since if beat.sample >= (end_s - WINDOW_S) * WORKING_RATE_HZ]
    if not window:
        return Rhythm.ASYSTOLE
    if float(np.median([beat.quality for beat in window])) < TRUSTED:
        return Rhythm.NOISE
    ventricular = sum(beat.kind is Kind.VENTRICULAR for beat in since)
    if ventricular >= max(VENTRICULAR_LEAST, VENTRICULAR_PART * len(since)):
        return Rhythm.OTHER
    if len(since) == 1:
        return Rhythm.BRADY
    if irregular(since):
        return Rhythm.AF
    intervals_s = np.diff([beat.sample for beat in since[-9:]]) / WORKING_RATE_HZ
    return _by_rate(60.0 / float(np.median(intervals_s)))


def irregular(beats: Sequence[Beat]) -> bool:
    """Whether the intervals of beats follow no pattern, as in atrial fibrillation."""
    intervals = np.diff([beat.sample for beat in beats]).astype(float)
    normal = np.array([beat.kind is Kind.NORMAL for beat in beats])
    counts = normal[1:] & normal[:-1]
    if counts.sum() < AF_INTERVALS:
        return False
    least = IRREGULAR * intervals[counts].mean()
    return all(_differ(intervals, counts, back) >= least for back in _GROUPS)


def _differ(intervals: Floats, counts: NDArray[np.bool_], back: int) -> float:
    """Return by how much intervals differ from those so many beats before, at the median."""
    both = counts[back:] & counts[:-back]
    if both.sum() < _DIFFERENCES_MIN:
        return 0.0
    return float(np.median(np.abs(intervals[back:] - intervals[:-back])[both]))


def _by_rate(rate_bpm: float) -> Rhythm:
    if rate_bpm < BRADY_BPM:
        return Rhythm.BRADY
    return Rhythm.TACHY if rate_bpm > TACHY_BPM else Rhythm.SINUS_LIKE
