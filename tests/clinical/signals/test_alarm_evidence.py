"""Evidence before an alarm: what was made up is what is found."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.signals.alarm_evidence import Evidence, evidence_of
from clinical.signals.alarm_window import RATE_HZ, SignalKind, Trace, window_before_alarm
from tests.clinical.signals.monitored import ecg, every, pulse, trace, ventricular


def _evidence(*traces: Trace) -> Evidence:
    window = window_before_alarm(traces)
    assert window is not None
    return evidence_of(window)


def _monitored(
    beats_s: np.ndarray, pulses_s: np.ndarray, extra: np.ndarray | float = 0.0
) -> Evidence:
    lead = ecg(beats_s) + extra
    return _evidence(
        trace(SignalKind.ECG, lead),
        trace(SignalKind.ECG, -0.7 * lead),
        trace(SignalKind.PLETH, pulse(pulses_s)),
    )


def test_a_steady_rhythm_shows_its_rate_in_every_source() -> None:
    found = _monitored(every(0.8, 59.5), every(0.8, 59))
    for name in ("heart_slow5_bpm", "heart_fast17_bpm", "fused_slow5_bpm", "pulse_slow5_bpm"):
        assert found[name] == pytest.approx(75, abs=2), name
    assert found["heart_gap_s"] < 1.5
    assert found["leads_agree"] == 1
    assert found["usual_part"] > 0.9
    assert found["pulse_follows"] > 0.9


def test_asystole_is_a_pause_in_every_source() -> None:
    found = _monitored(every(0.8, 53), every(0.8, 53))
    assert found["heart_gap_s"] > 4
    assert found["ecg_energy_least_most"] < 0.2


def test_a_lead_that_fell_off_is_no_pause_while_the_pulse_goes_on() -> None:
    found = _monitored(every(0.8, 50), every(0.8, 59))
    assert found["fused_gap_s"] > 8
    assert found["heart_gap_s"] < 1.5


def test_a_run_of_wide_fast_beats_is_unlike_the_usual_and_alike() -> None:
    run = ventricular(np.arange(52, 56, 0.4))
    found = _monitored(np.r_[every(0.8, 51.5), every(0.8, 59, 56.8)], every(0.8, 59), run)
    assert found["run"] > 0.7
    assert found["run_rate_bpm"] == pytest.approx(150, abs=15)
    assert found["run_least_wideness"] > 1.5
    assert found["run"] > 3 * _monitored(every(0.8, 59.5), every(0.8, 59))["run"]


def test_what_cannot_be_had_is_not_a_number() -> None:
    found = _evidence(trace(SignalKind.ECG, ecg(every(0.8, 60))))
    assert not any(name.startswith("pulse_") for name in found)
    assert np.isnan(found["leads_agree"])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("level", [0.0, 1e-12, 1e6])
def test_dead_signals_are_described_without_a_warning(level: float) -> None:
    dead = np.full(60 * RATE_HZ, level)
    found = _evidence(
        trace(SignalKind.ECG, dead), trace(SignalKind.PLETH, dead), trace(SignalKind.ABP, dead)
    )
    assert found["heart_gap_s"] > 4
    assert not any(np.isinf(value) for value in found.values())


@settings(max_examples=8, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    seconds=st.integers(16, 40),
    scale=st.sampled_from([1e-6, 1.0, 1e6]),
)
def test_noise_of_any_size_and_length_is_described_in_bounded_numbers(
    seed: int, seconds: int, scale: float
) -> None:
    noise = scale * np.random.default_rng(seed).standard_normal(seconds * RATE_HZ)
    found = _evidence(trace(SignalKind.ECG, noise), trace(SignalKind.ABP, noise))
    assert not any(np.isinf(value) for value in found.values())


def test_the_size_of_the_signals_does_not_matter() -> None:
    lead, pleth = ecg(every(0.8, 59.5)), pulse(every(0.8, 59))
    small = _evidence(trace(SignalKind.ECG, lead), trace(SignalKind.PLETH, pleth))
    large = _evidence(trace(SignalKind.ECG, 8 * lead), trace(SignalKind.PLETH, 0.1 * pleth))
    for name, value in small.items():
        assert large[name] == pytest.approx(value, rel=1e-3, abs=1e-6, nan_ok=True), name


def test_a_signal_that_died_shows_no_beats_of_rounding() -> None:
    died = pulse(every(0.8, 20))
    died[20 * RATE_HZ :] = 0.123
    found = _evidence(trace(SignalKind.ECG, ecg(every(0.8, 53))), trace(SignalKind.PLETH, died))
    assert found["pulse_gap_s"] > 10
    assert found["heart_gap_s"] > 4
