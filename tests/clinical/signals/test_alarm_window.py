"""The window before an alarm: one rate, one length, ending at the alarm."""

import numpy as np
import pytest

from clinical.signals.alarm_window import (
    EVIDENCE_S,
    RATE_HZ,
    SHORTEST_S,
    WINDOW_S,
    SignalKind,
    window_before_alarm,
)
from clinical.signals.window_beats import beats_of, energy
from tests.clinical.signals.monitored import ecg, every, pulse, trace


def test_only_the_last_minute_counts() -> None:
    samples = ecg(every(0.8, 100), 100)
    window = window_before_alarm([trace(SignalKind.ECG, samples)])
    assert window is not None
    newest = samples[-WINDOW_S * RATE_HZ :]
    assert np.array_equal(window.ecg[0].samples, newest - np.median(newest))


@pytest.mark.parametrize("rate_hz", [100.0, 125.0, 360.0, 500.0, 1000.0])
def test_another_rate_shows_the_same_beats_at_the_same_time_before_the_alarm(
    rate_hz: float,
) -> None:
    times = every(0.8, 40)
    window = window_before_alarm([trace(SignalKind.ECG, ecg(times, 40, rate_hz), rate_hz)])
    assert window is not None
    samples = window.ecg[0].samples
    beats = beats_of(energy(samples, 5, 20, 0.12))
    before_alarm = (len(samples) - beats) / RATE_HZ
    assert before_alarm == pytest.approx(40 - times, abs=0.03)


def test_signals_of_different_length_end_together() -> None:
    window = window_before_alarm(
        [
            trace(SignalKind.ECG, ecg(every(0.8, 60))),
            trace(SignalKind.PLETH, pulse(every(0.8, 30), 30)),
        ]
    )
    assert window is not None
    assert window.pleth is not None
    assert len(window.pleth.samples) == len(window.ecg[0].samples) == 30 * RATE_HZ


def test_what_was_left_out_is_bridged_and_counted() -> None:
    samples = ecg(every(0.8, 60))
    samples[-3 * RATE_HZ :] = np.nan
    window = window_before_alarm([trace(SignalKind.ECG, samples)])
    assert window is not None
    assert np.isfinite(window.ecg[0].samples).all()
    assert window.ecg[0].bridged == pytest.approx(3 / EVIDENCE_S)


def test_a_lead_wholly_left_out_is_a_flat_line() -> None:
    window = window_before_alarm([trace(SignalKind.ECG, np.full(60 * RATE_HZ, np.nan))])
    assert window is not None
    assert not window.ecg[0].samples.any()
    assert window.ecg[0].bridged == 1


def test_without_an_ecg_long_enough_there_is_no_window() -> None:
    short = ecg(every(0.8, SHORTEST_S - 1), SHORTEST_S - 1)
    assert window_before_alarm([trace(SignalKind.ECG, short)]) is None
    assert window_before_alarm([trace(SignalKind.PLETH, pulse(every(0.8, 60)))]) is None
    assert window_before_alarm([]) is None
