"""Measures of rows give what numpy's own functions give, to the last bit."""

import numpy as np
import pytest

from clinical.signals.measuring import (
    counted,
    deviations,
    medians,
    peaks_of,
    pieces,
    quantiles,
    slopes,
    windows,
)

ROWS = np.random.default_rng(1).standard_normal((7, 512))


def test_deviations_quantiles_medians_and_slopes_are_those_of_numpy() -> None:
    assert np.array_equal(deviations(ROWS), ROWS.std(axis=1))
    for part in (0.2, 0.98, 0.99):
        assert np.array_equal(quantiles(ROWS, part), np.quantile(ROWS, part, axis=1))
    for length in (247, 248):
        assert np.array_equal(medians(ROWS[:, :length]), np.median(ROWS[:, :length], axis=1))
    assert np.array_equal(slopes(ROWS), np.gradient(ROWS, axis=1))


@pytest.mark.parametrize("length", [8, 512, 8 * 255, 8 * 256, 4_096])
def test_as_many_are_counted_as_are_marked(length: int) -> None:
    """Where all are marked too, when a byte of the words that are added is full."""
    marked = np.random.default_rng(2).random((3, length)) < 0.5
    marked[0] = True
    assert counted(marked).tolist() == marked.sum(axis=1).tolist()


@pytest.mark.parametrize("width", [1, 2, 9, 25, 45])
def test_the_greatest_of_some_samples_is_that_of_all_of_them(width: int) -> None:
    whole = np.lib.stride_tricks.sliding_window_view(ROWS, width, axis=1)
    assert np.array_equal(peaks_of(ROWS, width), whole.max(axis=2))


def test_windows_are_what_lies_there() -> None:
    """Each at its place in the whole array; of one that is too short there is none."""
    whole = windows(ROWS, 60)
    assert len(whole) == ROWS.size - 59
    for row, column in ((0, 0), (3, 17), (6, 452)):
        assert np.array_equal(whole[row * 512 + column], ROWS[row, column : column + 60])
    assert windows(ROWS[0, :5], 60).shape == (0, 60)


def test_pieces_are_all_rows_once_and_in_order() -> None:
    for count in (0, 1, 16, 33):
        found = [row for some in pieces(count, 16) for row in range(count)[some]]
        assert found == list(range(count))
        assert all(len(range(count)[some]) <= 16 for some in pieces(count, 16))
