"""Train and cross-validate the forests that judge arrhythmia alarms (docs/models/false_alarms.md).

    .cache/training/bin/python -m bench.training.alarms CINC2015 --out MODEL.json

CINC2015 is the folder of the development records with ALARMS.csv (record, alarm, true_alarm). The
set does not say which records share a patient. But the usual beats of records next or next but one
in number are alike (correlation over 0.97 in both leads) in 10 % and 4 % of pairs, those of others
in 0.3 %: so the cross-validation keeps such neighbours together. It is stratified by kind of alarm
and truth, five folds, repeated. In every fold the forests and the limit are made from the other
four alone: the limit is the one with the best score there, on likelihoods that an inner five-fold
cross-validation gives. Deterministic: every seed is fixed.
"""

import argparse
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import StratifiedGroupKFold

from bench.training.alarm_features import EVIDENCE_NAMES, SPLIT_PART
from clinical.signals.alarm_evidence import evidence_of
from clinical.signals.alarm_judge import ArrhythmiaAlarm, Forest
from clinical.signals.alarm_window import window_before_alarm
from goldenhour.lab.monitor_records import read_traces

REPEATS: Final = 5
FOLDS: Final = 5
NEIGHBOURS: Final = 2
"""Records whose numbers differ by no more may be of one patient."""

TREES: Final = 100
DEEPEST: Final = 7
LEAST_IN_LEAF: Final = 2
MOST_LOST_TO_ROUNDING: Final = 0.02
LIMITS: Final = np.arange(0.10, 0.50, 0.01)

Table = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Development:
    """The development alarms."""

    records: list[str]
    kinds: NDArray[np.str_]
    true: Flags
    evidence: list[dict[str, float]]

    @property
    def neighbours(self) -> NDArray[np.intp]:
        """Return a number for each record that it shares with its neighbours in number."""
        numbers = np.array([int("".join(filter(str.isdigit, name))) for name in self.records])
        order = np.argsort(numbers, kind="stable")
        groups = np.empty(len(numbers), np.intp)
        groups[order] = np.cumsum(np.diff(numbers[order], prepend=numbers[order][0]) > NEIGHBOURS)
        return groups

    def table(self, kind: ArrhythmiaAlarm) -> Table:
        """Return the evidence that a kind's forest asks for, shape (alarms, names)."""
        names = EVIDENCE_NAMES[kind]
        rows = [[found.get(name, np.nan) for name in names] for found in self.evidence]
        return np.array(rows, np.float64)


