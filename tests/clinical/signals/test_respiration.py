"""Respiration rate: right where breathing repeats itself, none elsewhere."""

import numpy as np
import pytest

from clinical.signals.respiration import OVER_S, respiration_of

RATE_HZ = 125.0


def _breathing(rate_per_min: float, rate_hz: float = RATE_HZ) -> np.ndarray:
    clock = np.arange(round(OVER_S * rate_hz)) / rate_hz
    phase = 2 * np.pi * rate_per_min / 60 * clock
    return np.asarray(np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.05 * np.sin(7.5 * clock) + 40)


@pytest.mark.parametrize("rate_per_min", [8, 14.5, 22, 40])
@pytest.mark.parametrize("rate_hz", [25.0, 62.5, 125.0])
def test_breathing_at_any_rate_is_read_off(rate_per_min: float, rate_hz: float) -> None:
    found = respiration_of(_breathing(rate_per_min, rate_hz), rate_hz)
    assert found is not None
    assert found.rate_per_min == pytest.approx(rate_per_min, abs=0.5)
    assert found.trust > 0.8


def test_only_the_newest_stretch_counts() -> None:
    both = np.concatenate((_breathing(30), _breathing(12)))
    found = respiration_of(both, RATE_HZ)
    assert found is not None
    assert found.rate_per_min == pytest.approx(12, abs=0.5)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(4000),
        _breathing(12)[:-1],
        np.append(_breathing(12)[1:], np.nan),
        np.random.default_rng(3).standard_normal(4000),
    ],
    ids=["flat", "short", "hole", "noise"],
)
def test_what_does_not_repeat_itself_is_no_rate(samples: np.ndarray) -> None:
    assert respiration_of(samples, RATE_HZ) is None
