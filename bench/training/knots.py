"""Where the lines of the deterioration index may bend, and the chart from which they begin.

Knots are round numbers that clinicians use, from the edge of what charts name to the edge of what
the records hold. The line of a level begins from NEWS2 (Royal College of Physicians 2017, chart 1):
points averaged around each knot, times the log-odds of a point.
"""

from typing import Final

import numpy as np

from bench.training.additive import LineSpec
from bench.training.early_warning import Floats
from clinical.deterioration.features import FEATURES, ROOM_AIR
from clinical.scores import news2

_BY_KIND: Final[dict[str, dict[str, tuple[float, ...]]]] = {
    "heart_rate_bpm": {
        "level": (30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 150),
        "mean": (50, 60, 70, 80, 90, 100, 110, 120, 130),
        "change": (-30, -15, -5, 0, 5, 15, 30),
        "drift": (-20, -10, 0, 10, 20),
        "spread": (0, 4, 8, 14, 20),
        "lowest": (45, 55, 65, 75, 90, 105),
        "highest": (60, 75, 90, 105, 120, 140),
    },
    "respiration_per_min": {
        "level": (6, 8, 12, 16, 20, 24, 28, 32, 40),
        "mean": (10, 14, 18, 22, 26, 30),
        "change": (-10, -5, 0, 5, 10, 15),
        "drift": (-6, -3, 0, 3, 6),
        "spread": (0, 1.5, 3, 5, 8),
        "lowest": (6, 9, 12, 15, 18, 22),
        "highest": (14, 18, 22, 26, 32, 40),
    },
    "spo2_percent": {
        "level": (80, 86, 90, 92, 94, 96, 98, 100),
        "mean": (90, 93, 95, 97, 99, 100),
        "change": (-10, -5, -2, 0, 2, 5),
        "drift": (-4, -2, 0, 2),
        "spread": (0, 1, 2, 4, 6),
        "lowest": (75, 85, 90, 93, 96, 100),
        "highest": (92, 95, 97, 99, 100),
    },
    "systolic_mmhg": {
        "level": (60, 75, 90, 100, 110, 125, 140, 160, 180, 220),
        "mean": (80, 95, 110, 125, 140, 160),
        "change": (-40, -20, -10, 0, 10, 20, 40),
        "drift": (-20, -10, 0, 10, 20),
        "spread": (0, 5, 10, 15, 25),
        "lowest": (60, 75, 85, 95, 105, 120, 140),
        "highest": (95, 110, 125, 140, 160, 185),
    },
    "temperature_c": {
        "level": (33, 35, 36, 36.5, 37, 37.5, 38, 38.5, 39, 40.5),
        "mean": (35, 36, 36.5, 37, 37.5, 38, 38.5),
        "change": (-1.5, -0.7, 0, 0.7, 1.5),
        "drift": (-1, -0.5, 0, 0.5, 1),
        "spread": (0, 0.25, 0.5, 1),
        "lowest": (34.5, 35.5, 36, 36.5, 37, 37.5),
        "highest": (36, 36.5, 37, 37.5, 38, 38.5, 39.2),
    },
    "fio2": dict.fromkeys(("level", "mean", "highest"), (ROOM_AIR, 0.3, 0.4, 0.5, 0.7, 1)),
}
_OF_PAIRS: Final[dict[str, tuple[float, ...]]] = {
    "shock_index": (0.4, 0.55, 0.7, 0.85, 1, 1.2, 1.5),
    "shock_index.mean": (0.4, 0.55, 0.7, 0.85, 1, 1.2),
    "rox": (3, 5, 8, 12, 16, 20, 26, 36),
}
KNOTS: Final = {
    **{
        f"{column}.{kind}": row for column, kinds in _BY_KIND.items() for kind, row in kinds.items()
    },
    **_OF_PAIRS,
}

_CHARTS: Final = {
    "heart_rate_bpm.level": news2.HEART_RATE,
    "respiration_per_min.level": news2.RESPIRATION,
    "spo2_percent.level": news2.SPO2_SCALE_1,
    "systolic_mmhg.level": news2.SYSTOLIC,
    "temperature_c.level": news2.TEMPERATURE,
}
_OXYGEN_POINTS: Final = 2.0
_AROUND: Final = 21


def specs(per_point: float) -> tuple[LineSpec, ...]:
    """Return what is fixed of every line; ``per_point`` is the log-odds of a NEWS2 point."""
    return tuple(
        LineSpec(
            knots := np.array(KNOTS[one.name]), per_point * _points(one.name, knots), one.direction
        )
        for one in FEATURES
    )


def _points(name: str, knots: Floats) -> Floats:
    """Return NEWS2 points around each knot; none for what NEWS2 does not look at."""
    if name == "fio2.level":
        return np.where(knots > ROOM_AIR, _OXYGEN_POINTS, 0.0)
    chart = _CHARTS.get(name)
    if chart is None:
        return np.zeros(len(knots))
    halves = np.gradient(knots) / 2
    around = [
        np.linspace(k - half, k + half, _AROUND) for k, half in zip(knots, halves, strict=True)
    ]
    return np.array([np.mean([chart.points(value) or 0 for value in part]) for part in around])