def read_development(folder: Path) -> Development:
    """Read the records and describe the window before each alarm."""
    with (folder / "ALARMS.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    evidence = []
    for row in rows:
        window = window_before_alarm(read_traces(folder / f"{row['record']}.npz"))
        evidence.append(dict(evidence_of(window)) if window else {})
    return Development(
        records=[row["record"] for row in rows],
        kinds=np.array([row["alarm"] for row in rows]),
        true=np.array([row["true_alarm"] == "1" for row in rows]),
        evidence=evidence,
    )


def grow(
    table: Table, true: Flags, kind: ArrhythmiaAlarm, seed: int
) -> tuple[ExtraTreesClassifier, Table]:
    """Grow the forest of one kind; also return what stands in for evidence that is not known."""
    usual = _medians(table)
    forest = ExtraTreesClassifier(
        TREES,
        max_depth=DEEPEST,
        min_samples_leaf=LEAST_IN_LEAF,
        max_features=SPLIT_PART[kind],
        random_state=seed,
    )
    return forest.fit(np.where(np.isfinite(table), table, usual), true), usual


def _medians(table: Table) -> Table:
    known = [column[np.isfinite(column)] for column in table.T]
    return np.array([float(np.median(values)) if len(values) else 0.0 for values in known])


def _likelihoods(
    data: Development, tables: dict[str, Table], train: Flags, asked: Flags, seed: int
) -> Table:
    """Return the likelihoods of the alarms asked for, from forests grown on ``train``; else NaN."""
    found = np.full(len(data.true), np.nan)
    for kind in ArrhythmiaAlarm:
        of_kind = data.kinds == kind.value
        table = tables[kind.value]
        forest, usual = grow(table[train & of_kind], data.true[train & of_kind], kind, seed)
        filled = np.where(np.isfinite(table), table, usual)
        found[asked & of_kind] = forest.predict_proba(filled[asked & of_kind])[:, 1]
    return found


def _folds(data: Development, within: Flags, seed: int) -> Iterator[Flags]:
    """Yield the alarms of each fold of those ``within``, stratified by kind and truth."""
    places = np.flatnonzero(within)
    strata = [f"{data.kinds[at]}{data.true[at]}" for at in places]
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for _, held in splitter.split(places, strata, data.neighbours[places]):
        fold = np.zeros(len(within), np.bool_)
        fold[places[held]] = True
        yield fold


def _best_limit(data: Development, tables: dict[str, Table], train: Flags, seed: int) -> float:
    likelihoods = np.full(len(train), np.nan)
    for fold in _folds(data, train, seed):
        given = _likelihoods(data, tables, train & ~fold, fold, seed)
        likelihoods[fold] = given[fold]
    scores = [score(data.true[train], likelihoods[train] >= limit) for limit in LIMITS]
    best = np.flatnonzero(np.array(scores) >= max(scores) - 0.3)
    return round(float(np.median(LIMITS[best])), 3)


def score(true: Flags, keep: Flags) -> float:
    """Return the challenge's score: (TP + TN) / (TP + TN + FP + 5 FN) x 100."""
    right = float((true == keep).sum())
    false_positive, false_negative = float((~true & keep).sum()), float((true & ~keep).sum())
    return 100 * right / (right + false_positive + 5 * false_negative)


@dataclass(frozen=True)
class Repeat:
    """One whole cross-validation: every alarm judged once by forests that had not seen it."""

    keep: Flags
    limits: tuple[float, ...]


def cross_validate(data: Development, tables: dict[str, Table], seed: int) -> Repeat:
    """Judge every development alarm once, by forests and a limit made without it."""
    everything = np.ones(len(data.true), np.bool_)
    keep = np.zeros(len(data.true), np.bool_)
    limits = []
    for fold in _folds(data, everything, seed):
        limit = _best_limit(data, tables, ~fold, seed)
        keep[fold] = _likelihoods(data, tables, ~fold, fold, seed)[fold] >= limit
        limits.append(limit)
    return Repeat(keep, tuple(limits))


def summary(data: Development, repeats: Sequence[Repeat]) -> dict[str, Any]:
    """Return the counts by kind, as means over the repeats, and every score."""
    kinds = {}
    for kind in ArrhythmiaAlarm:
        of_kind = data.kinds == kind.value
        true = data.true[of_kind]
        kept = [repeat.keep[of_kind] for repeat in repeats]
        kinds[kind.value] = {
            "true": int(true.sum()),
            "false": int((~true).sum()),
            "true_suppressed": round(float(np.mean([(true & ~keep).sum() for keep in kept])), 2),
            "false_suppressed": round(float(np.mean([(~true & ~keep).sum() for keep in kept])), 2),
            "score": round(float(np.mean([score(true, keep) for keep in kept])), 2),
        }
    scores = [score(data.true, repeat.keep) for repeat in repeats]
    missed = np.mean([data.true & ~repeat.keep for repeat in repeats], axis=0)
    return {
        "repeats": len(repeats),
        "folds": FOLDS,
        "score": round(float(np.mean(scores)), 2),
        "least_score": round(min(scores), 2),
        "greatest_score": round(max(scores), 2),
        "by_alarm": kinds,
        "true_suppressed_by_record": {
            data.records[at]: round(float(missed[at]), 2) for at in np.flatnonzero(missed)
        },
    }


def written_forest(
    forest: ExtraTreesClassifier, usual: Table, in_doubt: Table, kind: ArrhythmiaAlarm
) -> dict[str, Any]:
    """Return a forest as plain lists: nodes in rows, the two children of a node side by side."""
    roots: list[int] = []
    asked: list[int] = []
    limits: list[float] = []
    below: list[int] = []
    for tree in (grown.tree_ for grown in forest.estimators_):
        offset = len(asked)
        roots.append(offset)
        order = [0]
        for node in order:
            left, right = tree.children_left[node], tree.children_right[node]
            leaf = left < 0
            part = tree.value[node][0]
            asked.append(-1 if leaf else int(tree.feature[node]))
            limits.append(float(part[1] / part.sum()) if leaf else float(tree.threshold[node]))
            below.append(offset + (len(asked) - 1 - offset if leaf else len(order)))
            order.extend(() if leaf else (left, right))
    return {
        "names": list(EVIDENCE_NAMES[kind]),
        "usual": [float(f"{value:.5g}") for value in usual],
        "in_doubt": [float(f"{value:.5g}") for value in in_doubt],
        "roots": roots,
        "asked": asked,
        "limits": [float(f"{value:.5g}") for value in limits],
        "below": below,
    }


def _check_written(written: dict[str, Any], grown: ExtraTreesClassifier, table: Table) -> None:
    """Refuse to write a forest that does not answer as the grown one; limits lose digits."""
    forest = Forest.of(written)
    given = grown.predict_proba(table)[:, 1]
    read = [forest.likelihood(dict(zip(forest.names, row, strict=True))) for row in table]
    difference = float(np.abs(given - read).max())
    if difference > MOST_LOST_TO_ROUNDING:
        message = f"the written forest differs from the grown one by {difference:.3f}"
        raise ValueError(message)


def main() -> None:
    """Cross-validate, print what came out, grow the forests on every record and write them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="the development records with ALARMS.csv")
    parser.add_argument("--out", type=Path, required=True, help="where to write the model (JSON)")
    given = parser.parse_args()
    data = read_development(given.folder)
    tables = {kind.value: data.table(kind) for kind in ArrhythmiaAlarm}
    repeats = [cross_validate(data, tables, seed) for seed in range(REPEATS)]
    found = summary(data, repeats)
    print(json.dumps(found, indent=1))  # noqa: T201
    everything = np.ones(len(data.true), np.bool_)
    limit = _best_limit(data, tables, everything, 0)
    forests = {}
    for kind in ArrhythmiaAlarm:
        of_kind = data.kinds == kind.value
        table = tables[kind.value][of_kind]
        forest, usual = grow(table, data.true[of_kind], kind, 0)
        in_doubt = _medians(table[data.true[of_kind]])
        forests[kind.value] = written_forest(forest, usual, in_doubt, kind)
        _check_written(forests[kind.value], forest, np.where(np.isfinite(table), table, usual))
    model = {
        "provenance": {
            "made_by": "bench/training/alarms.py",
            "data": "PhysioNet/CinC Challenge 2015 v1.0.0 (ODC-BY 1.0, doi:10.13026/c9fg-a467), "
            f"{len(data.records)} development records",
            "cross_validation": found,
        },
        "limit": limit,
        "forests": forests,
    }
    given.out.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
