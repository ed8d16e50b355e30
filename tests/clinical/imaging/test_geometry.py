"""Where slices lie: tilt, gaps, and what cannot be one volume."""

from math import cos, radians, sin

import pytest

from clinical.imaging.geometry import GeometryProblem, Slice, assess


def slice_at(height_mm: float, tilt_deg: float = 0.0, thickness_mm: float | None = 5.0) -> Slice:
    """A slice whose position moves along the table while its plane is tilted about the x axis."""
    angle = radians(tilt_deg)
    column = (0.0, cos(angle), -sin(angle))
    return Slice((-125.0, -125.0, height_mm), (1.0, 0.0, 0.0), column, tilt_deg, thickness_mm)


def test_even_slices_have_no_problem() -> None:
    """Whatever the order in which they came."""
    found = assess([slice_at(height) for height in (10, 0, 5, 20, 15)])
    assert found.problems == ()
    assert found.tilt_deg == pytest.approx(0)
    assert (found.spacing_min_mm, found.spacing_max_mm) == pytest.approx((5, 5))


def test_a_tilt_is_the_angle_between_table_and_normal() -> None:
    """Distances are along the normal, so they are shorter than the steps of the table."""
    found = assess([slice_at(height, tilt_deg=18.5) for height in (0, 5, 10)])
    assert found.problems == (GeometryProblem.TILTED,)
    assert found.tilt_deg == pytest.approx(18.5)
    assert found.spacing_max_mm == pytest.approx(5 * cos(radians(18.5)))


def test_one_slice_tells_the_tilt_that_the_scanner_states() -> None:
    found = assess([slice_at(0, tilt_deg=18.5)])
    assert (found.tilt_deg, found.spacing_min_mm) == (18.5, None)
    assert found.problems == (GeometryProblem.TILTED,)


def test_a_missing_slice_is_a_gap_and_uneven() -> None:
    found = assess([slice_at(height) for height in (0, 5, 15, 20)])
    assert set(found.problems) == {GeometryProblem.GAP, GeometryProblem.UNEVEN}


def test_thick_slices_further_apart_are_uneven_without_a_gap() -> None:
    """A change of thickness within a series leaves nothing unseen."""
    thin = [slice_at(height, thickness_mm=4.0) for height in (0, 4, 8)]
    thick = [slice_at(height, thickness_mm=7.0) for height in (13.5, 20.5)]
    assert assess([*thin, *thick]).problems == (GeometryProblem.UNEVEN,)


def test_an_unknown_thickness_claims_no_gap() -> None:
    slices = [slice_at(height, thickness_mm=None) for height in (0, 10, 20)]
    assert assess(slices).problems == ()


def test_slices_in_one_place_are_repeated() -> None:
    found = assess([slice_at(height) for height in (0, 5, 5, 10)])
    assert GeometryProblem.REPEATED in found.problems


def test_slices_that_are_not_parallel_are_no_volume() -> None:
    found = assess([slice_at(0), slice_at(5, tilt_deg=1.0)])
    assert found.problems == (GeometryProblem.NOT_PARALLEL,)
    assert found.spacing_min_mm is None


def test_directions_of_no_length_are_no_volume() -> None:
    broken = Slice((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), None, None)
    assert assess([slice_at(0), broken]).problems == (GeometryProblem.NOT_PARALLEL,)


def test_nothing_is_known_of_no_slices() -> None:
    assert assess([]).problems == ()
