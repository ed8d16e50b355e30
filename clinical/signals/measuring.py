"""Measures of the rows of an array, of each row alone and in few operations.

They give what numpy's own functions of these names give, to the last bit, and take a part of the
time: those look for cases that cannot occur here, and go through booleans one by one.

What is made of many rows on the way to a result is made of some rows at a time (``pieces``): it
stays in a core's cache, and in memory that the process already has.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_WORD: Final = 8
"""Booleans that are counted at once."""

_WORDS_MAX: Final = 255
"""Words that may be added before a byte of them overflows."""

_HALFWAY: Final = 0.5


def counted(marked: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return how many of each row are marked; rows are contiguous and a multiple of 8 long."""
    words = marked.view(np.uint64)
    total = np.zeros(len(marked), np.intp)
    for begin in range(0, words.shape[1], _WORDS_MAX):
        bytes_of = words[:, begin : begin + _WORDS_MAX].sum(axis=1, dtype=np.uint64)
        total += bytes_of.view(np.uint8).reshape(-1, _WORD).sum(axis=1, dtype=np.intp)
    return total


def deviations(values: Floats) -> Floats:
    """Return the standard deviation of each row."""
    count = values.shape[-1]
    away = values - values.sum(axis=-1, keepdims=True) / count
    away *= away
    deviation: Floats = np.sqrt(away.sum(axis=-1) / count)
    return deviation


def quantiles(values: Floats, part: float) -> Floats:
    """Return the value below which so great a part of each row lies, between two by a line."""
    place = (values.shape[1] - 1) * part
    below = int(place)
    ordered = np.partition(values, below, axis=1)
    lower, upper, share = ordered[:, below], ordered[:, below + 1 :].min(axis=1), place - below
    between: Floats
    if share >= _HALFWAY:
        between = upper - (upper - lower) * (1 - share)
    else:
        between = lower + (upper - lower) * share
    return between


def medians(values: NDArray[Any]) -> NDArray[Any]:
    """Return the median of each row."""
    middle, odd = divmod(values.shape[1], 2)
    if odd:
        return np.partition(values, middle, axis=1)[:, middle]
    ordered = np.partition(values, middle, axis=1)
    halfway: NDArray[Any] = (ordered[:, :middle].max(axis=1) + ordered[:, middle]) / 2
    return halfway


def peaks_of(values: Floats, width: int) -> Floats:
    """Return the greatest of every ``width`` samples that follow one another in a row.

    Of one, two, four and so on, and at last of two of those that overlap.
    """
    greatest, known = values, 1
    while known < width:
        step = min(known, width - known)
        greatest = np.maximum(greatest[:, :-step], greatest[:, step:])
        known += step
    return greatest


def pieces(count: int, most: int) -> Iterator[slice]:
    """Yield all of so many rows, at most so many at a time."""
    return (slice(begin, begin + most) for begin in range(0, count, most))


def slopes(values: Floats) -> Floats:
    """Return by how much each row changes from sample to sample: between its two neighbours."""
    slope = np.empty_like(values)
    np.subtract(values[:, 2:], values[:, :-2], out=slope[:, 1:-1])
    slope[:, 1:-1] *= _HALFWAY
    slope[:, 0] = values[:, 1] - values[:, 0]
    slope[:, -1] = values[:, -1] - values[:, -2]
    return slope


def windows(values: NDArray[Any], length: int) -> NDArray[Any]:
    """Return every ``length`` values that follow one another: the window at each, as a row.

    It is a view. Chosen rows are copied as they lie, which is a part of the work of an index to
    each of their values.

    Args:
        values: contiguous; its rows follow one another.
        length: of a window.
    """
    shape = (max(0, values.size - length + 1), length)
    return np.ndarray(shape, values.dtype, values, strides=(values.itemsize, values.itemsize))
