"""What rhythm a window shows, in one word, from the beats before its end and the shock decision.

A shockable window is VT where its waves repeat themselves, else VF. Any other is named by its
beats. None is ASYSTOLE; three, and a third, ventricular ones are OTHER; intervals that follow no
pattern are AF; then the rate decides between BRADY, TACHY and SINUS_LIKE, which promises no P wave.
Limits of rate are the AHA's for bradycardia (under 50/min) and tachycardia (over
100/min). Irregular is what Dash et al. (Ann Biomed Eng 2009;37:1701) measure: the root mean square
of successive differences against the mean interval, and turning points.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

import numpy as np

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

IRREGULAR: Final = 0.1
"""Successive differences of intervals, root mean square, as a part of the mean interval."""

AF_INTERVALS: Final = 12
"""So few intervals show no atrial fibrillation."""

TURNING_PART: Final = 0.5
"""In a random order two of three intervals are turning points; in bigeminy or drift, others."""


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
    intervals_s = np.diff([beat.sample for beat in since]) / WORKING_RATE_HZ
    if not len(intervals_s):
        return Rhythm.BRADY
    if irregular(intervals_s):
        return Rhythm.AF
    return _by_rate(60.0 / float(np.median(intervals_s[-8:])))


def irregular(intervals_s: Floats) -> bool:
    """Whether intervals follow no pattern, as in atrial fibrillation."""
    if len(intervals_s) < AF_INTERVALS:
        return False
    steps = np.diff(intervals_s)
    # One early beat and its pause make two great steps: the greatest do not count.
    usual = np.sort(np.abs(steps))[: -max(1, len(steps) // 6)]
    varied = float(np.sqrt((usual**2).mean()) / intervals_s.mean())
    turning = float((steps[1:] * steps[:-1] < 0).mean())
    return varied >= IRREGULAR and turning >= TURNING_PART


def _by_rate(rate_bpm: float) -> Rhythm:
    if rate_bpm < BRADY_BPM:
        return Rhythm.BRADY
    return Rhythm.TACHY if rate_bpm > TACHY_BPM else Rhythm.SINUS_LIKE
