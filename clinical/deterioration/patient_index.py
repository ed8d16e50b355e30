"""The deterioration index of one patient, in plain numbers: what the live watch hosts.

It is the same index as ``index.DeteriorationIndex``, which takes the rows of many patients at once
as arrays; for a single row arrays cost ten times what the sums do. Both are proven to agree, row by
row (``tests/clinical/deterioration/test_patient_index.py``). Where something is not known its
place holds None, so that a snapshot survives any encoding.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp, expm1, inf, isnan, nan, sqrt
from typing import Any, Final

from clinical.deterioration.features import FIO2, RESTLESS_AFTER_MINUTES, ROOM_AIR
from clinical.deterioration.history import (
    EXTREME_TAU_MINUTES,
    LONG,
    MIDDLE,
    SHORT,
    SHORTEST_STEP_MINUTES,
    SMOOTHING_MINUTES,
    TAUS_MINUTES,
)
from clinical.deterioration.index import CONSCIOUSNESS_MINUTES, DECIMALS, NASAL_CANNULA
from clinical.deterioration.inputs import CARRIED_MINUTES, COLUMNS, FRESH_MINUTES
from clinical.deterioration.model import AdditiveModel
from clinical.scores.observed import PLAUSIBLE_COLUMN

SPANS_REMEMBERED: Final = 1_024
"""Spans of time whose exponentials are remembered: nearly every minute takes as long."""

_HEART_RATE, _RESPIRATION, _SPO2, _SYSTOLIC, _TEMPERATURE = range(FIO2)
_CARRIED: Final = tuple(float(minutes) for minutes in CARRIED_MINUTES)
_FADES: Final = tuple(float(x) for x in CARRIED_MINUTES - FRESH_MINUTES)
_FIO2_FRESH: Final = float(FRESH_MINUTES[FIO2])
_PLAUSIBLE: Final = tuple(PLAUSIBLE_COLUMN[column] for column in COLUMNS)
_SCALE: Final = 10**DECIMALS


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of the patient at one minute."""

    minute: float
    values: Sequence[float | None]
    """By COLUMNS; None where nothing was measured."""
    on_oxygen: bool | None = None
    """None where it is not said. A measured ``fio2`` says more and wins."""
    not_alert: bool | None = None
    """None where nobody looked."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found for a row."""

    index: float
    """0 to 1."""
    alert: bool
    features: Sequence[float]
    """By FEATURES; NaN where not known."""
    pushes: Sequence[float]
    """Log-odds by feature and, last, by consciousness; with the intercept they add up."""
    certainty: float
    """0 to 1: how much of what the index rests on is known and fresh."""


