"""The judgement of an alarm: the forest's answer, the limit, the ground."""

import numpy as np
import pytest

from clinical.signals.alarm_evidence import evidence_of
from clinical.signals.alarm_judge import AlarmJudge, ArrhythmiaAlarm, Forest, trained
from clinical.signals.alarm_window import AlarmWindow, SignalKind, window_before_alarm
from clinical.signals.verification import NOT_JUDGED, Ground, judge
from tests.clinical.signals.monitored import ecg, every, pulse, trace

TWO_TREES = Forest(
    names=("heart_gap_s", "pulse_form"),
    usual=np.array([1.0, 0.5]),
    in_doubt=np.array([4.0, 0.1]),
    roots=np.array([0, 3]),
    asked=np.array([0, -1, -1, 1, -1, -1]),
    limits=np.array([3.0, 0.1, 0.9, 0.4, 0.8, 0.2]),
    below=np.array([1, 1, 2, 4, 4, 5]),
)
"""One tree asks for a gap over 3 s, the other for a pulse form of at most 0.4."""


def _window(beats_until_s: float, pulses_until_s: float | None) -> AlarmWindow:
    traces = [trace(SignalKind.ECG, ecg(every(0.8, beats_until_s)))]
    if pulses_until_s is not None:
        traces.append(trace(SignalKind.PLETH, pulse(every(0.8, pulses_until_s))))
    window = window_before_alarm(traces)
    assert window is not None
    return window


@pytest.mark.parametrize(
    ("evidence", "likelihood"),
    [
        ({"heart_gap_s": 5.0, "pulse_form": 0.1}, 0.85),
        ({"heart_gap_s": 3.0, "pulse_form": 0.4}, 0.45),
        ({"heart_gap_s": 0.5, "pulse_form": 0.9}, 0.15),
        ({"heart_gap_s": float("nan"), "pulse_form": float("nan")}, 0.15),
        ({"heart_gap_s": float("nan")}, 0.45),
        ({}, 0.85),
    ],
)
def test_a_forest_answers_with_the_mean_of_its_leaves(
    evidence: dict[str, float], likelihood: float
) -> None:
    assert TWO_TREES.likelihood(evidence) == pytest.approx(likelihood)


@pytest.mark.parametrize(("limit", "keep"), [(0.5, True), (0.95, False)])
def test_an_alarm_less_likely_than_the_limit_is_suppressed(limit: float, *, keep: bool) -> None:
    judged = judge(
        AlarmJudge({ArrhythmiaAlarm.ASYSTOLE: TWO_TREES}, limit),
        ArrhythmiaAlarm.ASYSTOLE,
        _window(53, None),
    )
    assert judged.keep is keep
    assert judged.likelihood == pytest.approx(0.85)


def test_what_cannot_be_judged_is_kept() -> None:
    window = _window(59, 59)
    assert judge(trained(), ArrhythmiaAlarm.ASYSTOLE, None) == NOT_JUDGED
    assert judge(AlarmJudge({}, 0.5), ArrhythmiaAlarm.ASYSTOLE, window) == NOT_JUDGED
    assert NOT_JUDGED.keep


def test_a_pause_of_heart_and_pulse_is_kept_and_named() -> None:
    judged = judge(trained(), ArrhythmiaAlarm.ASYSTOLE, _window(53, 53))
    assert (judged.keep, judged.ground) == (True, Ground.PAUSE)
    assert judged.value is not None
    assert judged.value > 4


def test_a_lead_that_fell_off_is_suppressed_because_the_pulse_goes_on() -> None:
    judged = judge(trained(), ArrhythmiaAlarm.ASYSTOLE, _window(50, 59.2))
    assert (judged.keep, judged.ground) == (False, Ground.PULSE_GOES_ON)


def test_a_normal_rate_is_no_bradycardia_and_says_which() -> None:
    judged = judge(trained(), ArrhythmiaAlarm.BRADYCARDIA, _window(59.5, 59))
    assert (judged.keep, judged.ground) == (False, Ground.RATE)
    assert judged.value == pytest.approx(75, abs=2)


def test_usual_beats_are_named_against_ventricular_tachycardia() -> None:
    judged = judge(trained(), ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA, _window(59.5, 59))
    assert (judged.keep, judged.ground) == (False, Ground.BEATS_AS_USUAL)


@pytest.mark.parametrize("alarm", list(ArrhythmiaAlarm))
def test_every_alarm_has_a_forest_and_a_ground_either_way(alarm: ArrhythmiaAlarm) -> None:
    window = _window(59.5, 59)
    forest = trained().forests[alarm]
    for limit in (0.0, 2.0):
        judged = judge(AlarmJudge({alarm: forest}, limit), alarm, window)
        assert judged.keep is (limit == 0.0)
        assert judged.ground is not Ground.NOT_JUDGED


def test_the_forests_ask_only_for_evidence_that_there_is() -> None:
    lead = ecg(every(0.8, 59.5))
    window = window_before_alarm(
        [
            trace(SignalKind.ECG, lead),
            trace(SignalKind.ECG, -lead),
            trace(SignalKind.PLETH, pulse(every(0.8, 59))),
        ]
    )
    assert window is not None
    found = evidence_of(window)
    asked = {name for forest in trained().forests.values() for name in forest.names}
    assert asked <= found.keys()
