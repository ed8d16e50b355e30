"""Trains the deterioration index and measures it by patient-wise cross-validation.

    python -m bench.training.deterioration VITALS.csv --out OUT

writes ``model.json`` (to be placed in `clinical/deterioration/`), ``figures.json`` and
``calibration.svg``. The same input gives the same output: folds follow a fixed seed, and nothing
else is random. Figures are of patients whom the model of their fold did not see; the coefficients
are then fitted on all of them, and the threshold is the one that the unseen patients gave.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.training.additive import Fitted, LineSpec, fit
from bench.training.calibration import calibration, plot
from bench.training.early_warning import (
    BUDGET,
    REARM_HOURS,
    Floats,
    Hours,
    at_budget,
    auprc,
    auroc,
    auroc_within_hour,
    gain_interval,
)
from bench.training.intensive_care import Ward, live_features, read, single_scores
from bench.training.knots import specs
from clinical.deterioration.features import FEATURES
from clinical.deterioration.index import DECIMALS
from clinical.deterioration.inputs import COLUMNS
from clinical.deterioration.model import VERSION

FOLDS: Final = 5
FOLD_SEED: Final = 1
EVERY: Final = 3
"""Of the hours without the label every third is fitted to, with three times the weight: hours next
to one another say nearly the same."""
_NEWTON_STEPS: Final = 8
NOT_ALERT_POINTS: Final = 3
"""NEWS2 points of a consciousness other than alert; the records hold none to learn from."""


def main() -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    ward = read(arguments.table)
    known, scores = live_features(ward), single_scores(ward)
    per_point = _slope(scores["NEWS2"], ward.hours.outcome)
    lines = specs(per_point)
    unseen = _unseen(ward, known, lines)
    model = fit(*_sampled(ward.hours, known), lines)
    alert = at_budget(ward.hours, np.round(_chance(unseen), DECIMALS))
    arguments.out.mkdir(parents=True, exist_ok=True)
    scores = {"index": unseen, **scores}
    figures = {name: _figures(ward.hours, score) for name, score in scores.items()}
    for name, score in scores.items():
        figures[name]["gain_of_index"] = gain_interval(ward.hours, unseen, score)
    bins = calibration(ward.hours.outcome, _chance(unseen))
    _write(arguments.out / "figures.json", {"scores": figures, "calibration": bins})
    (arguments.out / "calibration.svg").write_text(plot(bins["bins"]), encoding="utf-8")
    coefficients = {
        "version": VERSION,
        "provenance": _provenance(ward, per_point),
        "base_rate": round(float(ward.hours.outcome.mean()), 5),
        "not_alert": round(NOT_ALERT_POINTS * per_point, 4),
        "weights": _weights(known, model, lines),
        **_coefficients(model, lines, alert.threshold),
    }
    _write(arguments.out / "model.json", coefficients)


def _unseen(ward: Ward, known: Floats, lines: tuple[LineSpec, ...]) -> Floats:
    """Return the log-odds of every row by the model of a fold that did not hold its patient."""
    fold = np.random.default_rng(FOLD_SEED).permutation(len(ward.names)) % FOLDS
    found = np.zeros(len(known))
    for held_out in range(FOLDS):
        out = fold[ward.hours.patient] == held_out
        rows, outcome, weights = _sampled(ward.hours, known, ~out)
        found[out] = fit(rows, outcome, weights, lines).log_odds(known[out], lines)
    return found


def _sampled(
    hours: Hours, known: Floats, among: np.ndarray[Any, np.dtype[np.bool_]] | None = None
) -> tuple[Floats, Floats, Floats]:
    labelled = hours.outcome > 0
    taken = labelled | (hours.hour % EVERY == 0)
    if among is not None:
        taken &= among
    weights = np.where(labelled, 1.0, float(EVERY))
    return known[taken], hours.outcome[taken], weights[taken]


def _slope(score: Floats, outcome: Floats) -> float:
    """Return the log-odds per point of a score, by logistic regression."""
    rows = np.column_stack([np.ones(len(score)), score])
    found = np.array([np.log(outcome.mean() / (1 - outcome.mean())), 0.0])
    for _ in range(_NEWTON_STEPS):
        chance = _chance(rows @ found)
        curvature = rows.T @ (rows * (chance * (1 - chance))[:, None])
        found += np.linalg.solve(curvature, rows.T @ (outcome - chance))
    return float(found[1])


def _chance(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _figures(hours: Hours, score: Floats) -> dict[str, Any]:
    early = hours.hour < 24  # noqa: PLR2004 the first day
    return {
        "auroc": auroc(hours.outcome, score),
        "auroc_within_hour": auroc_within_hour(hours, score),
        "auroc_first_day": auroc(hours.outcome[early], score[early]),
        "auprc": auprc(hours.outcome, score),
        "at_budget": {
            rearm: asdict(at_budget(hours, score, BUDGET, rearm)) for rearm in (6, 12, 24)
        },
    }


def _provenance(ward: Ward, per_point: float) -> dict[str, Any]:
    septic = int(np.isfinite(ward.hours.onset).sum())
    return {
        "summary": "PhysioNet/CinC Challenge 2019, set A, development half",
        "citation": "Reyna MA et al. Crit Care Med 2020;48:210-217",
        "licence": "CC BY 4.0",
        "patients": len(ward.names),
        "septic_patients": septic,
        "hours": len(ward.measured),
        "script": "bench/training/deterioration.py",
        "log_odds_per_news2_point": round(per_point, 4),
    }


def _coefficients(model: Fitted, lines: tuple[LineSpec, ...], threshold: float) -> dict[str, Any]:
    return {
        "intercept": round(model.intercept, 5),
        "alert": {"threshold": round(threshold, DECIMALS), "rearm_minutes": 60.0 * REARM_HOURS},
        "lines": {
            feature.name: {
                "knots": spec.knots.tolist(),
                "log_odds": [round(float(value), 4) for value in line],
            }
            for feature, spec, line in zip(FEATURES, lines, model.lines, strict=True)
        },
    }


def _weights(known: Floats, model: Fitted, lines: tuple[LineSpec, ...]) -> dict[str, float]:
    """Return the share of each column in what the pushes vary by, told under its first column."""
    spread = dict.fromkeys(COLUMNS, 0.0)
    for column, (feature, spec, line) in enumerate(zip(FEATURES, lines, model.lines, strict=True)):
        pushed = np.nan_to_num(np.interp(known[:, column], spec.knots, line))
        spread[feature.columns[0]] += float(pushed.std())
    total = sum(spread.values())
    return {column: round(value / total, 4) for column, value in spread.items()}


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