class _Column:
    """The memory of one column: ``history.History`` of one patient and one column."""

    __slots__ = ("highest", "level", "lowest", "mean", "measured", "variance", "weight")

    def __init__(self) -> None:
        self.level: float | None = None
        self.measured = 0.0
        self.variance = 0.0
        self.highest: float | None = None
        self.lowest: float | None = None
        self.weight = [0.0] * len(TAUS_MINUTES)
        self.mean = [0.0] * len(TAUS_MINUTES)

    def age(self, now: float) -> float:
        return inf if self.level is None else now - self.measured

    def integrate(self, began: float, now: float, carried: float) -> None:
        """Let what held since ``began`` enter the means, the variance and the extremes."""
        level = self.level
        if level is None:
            return
        passed = now - began
        held = max(min(now, self.measured + carried) - began, 0.0)
        weights, means = self.weight, self.mean
        for which, (entering, kept) in enumerate(_faded(held, passed)):
            weight = weights[which] * kept + entering
            share = entering / weight if weight > 0 else 0.0
            away = level - means[which]
            means[which] += share * away
            weights[which] = weight
            if which == MIDDLE:
                self.variance = (1 - share) * (self.variance + share * away * away)
        self._fade(passed, level if held > 0 else None)

    def measure(self, value: float, now: float) -> None:
        """Let a new value move the level."""
        if self.level is None:
            self.level = value
        else:
            step = max(now - self.measured, SHORTEST_STEP_MINUTES)
            self.level += _gain(step) * (value - self.level)
        self.measured = now

    def features(self, level: float) -> tuple[float, ...]:
        """Return level, mean, change, drift, spread, lowest and highest; NaN where not known."""
        mean, weight = self.mean, self.weight
        middle = mean[MIDDLE] if weight[MIDDLE] > 0 else nan
        short = mean[SHORT] if weight[SHORT] > 0 else nan
        spread = sqrt(self.variance) if weight[MIDDLE] >= RESTLESS_AFTER_MINUTES else nan
        lowest, highest = self.lowest, self.highest
        known = not isnan(level)
        if lowest is None or (known and level < lowest):
            lowest = level
        if highest is None or (known and level > highest):
            highest = level
        drift = short - (mean[LONG] if weight[LONG] > 0 else nan)
        return (level, middle, level - middle, drift, spread, lowest, highest)

    def plain(self) -> list[Any]:
        return [
            self.level,
            self.measured,
            self.variance,
            self.highest,
            self.lowest,
            *self.weight,
            *self.mean,
        ]

    def restore(self, plain: Sequence[Any]) -> None:
        self.level, self.measured, self.variance, self.highest, self.lowest, *both = plain
        self.weight, self.mean = both[: len(TAUS_MINUTES)], both[len(TAUS_MINUTES) :]

    def _fade(self, passed: float, held: float | None) -> None:
        middle, kept = self.mean[MIDDLE], _kept(passed)
        if self.highest is not None and self.lowest is not None:
            self.highest = middle + (self.highest - middle) * kept
            self.lowest = middle + (self.lowest - middle) * kept
        if held is not None:
            self.highest = held if self.highest is None else max(self.highest, held)
            self.lowest = held if self.lowest is None else min(self.lowest, held)


