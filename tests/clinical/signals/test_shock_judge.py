"""Trees as arrays, and the gate of rate before them."""

import json
from pkgutil import get_data
from typing import Any

import numpy as np
import pytest

from clinical.signals.shock_features import NAMES
from clinical.signals.shock_judge import GATE_BPM, LEAVES_MAX, ShockJudge, gate, trained

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


def test_the_trained_trees_say_what_a_descent_from_each_root_does() -> None:
    read = json.loads(get_data("clinical.signals", "shock_judge.json") or b"{}")
    rng = np.random.default_rng(5)
    thresholds = [np.array([])] * len(NAMES)
    for features, tree in zip(read["feature"], read["threshold"], strict=True):
        for feature, threshold in zip(features, tree, strict=True):
            thresholds[feature] = np.append(thresholds[feature], threshold)
    drawn = np.column_stack(
        [rng.choice(each, 50) if len(each) else np.zeros(50) for each in thresholds]
    )
    for row, odds in zip(drawn, trained().log_odds(drawn), strict=True):
        said = np.array([_descended(read, tree, row) for tree in range(len(read["feature"]))])
        expected = read["scale"] * (said.sum() + gate(row[None])[0]) + read["offset"]
        assert odds == pytest.approx(expected, abs=1e-9)


def _descended(read: dict[str, Any], tree: int, row: np.ndarray) -> float:
    node = 0
    for _ in range(read["depth"]):
        low = row[read["feature"][tree][node]] <= read["threshold"][tree][node]
        node = read["left" if low else "right"][tree][node]
    return float(read["value"][tree][node])


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    inner = LEAVES_MAX
    nodes = 2 * inner + 1
    chain = {
        "feature": [[0] * nodes],
        "threshold": [[0.0] * nodes],
        "left": [[inner + at if at < inner else at for at in range(nodes)]],
        "right": [
            [
                at + 1 if at < inner - 1 else nodes - 1 if at == inner - 1 else at
                for at in range(nodes)
            ]
        ],
        "value": [[0.0] * nodes],
    }
    with pytest.raises(ValueError, match="left, right"):
        ShockJudge.of(json.dumps({**STUMPS, **chain}))
