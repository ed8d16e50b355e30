"""The development half of the PhysioNet/CinC Challenge 2019, as hours and as the index reads them.

Reyna MA et al. Crit Care Med 2020;48:210-217: adults in intensive care, one row an hour; the label
turns 1 six hours before the onset of sepsis (Sepsis-3). Consciousness is not recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from bench.training.early_warning import Floats, Hours
from clinical.deterioration.features import FEATURES, features
from clinical.deterioration.history import History
from clinical.deterioration.inputs import COLUMNS, plausible
from clinical.scores import news2
from clinical.scores.chart import Chart
from clinical.scores.mews import MEWS
from clinical.scores.qsofa import QSOFA

SOURCE_COLUMNS: Final = dict(
    zip(("HR", "Resp", "O2Sat", "SBP", "Temp", "FiO2"), COLUMNS, strict=True)
)
_NEWS2_CHARTS: Final = {
    "heart_rate_bpm": news2.HEART_RATE,
    "respiration_per_min": news2.RESPIRATION,
    "spo2_percent": news2.SPO2_SCALE_1,
    "systolic_mmhg": news2.SYSTOLIC,
    "temperature_c": news2.TEMPERATURE,
}
_OXYGEN_POINTS: Final = 2


@dataclass(frozen=True, slots=True)
class Ward:
    """Hours of patients with what was measured in each."""

    names: tuple[str, ...]
    """By patient."""
    hours: Hours
    measured: Floats
    """Shape (n, len(COLUMNS)); NaN where nothing was measured."""

    def carried(self) -> Mapping[str, Floats]:
        """Return each column carried forward without limit."""
        table = pd.DataFrame(self.measured, columns=list(COLUMNS))
        filled = table.groupby(self.hours.patient).ffill()
        return {column: filled[column].to_numpy() for column in COLUMNS}


def read(path: Path) -> Ward:
    """Read the table of vital signs."""
    table = pd.read_csv(path)
    patient, names = pd.factorize(table["patient"])
    hours = Hours(
        np.asarray(patient, np.int64),
        table["hour"].to_numpy(np.int64),
        table["SepsisLabel"].to_numpy(np.float64),
    )
    values = plausible(table[list(SOURCE_COLUMNS)].to_numpy(np.float64))
    return Ward(tuple(map(str, names)), hours, values)


def live_features(ward: Ward) -> Floats:
    """Return the features of every row as the live code computes them, hour by hour."""
    hours, history = ward.hours, History(len(ward.names))
    found = np.full((len(ward.measured), len(FEATURES)), np.nan)
    order = np.argsort(hours.hour, kind="stable")
    starts = np.searchsorted(hours.hour[order], np.arange(hours.hour.max() + 2))
    for hour, (low, high) in enumerate(pairwise(starts)):
        rows = order[low:high]
        minutes = np.full(len(rows), 60.0 * hour)
        history.advance(hours.patient[rows], minutes, ward.measured[rows])
        found[rows] = features(history, hours.patient[rows])
    return found


def single_scores(ward: Ward) -> dict[str, Floats]:
    """Return the single scores with which the index is compared, each from carried values.

    A part that is not known counts nothing, as in the lower bound of a refused score. Oxygen counts
    two points in NEWS2 from an inspired fraction above room air on.
    """
    carried = ward.carried()
    oxygen = _OXYGEN_POINTS * (np.nan_to_num(carried["fio2"], nan=0.21) > 0.21)  # noqa: PLR2004
    ratio = carried["heart_rate_bpm"] / np.maximum(carried["systolic_mmhg"], 1)
    return {
        "NEWS2": _points(_NEWS2_CHARTS, carried) + oxygen,
        "MEWS": _points(MEWS.charts, carried),
        "qSOFA": _points(QSOFA.charts, carried),
        "Shock index": np.nan_to_num(ratio, nan=float(np.nanmedian(ratio))),
    }


def _points(charts: Mapping[str, Chart], carried: Mapping[str, Floats]) -> Floats:
    known = [column for column in charts if column in carried]
    total = np.zeros(len(carried["fio2"]))
    for column in known:
        values, place = np.unique(carried[column], return_inverse=True)
        points = [charts[column].points(value) or 0 for value in values]
        total += np.array(points, np.float64)[place]
    return total
