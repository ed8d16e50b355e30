from typing import Any

import pytest

from clinical.alarms.priority import Phase, Priority
from clinical.items import Vitals
from clinical.vitals import Vital
from clinical.watch.carry import Carry
from clinical.watch.finding import Findings
from clinical.watch.vital_signs.limits import Limits
from tests.clinical.watch.bedside import at, frame, reading

Said = tuple[str, Phase, Priority, bool]


class Bed:
    """A patient of whom only the limits are judged; frames are numbered by arrival."""

    def __init__(self) -> None:
        self.carry = Carry()
        self.limits = Limits(self.carry)
        self.count = 0

    def measure(
        self, vital: Vital, value: float, second: float, received: float | None = None
    ) -> Findings:
        self.count += 1
        now_us = at(second if received is None else received)
        item = reading(vital, value)
        taken = self.carry.on_item(item, at(second), now_us)
        return self.limits.on_item(taken, at(second), frame(self.count), now_us)

    def through(self, vital: Vital, value: float, first: int, last: int) -> list[Said]:
        return _said(tuple(x for s in range(first, last) for x in self.measure(vital, value, s)))


def _said(findings: Findings) -> list[Said]:
    return [
        (x.rule.cause.value, x.change.phase, x.change.priority, x.recorded_only) for x in findings
    ]


def _start(cause: str, priority: Priority) -> Said:
    return (cause, Phase.START, priority, False)


@pytest.mark.parametrize(
    ("vital", "value", "cause", "priority", "delay_s"),
    [
        (Vital.HEART_RATE, 0, "HEART_RATE_ZERO", Priority.HIGH, 5),
        (Vital.HEART_RATE, 39, "HEART_RATE_LOW", Priority.HIGH, 10),
        (Vital.HEART_RATE, 45, "HEART_RATE_LOW", Priority.MEDIUM, 10),
        (Vital.HEART_RATE, 49, "HEART_RATE_LOW", Priority.MEDIUM, 25),
        (Vital.HEART_RATE, 121, "HEART_RATE_HIGH", Priority.MEDIUM, 25),
        (Vital.HEART_RATE, 125, "HEART_RATE_HIGH", Priority.MEDIUM, 10),
        (Vital.HEART_RATE, 131, "HEART_RATE_HIGH", Priority.HIGH, 10),
        (Vital.SPO2, 89, "SPO2_LOW", Priority.MEDIUM, 25),
        (Vital.SPO2, 84, "SPO2_LOW", Priority.HIGH, 10),
        (Vital.SYSTOLIC, 89, "SYSTOLIC_LOW", Priority.HIGH, 0),
        (Vital.RESPIRATION, 0, "APNOEA", Priority.HIGH, 10),
        (Vital.RESPIRATION, 7, "RESPIRATION_LOW", Priority.MEDIUM, 25),
        (Vital.RESPIRATION, 3, "RESPIRATION_LOW", Priority.MEDIUM, 12),
        (Vital.RESPIRATION, 31, "RESPIRATION_HIGH", Priority.MEDIUM, 25),
        (Vital.RESPIRATION, 50, "RESPIRATION_HIGH", Priority.MEDIUM, 15),
    ],
)
def test_each_cause_sounds_when_its_delay_is_over(
    vital: Vital, value: float, cause: str, priority: Priority, delay_s: int
) -> None:
    bed = Bed()
    assert bed.through(vital, value, 0, delay_s) == []
    assert _said(bed.measure(vital, value, delay_s)) == [_start(cause, priority)]


@pytest.mark.parametrize(
    ("vital", "value"),
    [
        (Vital.HEART_RATE, 50),
        (Vital.HEART_RATE, 120),
        (Vital.SPO2, 90),
        (Vital.SYSTOLIC, 90),
        (Vital.RESPIRATION, 8),
        (Vital.RESPIRATION, 30),
    ],
)
def test_a_value_at_its_limit_is_no_violation(vital: Vital, value: float) -> None:
    assert Bed().through(vital, value, 0, 30) == []


def test_a_run_matures_by_time_while_its_newest_value_may_be_judged() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 45, 0)
    assert bed.limits.on_tick(at(9)) == ()
    assert _said(bed.limits.on_tick(at(10))) == [_start("HEART_RATE_LOW", Priority.MEDIUM)]


