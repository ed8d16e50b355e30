"""Pulses in a pleth or an arterial pressure: onset, rate, strength, and beats without a pulse.

A pulse is a rise: the slope sum function adds up the increments of the last 160 ms (pressure) or
200 ms (pleth), which a systolic upstroke fills and a dicrotic wave or the slow sway of breathing
does not (Zong W et al., Comput Cardiol 2003;30:259-262). A peak of that sum is a pulse where it
stands out and is high enough against what is usual in the stretch; the pulse's onset is the foot of
its rise. The limits are this project's own.

The functions judge a stretch of signal that ends now; nothing later is needed. A rate is given only
where successive intervals agree: a pleth that moves is no pulse rate.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from clinical.signals.alarm_window import RATE_HZ, Positions, Samples
from clinical.signals.window_beats import adaptively_high, usual_height

PLETH_RISE_S: Final = 0.20
ABP_RISE_S: Final = 0.16

_SMOOTH_HZ: Final = 8.0
_REFRACTORY_S: Final = 0.28
_LEAST_INTERVALS: Final = 2
_AGREEING: Final = 0.5
_TRANSIT_S: Final = 0.65
"""A beat's pulse reaches finger or artery within this time."""


@dataclass(frozen=True, slots=True)
class Pulses:
    """The pulses of a stretch of signal, in order."""

    onsets: Positions
    """Shape (n,): sample of the foot of each rise, at ``RATE_HZ``."""
    tops: Positions
    """Shape (n,): sample where each rise ends."""
    rises: Samples
    """Shape (n,): height of each rise, in the signal's units: perfusion, in a pleth."""


def pulses_of(samples: Samples, rise_s: float) -> Pulses:
    """Find the pulses in a stretch at ``RATE_HZ`` whose upstrokes last about ``rise_s``."""
    sections = scipy.signal.butter(2, _SMOOTH_HZ, "lowpass", fs=RATE_HZ, output="sos")
    calm = np.asarray(scipy.signal.sosfiltfilt(sections, samples), np.float64)
    width = int(rise_s * RATE_HZ)
    increments = np.maximum(np.diff(calm, prepend=calm[0]), 0.0)
    slope_sum = np.convolve(increments, np.ones(width))[: len(calm)]
    usual = usual_height(slope_sum)
    if usual <= 0:
        return Pulses(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))
    peaks, _ = scipy.signal.find_peaks(
        slope_sum,
        distance=int(_REFRACTORY_S * RATE_HZ),
        height=0.2 * usual,
        prominence=0.15 * usual,
    )
    tops = adaptively_high(peaks, slope_sum[peaks], usual, 2 * usual)
    return Pulses(
        np.array([_foot(calm, top, width) for top in tops], np.intp), tops, slope_sum[tops]
    )


def _foot(calm: Samples, top: int, width: int) -> int:
    start = max(0, top - 2 * width)
    return start + int(np.argmin(calm[start : top + 1]))


def pulse_rate_bpm(pulses: Pulses, length: int, seconds: float) -> float | None:
    """Return the pulse rate of the last ``seconds``; None where the intervals disagree.

    The median interval decides. At least half of the intervals must lie within a fifth of it.
    """
    newest = pulses.onsets[pulses.onsets >= length - seconds * RATE_HZ]
    intervals = np.diff(newest)
    if len(intervals) < _LEAST_INTERVALS:
        return None
    median = float(np.median(intervals))
    if np.mean(np.abs(intervals - median) <= median / 5) < _AGREEING:
        return None
    return 60.0 * RATE_HZ / median


def followed_part(beats: Positions, pulses: Pulses, length: int, seconds: float) -> float | None:
    """Return the part of the beats of the last ``seconds`` that a pulse followed, 0-1.

    None: no beat old enough to have been followed. 1 minus this is the pulse deficit.
    """
    transit = int(_TRANSIT_S * RATE_HZ)
    judged = beats[(beats >= length - seconds * RATE_HZ) & (beats < length - transit)]
    if not len(judged):
        return None
    delays = pulses.tops[None, :] - judged[:, None]
    return float(((delays > 0) & (delays < transit)).any(axis=1).mean())
