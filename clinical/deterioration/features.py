"""The features of the index: what a clinician would read off the chart, as numbers.

Of each vital its level, how far it lies from its own last hours, where it has been, how restless it
was and its worst in half a day; of pairs the shock index and the ratio of oxygenation to breathing.
A feature that cannot be known yet is NaN and pushes the index nowhere. Oxygen of which nothing was
ever said is room air, as it is on an observation chart.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from clinical.deterioration.history import LONG, MIDDLE, SHORT, History
from clinical.deterioration.inputs import CARRIED_MINUTES, COLUMNS, Floats, Ints

HEART_RATE, RESPIRATION, SPO2, SYSTOLIC, TEMPERATURE, FIO2 = range(len(COLUMNS))
VITALS: Final = (HEART_RATE, RESPIRATION, SPO2, SYSTOLIC, TEMPERATURE)

ROOM_AIR: Final = 0.21
RESTLESS_AFTER_MINUTES: Final = 120.0
"""A spread is told from here on: before, it would say how long the patient is known."""

_KINDS: Final = ("level", "mean", "change", "drift", "spread", "lowest", "highest")


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature."""

    name: str
    """``column.kind``, or the name of a pair."""
    columns: tuple[str, ...]
    """The columns that it is computed from; the first is the one that it is told under."""
    direction: int
    """+1 or -1 where a higher or lower value never lowers the index; 0 where the line is free."""


_DIRECTIONS: Final = {HEART_RATE: 1, RESPIRATION: 1, SPO2: -1, SYSTOLIC: -1, TEMPERATURE: 1}
_DIRECTED: Final = {SPO2: ("level", "change", "lowest", "highest")}
"""Kinds whose direction is that of the vital; else of the change and of the worse extreme."""


def _of_vital(column: int, kind: str) -> Feature:
    direction = _DIRECTIONS[column]
    directed = _DIRECTED.get(column, ("change", "highest" if direction > 0 else "lowest"))
    return Feature(
        f"{COLUMNS[column]}.{kind}", (COLUMNS[column],), direction if kind in directed else 0
    )


FEATURES: Final = (
    *(_of_vital(column, kind) for kind in _KINDS for column in VITALS),
    Feature("shock_index", (COLUMNS[HEART_RATE], COLUMNS[SYSTOLIC]), 1),
    Feature("shock_index.mean", (COLUMNS[HEART_RATE], COLUMNS[SYSTOLIC]), 0),
    Feature("rox", (COLUMNS[RESPIRATION], COLUMNS[SPO2], COLUMNS[FIO2]), -1),
    Feature("fio2.level", (COLUMNS[FIO2],), 1),
    Feature("fio2.mean", (COLUMNS[FIO2],), 0),
    Feature("fio2.highest", (COLUMNS[FIO2],), 1),
)


def features(history: History, slots: Ints) -> Floats:
    """Return the features of patients, shape (n, len(FEATURES)); NaN where one is not known."""
    carried = history.age_minutes(slots) <= CARRIED_MINUTES
    level = np.where(carried, history.level[slots], np.nan)
    weight, mean = history.weight[slots], history.mean[slots]
    past = np.where(weight > 0, mean, np.nan)
    spread = np.sqrt(history.variance[slots])
    spread = np.where(weight[:, MIDDLE] >= RESTLESS_AFTER_MINUTES, spread, np.nan)
    lowest = np.fmin(history.lowest[slots], level)
    highest = np.fmax(history.highest[slots], level)
    by_kind = (
        level,
        past[:, MIDDLE],
        level - past[:, MIDDLE],
        past[:, SHORT] - past[:, LONG],
        spread,
        lowest,
        highest,
    )
    oxygen = _on_air_unless_told(level[:, FIO2])
    pairs = (
        level[:, HEART_RATE] / np.maximum(level[:, SYSTOLIC], 1),
        past[:, MIDDLE, HEART_RATE] / np.maximum(past[:, MIDDLE, SYSTOLIC], 1),
        level[:, SPO2] / oxygen / np.maximum(level[:, RESPIRATION], 1),
        oxygen,
        _on_air_unless_told(past[:, MIDDLE, FIO2]),
        _on_air_unless_told(highest[:, FIO2]),
    )
    vitals = [kind[:, list(VITALS)] for kind in by_kind]
    return np.column_stack([*vitals, *pairs])


def _on_air_unless_told(fio2: Floats) -> Floats:
    return np.where(np.isnan(fio2), ROOM_AIR, fio2)
