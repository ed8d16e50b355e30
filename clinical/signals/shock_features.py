"""What tells a shockable rhythm from others in four seconds of one lead: 24 measures.

Nearly all are published, most collected by Figuera et al. (PLoS ONE 2016;11:e0159654): leakage
(Kuo and Dillman 1978), the spectral moment A2 (Barro et al. 1989), threshold crossings (Arafat et
al. 2011), phase space of the Hilbert transform (Amann et al. 2005), sample entropy, Jekova's
count 2 (2004), slope density bCP (Irusta et al. 2012). The others describe the complexes of the
window (``shock_complexes``): how often they come, how alike they are. None depends on polarity,
and none but the smallest amplitude on gain.
"""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from clinical.signals.measuring import counted, deviations, peaks_of, quantiles, slopes
from clinical.signals.sample_entropy import sample_entropy
from clinical.signals.shock_complexes import complexes_of, crest_level, energy
from clinical.signals.shock_window import RATE_HZ, SAMPLES, Floats, Indices, Windows

NAMES: Final = (
    "slow_part",
    "leakage",
    "mobility",
    "qrs_interval_s",
    "slow_crossings",
    "slow_period_s",
    "mean_hz",
    "edge_hz",
    "steepness",
    "level_part",
    "sample_entropy",
    "jekova_part",
    "peak_part",
    "phase_space",
    "quiet_part",
    "gentle_part",
    "slow_interval_s",
    "likeness",
    "height_spread",
    "qrs_kurtosis",
    "high_part",
    "jekova_count",
    "threshold_part",
    "slow_repetition",
)

_TINY: Final = 1e-9
"""Keeps a dead lead, of which every measure is arbitrary, from dividing by zero."""

_SPECTRUM: Final = 1024
_HZ: Final = np.fft.rfftfreq(_SPECTRUM, 1 / RATE_HZ)


def _between(low_hz: float, high_hz: float) -> slice:
    first, last = np.searchsorted(_HZ, (low_hz, high_hz))
    return slice(int(first), int(last))


_BAND: Final = _between(0.5, 30.0)
_PEAK_BAND: Final = _between(0.5, 9.0)
_HANN: Final = np.hanning(SAMPLES)
_LAGS: Final = (20, 256)
"""Lags between which a period is sought, in samples: 0.16 to 2 s."""

_BESIDE: Final = 4
"""A repetition is best among so many lags to either side."""

_LENGTHENED: Final = SAMPLES / (SAMPLES - np.arange(_LAGS[0] - _BESIDE, _LAGS[1] + _BESIDE))
"""Makes up for the part of the window that has no other at each such lag."""

_EDGE: Final = 0.95
"""Part of the power below the edge frequency."""

_CELLS: Final = 40
"""Cells of the phase space in each direction."""


def _taper() -> Floats:
    ramp = 0.5 * (1 - np.cos(np.pi * np.arange(31) / 31))
    taper = np.ones(3 * RATE_HZ)
    taper[:31], taper[-31:] = ramp, ramp[::-1]
    return taper


_TAPER: Final = _taper()


