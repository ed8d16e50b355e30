import math

import pytest

from clinical.items import Vitals
from clinical.vitals import Consciousness, Quality, Vital
from clinical.watch.carry import (
    HEART_RATE,
    SPO2,
    SYSTOLIC,
    TEMPERATURE,
    VITALS,
    WINDOWS_US,
    Carry,
)
from tests.clinical.watch.bedside import at


def test_a_value_is_live_backlog_or_late_by_its_capture() -> None:
    carry = Carry()
    item = Vitals(heart_rate_bpm=70)
    assert carry.on_item(item, at(0), at(10)).live == ((HEART_RATE, 70),)
    assert carry.on_item(item, at(1), at(11.1)).backlog == ((HEART_RATE, 70),)
    assert carry.on_item(item, at(0.5), at(11.2)).late == ((HEART_RATE, 70),)


def test_late_values_never_become_the_newest() -> None:
    carry = Carry()
    carry.on_item(Vitals(heart_rate_bpm=70, on_oxygen=True), at(5), at(5))
    carry.on_item(Vitals(heart_rate_bpm=90, on_oxygen=False), at(4), at(6))
    assert carry.values[HEART_RATE] == 70
    assert carry.on_oxygen is True


def test_one_item_can_be_newest_of_one_vital_and_late_of_another() -> None:
    carry = Carry()
    carry.on_item(Vitals(heart_rate_bpm=70), at(5), at(5))
    taken = carry.on_item(Vitals(heart_rate_bpm=90, spo2_percent=97), at(4), at(5))
    assert (taken.live, taken.late) == (((SPO2, 97),), ((HEART_RATE, 90),))


@pytest.mark.parametrize("quality", Quality)
def test_a_marked_value_is_not_carried(quality: Quality) -> None:
    carry = Carry()
    item = Vitals(heart_rate_bpm=0, spo2_percent=97, marks={Vital.HEART_RATE: quality})
    assert carry.on_item(item, at(0), at(0)).live == ((SPO2, 97),)


@pytest.mark.parametrize("value", [-1, 401, math.nan, math.inf])
def test_an_implausible_value_is_not_carried(value: float) -> None:
    carry = Carry()
    assert carry.on_item(Vitals(heart_rate_bpm=value), at(0), at(0)).live == ()


def test_zero_is_a_measurement() -> None:
    carry = Carry()
    carry.on_item(Vitals(heart_rate_bpm=0), at(0), at(0))
    assert carry.fresh(HEART_RATE, at(0))


@pytest.mark.parametrize(
    ("vital", "seconds"), [(HEART_RATE, 60), (SPO2, 60), (SYSTOLIC, 900), (TEMPERATURE, 3600)]
)
def test_a_value_may_be_judged_within_its_window_from_capture(vital: int, seconds: int) -> None:
    carry = Carry()
    item = Vitals(heart_rate_bpm=70, spo2_percent=97, systolic_mmhg=120, temperature_c=37)
    carry.on_item(item, at(0), at(9))
    assert carry.fresh(vital, at(seconds))
    assert not carry.fresh(vital, at(seconds + 0.1))


def test_every_vital_has_a_window() -> None:
    assert set(WINDOWS_US) == set(VITALS)


def test_consciousness_ages_and_oxygen_does_not() -> None:
    carry = Carry()
    carry.on_item(Vitals(consciousness=Consciousness.VOICE, on_oxygen=True), at(0), at(0))
    assert carry.assessed(at(900)) is Consciousness.VOICE
    assert carry.assessed(at(901)) is None
    assert carry.on_oxygen is True