class PatientIndex:
    """The index of one patient."""

    __slots__ = ("_alerted", "_assessed", "_columns", "_minute", "_model", "_not_alert")

    def __init__(self, model: AdditiveModel) -> None:
        """Begin with nothing known."""
        self._model = model
        self._columns = tuple(_Column() for _ in COLUMNS)
        self._minute: float | None = None
        self._not_alert = False
        self._assessed: float | None = None
        self._alerted: float | None = None

    @property
    def levels(self) -> tuple[float | None, ...]:
        """The smoothed values by COLUMNS; None where there is none that still counts."""
        now = self._minute or 0.0
        return tuple(
            column.level if column.age(now) <= carried else None
            for column, carried in zip(self._columns, _CARRIED, strict=True)
        )

    def on_item(self, row: Row) -> Assessment:
        """Take a row and assess the patient; one older than the newest changes nothing."""
        if self._minute is None or row.minute >= self._minute:
            self._advance(row)
        return self._assess(row.minute if self._minute is None else self._minute)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "columns": [column.plain() for column in self._columns],
            "minute": self._minute,
            "not_alert": self._not_alert,
            "assessed": self._assessed,
            "alerted": self._alerted,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for column, plain in zip(self._columns, state["columns"], strict=True):
            column.restore(plain)
        self._minute = state["minute"]
        self._not_alert = state["not_alert"]
        self._assessed = state["assessed"]
        self._alerted = state["alerted"]

    def _advance(self, row: Row) -> None:
        now, before = row.minute, self._minute
        if row.not_alert is not None:
            self._not_alert, self._assessed = row.not_alert, now
        values = self._settled(row)
        self._minute = now
        for column, value, carried in zip(self._columns, values, _CARRIED, strict=True):
            column.integrate(now if before is None else before, now, carried)
            if value is not None:
                column.measure(value, now)

    def _settled(self, row: Row) -> list[float | None]:
        """Return plausible values; where only oxygen or none is told, the fraction it means."""
        values = [
            value if value is not None and limits.lowest <= value <= limits.highest else None
            for value, limits in zip(row.values, _PLAUSIBLE, strict=True)
        ]
        if values[FIO2] is None and row.on_oxygen is not None:
            fraction = self._columns[FIO2]
            raised = fraction.level is not None and fraction.level > NASAL_CANNULA
            if not (raised and fraction.age(row.minute) <= _FIO2_FRESH):
                values[FIO2] = NASAL_CANNULA if row.on_oxygen else ROOM_AIR
        return values

    def _assess(self, now: float) -> Assessment:
        model = self._model
        looked = self._assessed is not None and now - self._assessed <= CONSCIOUSNESS_MINUTES
        features = self._features()
        pushes = [
            _at(line.knots, line.log_odds, value) if value == value else 0.0  # noqa: PLR0124 - NaN
            for line, value in zip(model.lines, features, strict=True)
        ]
        pushes.append(model.not_alert if looked and self._not_alert else 0.0)
        log_odds = model.intercept + sum(pushes)
        index = round(_SCALE / (1 + exp(-log_odds))) / _SCALE
        rule = model.alert
        armed = self._alerted is None or now - self._alerted >= rule.rearm_minutes
        alert = index >= rule.threshold and armed
        if alert:
            self._alerted = now
        return Assessment(index, alert, features, pushes, self._certainty(now))

    def _features(self) -> list[float]:
        columns = self._columns
        levels = [nan if level is None else level for level in self.levels]
        kinds = [columns[x].features(levels[x]) for x in range(FIO2)]
        past = [kind[1] for kind in kinds]
        fraction = columns[FIO2].features(levels[FIO2])
        oxygen = _or_air(fraction[0])
        pairs = (
            levels[_HEART_RATE] / _floored(levels[_SYSTOLIC]),
            past[_HEART_RATE] / _floored(past[_SYSTOLIC]),
            levels[_SPO2] / oxygen / _floored(levels[_RESPIRATION]),
            oxygen,
            _or_air(fraction[1]),
            _or_air(fraction[6]),
        )
        return [*(kind[x] for x in range(len(fraction)) for kind in kinds), *pairs]

    def _certainty(self, now: float) -> float:
        """Weigh each column by what it usually moves; fade it from fresh to not carried."""
        return sum(
            weight * min(max((carried - column.age(now)) / fades, 0.0), 1.0)
            for weight, carried, fades, column in zip(
                self._model.weights, _CARRIED, _FADES, self._columns, strict=True
            )
        )


@lru_cache(maxsize=SPANS_REMEMBERED)
def _faded(held: float, passed: float) -> tuple[tuple[float, float], ...]:
    """Return for each time constant how much of a level enters, and what is kept of the weight."""
    return tuple(
        (tau * -expm1(-held / tau) * exp((held - passed) / tau), exp(-passed / tau))
        for tau in TAUS_MINUTES
    )


@lru_cache(maxsize=SPANS_REMEMBERED)
def _kept(passed: float) -> float:
    """Return what is kept of how far an extreme lies from the middle."""
    return exp(-passed / EXTREME_TAU_MINUTES)


@lru_cache(maxsize=SPANS_REMEMBERED)
def _gain(step: float) -> float:
    """Return how far a new value moves the level."""
    return -expm1(-step / SMOOTHING_MINUTES)


def _at(knots: Sequence[float], pushed: Sequence[float], value: float) -> float:
    """Return the push of a value that is known; it is flat beyond the outermost knots."""
    above = bisect_right(knots, value)
    if above == 0:
        return pushed[0]
    if above == len(knots):
        return pushed[-1]
    low, high = knots[above - 1], knots[above]
    before = pushed[above - 1]
    return (pushed[above] - before) / (high - low) * (value - low) + before


def _floored(divisor: float) -> float:
    return divisor if isnan(divisor) else max(divisor, 1.0)


def _or_air(fio2: float) -> float:
    return ROOM_AIR if isnan(fio2) else fio2
