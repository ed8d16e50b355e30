"""The deterioration index of many patients: rows in, one number each out, with its drivers.

The index is the probability that the hour lies in the outcome on which the model was trained: from
six hours before the onset of sepsis on, among adults in intensive care. It is calibrated for that
base rate (`AdditiveModel.base_rate`); elsewhere it ranks.

An alert is a single row: the index reaches the threshold and the patient has had no alert for the
time of the rule. Nothing alerts again because a value wobbles around the threshold.

``on_batch`` is exact: many patients in one call, or the same rows one by one, give the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from clinical.deterioration.features import FIO2, ROOM_AIR, features
from clinical.deterioration.history import History
from clinical.deterioration.inputs import (
    CARRIED_MINUTES,
    FRESH_MINUTES,
    Floats,
    Ints,
    plausible,
)
from clinical.deterioration.model import AdditiveModel
from clinical.vitals import Consciousness

CONSCIOUSNESS_MINUTES: Final = 360.0
"""How long an assessment of consciousness counts."""

NASAL_CANNULA: Final = 0.28
"""Taken where oxygen is given and nobody says how much: about 2 l/min by nasal cannula."""

FULL_GCS: Final = 15
DECIMALS: Final = 4
"""To which the index is rounded, before it is compared with the threshold."""


@dataclass(frozen=True, slots=True)
class Rows:
    """One row of measurements for each of n patients, none of whom may occur twice."""

    slots: Ints
    """Shape (n,)."""
    minutes: Floats
    """Shape (n,); a row older than the newest of its patient changes nothing."""
    values: Floats
    """Shape (n, len(COLUMNS)); NaN where nothing was measured."""
    on_oxygen: Floats
    """Shape (n,); 1, 0, or NaN where it is not said. A measured ``fio2`` says more and wins."""
    not_alert: Floats
    """Shape (n,); 1, 0, or NaN where nobody looked."""


@dataclass(frozen=True, slots=True)
class Assessments:
    """What was found for n rows."""

    index: Floats
    """0 to 1."""
    alert: np.ndarray[Any, np.dtype[np.bool_]]
    features: Floats
    """Shape (n, len(FEATURES)); NaN where not known."""
    pushes: Floats
    """Log-odds by feature and, last, by consciousness; with the intercept they add up."""
    certainty: Floats
    """0 to 1: how much of what the index rests on is known and fresh."""


def not_alert(consciousness: Consciousness | None, gcs: float | None) -> float:
    """Return 1 for a patient who is not alert, 0 for one who is, NaN where nobody looked."""
    if consciousness is not None:
        return float(consciousness is not Consciousness.ALERT)
    return np.nan if gcs is None else float(gcs < FULL_GCS)


class DeteriorationIndex:
    """The index of every patient by slot; slots are handed out by the caller, from 0."""

    __slots__ = ("_alerted", "_assessed", "_history", "_model", "_not_alert")

    def __init__(self, model: AdditiveModel, slots: int = 1) -> None:
        """Begin with nothing known of ``slots`` patients."""
        self._model = model
        self._history = History(slots)
        self._not_alert = np.zeros(slots)
        self._assessed = np.full(slots, -np.inf)
        self._alerted = np.full(slots, -np.inf)

    def grow(self, slots: int) -> None:
        """Make room for at least ``slots`` patients."""
        more = slots - self._history.slots
        if more > 0:
            self._history.grow(slots)
            self._not_alert = np.append(self._not_alert, np.zeros(more))
            self._assessed = np.append(self._assessed, np.full(more, -np.inf))
            self._alerted = np.append(self._alerted, np.full(more, -np.inf))

    def on_batch(self, rows: Rows) -> Assessments:
        """Take one row for each of several patients, and assess them."""
        slots, minutes = rows.slots, rows.minutes
        current = minutes >= self._history.minute[slots]
        looked = current & ~np.isnan(rows.not_alert)
        self._not_alert[slots[looked]] = rows.not_alert[looked]
        self._assessed[slots[looked]] = minutes[looked]
        self._history.advance(slots, minutes, self._settled(rows))
        return self._assess(slots)

    def snapshot(self, slot: int) -> dict[str, Any]:
        """Return the state of one patient as plain data."""
        return {
            "history": self._history.snapshot(slot),
            "not_alert": float(self._not_alert[slot]),
            "assessed": float(self._assessed[slot]),
            "alerted": float(self._alerted[slot]),
        }

    def restore(self, slot: int, state: Mapping[str, Any]) -> None:
        """Take over the state of one patient from ``snapshot``."""
        self._history.restore(slot, state["history"])
        self._not_alert[slot] = state["not_alert"]
        self._assessed[slot] = state["assessed"]
        self._alerted[slot] = state["alerted"]

    def _settled(self, rows: Rows) -> Floats:
        """Return plausible values; where only oxygen or none is told, the fraction that it means.

        What is only told does not displace a raised fraction that was measured a short while ago.
        """
        values = plausible(rows.values)
        measured = self._history.measured[rows.slots, FIO2]
        recent = rows.minutes - measured <= FRESH_MINUTES[FIO2]
        displaced = recent & (self._history.level[rows.slots, FIO2] > NASAL_CANNULA)
        means = np.where(rows.on_oxygen > 0, NASAL_CANNULA, ROOM_AIR)
        told = np.isnan(values[:, FIO2]) & ~np.isnan(rows.on_oxygen) & ~displaced
        values[told, FIO2] = means[told]
        return values

    def _assess(self, slots: Ints) -> Assessments:
        now = self._history.minute[slots]
        recent = now - self._assessed[slots] <= CONSCIOUSNESS_MINUTES
        known = features(self._history, slots)
        pushes = self._model.pushes(known, np.where(recent, self._not_alert[slots], 0.0))
        log_odds = self._model.intercept + pushes.sum(axis=1)
        index = np.round(1 / (1 + np.exp(-log_odds)), DECIMALS)
        rule = self._model.alert
        alert = (index >= rule.threshold) & (now - self._alerted[slots] >= rule.rearm_minutes)
        self._alerted[slots[alert]] = now[alert]
        return Assessments(index, alert, known, pushes, self._certainty(slots))

    def _certainty(self, slots: Ints) -> Floats:
        """Weigh each column by what it usually moves; fade it from fresh to no longer carried."""
        age = self._history.age_minutes(slots)
        freshness = np.clip((CARRIED_MINUTES - age) / (CARRIED_MINUTES - FRESH_MINUTES), 0, 1)
        return np.asarray(freshness @ np.array(self._model.weights))
