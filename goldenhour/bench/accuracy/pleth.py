"""Pulse rate from the pleth against a monitor's own, on the BIDMC recordings.

Every two seconds the pleth of the last 16 s gives a pulse rate over its last 10 s, or none; the
monitor's PULSE of that second is the reference. A rate over 5/min away counts as wrong.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_window import SHORTEST_S, SignalKind, Trace, working_samples
from clinical.signals.pleth import PLETH_RISE_S, pulse_rate_bpm, pulses_of

RATE_HZ: Final = 125
OVER_S: Final = 10
EVERY_S: Final = 2
WRONG_BPM: Final = 5.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Compared:
    """One recording: errors where a rate was given, and how often none was."""

    record: str
    errors_bpm: Floats
    withheld: int


def section(folder: Path) -> str:
    """Return the section on the pulse rate of the recordings in a folder."""
    compared = [_compare(path) for path in sorted(folder.glob("*_Signals.csv"))]
    errors = np.concatenate([one.errors_bpm for one in compared])
    withheld = sum(one.withheld for one in compared)
    worst = sorted(compared, key=_mean_error, reverse=True)[:5]
    listed = ", ".join(f"{one.record} {_mean_error(one):.1f}" for one in worst)
    wrong = 100 * float(np.mean(errors > WRONG_BPM))
    found = (
        f"BIDMC, {len(compared)} patients, {len(errors) + withheld} comparisons with the monitor: "
        f"mean absolute error **{errors.mean():.2f}/min**, median {np.median(errors):.2f}; "
        f"{wrong:.1f} % wrong by over {WRONG_BPM:.0f}/min; no rate given in {withheld}."
    )
    misses = f"Worst recordings, mean absolute error: {listed}."
    return f"## Pulse rate from the pleth\n\n{found}\n\n{misses}\n"


def _mean_error(compared: Compared) -> float:
    return float(compared.errors_bpm.mean()) if len(compared.errors_bpm) else 0.0


def _compare(path: Path) -> Compared:
    pleth = np.array([float(row["PLETH"]) for row in _rows(path)])
    numerics = path.with_name(path.name.replace("Signals", "Numerics"))
    errors, withheld = [], 0
    for row in _rows(numerics):
        second, monitor = int(float(row["Time [s]"])), float(row["PULSE"] or "nan")
        if second % EVERY_S or second < SHORTEST_S or not monitor > 0:
            continue
        stretch = pleth[(second - SHORTEST_S) * RATE_HZ : second * RATE_HZ]
        samples = working_samples(Trace(SignalKind.PLETH, RATE_HZ, stretch))
        rate = pulse_rate_bpm(pulses_of(samples, PLETH_RISE_S), len(samples), OVER_S)
        if rate is None:
            withheld += 1
        else:
            errors.append(abs(rate - monitor))
    return Compared(path.name.split("_Signals")[0], np.array(errors), withheld)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, skipinitialspace=True)