def features_of(windows: Windows) -> Floats:
    """Return the measures of ``NAMES``, shape (windows, len(NAMES))."""
    whole, slow = windows.whole, windows.slow
    count = len(whole)
    deviation, narrow_deviation, slow_deviation = deviations(windows.bands[:3])
    deviation += _TINY
    slow_deviation += _TINY
    changes = np.empty((2, *whole.shape))
    for before, change in ((whole, changes[0]), (changes[0], changes[1])):
        np.multiply(slopes(before), RATE_HZ, out=change)
    slope_deviation, bend_deviation = deviations(changes)
    height, steep = np.abs(whole), np.abs(changes[0])
    steepest = quantiles(steep, 0.99)[:, None] + _TINY
    # Of the slow band of every window, then of the band of QRS complexes: each array is gone
    # through once for both.
    rises = energy(windows.bands[2:].reshape(-1, SAMPLES))
    levels = crest_level(rises)
    rise, level = rises[count:], levels[count:]
    complexes = complexes_of(rises, levels, whole)
    period_s, repetition = _repetition(slow)
    mean_hz, edge_hz, peak_part = _spectral(whole)
    marked = np.zeros((5, *whole.shape), bool)
    np.less(steep, 0.1 * steepest, out=marked[0])
    np.less(steep, 0.3 * steepest, out=marked[1])
    np.greater(height, 0.3 * quantiles(height, 0.98)[:, None], out=marked[2])
    _mark_jekova(windows.jekova, marked[3])
    _mark_crossings(slow, marked[4])
    calm, gentle, high, narrow, crossed = counted(marked.reshape(-1, SAMPLES)).reshape(5, count)
    columns = {
        "slow_part": slow_deviation / deviation,
        "leakage": _leakage(whole, height, steep),
        "mobility": np.log((bend_deviation + _TINY) / (slope_deviation + _TINY)),
        "qrs_interval_s": complexes.interval_s[count:],
        "slow_crossings": crossed,
        "slow_period_s": period_s,
        "mean_hz": mean_hz,
        "edge_hz": edge_hz,
        "steepness": np.log(slope_deviation / deviation + _TINY),
        "level_part": calm / SAMPLES,
        "sample_entropy": sample_entropy(slow / slow_deviation[:, None]),
        "jekova_part": np.log(narrow_deviation / deviation + 1e-6),
        "peak_part": peak_part,
        "phase_space": _phase_space(whole),
        "quiet_part": quantiles(rise, 0.2) / level,
        "gentle_part": gentle / SAMPLES,
        "slow_interval_s": complexes.interval_s[:count],
        "likeness": complexes.likeness[count:],
        "height_spread": complexes.height_spread[count:],
        "qrs_kurtosis": _kurtosis(rise),
        "high_part": high / SAMPLES,
        "jekova_count": narrow,
        "threshold_part": _threshold_part(height),
        "slow_repetition": repetition,
    }
    measures = np.empty((count, len(NAMES)))
    for place, name in enumerate(NAMES):
        measures[:, place] = columns[name]
    return measures


def _mark_crossings(slow: Floats, out: NDArray[np.bool_]) -> None:
    """Mark where the signal has changed its sign."""
    below = np.signbit(slow)
    np.not_equal(below[:, 1:], below[:, :-1], out=out[:, 1:])


