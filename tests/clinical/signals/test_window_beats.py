"""Beats of a closed stretch: each once, none in a pause."""

import numpy as np
import pytest

from clinical.signals.alarm_window import RATE_HZ
from clinical.signals.window_beats import (
    QRS_HZ,
    agreement,
    beats_of,
    energy,
    longest_gap_s,
    rates_bpm,
    ratio,
)
from tests.clinical.signals.monitored import ecg, every


def _beats(samples: np.ndarray) -> np.ndarray:
    return beats_of(energy(samples, *QRS_HZ, 0.12))


@pytest.mark.parametrize("interval_s", [0.35, 0.8, 2.0])
def test_every_beat_is_found_once_where_it_is(interval_s: float) -> None:
    times = every(interval_s, 60)
    assert _beats(ecg(times)) / RATE_HZ == pytest.approx(times, abs=0.03)


def test_noise_in_a_pause_does_not_become_beats() -> None:
    times = every(0.8, 50)
    beats = _beats(ecg(times))
    assert len(beats) == len(times)
    assert longest_gap_s(beats, 60 * RATE_HZ, 14) == pytest.approx(60 - times[-1], abs=0.05)


def test_a_flat_line_has_no_beat_and_its_gap_is_all_that_is_looked_at() -> None:
    assert not len(_beats(np.zeros(60 * RATE_HZ)))
    assert longest_gap_s(np.empty(0, np.intp), 60 * RATE_HZ, 14) == 16


def test_rates_are_over_successive_beats() -> None:
    beats = np.array([0, 250, 500, 625, 750])
    assert rates_bpm(beats, 1000, 4, 3) == pytest.approx([60, 80, 120])
    assert not len(rates_bpm(beats, 1000, 1, 3))


def test_agreement_counts_beats_that_both_sources_have() -> None:
    left, right = np.array([100, 300, 500]), np.array([110, 520, 900])
    assert agreement(left, right) == pytest.approx(2 / 4)
    assert agreement(left, np.empty(0, np.intp)) == 0


def test_a_ratio_is_bounded_and_needs_something_usual() -> None:
    assert ratio(3, 2) == 1.5
    assert ratio(1, 1e-9) == 100
    assert np.isnan(ratio(1, 0))
