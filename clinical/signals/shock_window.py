"""Four seconds of an ECG lead, at any rate, in the form in which they are judged.

A window of any rate is expanded in cosines (DCT-II), of which the k-th swings at k/8 Hz whatever
the rate. Filtering is a weight for each, and 512 coefficients taken back give 128 samples per
second: resampling and filtering are one step, exact, without phase and without the ends of the
window folding into each other. All windows of a batch are one array; none influences another.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

WINDOW_S: Final = 4
"""Length of a window, as automated defibrillators use (AHA: Kerber et al., Circulation 1997;95:
1677)."""

RATE_HZ: Final = 128
"""Samples per second in which windows are judged; nothing above 64 Hz matters here."""

SAMPLES: Final = WINDOW_S * RATE_HZ

MISSING_MAX: Final = 0.1
"""A window with a greater part missing is not judged; smaller holes are bridged by lines."""

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_HZ: Final = np.arange(SAMPLES) / (2 * WINDOW_S)
"""Frequency of each coefficient."""


def _weights(low_hz: float, high_hz: float) -> Floats:
    """Return the response, to power, of a Butterworth band-pass of the second and fourth order."""
    above = np.zeros(SAMPLES)
    above[1:] = 1 / (1 + (low_hz / _HZ[1:]) ** 4)
    return above / (1 + (_HZ / high_hz) ** 8)


_BANDS: Final = np.stack(
    [_weights(0.7, 30.0), _weights(13.0, 16.5), _weights(1.0, 9.0), _weights(8.0, 20.0)]
)[:, None]
"""What each of ``Windows.bands`` keeps, in its order."""


@dataclass(frozen=True, slots=True)
class Windows:
    """A batch of windows in bands, each of shape (windows, SAMPLES), in mV."""

    bands: Floats
    """All of them, shape (bands, windows, SAMPLES), so that several are measured at once."""
    whole: Floats
    """0.7 to 30 Hz: what is seen on a monitor."""
    jekova: Floats
    """13 to 16.5 Hz: the narrow band of Jekova and Krasteva (Physiol Meas 2004;25:1167)."""
    slow: Floats
    """1 to 9 Hz: where fibrillation and flutter have most of their power."""
    qrs: Floats
    """8 to 20 Hz: where QRS complexes stand out."""


def in_bands(windows_mv: NDArray[np.floating]) -> Windows:
    """Split windows of ``WINDOW_S`` at any rate, shape (windows, samples), into their bands."""
    count = windows_mv.shape[1]
    level = windows_mv - windows_mv.mean(axis=1, keepdims=True)
    known = scipy.fft.dct(level, norm="ortho", axis=1, overwrite_x=True)[:, :SAMPLES]
    terms = np.zeros((len(level), SAMPLES))
    np.multiply(known, np.sqrt(SAMPLES / count), out=terms[:, : known.shape[1]])
    bands = scipy.fft.idct(terms * _BANDS, norm="ortho", axis=2, overwrite_x=True)
    return Windows(bands, *bands)


def bridged(window_mv: NDArray[np.floating]) -> Floats | None:
    """Return one window with its holes (NaN) bridged by lines; None: too much is missing."""
    window = np.asarray(window_mv, np.float64)
    missing = ~np.isfinite(window)
    if not missing.any():
        return window
    if missing.mean() > MISSING_MAX:
        return None
    known = np.flatnonzero(~missing)
    return np.interp(np.arange(len(window)), known, window[known])
