"""Windows of any rate become the same bands at one rate."""

import numpy as np
import pytest

from clinical.signals.shock_window import RATE_HZ, SAMPLES, bridged, in_bands


def _wave(hz: float, rate_hz: int) -> np.ndarray:
    return np.cos(2 * np.pi * hz * (np.arange(4 * rate_hz) + 0.5) / rate_hz)


@pytest.mark.parametrize("rate_hz", [100, 125, 250, 360, 500, 1000])
def test_the_rate_of_a_window_does_not_change_what_is_seen(rate_hz: int) -> None:
    seen = in_bands(_wave(5.0, rate_hz)[None]).whole[0]
    assert seen.shape == (SAMPLES,)
    assert np.abs(seen - _wave(5.0, RATE_HZ))[32:-32].max() < 0.05


@pytest.mark.parametrize(
    ("hz", "whole", "slow", "qrs"),
    [(0.125, 0, 0, 0), (5.0, 1, 1, 0), (12.0, 1, 0, 1), (50.0, 0, 0, 0)],
)
def test_a_band_keeps_its_own_frequencies(hz: float, whole: int, slow: int, qrs: int) -> None:
    bands = in_bands(_wave(hz, 250)[None])
    kept = [np.sqrt(2) * band.std() for band in (bands.whole, bands.slow, bands.qrs)]
    assert np.round(kept).tolist() == [whole, slow, qrs]


def test_no_window_influences_another() -> None:
    windows = np.random.default_rng(1).normal(size=(5, 1000))
    together = in_bands(windows)
    for index, window in enumerate(windows):
        assert np.array_equal(in_bands(window[None]).whole[0], together.whole[index])


def test_a_small_hole_is_bridged_and_a_large_one_is_not() -> None:
    window = np.arange(1000.0)
    window[100:150] = np.nan
    mended = bridged(window)
    assert mended is not None
    assert np.allclose(mended, np.arange(1000.0))
    window[:150] = np.nan
    assert bridged(window) is None
    assert bridged(np.full(1000, np.nan)) is None
