"""Respiration rate from the chest's impedance, with how far it may be trusted.

Breathing repeats itself: the autocorrelation of 32 s of impedance, between 0.1 and 1 Hz, has a peak
at the time of one breath. The first peak nearly as high as the highest is that time (later ones are
two breaths, three breaths), and its height says how regular the breathing looks: the trust. The
heart's own movement and the patient's lower it; below ``LEAST_TRUST`` no rate is given. The limits
are this project's own.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

OVER_S: Final = 32
"""The stretch that a rate is read from."""

LEAST_TRUST: Final = 0.5
_RATE_HZ: Final = 5
_BAND_HZ: Final = (0.1, 1.0)
_LEAST_BREATH_S: Final = 1.2
_LONGEST_BREATH_S: Final = 12
_NEARLY: Final = 0.8

Samples = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Respiration:
    """A respiration rate and its trust."""

    rate_per_min: float
    trust: float
    """Correlation of the breathing with itself one breath later, ``LEAST_TRUST`` to 1."""


def respiration_of(impedance: Samples, rate_hz: float) -> Respiration | None:
    """Read the rate off the last ``OVER_S`` of impedance, in any unit.

    None: too short, a hole (NaN) in it, flat, or no breathing that repeats itself.
    """
    newest = impedance[-round(OVER_S * rate_hz) :]
    if len(newest) < round(OVER_S * rate_hz) or not np.isfinite(newest).all():
        return None
    if rate_hz < 2 * _RATE_HZ or not np.ptp(newest) > 0:
        return None
    likeness = _likeness_to_itself(_slow(newest, rate_hz))
    peaks, _ = scipy.signal.find_peaks(likeness[: _LONGEST_BREATH_S * _RATE_HZ + 1])
    peaks = peaks[peaks >= _LEAST_BREATH_S * _RATE_HZ]
    if not len(peaks) or likeness[peaks].max() < LEAST_TRUST:
        return None
    first = int(peaks[likeness[peaks] >= _NEARLY * likeness[peaks].max()][0])
    lag = first + _summit(*likeness[first - 1 : first + 2])
    return Respiration(60 * _RATE_HZ / lag, min(1.0, float(likeness[first])))


def _slow(samples: Samples, rate_hz: float) -> Samples:
    """Return the means over a fifth of a second, within the band of breathing."""
    edges = np.round(np.arange(OVER_S * _RATE_HZ + 1) * rate_hz / _RATE_HZ).astype(np.intp)
    means = np.add.reduceat(samples, edges[:-1]) / np.diff(edges)
    sections = scipy.signal.butter(2, _BAND_HZ, "bandpass", fs=_RATE_HZ, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(sections, means - np.median(means)), np.float64)


def _likeness_to_itself(samples: Samples) -> Samples:
    """Return the autocorrelation for each lag, corrected for the shorter overlap."""
    centred = samples - samples.mean()
    count = len(centred)
    products = np.correlate(centred, centred, "full")[count - 1 :]
    return np.asarray(products / products[0] * count / (count - np.arange(count)), np.float64)


def _summit(before: float, at: float, after: float) -> float:
    """Return where the parabola through three neighbours has its top, from the middle one."""
    bend = before - 2 * at + after
    return 0.5 * (before - after) / bend if bend else 0.0
