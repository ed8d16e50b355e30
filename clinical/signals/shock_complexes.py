"""The complexes of a four-second window: where they are, how regular and how alike.

Whatever the rhythm, what stands out of the energy of a band is a complex: a QRS complex, a wave of
flutter or fibrillation. A crest counts when it is the highest within 0.1 s to either side and over
0.4 of the level that six of the eight half seconds fall short of. Windows are judged as one array:
complexes of all of them stand in one list, ordered by window.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from clinical.signals.measuring import peaks_of
from clinical.signals.shock_window import RATE_HZ, WINDOW_S, Floats, Indices

_TINY: Final = 1e-9
_SMOOTHED: Final = 12
"""Samples over which energy is taken: 0.1 s."""

_APART: Final = 25
"""A crest is the highest of so many samples: 0.2 s."""

_HALF: Final = 22
"""Samples to either side by which complexes are compared; at an end the window is mirrored."""

_ABOUT: Final = np.arange(-_HALF, _HALF + 1)


@dataclass(frozen=True, slots=True)
class Complexes:
    """What the complexes of each window are like, each of shape (windows,)."""

    interval_s: Floats
    """Mean interval; ``WINDOW_S`` where there are not two complexes."""
    likeness: Floats
    """Mean correlation of a complex with the next, -1 to 1."""
    height_spread: Floats
    """Coefficient of variation of their heights."""


def energy(band: Floats) -> Floats:
    """Return the root mean square of a band over 0.1 s, shape (windows, samples)."""
    power = band * band
    scipy.ndimage.uniform_filter1d(power, _SMOOTHED, axis=1, output=power)
    rise: Floats = np.sqrt(np.maximum(power, 0.0, out=power), out=power)
    return rise


def crest_level(rise: Floats) -> Floats:
    """Return the third highest of the crests of the eight half seconds, shape (windows,)."""
    crests = np.sort(rise.reshape(len(rise), 2 * WINDOW_S, -1).max(axis=2), axis=1)
    level: Floats = crests[:, 5] + _TINY
    return level


def complexes_of(rise: Floats, level: Floats, whole: Floats) -> Complexes:
    """Find the crests of ``rise`` and compare what ``whole`` shows there.

    ``whole`` may have fewer rows: then they are repeated.
    """
    count = len(rise)
    crests = (rise == _highest(rise)) & (rise > 0.4 * level[:, None])
    window, sample = np.divmod(np.flatnonzero(crests), rise.shape[1])
    follows = window[1:] == window[:-1]
    pairs = np.bincount(window[1:][follows], minlength=count)
    intervals = _mean(window[1:][follows], np.diff(sample)[follows] / RATE_HZ, pairs)
    shapes = _shapes(whole, window % len(whole), sample)
    alike = (shapes[1:] * shapes[:-1]).sum(axis=1)
    heights = rise[window, sample]
    number = np.bincount(window, minlength=count)
    mean = _mean(window, heights, number)
    square = _mean(window, heights**2, number)
    return Complexes(
        interval_s=np.where(pairs > 0, intervals, WINDOW_S),
        likeness=_mean(window[1:][follows], alike[follows], pairs),
        height_spread=np.sqrt(np.maximum(square - mean**2, 0)) / (mean + _TINY),
    )


def _highest(rise: Floats) -> Floats:
    """Return the highest within ``_APART``; beyond the ends, where nothing is known, lies 0."""
    reach = _APART // 2
    padded = np.zeros((len(rise), rise.shape[1] + 2 * reach))
    padded[:, reach:-reach] = rise
    return peaks_of(padded, _APART)


def _mean(window: Indices, values: Floats, number: Indices) -> Floats:
    """Return the mean of the values of each window; 0 where it has none."""
    total = np.bincount(window, values, minlength=len(number))
    mean: Floats = total / np.maximum(number, 1)
    return mean


def _shapes(whole: Floats, window: Indices, sample: Indices) -> Floats:
    """Return the stretch around each complex, without its mean and of length 1."""
    place = np.abs(sample[:, None] + _ABOUT)
    place = np.minimum(place, 2 * (whole.shape[1] - 1) - place)
    place += window[:, None] * whole.shape[1]
    shapes: Floats = whole.take(place)
    shapes -= shapes.mean(axis=1, keepdims=True)
    length = np.sqrt((shapes * shapes).sum(axis=1, keepdims=True))
    shapes /= length + _TINY
    return shapes
