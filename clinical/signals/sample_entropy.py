"""The sample entropy of windows: how rarely what was alike for two samples stays so for a third.

For m = 2, of every third sample of a window (Richman and Moorman, Am J Physiol Heart Circ Physiol
2000;278:H2039). Every sample is compared with every other one. Of the pairs at a distance of k
round the window those at the distance of all samples less k are the same again, so half of the
distances show all of them; what goes over the window's end is left out.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.shock_window import Floats

NEAR: Final = 0.2
"""Samples count as alike within so many standard deviations."""

STEP: Final = 3
COUNT: Final = 170
"""Samples compared: of every ``STEP`` one, so many."""

TOGETHER: Final = 8
"""Windows compared at once: what is compared stays in a core's cache."""

_HALF: Final = COUNT // 2
_WIDTH: Final = 176
"""Columns of a row of comparisons, the last ones unused: a multiple of eight bytes."""


def _whole() -> NDArray[np.bool_]:
    """Return which comparisons count, shape (distances, columns): both samples have two behind."""
    first, distance = np.arange(_WIDTH), np.arange(1, _HALF + 1)[:, None]
    second = (first + distance) % COUNT
    last = COUNT - 3
    counts = (first <= last) & (second <= last)
    counts[-1] &= first < _HALF
    return counts


_ROWS: Final = 34
"""Rows of words in which the comparisons of a window are counted."""

_COUNTS: Final = _whole().reshape(-1)


def sample_entropy(scaled: Floats) -> Floats:
    """Return the sample entropy of windows in standard deviations, shape (windows, samples)."""
    thin = scaled[:, ::STEP][:, :COUNT].astype(np.float32)
    twice = np.concatenate((thin, thin), axis=1)
    later = _later(twice)
    two, three = np.empty((2, len(twice)), np.intp)
    for begin in range(0, len(twice), TOGETHER):
        some = slice(begin, begin + TOGETHER)
        two[some], three[some] = _alike(twice[some, None, :_WIDTH], later[some])
    entropy: Floats = -np.log((2 * three + 1.0) / (2 * two + 1.0))
    return entropy


def _later(twice: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return views of each window, shape (windows, distances, columns), each one sample later."""
    row, sample = twice.strides
    shape, strides = (len(twice), _HALF, _WIDTH), (row, sample, sample)
    return np.ndarray(shape, np.float32, twice, offset=sample, strides=strides)


def _alike(
    first: NDArray[np.float32], later: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return how many pairs of each window are alike over two samples, and over three."""
    apart = later - first
    near = (np.abs(apart, out=apart) < np.float32(NEAR)).reshape(len(later), -1)
    alike = near & _COUNTS
    alike[:, :-1] &= near[:, 1:]
    two = _marked(alike)
    alike[:, :-2] &= near[:, 2:]
    return two, _marked(alike)


def _marked(alike: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how many of each window are marked: rows of words first, as no byte overflows."""
    words = alike.view(np.uint64).reshape(len(alike), _ROWS, -1).sum(axis=1, dtype=np.uint64)
    marked: NDArray[np.intp] = words.view(np.uint8).sum(axis=1, dtype=np.intp)
    return marked
