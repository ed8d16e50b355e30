"""Trees as arrays, and the gate of rate before them."""

import json

import numpy as np
import pytest

from clinical.signals.shock_features import NAMES
from clinical.signals.shock_judge import GATE_BPM, ShockJudge, gate, trained

STUMPS = {
    "features": list(NAMES),
    "feature": [[1, 0, 0], [0, 0, 0]],
    "threshold": [[0.5, 0.0, 0.0], [0.0, 0.0, 0.0]],
    "left": [[1, 1, 2], [0, 1, 2]],
    "right": [[2, 1, 2], [0, 1, 2]],
    "value": [[0.0, -1.0, 2.0], [0.25, 0.0, 0.0]],
    "depth": 1,
    "scale": 2.0,
    "offset": 0.5,
}


def _features(leakage: float, rate_bpm: float) -> np.ndarray:
    row = np.zeros(len(NAMES))
    row[NAMES.index("leakage")] = leakage
    row[NAMES.index("qrs_interval_s")] = 60 / rate_bpm
    return row


def test_every_tree_is_descended_and_what_the_leaves_say_is_calibrated() -> None:
    judge = ShockJudge.of(json.dumps(STUMPS))
    odds = judge.log_odds(np.stack((_features(0.5, 300), _features(0.6, 300))))
    assert odds == pytest.approx([2 * (-1 + 0.25) + 0.5, 2 * (2 + 0.25) + 0.5])


def test_the_gate_speaks_against_slow_rhythms_only() -> None:
    rates = (60, 110, GATE_BPM, 160, 250)
    against = gate(np.stack([_features(0, rate) for rate in rates]))
    assert against == pytest.approx([-12, -11.92, -6, -0.08, 0], abs=0.01)


def test_trees_for_other_measures_are_refused() -> None:
    with pytest.raises(ValueError, match="features"):
        ShockJudge.of(json.dumps({**STUMPS, "features": ["leakage"]}))


def test_every_leaf_of_the_trained_trees_is_reached_within_their_depth() -> None:
    judge = trained()
    nodes = np.arange(judge.feature.shape[1])
    leaf = (judge.left == nodes) & (judge.right == nodes)
    assert not judge.value[~leaf].any()
    reached = np.zeros(len(judge.left), np.intp)[:, None]
    tree = np.arange(len(judge.left))[:, None]
    for _ in range(judge.depth):
        reached = np.hstack((judge.left[tree, reached], judge.right[tree, reached]))
    assert leaf[tree, reached].all()
