"""Heartbeats in a closed stretch of signal, found against what is usual in that stretch.

The judgement of an alarm looks back at a stretch that is over, so it need not follow a signal that
goes on: filters run both ways (no delay), and the height that counts as a beat is measured over the
whole stretch. That is what asystole needs: a detector that adapts as it goes lowers its threshold
in a pause until noise counts as beats.

A beat is a peak of the QRS energy (the root mean square of the band 5-20 Hz over 120 ms), at least
``REFRACTORY_S`` from the last, higher than ``PART`` of a reference that follows the last eight
beats half way. The limits are this project's own.
"""

from typing import Final

import numpy as np
import scipy

from clinical.signals.alarm_window import RATE_HZ, Positions, Samples

QRS_HZ: Final = (5.0, 20.0)
REFRACTORY_S: Final = 0.26
PART: Final = 0.4
_LEAST_PART: Final = 0.25
_MEMORY: Final = 8
_ROUNDING: Final = 1e-6
_USUAL_STEP: Final = int(1.5 * RATE_HZ)


def band(samples: Samples, low_hz: float, high_hz: float) -> Samples:
    """Keep a band of frequencies, without delay."""
    sections = scipy.signal.butter(2, (low_hz, high_hz), "bandpass", fs=RATE_HZ, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(sections, samples), np.float64)


def smoothed(samples: Samples, seconds: float) -> Samples:
    """Return the centred moving mean."""
    width = int(seconds * RATE_HZ)
    return np.convolve(samples, np.ones(width) / width, "same")


def energy(samples: Samples, low_hz: float, high_hz: float, seconds: float) -> Samples:
    """Return the moving root mean square of a band."""
    kept = band(samples, low_hz, high_hz)
    return np.sqrt(np.maximum(smoothed(kept * kept, seconds), 0.0))


def usual_height(heights: Samples) -> float:
    """Return the median, over stretches of 1.5 s, of the greatest value in each.

    0 where the signal is mostly dead: what remains beside its greatest moment is rounding.
    """
    count = len(heights) // _USUAL_STEP
    if not count:
        return 0.0
    usual = float(np.median(heights[: count * _USUAL_STEP].reshape(count, -1).max(axis=1)))
    return usual if usual > _ROUNDING * heights.max() else 0.0


def beats_of(qrs_energy: Samples) -> Positions:
    """Return the positions of beats in a stretch of QRS energy."""
    usual = usual_height(qrs_energy)
    if usual <= 0:
        return np.empty(0, np.intp)
    spacing = int(REFRACTORY_S * RATE_HZ)
    peaks, _ = scipy.signal.find_peaks(qrs_energy, distance=spacing, height=_LEAST_PART * usual)
    return adaptively_high(peaks, qrs_energy[peaks], usual, 3 * usual)


def adaptively_high(peaks: Positions, heights: Samples, usual: float, most: float) -> Positions:
    """Keep the peaks that reach ``PART`` of a reference half usual, half of the last eight kept.

    No peak raises the reference by more than ``most``.
    """
    kept: list[int] = []
    recent: list[float] = []
    for peak, height in zip(peaks.tolist(), heights.tolist(), strict=True):
        reference = (usual + float(np.median(recent))) / 2 if recent else usual
        if height >= PART * reference:
            kept.append(peak)
            recent = [*recent[1 - _MEMORY :], min(height, most)]
    return np.array(kept, np.intp)


def longest_gap_s(beats: Positions, length: int, seconds: float) -> float:
    """Return the longest time without a beat in the last ``seconds`` of ``length`` samples.

    A gap that began earlier counts with at most 2 s of its earlier part.
    """
    start = length - seconds * RATE_HZ
    inside = beats[beats >= start]
    before = beats[beats < start]
    first = max(start - 2 * RATE_HZ, before[-1] if len(before) else 0)
    marks = np.concatenate(([first], inside, [length]))
    return float(np.diff(marks).max()) / RATE_HZ


def rates_bpm(beats: Positions, length: int, seconds: float, count: int) -> Samples:
    """Return the mean rate over each ``count`` successive beats of the last ``seconds``."""
    newest = beats[beats >= length - seconds * RATE_HZ]
    if len(newest) < count:
        return np.empty(0)
    return 60.0 * RATE_HZ * (count - 1) / (newest[count - 1 :] - newest[: 1 - count])


def ratio(value: float, usual: float) -> float:
    """Return how many times the usual a value is, at most 100; NaN where nothing is usual."""
    return min(value / usual, 100.0) if usual > 0 else float("nan")


def agreement(left: Positions, right: Positions) -> float:
    """Return the part of all beats of two sources that both have within 120 ms, 0-1."""
    if not len(left) or not len(right):
        return 0.0
    near = np.abs(left[:, None] - right[None, :]).min(axis=1) < 0.12 * RATE_HZ
    shared = int(near.sum())
    return shared / max(1, len(left) + len(right) - shared)
