"""Pacing spikes as an electrocardiograph samples them, and hearts that answer them or do not.

An impulse is a rectangle of some millivolts and milliseconds. What stands before the converter lets
little pass above ``cut_hz`` (a Butterworth filter of the second order); then it is sampled.
"""

from collections.abc import Iterable

import numpy as np
import scipy
from numpy.typing import NDArray

from tests.clinical.signals.hearts import RATE_HZ

_FINE_HZ = 16_000

Lead = NDArray[np.float64]


def spikes_mv(
    times_s: Iterable[float],
    seconds: float,
    height_mv: float,
    width_ms: float,
    *,
    rate_hz: float = RATE_HZ,
    cut_hz: float = 100.0,
) -> Lead:
    """Return a lead of nothing but impulses at these times."""
    fine = np.zeros(int(seconds * _FINE_HZ))
    for time_s in times_s:
        begin = round(time_s * _FINE_HZ)
        fine[begin : begin + round(width_ms * _FINE_HZ / 1000)] = height_mv
    passed = scipy.signal.lfilter(*scipy.signal.butter(2, cut_hz, fs=_FINE_HZ), fine)
    at = np.round(np.arange(int(seconds * rate_hz)) * _FINE_HZ / rate_hz).astype(int)
    return np.asarray(passed[at], np.float64)


def paced_times_s(seconds: float, per_min: float, begin_s: float = 0.3) -> Lead:
    """When a pacemaker of a fixed rate fires."""
    return np.arange(begin_s, seconds - 0.2, 60 / per_min)


def answered_mv(times_s: Iterable[float], seconds: float, rate_hz: float = RATE_HZ) -> Lead:
    """Return the broad QRS complexes and T waves of ventricles that answer these stimuli."""
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    lead = np.zeros(len(at))
    for time_s in times_s:
        for offset, height, width in ((0.06, -0.5, 0.018), (0.11, 1.2, 0.03), (0.36, -0.4, 0.06)):
            lead += height * np.exp(-0.5 * ((at - time_s - offset) / width) ** 2)
    return lead


def quiet_mv(seconds: float, seed: int, rate_hz: float = RATE_HZ, noise_mv: float = 0.02) -> Lead:
    """Return a lead's drift and noise."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * rate_hz)) / rate_hz
    return np.asarray(
        0.2 * np.sin(2 * np.pi * 0.25 * at + seed) + noise_mv * rng.standard_normal(len(at))
    )
