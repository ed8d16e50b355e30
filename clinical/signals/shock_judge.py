"""How much one lead's window speaks for a shockable rhythm: boosted trees behind a gate of rate.

Shockable is, by the AHA's goals for automated defibrillators, fibrillation, flutter and *rapid*
ventricular tachycardia. That slow rhythms are not is no matter of learning: where complexes come
at well under ``GATE_BPM``, the gate speaks against a shock whatever the shape, and the trees have
learned, behind the same gate, only what remains: which fast rhythms are ventricular. So a wide
QRS complex at 110/min is not taken for tachycardia because few patients of the training had one.

The trees are trained by ``bench/training/shockable.py``; the card is ``docs/models/shockable.md``.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.signals.shock_features import NAMES
from clinical.signals.shock_window import Floats, Indices

GATE_BPM: Final = 135.0
"""Half of the gate's weight lies at this rate of complexes."""

_GATE_WIDTH_BPM: Final = 5.0
_GATE_LOGIT: Final = 12.0

LEAVES_MAX: Final = 64
"""Leaves of a tree: a bit each."""

_ALL: Final = np.uint64(2**LEAVES_MAX - 1)

_UNASKED: Final = (0, np.inf, int(_ALL))
"""A question that rules out nothing, of a tree with fewer than others."""

_INTERVAL: Final = NAMES.index("qrs_interval_s")


@dataclass(frozen=True, slots=True)
class ShockJudge:
    """Binary trees as one array of questions: what feature is over what threshold.

    Leaves are numbered from the left. A question answered with yes rules out the leaves on its
    left; of those that no question ruled out the leftmost speaks, which is the one that a descent
    from the root would reach (QuickScorer: Lucchese et al., SIGIR 2015:73).
    """

    feature: Indices
    """Of each question, the first of every tree, then the second, and so on."""
    threshold: Floats
    """Answered with yes where the feature is over this."""
    kept: NDArray[np.uint64]
    """Bits of the leaves that yes leaves over."""
    trees: int
    value: Floats
    """What each leaf says, shape (trees, leaves)."""
    scale: float
    offset: float
    """Calibration: log odds are ``scale * (trees + gate) + offset``."""

    @classmethod
    def of(cls, text: str | bytes) -> Self:
        """Read the trees as the training script writes them: nodes as arrays, 0 the root.

        Left where the feature is at most the threshold; a leaf leads to itself.
        """
        read = json.loads(text)
        if tuple(read["features"]) != NAMES:
            message = "features: not those that this version computes"
            raise ValueError(message)
        nodes = zip(read["feature"], read["threshold"], read["left"], read["right"], strict=True)
        trees = [_questions(*tree) for tree in nodes]
        most = max((len(asked) for asked, _ in trees), default=0)
        leaves = max((len(found) for _, found in trees), default=0)
        if leaves > LEAVES_MAX:
            message = f"left, right: a tree of {leaves} leaves, of which there are {LEAVES_MAX}"
            raise ValueError(message)
        filled = [asked + [_UNASKED] * (most - len(asked)) for asked, _ in trees]
        turns = [question for turn in zip(*filled, strict=True) for question in turn]
        value = np.zeros((len(trees), leaves))
        for row, said, (_, found) in zip(value, read["value"], trees, strict=True):
            row[: len(found)] = [said[node] for node in found]
        return cls(
            feature=np.array([feature for feature, _, _ in turns], np.intp),
            threshold=np.array([threshold for _, threshold, _ in turns], np.float64),
            kept=np.array([kept for _, _, kept in turns], np.uint64),
            trees=len(trees),
            value=value,
            scale=float(read["scale"]),
            offset=float(read["offset"]),
        )

    def log_odds(self, features: Floats) -> Floats:
        """Return how much each window speaks for a shock, shape (windows,)."""
        calibrated: Floats = self.scale * (self._trees(features) + gate(features)) + self.offset
        return calibrated

    def _trees(self, features: Floats) -> Floats:
        at_most = features.take(self.feature, axis=1) <= self.threshold
        kept = np.where(at_most, _ALL, self.kept)
        left = np.bitwise_and.reduce(kept.reshape(len(features), -1, self.trees), axis=1)
        leaf = np.bitwise_count(~left & (left - np.uint64(1)))
        summed: Floats = self.value[np.arange(self.trees), leaf].sum(axis=1)
        return summed


def _questions(
    feature: Sequence[int], threshold: Sequence[float], left: Sequence[int], right: Sequence[int]
) -> tuple[list[tuple[int, float, int]], list[int]]:
    """Return a tree's questions (feature, threshold, leaves kept) and the nodes of its leaves."""
    asked: list[tuple[int, float, int]] = []
    leaves: list[int] = []

    def go(node: int) -> None:
        if left[node] == node:
            leaves.append(node)
            return
        first = len(leaves)
        go(left[node])
        on_the_left = (1 << len(leaves)) - (1 << first)
        asked.append((feature[node], threshold[node], int(_ALL) & ~on_the_left))
        go(right[node])

    go(0)
    return asked, leaves


def gate(features: Floats) -> Floats:
    """Return how much the rate of complexes speaks against a shock: 0 where it is high."""
    rate_bpm = 60.0 / np.maximum(features[:, _INTERVAL], 0.1)
    steps = np.clip((rate_bpm - GATE_BPM) / _GATE_WIDTH_BPM, -50, 50)
    against: Floats = -_GATE_LOGIT / (1 + np.exp(steps))
    return against


@cache
def trained() -> ShockJudge:
    """Return the judge that comes with this version."""
    return ShockJudge.of(get_data(__name__, "shock_judge.json") or b"{}")
