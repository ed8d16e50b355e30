"""Slope with uncertainty of few, irregular and partly false points.

The slope is the median of the slopes between all pairs of points; its interval comes from the
spread of Kendall's statistic. Up to 29 % of the points may be arbitrarily wrong.

Source: Sen PK. Estimates of the regression coefficient based on Kendall's tau. J Am Stat Assoc
1968;63:1379-1389, section 4 for the interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

FEWEST_POINTS: Final = 5
"""With fewer, the interval of 95 % has no end."""
_Z_95: Final = 1.96


@dataclass(frozen=True, slots=True)
class Slope:
    """Change per minute, with its interval of 95 %."""

    per_minute: float
    low: float
    high: float

    @property
    def direction(self) -> int:
        """+1 or -1 where the interval excludes 0, else 0."""
        return int(self.low > 0) - int(self.high < 0)


def slope(minutes: Sequence[float], values: Sequence[float]) -> Slope | None:
    """Return the slope of points at different minutes; None where they are too few to tell."""
    count = len(minutes)
    if count < FEWEST_POINTS:
        return None
    time, level = np.asarray(minutes, np.float64), np.asarray(values, np.float64)
    first, second = np.triu_indices(count, 1)
    slopes = np.sort((level[second] - level[first]) / (time[second] - time[first]))
    half = _Z_95 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(int((len(slopes) - half) // 2), 0)
    high = min(len(slopes) - 1 - low, len(slopes) - 1)
    return Slope(float(np.median(slopes)), float(slopes[low]), float(slopes[high]))
