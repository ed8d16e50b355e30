"""Fits additive logistic models: one piecewise-linear line per feature, smooth and short.

Each line is a sum of tents at fixed knots. The penalty is on its first differences (a line is flat
unless records say otherwise) and its second (it bends little). A line may begin from a published
chart instead of flat: where records are few, it then follows the chart. Declared directions hold
exactly: a step that goes the wrong way is pressed to zero while fitting, and what is left of it is
levelled at the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

STEEPNESS: Final = 100.0
"""Weight of the first differences, in units of training rows."""
BENDING: Final = 100.0
"""Weight of the second differences."""
_PRESSED: Final = 1e5
_ITERATIONS: Final = 12
_SETTLED: Final = 1e-3


@dataclass(frozen=True, slots=True)
class LineSpec:
    """What is fixed of a line before it is fitted."""

    knots: Floats
    prior: Floats
    """Log-odds at the knots from which it starts."""
    direction: int
    """+1 or -1 where it may only rise or fall."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned."""

    intercept: float
    lines: tuple[Floats, ...]
    """Log-odds at the knots, by feature; their mean over known training rows is 0."""

    def log_odds(self, features: Floats, specs: Sequence[LineSpec]) -> Floats:
        """Return the log-odds of rows of features."""
        total = np.full(len(features), self.intercept)
        for column, (line, spec) in enumerate(zip(self.lines, specs, strict=True)):
            total += np.nan_to_num(np.interp(features[:, column], spec.knots, line))
        return total


@dataclass(frozen=True, slots=True)
class _Rows:
    """What is fitted to."""

    design: NDArray[np.float32]
    outcome: Floats
    weights: Floats

    def newton(
        self, intercept: float, coefficients: Floats, penalty: Floats, pull: Floats
    ) -> Floats:
        """Return one Newton step, the intercept first."""
        log_odds = intercept + self.design @ coefficients.astype(np.float32)
        chance = 1 / (1 + np.exp(-log_odds))
        curvature = (self.weights * chance * (1 - chance)).astype(np.float32)
        gradient = self.weights * (self.outcome - chance)
        scaled = self.design * np.sqrt(curvature)[:, None]
        size = self.design.shape[1] + 1
        hessian = np.empty((size, size))
        hessian[0, 0] = curvature.sum()
        hessian[0, 1:] = hessian[1:, 0] = self.design.T @ curvature
        hessian[1:, 1:] = scaled.T @ scaled + penalty
        slope = self.design.T @ gradient.astype(np.float32) - pull
        return np.asarray(np.linalg.solve(hessian, np.r_[gradient.sum(), slope]))


def fit(features: Floats, outcome: Floats, weights: Floats, specs: Sequence[LineSpec]) -> Fitted:
    """Fit lines by penalised iteratively reweighted least squares.

    Args:
        features: shape (n, len(specs)); NaN where not known.
        outcome: shape (n,); 1 or 0.
        weights: shape (n,).
        specs: one for each column.
    """
    tents = [_tents(features[:, column], spec.knots) for column, spec in enumerate(specs)]
    centres = [_centre(block, weights) for block in tents]
    design = np.concatenate(
        [_centred(*pair) for pair in zip(tents, centres, strict=True)], axis=1
    ).astype(np.float32)
    rows = _Rows(design, outcome, weights)
    edges = np.cumsum([0, *(len(spec.knots) for spec in specs)])
    places = [slice(low, high) for low, high in pairwise(edges)]
    prior = np.concatenate([spec.prior for spec in specs])
    penalty = _penalty(places)
    steps = _directed_steps(specs, places)
    pressed = np.zeros(len(steps), dtype=bool)
    coefficients, intercept = prior.copy(), _log_odds(float(np.average(outcome, weights=weights)))
    for _ in range(_ITERATIONS):
        held = steps[pressed]
        curbed = penalty + _PRESSED * held.T @ held
        pull = penalty @ (coefficients - prior) + _PRESSED * held.T @ (held @ coefficients)
        move = rows.newton(intercept, coefficients, curbed, pull)
        intercept, coefficients = intercept + move[0], coefficients + move[1:]
        wrong = pressed | (steps @ coefficients < 0)
        if np.abs(move).max() < _SETTLED and (wrong == pressed).all():
            break
        pressed = wrong
    lines = []
    for spec, place, centre in zip(specs, places, centres, strict=True):
        line = _levelled(coefficients[place], spec.direction)
        lines.append(line - float(line @ centre))
    return Fitted(float(intercept), tuple(lines))


def _tents(values: Floats, knots: Floats) -> Floats:
    """Return the weights of the knots around each value, all zero where it is not known."""
    inside = np.clip(values, knots[0], knots[-1])
    known = np.flatnonzero(~np.isnan(values))
    low = np.clip(np.searchsorted(knots, inside[known], side="right") - 1, 0, len(knots) - 2)
    part = (inside[known] - knots[low]) / (knots[low + 1] - knots[low])
    tents = np.zeros((len(values), len(knots)))
    tents[known, low], tents[known, low + 1] = 1 - part, part
    return tents


def _centre(tents: Floats, weights: Floats) -> Floats:
    known = np.asarray(tents.any(axis=1))
    return np.asarray(np.average(tents[known], axis=0, weights=weights[known]))


def _centred(tents: Floats, centre: Floats) -> Floats:
    known = np.asarray(tents.any(axis=1))
    return np.where(known[:, None], tents - centre, 0.0)


def _penalty(places: Sequence[slice]) -> Floats:
    penalty = np.eye(places[-1].stop)
    for place in places:
        first = np.diff(np.eye(place.stop - place.start), axis=0)
        second = np.diff(first, axis=0)
        penalty[place, place] += STEEPNESS * first.T @ first + BENDING * second.T @ second
    return penalty


def _directed_steps(specs: Sequence[LineSpec], places: Sequence[slice]) -> Floats:
    """Return rows that give, of all coefficients, the steps that must not be negative."""
    rows = [np.zeros((0, places[-1].stop))]
    for spec, place in zip(specs, places, strict=True):
        if spec.direction:
            row = np.zeros((len(spec.knots) - 1, places[-1].stop))
            row[:, place] = spec.direction * np.diff(np.eye(len(spec.knots)), axis=0)
            rows.append(row)
    return np.concatenate(rows)


def _levelled(line: Floats, direction: int) -> Floats:
    if direction > 0:
        return np.maximum.accumulate(line)
    return np.minimum.accumulate(line) if direction < 0 else line


def _log_odds(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))
