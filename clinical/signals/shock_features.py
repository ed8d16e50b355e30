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

from clinical.signals.measuring import counted, deviations, quantiles, slopes
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
    deviation = deviations(whole) + _TINY
    slow_deviation = deviations(slow) + _TINY
    slope = slopes(whole) * RATE_HZ
    bend = slopes(slope) * RATE_HZ
    slope_deviation = deviations(slope)
    height = np.abs(whole)
    steep = np.abs(slope)
    steepest = quantiles(steep, 0.99)[:, None] + _TINY
    rises = energy(np.concatenate((windows.qrs, slow)))
    levels = crest_level(rises)
    rise, level = rises[: len(whole)], levels[: len(whole)]
    complexes = complexes_of(rises, levels, np.concatenate((whole, whole)))
    period_s, repetition = _repetition(slow)
    mean_hz, edge_hz, peak_part = _spectral(whole)
    columns = {
        "slow_part": slow_deviation / deviation,
        "leakage": _leakage(whole, steep),
        "mobility": np.log((deviations(bend) + _TINY) / (slope_deviation + _TINY)),
        "qrs_interval_s": complexes.interval_s[: len(whole)],
        "slow_crossings": _crossings(slow),
        "slow_period_s": period_s,
        "mean_hz": mean_hz,
        "edge_hz": edge_hz,
        "steepness": np.log(slope_deviation / deviation + _TINY),
        "level_part": counted(steep < 0.1 * steepest) / SAMPLES,
        "sample_entropy": sample_entropy(slow / slow_deviation[:, None]),
        "jekova_part": np.log(deviations(windows.jekova) / deviation + 1e-6),
        "peak_part": peak_part,
        "phase_space": _phase_space(whole),
        "quiet_part": quantiles(rise, 0.2) / level,
        "gentle_part": counted(steep < 0.3 * steepest) / SAMPLES,
        "slow_interval_s": complexes.interval_s[len(whole) :],
        "likeness": complexes.likeness[: len(whole)],
        "height_spread": complexes.height_spread[: len(whole)],
        "qrs_kurtosis": _kurtosis(rise),
        "high_part": counted(height > 0.3 * quantiles(height, 0.98)[:, None]) / SAMPLES,
        "jekova_count": _jekova_count(windows.jekova),
        "threshold_part": _threshold_part(height),
        "slow_repetition": repetition,
    }
    measures = np.empty((len(whole), len(NAMES)))
    for place, name in enumerate(NAMES):
        measures[:, place] = columns[name]
    return measures


def _crossings(slow: Floats) -> Indices:
    """Return how often the signal changes its sign."""
    below = np.signbit(slow)
    crossed = np.zeros(below.shape, bool)
    np.not_equal(below[:, 1:], below[:, :-1], out=crossed[:, 1:])
    return counted(crossed)


def _leakage(whole: Floats, steep: Floats) -> Floats:
    """Return what is left when the signal is added to itself half a mean period later."""
    half = np.pi * np.abs(whole).sum(axis=1) / (steep.sum(axis=1) / RATE_HZ + _TINY)
    shift = np.clip(np.round(half), 1, SAMPLES // 2 - 1).astype(np.intp)
    index = np.arange(SAMPLES) - shift[:, None]
    earlier = whole[np.arange(len(whole))[:, None], np.maximum(index, 0)]
    known = index >= 0
    left = (np.abs(whole + earlier) * known).sum(axis=1)
    summed = ((np.abs(whole) + np.abs(earlier)) * known).sum(axis=1)
    leaked: Floats = left / (summed + _TINY)
    return leaked


def _spectral(whole: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the mean frequency, that below which 95 % of the power lies, and the moment A2.

    A2 is the part of the amplitude spectrum, of terms over 5 % of its greatest and up to 20 times
    the peak frequency, that lies at 0.7 to 1.4 times the peak frequency.
    """
    amplitude = np.abs(scipy.fft.rfft(whole * _HANN, _SPECTRUM, axis=1))
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
    spectrum = np.abs(scipy.fft.rfft(slow, 2 * SAMPLES, axis=1)) ** 2
    correlation = scipy.fft.irfft(spectrum, axis=1)[:, : _LAGS[1] + 8]
    correlation *= SAMPLES / (SAMPLES - np.arange(correlation.shape[1]))
    correlation /= correlation[:, :1] + _TINY
    inner = correlation[:, 4:-4]
    highest = scipy.ndimage.maximum_filter1d(correlation, 9, axis=1)[:, 4:-4]
    peaks = np.full_like(correlation, -1.0)
    peaks[:, 4:-4] = np.where(inner >= highest, inner, -1.0)
    peaks[:, : _LAGS[0]] = -1.0
    peaks[:, _LAGS[1] :] = -1.0
    best = peaks.max(axis=1)
    first = (peaks >= 0.7 * best[:, None]).argmax(axis=1)
    return first / RATE_HZ, best


def _phase_space(whole: Floats) -> Floats:
    """Return the part of the cells of signal against Hilbert transform that is visited."""
    analytic = scipy.fft.fft(whole, axis=1)
    analytic[:, 1 : SAMPLES // 2] *= 2
    analytic[:, SAMPLES // 2 + 1 :] = 0
    cell = _cells(whole) * _CELLS + _cells(scipy.fft.ifft(analytic, axis=1).imag)
    visited = np.zeros((len(whole), _CELLS**2), bool)
    visited[np.arange(len(whole))[:, None], cell] = True
    part: Floats = counted(visited) / _CELLS**2
    return part


def _cells(values: Floats) -> Indices:
    least = values.min(axis=1, keepdims=True)
    span = np.ptp(values, axis=1, keepdims=True) + _TINY
    cells: Indices = np.minimum((values - least) / span * _CELLS, _CELLS - 1).astype(np.intp)
    return cells


def _kurtosis(rise: Floats) -> Floats:
    scaled = rise - rise.mean(axis=1, keepdims=True)
    scaled /= deviations(rise)[:, None] + _TINY
    scaled *= scaled
    kurtosis: Floats = np.log((scaled * scaled).mean(axis=1) + 1e-3)
    return kurtosis


def _jekova_count(narrow: Floats) -> Floats:
    """Return how many samples lie between mean and greatest of their second."""
    seconds = np.abs(narrow).reshape(len(narrow), -1, RATE_HZ)
    above = seconds > seconds.mean(axis=2, keepdims=True)
    return counted(above.reshape(len(narrow), -1)).astype(np.float64)


def _threshold_part(height: Floats) -> Floats:
    """Return the part of samples over a fifth of the greatest, over stretches of three seconds."""
    parts = []
    for start in range(0, RATE_HZ + 1, RATE_HZ // 2):
        stretch = height[:, start : start + 3 * RATE_HZ] * _TAPER
        tall = stretch > 0.2 * stretch.max(axis=1, keepdims=True)
        parts.append(counted(tall) / (3 * RATE_HZ))
    mean: Floats = np.mean(parts, axis=0)
    return mean
