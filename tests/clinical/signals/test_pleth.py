"""Pulses: onset, rate, deficit."""

import numpy as np
import pytest

from clinical.signals.alarm_window import RATE_HZ
from clinical.signals.pleth import PLETH_RISE_S, followed_part, pulse_rate_bpm, pulses_of
from tests.clinical.signals.monitored import every, pulse

LENGTH = 60 * RATE_HZ


@pytest.mark.parametrize("interval_s", [0.4, 0.8, 1.5])
def test_every_pulse_is_found_once_at_its_foot(interval_s: float) -> None:
    times = every(interval_s, 59)
    pulses = pulses_of(pulse(times), PLETH_RISE_S)
    assert len(pulses.onsets) == len(times)
    assert np.all(pulses.onsets < pulses.tops)
    foot = pulses.onsets[1:-1] / RATE_HZ - times[1:-1]
    assert np.ptp(foot) < 0.05
    assert pulse_rate_bpm(pulses, LENGTH, 16) == pytest.approx(60 / interval_s, rel=0.02)


def test_the_rise_is_the_pulses_height() -> None:
    times = every(1.0, 59)
    weak, strong = pulses_of(pulse(times), 0.2), pulses_of(3 * pulse(times), 0.2)
    assert strong.rises == pytest.approx(3 * weak.rises)


def test_breathing_does_not_make_pulses() -> None:
    times = every(0.8, 59)
    sway = 0.5 * np.sin(2 * np.pi * 0.25 * np.arange(LENGTH) / RATE_HZ)
    assert len(pulses_of(pulse(times) + sway, PLETH_RISE_S).tops) == len(times)


def test_a_flat_signal_has_no_pulse_and_no_rate() -> None:
    pulses = pulses_of(np.full(LENGTH, 7.0), PLETH_RISE_S)
    assert not len(pulses.onsets)
    assert pulse_rate_bpm(pulses, LENGTH, 16) is None


def test_scattered_pulses_are_no_rate() -> None:
    times = np.cumsum(np.tile([0.4, 1.4, 0.7, 2.2], 12))
    pulses = pulses_of(pulse(times[times < 59]), PLETH_RISE_S)
    assert pulse_rate_bpm(pulses, LENGTH, 16) is None


def test_a_beat_without_a_pulse_is_a_deficit() -> None:
    times = every(1.0, 59)
    pulses = pulses_of(pulse(times[::2]), PLETH_RISE_S)
    beats = np.round(times * RATE_HZ).astype(np.intp)
    assert followed_part(beats, pulses, LENGTH, 20) == pytest.approx(0.5, abs=0.05)
    assert followed_part(np.empty(0, np.intp), pulses, LENGTH, 20) is None
