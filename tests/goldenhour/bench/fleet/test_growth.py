"""The slope of a straight line is found through noise that cancels out."""

import pytest

from goldenhour.bench.fleet.growth import slope_per_hour


def test_a_line_has_its_slope() -> None:
    assert slope_per_hour([0, 60, 120], [100, 101, 102]) == pytest.approx(60)


def test_what_does_not_grow_has_none() -> None:
    assert slope_per_hour([0, 60, 120, 180], [100, 101, 101, 100]) == pytest.approx(0)


def test_of_one_instant_nothing_is_said() -> None:
    assert slope_per_hour([], []) == 0
    assert slope_per_hour([5], [100]) == 0