def test_an_alarm_does_not_end_because_data_stopped() -> None:
    bed = Bed()
    bed.through(Vital.HEART_RATE, 45, 0, 11)
    assert bed.limits.on_tick(at(3600)) == ()


def test_a_late_violation_beside_a_well_live_value_is_recorded_at_its_end() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 72, 100)
    assert bed.measure(Vital.HEART_RATE, 135, 10, 100.1) == ()
    assert bed.measure(Vital.HEART_RATE, 135, 30, 100.2) == ()
    assert bed.measure(Vital.HEART_RATE, 72, 40, 100.3) == ()
    (recorded,) = bed.measure(Vital.HEART_RATE, 72, 50, 100.3)
    assert recorded.recorded_only
    assert (recorded.change.since_us, recorded.change.at_us) == (at(10), at(40))


def test_a_late_violation_that_stays_open_is_recorded_when_nothing_late_comes() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 72, 100)
    bed.measure(Vital.HEART_RATE, 135, 10, 100.1)
    bed.measure(Vital.HEART_RATE, 135, 30, 100.2)
    assert bed.limits.on_tick(at(101)) == ()
    (recorded,) = bed.limits.on_tick(at(101.2))
    assert (recorded.recorded_only, recorded.change.at_us) == (True, at(30))


def test_a_late_violation_that_live_data_bears_out_sounds_at_once_under_its_own_frame() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 125, 100)
    bed.measure(Vital.HEART_RATE, 125, 50, 100.1)
    (raised,) = bed.measure(Vital.HEART_RATE, 125, 60, 100.2)
    assert not raised.recorded_only
    assert (raised.change.phase, raised.change.since_us) == (Phase.START, at(50))
    assert raised.change.frame == frame(2)
    assert bed.measure(Vital.HEART_RATE, 72, 101) == ()
    (ended,) = bed.measure(Vital.HEART_RATE, 72, 111)
    assert (ended.change.phase, ended.change.frame) == (Phase.END, frame(2))


def test_live_data_can_bear_out_a_backlog_that_came_before_it() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 125, 50, 100.1)
    assert bed.measure(Vital.HEART_RATE, 125, 60, 100.2) == ()
    assert _said(bed.measure(Vital.HEART_RATE, 125, 100.3)) == [
        _start("HEART_RATE_HIGH", Priority.MEDIUM)
    ]


def test_a_late_violation_within_a_live_alarm_is_told_already() -> None:
    bed = Bed()
    bed.through(Vital.HEART_RATE, 125, 0, 12)
    bed.measure(Vital.HEART_RATE, 125, 100)
    assert bed.measure(Vital.HEART_RATE, 135, 20, 101) == ()
    assert bed.measure(Vital.HEART_RATE, 135, 90, 101) == ()
    assert bed.limits.on_tick(at(103)) == ()


def test_a_late_violation_before_a_live_alarm_is_recorded() -> None:
    bed = Bed()
    for second in (100, 111):
        bed.measure(Vital.HEART_RATE, 125, second)
    bed.measure(Vital.HEART_RATE, 125, 20, 112)
    bed.measure(Vital.HEART_RATE, 125, 40, 112)
    (recorded,) = bed.limits.on_tick(at(113))
    assert recorded.recorded_only
    assert (recorded.change.since_us, recorded.change.at_us) == (at(20), at(40))


def test_a_backlog_continues_a_live_run() -> None:
    bed = Bed()
    bed.through(Vital.HEART_RATE, 125, 0, 12)
    assert bed.measure(Vital.HEART_RATE, 72, 40, 100) == ()
    (ended,) = bed.measure(Vital.HEART_RATE, 72, 50, 100)
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(40))


def test_an_older_segment_starts_the_late_line_anew() -> None:
    bed = Bed()
    bed.measure(Vital.HEART_RATE, 72, 100)
    bed.measure(Vital.HEART_RATE, 125, 50, 101)
    bed.measure(Vital.HEART_RATE, 125, 70, 101)
    (recorded,) = bed.measure(Vital.HEART_RATE, 125, 10, 101)
    assert (recorded.change.since_us, recorded.change.at_us) == (at(50), at(70))
    assert bed.measure(Vital.HEART_RATE, 125, 25, 101) == ()
    assert bed.measure(Vital.HEART_RATE, 72, 30, 101) == ()
    (again,) = bed.measure(Vital.HEART_RATE, 72, 40, 101)
    assert (again.recorded_only, again.change.since_us) == (True, at(10))


