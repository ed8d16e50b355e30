"""The median beat: what the beats of a recording share, without noise and rare beats.

Baseline wander is taken out with a zero-phase high-pass of 0.5 Hz, below the 0.67 Hz to which a
filter without phase distortion leaves the ST segment as it is (Kligfield P et al., Recommendations
for the standardization and interpretation of the electrocardiogram, part I, J Am Coll Cardiol
2007;49:1109, "Low-frequency filtering"). Beats are aligned by what all leads show together, the
largest family of beats that look alike is kept, and each lead's median over it is its beat.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from clinical.twelve_lead.leads import INDEPENDENT, Lead, TwelveLead

WORKING_RATE_HZ: Final = 500.0
"""Measured at this rate, whatever the rate of the recording."""

BEFORE_S: Final = 0.35
AFTER_S: Final = 0.55
LEAST_BEATS: Final = 3
"""Fewer beats alike say nothing about what is common to them."""

ALIKE: Final = 0.85
"""Least correlation of two beats of one family."""

_HIGH_PASS_HZ: Final = 0.5
_LOW_PASS_HZ: Final = 100.0
_SHIFT_S: Final = 0.04
_QRS_BEFORE_S: Final = 0.1
_QRS_AFTER_S: Final = 0.14

Beats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MedianBeat:
    """The common beat of each lead."""

    leads: dict[Lead, NDArray[np.float64]]
    """Each of shape (n,), millivolts, at ``WORKING_RATE_HZ``."""
    peak: int
    """Where in it the beat was found, in samples."""
    beats: int
    """How many beats it is the median of."""
    unlike: int
    """How many beats were left out."""
    noise_mv: dict[Lead, float]
    """Of each lead, the standard error of its beat: how far noise alone may move a level."""


def median_beat(recording: TwelveLead, peaks: Sequence[int]) -> MedianBeat | None:
    """Return the common beat; None where fewer than ``LEAST_BEATS`` beats are alike.

    Args:
        recording: the twelve leads.
        peaks: where QRS complexes are, in samples of the recording.
    """
    leads = np.stack([_cleaned(recording.leads[lead], recording.rate_hz) for lead in Lead])
    places = np.rint(np.asarray(peaks) * WORKING_RATE_HZ / recording.rate_hz).astype(int)
    before, after, shift = _samples(BEFORE_S), _samples(AFTER_S), _samples(_SHIFT_S)
    inside = (places >= before + shift) & (places < leads.shape[1] - after - shift)
    if inside.sum() < LEAST_BEATS:
        return None
    aligned = _aligned(leads, places[inside], before, after, shift)
    kept = _alike(aligned[:, :, before - _samples(_QRS_BEFORE_S) : before + _samples(_QRS_AFTER_S)])
    if kept.sum() < LEAST_BEATS:
        return None
    beats = aligned[kept]
    middle = np.median(beats, axis=0)
    spread = np.median(np.abs(beats - middle), axis=0) * 1.4826 / np.sqrt(len(beats))
    return MedianBeat(
        leads={lead: middle[index] for index, lead in enumerate(Lead)},
        peak=before,
        beats=int(kept.sum()),
        unlike=int((~kept).sum()),
        noise_mv={lead: float(np.median(spread[index])) for index, lead in enumerate(Lead)},
    )


def _samples(seconds: float) -> int:
    return round(seconds * WORKING_RATE_HZ)


def _cleaned(samples: NDArray[np.float64], rate_hz: float) -> NDArray[np.float64]:
    resampled = samples
    if rate_hz != WORKING_RATE_HZ:
        ratio = _ratio(rate_hz)
        resampled = scipy.signal.resample_poly(samples - samples[0], *ratio, padtype="line")
    high = scipy.signal.butter(2, _HIGH_PASS_HZ, "high", fs=WORKING_RATE_HZ, output="sos")
    low = scipy.signal.butter(2, _LOW_PASS_HZ, "low", fs=WORKING_RATE_HZ, output="sos")
    level = scipy.signal.sosfiltfilt(high, resampled)
    steady: NDArray[np.float64] = scipy.signal.sosfiltfilt(low, level)
    return steady


def _ratio(rate_hz: float) -> tuple[int, int]:
    """Return how a rate is brought to the working rate: up by, then down by."""
    thousandths, working = round(rate_hz * 1000), round(WORKING_RATE_HZ * 1000)
    common = int(np.gcd(thousandths, working))
    return working // common, thousandths // common


def _aligned(leads: Beats, places: NDArray[np.int_], before: int, after: int, shift: int) -> Beats:
    """Return the beats, shape (beats, 12, samples), each moved to fit the median of all."""
    activity = np.abs(np.diff(leads, axis=1, append=leads[:, -1:])).sum(axis=0)
    for _ in range(2):
        windows = np.stack([activity[place - before : place + after] for place in places])
        common = np.median(windows, axis=0)
        places = np.array([_best(activity, place, common, before, shift) for place in places])
        places = np.clip(places, before, leads.shape[1] - after)
    return np.stack([leads[:, place - before : place + after] for place in places])


def _best(
    activity: NDArray[np.float64], place: int, common: NDArray[np.float64], before: int, shift: int
) -> int:
    start = max(0, place - before - shift)
    window = activity[start : place - before + shift + len(common)]
    return start + before + int(np.argmax(np.correlate(window, common, "valid")))


def _alike(complexes: Beats) -> NDArray[np.bool_]:
    """Say of each beat whether it belongs to the largest family, over the independent leads."""
    names = list(Lead)
    chosen = complexes[:, [names.index(lead) for lead in INDEPENDENT]]
    shapes = (chosen - chosen.mean(axis=2, keepdims=True)).reshape(len(chosen), -1)
    shapes /= np.maximum(np.linalg.norm(shapes, axis=1, keepdims=True), 1e-9)
    resemblance = shapes @ shapes.T >= ALIKE
    family: NDArray[np.bool_] = resemblance[int(resemblance.sum(axis=0).argmax())]
    return family
