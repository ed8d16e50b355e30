"""Pacing added to a recording is where it was put, and most beats are gone where it fails."""

import numpy as np
import pytest

from goldenhour.bench.accuracy.stimulated import LEFT, Impulse, left_alone, without_most
from tests.clinical.signals.hearts import beat_times_s, lead_mv

TIMES = np.array([1.0, 2.5])


@pytest.mark.parametrize("rate_hz", [250.0, 360.0, 500.0])
def test_an_impulse_is_short_and_stands_at_its_instant(rate_hz: float) -> None:
    lead = Impulse(5, 1).at(TIMES, int(4 * rate_hz), rate_hz)
    assert float(np.abs(lead[: int(rate_hz)]).max()) == 0
    for time_s in TIMES:
        first = round(time_s * rate_hz)
        about = lead[first : first + int(0.06 * rate_hz)]
        assert int(about.argmax()) / rate_hz <= 0.008
        assert float(np.abs(about[int(0.02 * rate_hz) :]).max()) < 0.1 * float(about.max())


def test_a_longer_impulse_is_higher_for_it() -> None:
    heights = [float(Impulse(5, width).at(TIMES, 1000, 250).max()) for width in (0.5, 1, 2)]
    assert heights == sorted(heights)
    assert heights[1] == pytest.approx(2 * heights[0], rel=0.2)


def test_one_beat_of_three_is_left_where_the_heart_answers_no_longer() -> None:
    beats_s = beat_times_s(20.0, 3)
    lead = lead_mv(beats_s, 20.0, 3)
    without = without_most(lead, 250, beats_s)
    kept = set(left_alone(beats_s).tolist())
    assert len(kept) == -(-len(beats_s) // LEFT)
    for beat_s in beats_s:
        about = slice(round(beat_s * 250) - 5, round(beat_s * 250) + 5)
        same = bool((without[about] == lead[about]).all())
        assert same == (beat_s in kept)
