"""Respiration rate from impedance against breaths that two people marked, on BIDMC recordings.

Every eight seconds the impedance of the last 32 s gives a rate, or none. The reference is the rate
of the breaths that each annotator marked in that stretch; where the two differ by over 2/min there
is no truth to compare with.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.respiration import OVER_S, respiration_of

RATE_HZ: Final = 125
EVERY_S: Final = 8
DIFFERENT_PER_MIN: Final = 2.0
_LEAST_BREATHS: Final = 3

Floats = NDArray[np.float64]


def section(folder: Path) -> str:
    """Return the section on the respiration rate of the recordings in a folder."""
    compared = [_compare(path) for path in sorted(folder.glob("*_Signals.csv"))]
    errors = np.array([error for errors, _ in compared for error in errors])
    withheld = sum(count for _, count in compared)
    wrong = 100 * float(np.mean(errors > DIFFERENT_PER_MIN))
    return (
        "## Respiration rate from impedance\n\n"
        f"BIDMC, {len(compared)} patients, {len(errors) + withheld} stretches of {OVER_S} s on "
        f"which two annotators agree: mean absolute error **{errors.mean():.2f}/min**, median "
        f"{np.median(errors):.2f}; {wrong:.1f} % wrong by over {DIFFERENT_PER_MIN:.0f}/min; no "
        f"rate given in {withheld}.\n"
    )


def _compare(path: Path) -> tuple[list[float], int]:
    """Return the errors of a recording where a rate was given, and how often none was."""
    impedance = np.array([float(row["RESP"] or "nan") for row in _rows(path)])
    marks = _marks(path.with_name(path.name.replace("Signals", "Breaths")))
    errors, withheld = [], 0
    for end_s in range(OVER_S, len(impedance) // RATE_HZ + 1, EVERY_S):
        truth = [_rate(breaths, end_s) for breaths in marks]
        if not np.ptp(truth) <= DIFFERENT_PER_MIN:
            continue
        stretch = impedance[(end_s - OVER_S) * RATE_HZ : end_s * RATE_HZ]
        found = respiration_of(stretch, RATE_HZ)
        if found is None:
            withheld += 1
        else:
            errors.append(abs(found.rate_per_min - float(np.mean(truth))))
    return errors, withheld


def _rate(breaths_s: Floats, end_s: int) -> float:
    within = breaths_s[(breaths_s > end_s - OVER_S) & (breaths_s <= end_s)]
    if len(within) < _LEAST_BREATHS:
        return float("nan")
    return float(60 * (len(within) - 1) / (within[-1] - within[0]))


def _marks(path: Path) -> tuple[Floats, ...]:
    """Return the instants of the breaths that each annotator marked, in seconds."""
    rows = _rows(path)
    return tuple(
        np.array([float(row[name]) for row in rows if _marked(row[name])]) / RATE_HZ
        for name in rows[0]
    )


def _marked(cell: str | None) -> bool:
    return bool(cell) and cell != "NaN"


def _rows(path: Path) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, skipinitialspace=True))
