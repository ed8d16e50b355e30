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

_NEAR: Final = 0.2
"""Samples count as alike within so many standard deviations."""

_CELLS: Final = 40
"""Cells of the phase space in each direction."""


def features_of(windows: Windows) -> Floats:
    """Return the measures of ``NAMES``, shape (windows, len(NAMES))."""
    whole, slow = windows.whole, windows.slow
    deviation = whole.std(axis=1) + _TINY
    slow_deviation = slow.std(axis=1) + _TINY
    slope = np.gradient(whole, axis=1) * RATE_HZ
    bend = np.gradient(slope, axis=1) * RATE_HZ
    height = np.abs(whole)
    steep = np.abs(slope)
    steepest = np.quantile(steep, 0.99, axis=1)[:, None] + _TINY
    rise = energy(windows.qrs)
    qrs = complexes_of(rise, crest_level(rise), whole)
    slow_rise = energy(slow)
    waves = complexes_of(slow_rise, crest_level(slow_rise), whole)
    period_s, repetition = _repetition(slow)
    mean_hz, edge_hz, peak_part = _spectral(whole)
    columns = {
        "slow_part": slow_deviation / deviation,
        "leakage": _leakage(whole, steep),
        "mobility": np.log((bend.std(axis=1) + _TINY) / (slope.std(axis=1) + _TINY)),
        "qrs_interval_s": qrs.interval_s,
        "slow_crossings": (np.diff(np.signbit(slow), axis=1)).sum(axis=1),
        "slow_period_s": period_s,
        "mean_hz": mean_hz,
        "edge_hz": edge_hz,
        "steepness": np.log(slope.std(axis=1) / deviation + _TINY),
        "level_part": (steep < 0.1 * steepest).mean(axis=1),
        "sample_entropy": _sample_entropy(slow / slow_deviation[:, None]),
        "jekova_part": np.log(windows.jekova.std(axis=1) / deviation + 1e-6),
        "peak_part": peak_part,
        "phase_space": _phase_space(whole),
        "quiet_part": np.quantile(rise, 0.2, axis=1) / crest_level(rise),
        "gentle_part": (steep < 0.3 * steepest).mean(axis=1),
        "slow_interval_s": waves.interval_s,
        "likeness": qrs.likeness,
        "height_spread": qrs.height_spread,
        "qrs_kurtosis": _kurtosis(rise),
        "high_part": (height > 0.3 * np.quantile(height, 0.98, axis=1)[:, None]).mean(axis=1),
        "jekova_count": _jekova_count(windows.jekova),
        "threshold_part": _threshold_part(height),
        "slow_repetition": repetition,
    }
    return np.column_stack([columns[name] for name in NAMES])


def _leakage(whole: Floats, steep: Floats) -> Floats:
    """Return what is left when the signal is added to itself half a mean period later."""
    half = np.pi * np.abs(whole).sum(axis=1) / (steep.sum(axis=1) / RATE_HZ + _TINY)
    shift = np.clip(np.round(half), 1, SAMPLES // 2 - 1).astype(np.intp)
    index = np.arange(SAMPLES) - shift[:, None]
    earlier = np.take_along_axis(whole, np.maximum(index, 0), axis=1)
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
    neighbours = np.lib.stride_tricks.sliding_window_view(correlation, 9, axis=1)
    peaks = np.full_like(correlation, -1.0)
    peaks[:, 4:-4] = np.where(inner >= neighbours.max(axis=2), inner, -1.0)
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
    part: Floats = visited.mean(axis=1)
    return part


def _cells(values: Floats) -> Indices:
    least = values.min(axis=1, keepdims=True)
    span = np.ptp(values, axis=1, keepdims=True) + _TINY
    cells: Indices = np.minimum((values - least) / span * _CELLS, _CELLS - 1).astype(np.intp)
    return cells


def _sample_entropy(scaled: Floats) -> Floats:
    """Return the sample entropy of every third sample, for m = 2."""
    thin = scaled[:, ::3][:, :170].astype(np.float32)
    near = np.abs(thin[:, :, None] - thin[:, None, :]) < _NEAR
    pairs = near[:, :-2, :-2] & near[:, 1:-1, 1:-1]
    triples = pairs & near[:, 2:, 2:]
    itself = pairs.shape[1]
    two = pairs.sum(axis=(1, 2)) - itself
    three = triples.sum(axis=(1, 2)) - itself
    entropy: Floats = -np.log((three + 1.0) / (two + 1.0))
    return entropy


def _kurtosis(rise: Floats) -> Floats:
    scaled = rise - rise.mean(axis=1, keepdims=True)
    scaled /= rise.std(axis=1, keepdims=True) + _TINY
    kurtosis: Floats = np.log((scaled**4).mean(axis=1) + 1e-3)
    return kurtosis


def _jekova_count(narrow: Floats) -> Floats:
    """Return how many samples lie between mean and greatest of their second."""
    seconds = np.abs(narrow).reshape(len(narrow), -1, RATE_HZ)
    counted: Floats = (seconds > seconds.mean(axis=2, keepdims=True)).sum(axis=(1, 2)).astype(float)
    return counted


def _threshold_part(height: Floats) -> Floats:
    """Return the part of samples over a fifth of the greatest, over stretches of three seconds."""
    ramp = 0.5 * (1 - np.cos(np.pi * np.arange(31) / 31))
    taper = np.ones(3 * RATE_HZ)
    taper[:31], taper[-31:] = ramp, ramp[::-1]
    parts = []
    for start in range(0, RATE_HZ + 1, RATE_HZ // 2):
        stretch = height[:, start : start + 3 * RATE_HZ] * taper
        parts.append((stretch > 0.2 * stretch.max(axis=1, keepdims=True)).mean(axis=1))
    mean: Floats = np.mean(parts, axis=0)
    return mean