def _leakage(whole: Floats, height: Floats, steep: Floats) -> Floats:
    """Return what is left when the signal is added to itself half a mean period later."""
    half = np.pi * height.sum(axis=1) / (steep.sum(axis=1) / RATE_HZ + _TINY)
    shift = np.clip(np.round(half), 1, SAMPLES // 2 - 1).astype(np.intp)
    index = np.arange(SAMPLES) - shift[:, None]
    unknown = index < 0
    index += np.arange(len(whole))[:, None] * SAMPLES
    earlier = whole.take(index, mode="wrap")
    left = whole + earlier
    np.abs(left, out=left)
    summed = np.abs(earlier, out=earlier)
    summed += height
    np.copyto(left, 0.0, where=unknown)
    np.copyto(summed, 0.0, where=unknown)
    leaked: Floats = left.sum(axis=1) / (summed.sum(axis=1) + _TINY)
    return leaked


def _spectral(whole: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean frequency, that below which 95 % of the power lies, and the moment A2.

    A2 is the part of the amplitude spectrum, of terms over 5 % of its greatest and up to 20 times
    the peak frequency, that lies at 0.7 to 1.4 times the peak frequency.
    """
    spectrum = scipy.fft.rfft(whole * _HANN, _SPECTRUM, axis=1)
    amplitude = np.abs(spectrum[:, : _BAND.stop])
    hz = _HZ[_BAND]
    power = amplitude[:, _BAND] ** 2
    power /= power.sum(axis=1, keepdims=True) + _TINY
    edge = hz[np.minimum((np.cumsum(power, axis=1) < _EDGE).sum(axis=1), len(hz) - 1)]
    peak = _HZ[_PEAK_BAND][amplitude[:, _PEAK_BAND].argmax(axis=1)][:, None]
    tall = amplitude[:, _BAND]
    tall = np.where(tall < 0.05 * tall.max(axis=1, keepdims=True), 0.0, tall) * (hz <= 20 * peak)
    near = (hz >= 0.7 * peak) & (hz <= 1.4 * peak)
    return (power * hz).sum(axis=1), edge, (tall * near).sum(axis=1) / (tall.sum(axis=1) + _TINY)


def _repetition(slow: Floats) -> tuple[Floats, Floats]:
    """Return the least lag, in seconds, at which the signal repeats itself, and how well at best.

    The least lag is the first peak of the autocorrelation of at least 0.7 of its greatest.
    """
    power = np.abs(scipy.fft.rfft(slow, 2 * SAMPLES, axis=1))
    power *= power
    correlation = scipy.fft.irfft(power, axis=1)
    near = correlation[:, _LAGS[0] - _BESIDE : _LAGS[1] + _BESIDE] * _LENGTHENED
    near /= correlation[:, :1] + _TINY
    inner = near[:, _BESIDE:-_BESIDE]
    peaks = np.where(inner >= peaks_of(near, 2 * _BESIDE + 1), inner, -1.0)
    best = peaks.max(axis=1)
    first = (peaks >= 0.7 * best[:, None]).argmax(axis=1) + _LAGS[0]
    return np.where(best < 0, 0, first) / RATE_HZ, best


def _phase_space(whole: Floats) -> Floats:
    """Return the part of the cells of signal against Hilbert transform that is visited."""
    analytic = np.zeros(whole.shape, complex)
    analytic[:, : SAMPLES // 2 + 1] = scipy.fft.rfft(whole, axis=1)
    analytic[:, 1 : SAMPLES // 2] *= 2
    across, along = _cells(np.stack((whole, scipy.fft.ifft(analytic, axis=1).imag)))
    across *= _CELLS
    across += along
    across += np.arange(len(whole))[:, None] * _CELLS**2
    visited = np.zeros((len(whole), _CELLS**2), bool)
    visited.reshape(-1)[across] = True
    part: Floats = counted(visited) / _CELLS**2
    return part


def _cells(values: Floats) -> Indices:
    """Return in which cell each value lies, of rows of the last axis; ``values`` are lost."""
    least = values.min(axis=-1, keepdims=True)
    span = values.max(axis=-1, keepdims=True) - least + _TINY
    values -= least
    values /= span
    values *= _CELLS
    cells: Indices = np.minimum(values, _CELLS - 1, out=values).astype(np.intp)
    return cells


def _kurtosis(rise: Floats) -> Floats:
    scaled = rise - rise.mean(axis=1, keepdims=True)
    scaled /= deviations(rise)[:, None] + _TINY
    scaled *= scaled
    scaled *= scaled
    kurtosis: Floats = np.log(scaled.mean(axis=1) + 1e-3)
    return kurtosis


def _mark_jekova(narrow: Floats, out: NDArray[np.bool_]) -> None:
    """Mark the samples that lie between mean and greatest of their second."""
    seconds = np.abs(narrow).reshape(len(narrow), -1, RATE_HZ)
    mean = seconds.mean(axis=2, keepdims=True)
    np.greater(seconds, mean, out=out.reshape(seconds.shape))


def _threshold_part(height: Floats) -> Floats:
    """Return the part of samples over a fifth of the greatest, over stretches of three seconds."""
    starts = range(0, RATE_HZ + 1, RATE_HZ // 2)
    tapered = np.empty((len(height), len(starts), len(_TAPER)))
    for place, start in enumerate(starts):
        np.multiply(height[:, start : start + len(_TAPER)], _TAPER, out=tapered[:, place])
    tall = tapered > 0.2 * tapered.max(axis=2, keepdims=True)
    parts = counted(tall.reshape(-1, len(_TAPER))).reshape(tall.shape[:2]) / len(_TAPER)
    mean: Floats = parts.mean(axis=1)
    return mean
