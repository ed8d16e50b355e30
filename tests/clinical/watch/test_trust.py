from typing import Any

import pytest

from clinical.alarms.patience import Trust
from clinical.items import Vitals
from clinical.watch.carry import HEART_RATE, RESPIRATION, SPO2, SYSTOLIC, Carry
from clinical.watch.trust import stands_in, trust_of
from tests.clinical.watch.bedside import at


def _carry(*items: tuple[float, dict[str, Any]]) -> Carry:
    carry = Carry()
    for second, values in items:
        carry.on_item(Vitals(**values), at(second), at(second))
    return carry


@pytest.mark.parametrize(
    ("pulse", "trust"),
    [(80, Trust.CONFIRMED), (88, Trust.CONFIRMED), (72, Trust.CONFIRMED), (90, Trust.DOUBTED)],
)
def test_heart_rate_and_saturation_are_believed_as_far_as_both_rates_agree(
    pulse: float, trust: Trust
) -> None:
    beats = {"heart_rate_bpm": 80.0, "pulse_rate_bpm": pulse, "spo2_percent": 85.0}
    carry = _carry((0, beats))
    assert trust_of(HEART_RATE, carry) is trust
    assert trust_of(SPO2, carry) is trust


def test_two_zeros_agree_and_a_pulse_contradicts_a_heart_rate_of_zero() -> None:
    stopped = {"heart_rate_bpm": 0.0, "pulse_rate_bpm": 0.0}
    assert trust_of(HEART_RATE, _carry((0, stopped))) is Trust.CONFIRMED
    beating = {"heart_rate_bpm": 0.0, "pulse_rate_bpm": 80.0}
    assert trust_of(HEART_RATE, _carry((0, beating))) is Trust.DOUBTED


def test_what_was_shown_at_another_moment_says_nothing() -> None:
    beats = {"heart_rate_bpm": 150.0}
    near = _carry((0, {"pulse_rate_bpm": 80.0}), (3, beats))
    far = _carry((0, {"pulse_rate_bpm": 80.0}), (3.1, beats))
    assert trust_of(HEART_RATE, near) is Trust.DOUBTED
    assert trust_of(HEART_RATE, far) is Trust.ALONE


def test_a_respiration_at_the_heart_rate_is_the_heart() -> None:
    overlay = {"heart_rate_bpm": 60.0, "respiration_per_min": 62.0}
    breath = {"heart_rate_bpm": 60.0, "respiration_per_min": 40.0}
    assert trust_of(RESPIRATION, _carry((0, overlay))) is Trust.DOUBTED
    assert trust_of(RESPIRATION, _carry((0, breath))) is Trust.ALONE


def test_no_breath_beside_no_beat_is_not_taken_for_the_heart() -> None:
    dying = {"heart_rate_bpm": 0.0, "respiration_per_min": 0.0}
    assert trust_of(RESPIRATION, _carry((0, dying))) is Trust.ALONE


def test_a_cuff_is_alone() -> None:
    assert trust_of(SYSTOLIC, _carry((0, {"systolic_mmhg": 80.0}))) is Trust.ALONE


def test_a_pulse_stands_in_after_five_seconds_without_a_heart_rate() -> None:
    carry = _carry((0, {"heart_rate_bpm": 80.0}))
    assert not stands_in(carry, at(5))
    assert stands_in(carry, at(5.1))
    assert stands_in(Carry(), at(0))
