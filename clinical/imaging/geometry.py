"""Where the slices of a CT series lie, and what a reader of the images must know about it.

A slice states the position of its first voxel and the directions of its rows and columns in the
patient's coordinates (DICOM PS3.3 C.7.6.2). The cross product of the directions is its normal. The
angle between the normal and the axis along which the positions advance is the gantry tilt: a
tilted series is a sheared volume. Distances are along that axis, projected on the normal, so that
they can be compared with the thickness of the slices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import acos, degrees, dist, sqrt
from typing import Final

Vector = tuple[float, float, float]

TILT_DEG: Final = 0.5
"""Smaller angles are rounding of the direction cosines."""

PARALLEL_DEG: Final = 0.1
"""Slices of one volume have normals that differ by less than this."""

SPACING_TOLERANCE_MM: Final = 0.1
"""Distances that differ by less are one distance; so close to each other slices coincide."""


class GeometryProblem(StrEnum):
    """What a reader of the images must know."""

    TILTED = "TILTED"
    UNEVEN = "UNEVEN"
    GAP = "GAP"
    NOT_PARALLEL = "NOT_PARALLEL"
    MISSING_SLICES = "MISSING_SLICES"
    REPEATED = "REPEATED"


@dataclass(frozen=True, slots=True)
class Slice:
    """Where one slice lies."""

    position_mm: Vector
    row: Vector
    """Direction of the rows, a unit vector."""
    column: Vector
    """Direction of the columns, a unit vector."""
    gantry_tilt_deg: float | None
    """As the scanner states it."""
    thickness_mm: float | None

    @property
    def normal(self) -> Vector:
        """The direction that the slice faces."""
        (a, b, c), (d, e, f) = self.row, self.column
        return (b * f - c * e, c * d - a * f, a * e - b * d)

    @property
    def place_mm(self) -> float:
        """Where the slice lies along its normal; of parallel slices the order."""
        return _dot(self.position_mm, self.normal)


@dataclass(frozen=True, slots=True)
class Geometry:
    """How the slices of a series lie to each other."""

    tilt_deg: float | None
    """Between the normal and the axis of the series; None: the slices do not say."""
    spacing_min_mm: float | None
    spacing_max_mm: float | None
    problems: tuple[GeometryProblem, ...]


def assess(slices: Sequence[Slice]) -> Geometry:
    """Return how these slices lie, in whatever order they come; of one slice little is known."""
    if not slices:
        return Geometry(None, None, None, ())
    normal = slices[0].normal
    if any(_angle_deg(one.normal, normal) > PARALLEL_DEG for one in slices):
        return Geometry(None, None, None, (GeometryProblem.NOT_PARALLEL,))
    ordered = sorted(slices, key=lambda one: _dot(one.position_mm, normal))
    tilt_deg = _tilt_deg(ordered)
    gaps = [
        (_dot(after.position_mm, normal) - _dot(before.position_mm, normal), before, after)
        for before, after in pairwise(ordered)
    ]
    spacings = [gap for gap, _, _ in gaps]
    found = {
        GeometryProblem.TILTED: tilt_deg is not None and abs(tilt_deg) > TILT_DEG,
        GeometryProblem.UNEVEN: bool(spacings)
        and max(spacings) - min(spacings) > SPACING_TOLERANCE_MM,
        GeometryProblem.GAP: any(_apart(*gap) for gap in gaps),
        GeometryProblem.REPEATED: any(gap < SPACING_TOLERANCE_MM for gap in spacings),
    }
    return Geometry(
        tilt_deg=tilt_deg,
        spacing_min_mm=min(spacings, default=None),
        spacing_max_mm=max(spacings, default=None),
        problems=tuple(problem for problem, holds in found.items() if holds),
    )


def _tilt_deg(ordered: Sequence[Slice]) -> float | None:
    """Return the angle between normal and axis; of one slice, what the scanner states."""
    first, last = ordered[0], ordered[-1]
    length = dist(first.position_mm, last.position_mm)
    if length < SPACING_TOLERANCE_MM:
        return first.gantry_tilt_deg
    axis = [(b - a) / length for a, b in zip(first.position_mm, last.position_mm, strict=True)]
    return _angle_deg((axis[0], axis[1], axis[2]), first.normal)


def _apart(gap_mm: float, before: Slice, after: Slice) -> bool:
    """Say whether tissue between two neighbours was not seen: half of each reaches out."""
    if before.thickness_mm is None or after.thickness_mm is None:
        return False
    return gap_mm > (before.thickness_mm + after.thickness_mm) / 2 + SPACING_TOLERANCE_MM


def _dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _angle_deg(one: Vector, other: Vector) -> float:
    lengths = sqrt(_dot(one, one) * _dot(other, other))
    return degrees(acos(max(-1.0, min(1.0, _dot(one, other) / lengths)))) if lengths else 90.0
