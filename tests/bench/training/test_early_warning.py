"""The figures by which early warnings are compared are those of their definitions."""

import numpy as np
import pytest

from bench.training.additive import LineSpec, fit
from bench.training.early_warning import (
    Hours,
    alerting,
    alerts,
    at_budget,
    auprc,
    auroc,
    auroc_within_hour,
)


def two_patients(hours: int = 40) -> Hours:
    """Patient 0 becomes septic at hour 30, so the label begins at 24; patient 1 does not."""
    hour = np.tile(np.arange(hours), 2)
    patient = np.repeat([0, 1], hours)
    return Hours(patient, hour, ((patient == 0) & (hour >= 24)).astype(float))


def test_the_area_counts_pairs_and_ties_half() -> None:
    """Of four pairs of one positive and one negative, two are right, one is tied."""
    outcome = np.array([1.0, 1, 0, 0])
    assert auroc(outcome, np.array([3.0, 1, 1, 2])) == pytest.approx(2.5 / 4)
    assert auroc(outcome, np.zeros(4)) == 0.5
    assert auprc(outcome, np.array([4.0, 3, 2, 1])) == 1


def test_weights_count_as_repetitions() -> None:
    """A row of weight 2 counts like the row twice."""
    outcome, score = np.array([1.0, 0, 0, 1]), np.array([2.0, 1, 3, 4])
    weights = np.array([2.0, 1, 3, 1])
    twice = np.repeat(np.arange(4), weights.astype(int))
    assert auroc(outcome, score, weights) == pytest.approx(auroc(outcome[twice], score[twice]))


def test_a_score_that_only_knows_the_hour_is_worth_nothing_within_the_hour() -> None:
    """The time of stay separates hours, and no two patients of the same hour."""
    hours = two_patients()
    assert auroc(hours.outcome, hours.hour.astype(float)) > 0.7
    assert auroc_within_hour(hours, hours.hour.astype(float), fewest=1) == 0.5


def test_an_alert_is_one_row_until_the_patient_may_alert_again() -> None:
    """A score that stays high alerts once in the time of the rule, for each patient apart."""
    hours = two_patients()
    rows = alerts(hours, np.ones(80), 0.5, rearm=24)
    assert rows.tolist() == [0, 24, 40, 64]


def test_found_is_an_alert_at_or_before_onset() -> None:
    """An alert at the onset finds the patient with no lead, one after it does not."""
    hours = two_patients()
    for alert_hour, found in ((20, 1.0), (30, 1.0), (31, 0.0)):
        score = ((hours.patient == 0) & (hours.hour == alert_hour)).astype(float)
        figures = alerting(hours, score, 0.5)
        assert figures.found == found
        assert figures.patients_alerted == 0
        assert np.isnan(figures.lead_hours) or figures.lead_hours == 30 - alert_hour


def test_a_budget_between_two_thresholds_is_interpolated() -> None:
    """A score of few values is told at the budget, not at the nearest threshold."""
    hours = two_patients()
    score = np.where(hours.hour % 10 == 3, 2.0, np.where(hours.hour % 10 == 7, 1.0, 0.0))
    assert at_budget(hours, score, budget=0.15, rearm=1).per_hour == pytest.approx(0.15)


def test_a_line_follows_the_records_its_direction_and_else_its_prior() -> None:
    """Where there are rows the line is theirs; a direction holds; where none are, the prior."""
    draw = np.random.default_rng(3)
    values = draw.uniform(0, 1, 20000)
    outcome = (draw.uniform(size=20000) < 1 / (1 + np.exp(2 - 2 * values))).astype(float)
    knots, ones = np.array([0.0, 0.5, 1, 2, 3]), np.ones(20000)
    prior = np.array([0.0, 0, 0, 0.5, 1.5])
    free = fit(values[:, None], outcome, ones, [LineSpec(knots, prior, 0)]).lines[0]
    assert free[2] - free[0] == pytest.approx(2, abs=0.5)
    assert free[4] - free[3] == pytest.approx(1, abs=0.3)
    held = fit(values[:, None], outcome, ones, [LineSpec(knots, 0 * prior, -1)]).lines[0]
    assert (np.diff(held) <= 0).all()
