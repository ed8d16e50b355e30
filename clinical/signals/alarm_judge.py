"""How likely an arrhythmia alarm is true: small decision trees over the evidence before it.

One forest for each kind of alarm (extremely randomised trees, Geurts P et al., Machine Learning
2006;63:3-42), grown on expert-judged alarms. Its answer is the mean over the trees of the part of
true alarms in the leaf reached. The limit under which an alarm is suppressed weighs a missed true
alarm five times, as the PhysioNet/CinC Challenge 2015 does.

The trees are grown by ``bench/training/alarms.py``; the card is ``docs/models/false_alarms.md``.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pkgutil import get_data
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from clinical.signals.alarm_evidence import Evidence


class ArrhythmiaAlarm(Enum):
    """The life-threatening arrhythmia alarms of a bedside monitor, as the challenge names them."""

    ASYSTOLE = "Asystole"
    """No beat for 4 s."""
    BRADYCARDIA = "Bradycardia"
    """Under 40/min for five beats."""
    TACHYCARDIA = "Tachycardia"
    """Over 140/min for 17 beats."""
    VENTRICULAR_FIBRILLATION = "Ventricular_Flutter_Fib"
    """Fibrillation or flutter for 4 s."""
    VENTRICULAR_TACHYCARDIA = "Ventricular_Tachycardia"
    """Five ventricular beats over 100/min."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Decision trees in one table, a row per node."""

    names: tuple[str, ...]
    """The evidence that the trees ask for."""
    usual: NDArray[np.float64]
    """Shape (names,): what stands in for evidence whose value is not known."""
    in_doubt: NDArray[np.float64]
    """Shape (names,): what stands in for evidence of a signal that is not there: the median of true
    alarms, so that a missing pleth does not speak for suppressing."""
    roots: NDArray[np.intp]
    """Shape (trees,): the first node of each tree."""
    asked: NDArray[np.intp]
    """Shape (nodes,): which evidence the node compares; -1 at a leaf."""
    limits: NDArray[np.float64]
    """Shape (nodes,): up to and with this value it goes on at ``below``, else at the node after.
    At a leaf: the part of true alarms."""
    below: NDArray[np.intp]
    """Shape (nodes,): where a node goes on; at a leaf the node itself."""

    @classmethod
    def of(cls, read: Mapping[str, Any]) -> Self:
        """Take a forest as the training script writes it."""
        return cls(
            names=tuple(read["names"]),
            usual=np.array(read["usual"], np.float64),
            in_doubt=np.array(read["in_doubt"], np.float64),
            roots=np.array(read["roots"], np.intp),
            asked=np.array(read["asked"], np.intp),
            limits=np.array(read["limits"], np.float64),
            below=np.array(read["below"], np.intp),
        )

    def likelihood(self, evidence: Evidence) -> float:
        """Return how likely the alarm is true, 0-1."""
        stands_in = zip(self.names, self.in_doubt.tolist(), strict=True)
        known = np.array([evidence.get(name, doubt) for name, doubt in stands_in], np.float64)
        values = np.where(np.isfinite(known), known, self.usual)
        nodes = self.roots
        while (inner := self.asked[nodes] >= 0).any():
            over = values[self.asked[nodes]] > self.limits[nodes]
            nodes = np.where(inner, self.below[nodes] + over, nodes)
        return float(self.limits[nodes].mean())


@dataclass(frozen=True, slots=True)
class AlarmJudge:
    """What was learned, for every kind of alarm that can be judged."""

    forests: Mapping[ArrhythmiaAlarm, Forest]
    limit: float
    """An alarm less likely than this is suppressed."""

    @classmethod
    def of(cls, text: str | bytes) -> Self:
        """Read the forests as the training script writes them."""
        read = json.loads(text)
        forests = {
            ArrhythmiaAlarm(name): Forest.of(forest) for name, forest in read["forests"].items()
        }
        return cls(forests, float(read["limit"]))


@cache
def trained() -> AlarmJudge:
    """Return the judge that was trained on the development alarms."""
    return AlarmJudge.of(get_data(__name__, "alarm_judge.json") or b"{}")