def test_closing_ends_live_alarms_and_records_what_was_held_back() -> None:
    bed = Bed()
    bed.through(Vital.HEART_RATE, 125, 0, 12)
    bed.measure(Vital.SYSTOLIC, 120, 100)
    bed.measure(Vital.SYSTOLIC, 80, 50, 100)
    assert _said(bed.limits.close(at(101))) == [
        ("HEART_RATE_HIGH", Phase.END, Priority.MEDIUM, False),
        ("SYSTOLIC_LOW", Phase.END, Priority.HIGH, True),
    ]
    assert bed.limits.snapshot() == {}


def _beside(bed: Bed, second: float, **values: float) -> list[Said]:
    """Measure several vitals in one item, and return what is said of it."""
    bed.count += 1
    named: dict[str, Any] = dict(values)
    item = Vitals(**named)
    taken = bed.carry.on_item(item, at(second), at(second))
    return _said(bed.limits.on_item(taken, at(second), frame(bed.count), at(second)))


def _first_alarm(last: int, **values: float) -> tuple[str, int] | None:
    """Return cause and second of the first alarm when these values hold from second 0 on."""
    bed = Bed()
    for second in range(last):
        said = _beside(bed, second, **values)
        if said:
            return said[0][0], second
    return None


@pytest.mark.parametrize(
    ("values", "cause", "second"),
    [
        ({"heart_rate_bpm": 160, "pulse_rate_bpm": 158}, "HEART_RATE_HIGH", 8),
        ({"heart_rate_bpm": 160}, "HEART_RATE_HIGH", 10),
        ({"heart_rate_bpm": 160, "pulse_rate_bpm": 80}, "HEART_RATE_HIGH", 20),
        ({"heart_rate_bpm": 0, "pulse_rate_bpm": 0}, "HEART_RATE_ZERO", 5),
        ({"heart_rate_bpm": 0, "pulse_rate_bpm": 80}, "HEART_RATE_ZERO", 10),
        (
            {"heart_rate_bpm": 80, "pulse_rate_bpm": 80, "spo2_percent": 80},
            "SPO2_LOW",
            8,
        ),
        (
            {"heart_rate_bpm": 80, "pulse_rate_bpm": 170, "spo2_percent": 80},
            "SPO2_LOW",
            20,
        ),
        ({"heart_rate_bpm": 60, "respiration_per_min": 58}, "RESPIRATION_HIGH", 27),
    ],
)
def test_a_second_signal_makes_an_alarm_sooner_or_later_and_never_silent(
    values: dict[str, float], cause: str, second: int
) -> None:
    assert _first_alarm(30, **values) == (cause, second)


def test_a_pulse_stands_in_for_a_heart_rate_that_is_missing() -> None:
    bed = Bed()
    for second in range(10):
        _beside(bed, second, heart_rate_bpm=80, pulse_rate_bpm=80)
    said = [x for second in range(10, 60) for x in _beside(bed, second, pulse_rate_bpm=150)]
    assert said == [_start("HEART_RATE_HIGH", Priority.HIGH)]


def test_what_a_stand_in_shows_is_said_under_its_own_name() -> None:
    bed = Bed()
    findings: Findings = ()
    for second in range(30):
        findings += bed.measure(Vital.PULSE_RATE, 0, second)
    assert [dict(x.values) for x in findings] == [{"pulse_rate_bpm": 0}]


def test_an_artefact_before_a_sensor_comes_off_is_no_alarm() -> None:
    bed = Bed()
    for second in range(4):
        _beside(bed, second, heart_rate_bpm=80, pulse_rate_bpm=150, spo2_percent=70)
    assert [x for second in range(4, 60) for x in bed.limits.on_tick(at(second))] == []


def test_an_alarm_says_what_confirmed_or_contradicted_it() -> None:
    bed = Bed()
    findings: Findings = ()
    for second in range(10):
        bed.count += 1
        item = Vitals(heart_rate_bpm=150, pulse_rate_bpm=149, spo2_percent=97)
        taken = bed.carry.on_item(item, at(second), at(second))
        findings += bed.limits.on_item(taken, at(second), frame(bed.count), at(second))
    assert [dict(x.values) for x in findings] == [{"heart_rate_bpm": 150, "pulse_rate_bpm": 149}]
