"""How much one lead's window speaks for a shockable rhythm: boosted trees behind a gate of rate.

Shockable is, by the AHA's goals for automated defibrillators, fibrillation, flutter and *rapid*
ventricular tachycardia. That slow rhythms are not is no matter of learning: where complexes come
at well under ``GATE_BPM``, the gate speaks against a shock whatever the shape, and the trees have
learned, behind the same gate, only what remains: which fast rhythms are ventricular. So a wide
QRS complex at 110/min is not taken for tachycardia because few patients of the training had one.

The trees are trained by ``bench/training/shockable.py``; the card is ``docs/models/shockable.md``.
"""

import json
from dataclasses import dataclass
from functools import cache
from pkgutil import get_data
from typing import Final, Self

import numpy as np

from clinical.signals.shock_features import NAMES
from clinical.signals.shock_window import Floats, Indices

GATE_BPM: Final = 135.0
"""Half of the gate's weight lies at this rate of complexes."""

_GATE_WIDTH_BPM: Final = 5.0
_GATE_LOGIT: Final = 12.0

_INTERVAL: Final = NAMES.index("qrs_interval_s")


@dataclass(frozen=True, slots=True)
class ShockJudge:
    """Binary trees as arrays, each of shape (trees, nodes); node 0 is the root.

    A leaf leads to itself, so that all trees are descended in the same number of steps.
    """

    feature: Indices
    threshold: Floats
    """Left where the feature is at most this."""
    left: Indices
    right: Indices
    value: Floats
    """What a leaf says; 0 at inner nodes."""
    depth: int
    """Steps that lead from any root to a leaf."""
    scale: float
    offset: float
    """Calibration: log odds are ``scale * (trees + gate) + offset``."""

    @classmethod
    def of(cls, text: str | bytes) -> Self:
        """Read the trees as the training script writes them."""
        read = json.loads(text)
        if tuple(read["features"]) != NAMES:
            message = "features: not those that this version computes"
            raise ValueError(message)
        return cls(
            feature=np.array(read["feature"], np.intp),
            threshold=np.array(read["threshold"], np.float64),
            left=np.array(read["left"], np.intp),
            right=np.array(read["right"], np.intp),
            value=np.array(read["value"], np.float64),
            depth=int(read["depth"]),
            scale=float(read["scale"]),
            offset=float(read["offset"]),
        )

    def log_odds(self, features: Floats) -> Floats:
        """Return how much each window speaks for a shock, shape (windows,)."""
        calibrated: Floats = self.scale * (self._trees(features) + gate(features)) + self.offset
        return calibrated

    def _trees(self, features: Floats) -> Floats:
        tree = np.arange(len(self.feature))
        node = np.zeros((len(features), len(tree)), np.intp)
        window = np.arange(len(features))[:, None]
        for _ in range(self.depth):
            low = features[window, self.feature[tree, node]] <= self.threshold[tree, node]
            node = np.where(low, self.left[tree, node], self.right[tree, node])
        summed: Floats = self.value[tree, node].sum(axis=1)
        return summed


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
