"""Figures of an early warning over hours of patients, the same for every score.

An *alert* is one hour: the score reaches its threshold and the patient had no alert for
``REARM_HOURS``. A septic patient is *found* by an alert at or before the onset; the *lead* is from
the first alert within ``HORIZON_HOURS`` before onset to the onset. At a budget of alerts a score of
few values seldom meets it exactly: figures are then interpolated between the thresholds around it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REARM_HOURS: Final = 24
HORIZON_HOURS: Final = 48
ONSET_AFTER_HOURS: Final = 6
"""The label turns 1 six hours before the onset (Reyna et al. 2020)."""
DRAWS: Final = 200
DRAW_SEED: Final = 1
BUDGET: Final = 0.01
"""Alerts per patient-hour."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Rows of all patients, sorted by hour within each."""

    patient: Ints
    """Shape (n,); 0 and up."""
    hour: Ints
    outcome: Floats
    """Shape (n,); the label, 1 or 0."""

    @property
    def onset(self) -> Floats:
        """Hour of onset by patient; infinite for those without sepsis."""
        onset = np.full(self.patient.max() + 1, np.inf)
        labelled = self.outcome > 0
        np.minimum.at(onset, self.patient[labelled], self.hour[labelled] + ONSET_AFTER_HOURS)
        return onset


@dataclass(frozen=True, slots=True)
class Alerting:
    """What alerts at one threshold come to."""

    threshold: float
    per_hour: float
    found: float
    """Share of septic patients with an alert at or before onset."""
    found_in_horizon: float
    """The same, counting only alerts in the last HORIZON_HOURS."""
    lead_hours: float
    """Median over patients found in the horizon."""
    patients_alerted: float
    """Share of patients without sepsis who had an alert."""


def auroc(outcome: Floats, score: Floats, weights: Floats | None = None) -> float:
    """Return the area under the receiver operating characteristic, ties counted half."""
    values, place = np.unique(score, return_inverse=True)
    counts = np.bincount(place, weights, len(values))
    positives = np.bincount(place, outcome if weights is None else outcome * weights, len(values))
    negatives = counts - positives
    below = np.cumsum(negatives) - negatives
    wins = positives @ (below + negatives / 2)
    return float(wins / (positives.sum() * negatives.sum()))


def gain_interval(hours: Hours, score: Floats, other: Floats) -> tuple[float, float]:
    """Return the 95 % interval of the gain in AUROC over another score, by drawing patients."""
    draw = np.random.default_rng(DRAW_SEED)
    patients = hours.patient.max() + 1
    gains = []
    for _ in range(DRAWS):
        times = np.bincount(draw.integers(0, patients, patients), minlength=patients)
        weights = times[hours.patient].astype(np.float64)
        gains.append(auroc(hours.outcome, score, weights) - auroc(hours.outcome, other, weights))
    low, high = np.quantile(gains, [0.025, 0.975])
    return float(low), float(high)


def auprc(outcome: Floats, score: Floats) -> float:
    """Return the average precision, ties taken together."""
    values, place, counts = np.unique(-score, return_inverse=True, return_counts=True)
    hits = np.bincount(place, outcome, len(values))
    precision = np.cumsum(hits) / np.cumsum(counts)
    return float(precision @ hits / hits.sum())


def auroc_within_hour(hours: Hours, score: Floats, fewest: int = 5) -> float:
    """Return the mean AUROC among rows of the same hour of stay, weighted by their positives."""
    total = weight = 0.0
    for hour in np.unique(hours.hour[hours.outcome > 0]):
        rows = hours.hour == hour
        positives = float(hours.outcome[rows].sum())
        if positives >= fewest and positives < rows.sum():
            total += positives * auroc(hours.outcome[rows], score[rows])
            weight += positives
    return total / weight


def alerts(hours: Hours, score: Floats, threshold: float, rearm: int = REARM_HOURS) -> Ints:
    """Return the rows that are alerts."""
    last = np.full(hours.patient.max() + 1, -(10**6))
    found = []
    above = np.flatnonzero(score >= threshold)
    for row, patient, hour in zip(above, hours.patient[above], hours.hour[above], strict=True):
        if hour - last[patient] >= rearm:
            last[patient] = hour
            found.append(row)
    return np.array(found, dtype=np.int64)


def alerting(hours: Hours, score: Floats, threshold: float, rearm: int = REARM_HOURS) -> Alerting:
    """Return what the alerts at a threshold come to."""
    rows = alerts(hours, score, threshold, rearm)
    onset = hours.onset
    septic = np.isfinite(onset)
    patient, lead = hours.patient[rows], onset[hours.patient[rows]] - hours.hour[rows]
    ever = np.zeros(len(onset), dtype=bool)
    ever[patient[lead >= 0]] = True
    longest = np.full(len(onset), np.nan)
    near = (lead >= 0) & (lead <= HORIZON_HOURS)
    np.fmax.at(longest, patient[near], lead[near])
    alerted = np.zeros(len(onset), dtype=bool)
    alerted[patient] = True
    leads = longest[~np.isnan(longest)]
    return Alerting(
        threshold=threshold,
        per_hour=len(rows) / len(score),
        found=float(ever[septic].mean()),
        found_in_horizon=float((~np.isnan(longest))[septic].mean()),
        lead_hours=float(np.median(leads)) if len(leads) else float("nan"),
        patients_alerted=float(alerted[~septic].mean()),
    )


def at_budget(
    hours: Hours, score: Floats, budget: float = BUDGET, rearm: int = REARM_HOURS
) -> Alerting:
    """Return what alerts come to at a budget, interpolated between the thresholds around it."""
    steps = np.unique(np.quantile(score, np.linspace(0.3, 1, 400)))
    low, high = 0, len(steps) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if alerting(hours, score, steps[middle], rearm).per_hour > budget:
            low = middle
        else:
            high = middle
    many, few = (alerting(hours, score, steps[place], rearm) for place in (low, high))
    part = np.clip((budget - few.per_hour) / max(many.per_hour - few.per_hour, 1e-12), 0, 1)
    return Alerting(
        *(
            float(getattr(few, name) + part * (getattr(many, name) - getattr(few, name)))
            for name in Alerting.__slots__
        )
    )
