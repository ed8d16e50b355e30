"""Measures of a window: what they rest on, and what they do not."""

import numpy as np
import pytest

from clinical.signals.shock_features import NAMES, features_of
from clinical.signals.shock_window import in_bands
from tests.clinical.signals.fibrillation import fibrillation_mv, tachycardia_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv

SINUS = lead_mv(beat_times_s(4.2, 3), 4.0, 3)
VF = fibrillation_mv(4.0, 3)


def _measured(window: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, features_of(in_bands(window[None]))[0].tolist(), strict=True))


def test_polarity_and_gain_change_nothing() -> None:
    for window in (SINUS, VF):
        plain, other = _measured(window), _measured(-3.0 * window)
        assert other == pytest.approx(plain, rel=1e-3, abs=0.02)


def test_a_batch_is_measured_as_each_window_alone() -> None:
    windows = np.stack((SINUS, VF, tachycardia_mv(4.0, 200)))
    together = features_of(in_bands(windows))
    for index, window in enumerate(windows):
        assert np.array_equal(features_of(in_bands(window[None]))[0], together[index])


@pytest.mark.parametrize("per_min", [60, 90, 140, 180])
def test_the_interval_of_complexes_is_that_of_the_beats(per_min: int) -> None:
    window = lead_mv(np.arange(0.2, 4.0, 60 / per_min), 4.0, 2)
    assert _measured(window)["qrs_interval_s"] == pytest.approx(60 / per_min, rel=0.03)


def test_the_period_of_waves_is_found() -> None:
    measured = _measured(tachycardia_mv(4.0, 200))
    assert measured["slow_period_s"] == pytest.approx(0.3, abs=0.01)
    assert measured["slow_repetition"] > 0.9


def test_fibrillation_leaks_less_fills_more_and_is_slower_than_sinus_rhythm() -> None:
    sinus, fibrillation = _measured(SINUS), _measured(VF)
    for name, more in {
        "leakage": False,
        "threshold_part": True,
        "slow_part": True,
        "edge_hz": False,
        "qrs_kurtosis": False,
    }.items():
        assert (fibrillation[name] > sinus[name]) is more, name


def test_a_dead_lead_is_measured_without_a_warning() -> None:
    assert np.isfinite(features_of(in_bands(np.zeros((2, 1000))))).all()
