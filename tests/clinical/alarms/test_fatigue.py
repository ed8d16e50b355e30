"""The load of alarms, by the measures of EEMUA 191 and ISA-18.2."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.alarms.fatigue import Burden, Sounded, chattering, fatigue
from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.view import AlarmState
from clinical.instant import MINUTE_US, SECOND_US
from tests.clinical.alarms.entries import said

HOUR_US = 60 * MINUTE_US


def sounded(
    raised_us: int,
    priority: Priority = Priority.MEDIUM,
    *,
    ended_us: int | None = None,
    patient: str = "a",
) -> Sounded:
    """Return an alarm of one kind."""
    return Sounded(patient, "SPO2_LOW", "", priority, raised_us, ended_us)


def test_rates_and_shares_are_by_priority() -> None:
    """Four alarms of two patients in two hours are one per patient-hour."""
    priorities = (Priority.HIGH, Priority.LOW, Priority.LOW, Priority.LOW)
    alarms = [sounded(i * 10 * MINUTE_US, x) for i, x in enumerate(priorities)]
    load = fatigue(alarms, 0, 2 * HOUR_US, patients=2)
    assert load.patient_hours == 4
    assert load.per_patient_hour(Priority.LOW) == 0.75
    assert load.share(Priority.HIGH) == 0.25
    assert load.share(Priority.MEDIUM) == 0


def test_an_operator_s_load_is_counted_in_periods_of_ten_minutes() -> None:
    """Eleven alarms in ten minutes are a flood for one, and none for two."""
    alarms = [sounded(i * 30 * SECOND_US) for i in range(11)]
    alone = fatigue(alarms, 0, HOUR_US, patients=1)
    assert list(alone.periods) == [11, 0, 0, 0, 0, 0]
    assert alone.floods == pytest.approx(1 / 6)
    assert fatigue(alarms, 0, HOUR_US, patients=1, operators=2).floods == 0


@pytest.mark.parametrize(
    ("seconds", "count"),
    [((0, 30, 59), 1), ((0, 30, 60), 0), ((0, 20, 40, 59), 2), ((0, 1), 0), ((), 0)],
)
def test_three_beginnings_within_a_minute_chatter(seconds: tuple[int, ...], count: int) -> None:
    """The third of them is counted; a minute is half-open."""
    assert chattering(sounded(s * SECOND_US) for s in seconds) == count


def test_what_different_patients_have_is_no_chatter() -> None:
    """Three patients with one alarm each are three stories."""
    assert chattering(sounded(0, patient=name) for name in "abc") == 0


def test_an_alarm_that_stands_for_an_hour_is_stale() -> None:
    """Whether it has ended since or not."""
    alarms = [sounded(0, ended_us=HOUR_US), sounded(1), sounded(2 * HOUR_US)]
    assert fatigue(alarms, 0, 2 * HOUR_US + 1, patients=1).stale == 2


def test_no_alarm_is_no_load() -> None:
    """Nothing is divided by nothing."""
    plain = fatigue([], 0, 0, patients=0).plain()
    assert plain["alarms"] == 0
    assert plain["per_operator_10_min"] == {"mean": 0.0, "peak": 0, "flood_share": 0.0}


def test_only_beginnings_weigh_and_only_for_ten_minutes() -> None:
    """An end, an acknowledgement or a recorded past asks nobody for an answer."""
    book, burden = AlarmBook(), Burden()
    (view,) = book.apply(said(Phase.START), 5 * SECOND_US)
    assert burden.take(view)
    assert not burden.take(replace(view, phase=Phase.ESCALATE))
    assert not burden.take(replace(view, phase=Phase.END, state=AlarmState.ENDED))
    assert not burden.take(replace(view, phase=Phase.END, state=AlarmState.RECORDED))
    assert burden.in_ten_minutes(5 * SECOND_US + 10 * MINUTE_US - 1) == 1
    assert burden.in_ten_minutes(5 * SECOND_US + 10 * MINUTE_US) == 0


@given(st.lists(st.integers(0, 200), max_size=30))
def test_the_running_count_of_chatter_is_that_of_the_whole(gaps: list[int]) -> None:
    """Prefix by prefix the same as over everything."""
    (view,) = AlarmBook().apply(said(Phase.START), 0)
    burden, alarms, at_us = Burden(), [], 0
    for gap in gaps:
        at_us += gap * SECOND_US
        burden.take(replace(view, learned_us=at_us))
        alarms.append(sounded(at_us))
        assert burden.chattered == chattering(alarms)
