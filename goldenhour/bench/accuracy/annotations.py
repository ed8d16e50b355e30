"""Reference beats of a WFDB record, and how a detector's beats compare, by the practice of EC57.

ANSI/AAMI EC57:2012, 4.3: a beat found within 150 ms of a reference beat matches it, one for one;
what is found elsewhere is made up, what is not matched is missed. Ventricular flutter and
fibrillation are left out, between their marks. The whole record counts, its first minutes too.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import wfdb
from numpy.typing import NDArray

WINDOW_S: Final = 0.15
BEATS: Final = frozenset("NLRBAaJSVrFejnE/fQ?")
"""Annotation codes of WFDB that mark a beat."""

VENTRICULAR: Final = frozenset("VE")
NORMAL: Final = frozenset("NLRBejAaJSn")
"""Classes V, and N with S, of EC57; fusion, paced and unclassified beats are in neither."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reference:
    """What cardiologists marked in a record."""

    times_s: Floats
    """Of beats, ascending."""
    codes: str
    """Of each beat, a character."""
    excluded_s: tuple[tuple[float, float], ...]
    """Begin and end of each stretch of ventricular flutter or fibrillation."""

    def until(self, end_s: float) -> "Reference":
        """Return what was marked before an instant."""
        known = int(np.searchsorted(self.times_s, end_s))
        return Reference(self.times_s[:known], self.codes[:known], self.excluded_s)

    def counted(self, times_s: Floats) -> NDArray[np.bool_]:
        """Return which beats do not lie in an excluded stretch."""
        within = np.zeros(len(times_s), bool)
        for begin, end in self.excluded_s:
            within |= (times_s >= begin - WINDOW_S) & (times_s <= end + WINDOW_S)
        return ~within


@dataclass(frozen=True, slots=True)
class Tally:
    """How a detector's beats compare with the reference."""

    matched: int = 0
    missed: int = 0
    made_up: int = 0
    ventricular_matched: int = 0
    ventricular_missed: int = 0
    ventricular_made_up: int = 0
    """Normal beats that were called ventricular."""

    def __add__(self, other: "Tally") -> "Tally":
        """Return the sums."""
        return Tally(
            self.matched + other.matched,
            self.missed + other.missed,
            self.made_up + other.made_up,
            self.ventricular_matched + other.ventricular_matched,
            self.ventricular_missed + other.ventricular_missed,
            self.ventricular_made_up + other.ventricular_made_up,
        )

    @property
    def sensitivity_percent(self) -> float:
        """Part of the reference beats that were found."""
        return _percent(self.matched, self.missed)

    @property
    def predictivity_percent(self) -> float:
        """Part of the found beats that are in the reference."""
        return _percent(self.matched, self.made_up)

    @property
    def ventricular_sensitivity_percent(self) -> float:
        """Part of the matched ventricular beats that were called so."""
        return _percent(self.ventricular_matched, self.ventricular_missed)

    @property
    def ventricular_predictivity_percent(self) -> float:
        """Part of the matched beats called ventricular that are."""
        return _percent(self.ventricular_matched, self.ventricular_made_up)


def read_reference(base: Path) -> Reference:
    """Read the ``atr`` annotations beside a record."""
    marks = wfdb.rdann(str(base), "atr")
    rate_hz = float(wfdb.rdheader(str(base)).fs)
    times, codes, excluded = [], [], []
    begin = 0.0
    for sample, code in zip(marks.sample, marks.symbol, strict=True):
        if code in BEATS:
            times.append(sample / rate_hz)
            codes.append(code)
        elif code == "[":
            begin = sample / rate_hz
        elif code == "]":
            excluded.append((begin, sample / rate_hz))
    return Reference(np.array(times), "".join(codes), tuple(excluded))


def matches(reference_s: Floats, found_s: Floats) -> list[tuple[int, int]]:
    """Return pairs of indices, one for one, each within ``WINDOW_S``, the nearest first."""
    lowest = np.searchsorted(found_s, reference_s - WINDOW_S)
    highest = np.searchsorted(found_s, reference_s + WINDOW_S, side="right")
    near = sorted(
        (abs(found_s[found] - at), index, found)
        for index, at in enumerate(reference_s)
        for found in range(lowest[index], highest[index])
    )
    pairs: list[tuple[int, int]] = []
    taken: set[int] = set()
    used: set[int] = set()
    for _, index, found in near:
        if index not in taken and found not in used:
            taken.add(index)
            used.add(found)
            pairs.append((index, int(found)))
    return sorted(pairs)


def compare(reference: Reference, found_s: Floats, ventricular: NDArray[np.bool_]) -> Tally:
    """Compare a detector's beats with the reference."""
    counted = reference.counted(found_s)
    found_s, ventricular = found_s[counted], ventricular[counted]
    pairs = matches(reference.times_s, found_s)
    of_v = [
        bool(ventricular[found]) for index, found in pairs if reference.codes[index] in VENTRICULAR
    ]
    of_n = [bool(ventricular[found]) for index, found in pairs if reference.codes[index] in NORMAL]
    return Tally(
        matched=len(pairs),
        missed=len(reference.times_s) - len(pairs),
        made_up=len(found_s) - len(pairs),
        ventricular_matched=sum(of_v),
        ventricular_missed=len(of_v) - sum(of_v),
        ventricular_made_up=sum(of_n),
    )


def _percent(right: int, wrong: int) -> float:
    return 100 * right / (right + wrong) if right + wrong else 100.0
