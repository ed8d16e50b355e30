"""A recording's windows, as the shock decision is given them live."""

import numpy as np
import pytest

from clinical.signals.recorded import windows_of
from clinical.signals.resampling import RateError
from tests.clinical.signals.hearts import RATE_HZ, beat_times_s, lead_mv
from tests.clinical.signals.paced import answered_mv, paced_times_s, quiet_mv, spikes_mv


def test_a_lead_without_spikes_is_cut_as_it_is_and_what_is_missing_stays_missing() -> None:
    lead = lead_mv(beat_times_s(12.0, 3), 12.0, 3)
    lead[1_100:1_200] = np.nan
    windows = windows_of([lead, lead[:1_500]], RATE_HZ, [0.0, 4.0])
    assert windows.shape == (2, 2, 1_000)
    np.testing.assert_array_equal(windows[0].reshape(-1), lead[:2_000].astype(np.float32))
    assert np.isnan(windows[1, 1, 500:]).all()
    assert windows_of([lead], RATE_HZ, []).shape == (1, 0, 1_000)


def test_pacing_spikes_are_taken_out_of_the_windows_of_a_paced_lead() -> None:
    times_s = paced_times_s(60.0, 70)
    answers = answered_mv(times_s, 60.0) + quiet_mv(60.0, 4)
    spikes = spikes_mv(times_s, 60.0, 10.0, 1.0)
    (window,) = windows_of([answers + spikes], RATE_HZ, [40.0])[0]
    about = slice(40 * RATE_HZ, 44 * RATE_HZ)
    assert np.abs(spikes[about]).max() > 1.0
    assert np.abs(window - answers[about]).max() < 0.25


@pytest.mark.parametrize("rate_hz", [125.0, 360.0, 500.0])
def test_a_window_shows_the_same_seconds_at_any_rate(rate_hz: float) -> None:
    at_s = np.arange(int(12 * rate_hz)) / rate_hz
    (window,) = windows_of([np.sin(2 * np.pi * 3 * at_s)], rate_hz, [6.5])[0]
    wanted = np.sin(2 * np.pi * 3 * (6.5 + np.arange(1_000) / RATE_HZ))
    assert np.abs(window - wanted).max() < 0.01


def test_a_rate_at_which_no_ecg_comes_is_refused() -> None:
    with pytest.raises(RateError, match="rate_hz"):
        windows_of([np.zeros(100)], 10.0, [0.0])
