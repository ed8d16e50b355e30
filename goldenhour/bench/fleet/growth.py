"""Whether something grows: the slope of a straight line through samples, by least squares. Pure."""

from collections.abc import Sequence
from typing import Final

_HOUR_S: Final = 3_600


def slope_per_hour(at_s: Sequence[float], values: Sequence[float]) -> float:
    """Return by how much the values grow in an hour; 0 of fewer than two instants."""
    count = len(at_s)
    mean_s = sum(at_s) / count if count else 0.0
    spread = sum((at - mean_s) ** 2 for at in at_s)
    if not spread:
        return 0.0
    mean = sum(values) / count
    rise = sum((at - mean_s) * (value - mean) for at, value in zip(at_s, values, strict=True))
    return rise / spread * _HOUR_S
