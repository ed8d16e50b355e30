"""The minutes of a patient: robust levels, closed once, whatever the rate of the data."""

from dataclasses import replace

import pytest

from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import Vitals
from clinical.vitals import Vital
from clinical.watch.carry import Carry
from clinical.watch.outlook.minutes import ClosedMinute, Minutes
from tests.clinical.watch.bedside import at

WELL = Vitals(heart_rate_bpm=72, pulse_rate_bpm=72, respiration_per_min=16, spo2_percent=97)
FULL = -at(0) // 1_000_000 % 60
"""Seconds from the start of these tests to the next full minute."""


class _Bedside:
    def __init__(self) -> None:
        self.carry = Carry()
        self.minutes = Minutes(self.carry)
        self.closed: list[ClosedMinute] = []

    def show(self, second: float, item: Vitals, late: float = 0) -> None:
        captured_us, received_us = at(FULL + second), at(FULL + second + late)
        self.carry.on_item(item, captured_us, received_us)
        closed = self.minutes.on_item(captured_us, received_us)
        if closed is not None:
            self.closed.append(closed)

    def levels(self) -> list[dict[str, float]]:
        return [{str(k): v for k, v in one.levels.items()} for one in self.closed]


def test_a_minute_is_closed_by_the_first_frame_of_a_later_one() -> None:
    bedside = _Bedside()
    for second in range(121):
        bedside.show(second, WELL)
    steady = {"heart_rate_bpm": 72, "respiration_per_min": 16, "spo2_percent": 97}
    assert bedside.levels() == [steady, steady]
    assert [one.minute for one in bedside.closed] == [at(FULL) // MINUTE_US + n for n in (0, 1)]
    assert all(one.live for one in bedside.closed)


@pytest.mark.parametrize("every_s", [1, 5, 20, 60])
def test_the_rate_of_the_data_does_not_matter(every_s: int) -> None:
    bedside = _Bedside()
    for second in range(0, 181, every_s):
        bedside.show(second, WELL)
    assert [one["heart_rate_bpm"] for one in bedside.levels()] == [72, 72, 72]


def test_false_seconds_move_no_level() -> None:
    bedside = _Bedside()
    for second in range(61):
        false = second in {14, 15, 16}
        bedside.show(second, replace(WELL, respiration_per_min=61) if false else WELL)
    assert bedside.levels()[0]["respiration_per_min"] == 16


def test_what_a_second_signal_contradicts_is_no_level() -> None:
    """The finger moves for the whole minute: no heart rate and no saturation is known of it."""
    bedside = _Bedside()
    for second in range(61):
        bedside.show(second, replace(WELL, pulse_rate_bpm=130, spo2_percent=84))
    assert bedside.levels() == [{"respiration_per_min": 16}]


def test_a_pressure_between_two_samples_is_not_lost() -> None:
    bedside = _Bedside()
    for second in range(61):
        pressure = 118.0 if second == 58 else None
        bedside.show(second, replace(WELL, systolic_mmhg=pressure))
    assert bedside.levels()[0][str(Vital.SYSTOLIC)] == 118


def test_a_backlog_and_what_comes_after_a_gap_are_history() -> None:
    late, gap = _Bedside(), _Bedside()
    for second in range(61):
        late.show(second, WELL, late=40)
    gap.show(0, WELL)
    gap.show(200, WELL)
    assert [one.live for one in late.closed] == [False]
    assert [one.live for one in gap.closed] == [False]


def test_late_values_are_in_no_minute() -> None:
    bedside = _Bedside()
    bedside.show(59, WELL)
    bedside.show(10, replace(WELL, heart_rate_bpm=150))
    bedside.show(60, WELL)
    assert bedside.levels()[0]["heart_rate_bpm"] == 72


def test_minutes_of_patients_end_at_different_instants() -> None:
    """So that nobody's alarm waits while everybody is judged by the minute."""
    carry = Carry()
    ends = {Minutes(carry, phase_us).on_item(at(90), at(90)) for phase_us in (0, 17 * SECOND_US)}
    assert ends == {None}
    shifted = Minutes(carry, 17 * SECOND_US)
    shifted.on_item(at(90), at(90))
    assert shifted.ends_us % MINUTE_US == 17 * SECOND_US
    closed = shifted.on_item(shifted.ends_us, shifted.ends_us)
    assert closed is not None
    assert closed.end_us % MINUTE_US == 17 * SECOND_US
