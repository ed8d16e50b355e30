"""Trends of one patient: robust, causal, bounded, and told before a limit is reached."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.instant import MINUTE_US, SECOND_US
from clinical.trend.course import POINTS_MAX, Course
from clinical.trend.slope import FEWEST_POINTS, slope
from clinical.trend.trending import Trending, Worsening
from clinical.vitals import Vital

RISE = 0.5


def feed(
    trending: Trending,
    vital: Vital,
    levels: Sequence[float],
    every_us: int = MINUTE_US,
    begin: int = 0,
) -> list[Worsening]:
    """Give one value every so often and return what was told."""
    told = (
        trending.on_item(vital, level, (begin + place) * every_us)
        for place, level in enumerate(levels)
    )
    return [one for one in told if one is not None]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 200), min_size=8, max_size=30, unique=True),
    st.floats(-3, 3),
    st.data(),
)
def test_a_fifth_of_false_points_does_not_move_the_slope_out_of_its_interval(
    minutes: list[int], rate: float, data: st.DataObject
) -> None:
    """On irregular points of a line of which some are arbitrary, the interval holds the truth."""
    minutes.sort()
    values = [rate * minute for minute in minutes]
    for _ in range(len(minutes) // 5):
        values[data.draw(st.integers(0, len(minutes) - 1))] = data.draw(st.floats(-500, 500))
    found = slope(minutes, values)
    assert found is not None
    assert found.low - 1e-9 <= rate <= found.high + 1e-9


def test_a_line_has_its_slope_and_too_few_points_have_none() -> None:
    """Without scatter the slope is exact; below the fewest points nothing is said."""
    minutes = [0.0, 1, 4, 9, 10, 17]
    found = slope(minutes, [2 * minute for minute in minutes])
    assert found is not None
    assert (found.per_minute, found.low, found.high) == (2, 2, 2)
    assert slope(minutes[: FEWEST_POINTS - 1], minutes[: FEWEST_POINTS - 1]) is None


def test_a_heart_rate_that_rises_in_its_band_is_told_before_the_edge() -> None:
    """From 70 by half a beat a minute: told while below 90, with the minutes that are left."""
    told = feed(Trending(), Vital.HEART_RATE, [70 + RISE * minute for minute in range(60)])
    first = told[0]
    assert first.trend.level < 90
    assert first.edge == 90
    assert first.minutes_to_edge == pytest.approx((90 - first.trend.level) / RISE)
    assert all(one.trend.level <= 90 for one in told)
    assert "Heart rate" in first.words
    assert "心率" in first.words_zh


def test_a_falling_saturation_is_told_and_a_rising_one_is_not() -> None:
    """The band of SpO2 is open upward."""
    down = feed(Trending(), Vital.SPO2, [100 - minute / 8 for minute in range(30)])
    up = feed(Trending(), Vital.SPO2, [96 + minute / 8 for minute in range(30)])
    assert down
    assert not up


def test_a_steady_patient_is_not_told_of() -> None:
    """Scatter around a level is no trend, at one value a minute and at one a second."""
    scatter = [78 + (place * 7 % 11) - 5 for place in range(1800)]
    assert feed(Trending(), Vital.HEART_RATE, scatter[:120]) == []
    assert feed(Trending(), Vital.HEART_RATE, scatter, every_us=SECOND_US) == []


def test_a_step_is_told_once_it_has_lasted_and_a_false_minute_is_not() -> None:
    """The median of five minutes against the fifteen before."""
    lasting, passing = Trending(), Trending()
    feed(lasting, Vital.SYSTOLIC, [130.0] * 20 + [105.0] * 5)
    feed(passing, Vital.SYSTOLIC, [130.0] * 20 + [105.0] + [130.0] * 4)
    stepped, steady = lasting.trend(Vital.SYSTOLIC), passing.trend(Vital.SYSTOLIC)
    assert stepped is not None
    assert stepped.step == -25
    assert steady is not None
    assert steady.step is None


def test_the_baseline_is_the_patients_own() -> None:
    """A patient who lives at 55 has a baseline of 55, whatever the last minutes say."""
    trending = Trending()
    feed(trending, Vital.HEART_RATE, [55.0] * 40 + [85.0] * 8)
    found = trending.trend(Vital.HEART_RATE)
    assert found is not None
    assert found.baseline == 55


@settings(max_examples=20, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.floats(40, 140)), min_size=1, max_size=60),
    st.integers(0, 60),
)
def test_a_snapshot_anywhere_changes_nothing(steps: list[tuple[int, float]], cut: int) -> None:
    """A patient restored after any item is told the same as one who was never interrupted."""
    whole, before, after = Trending(), Trending(), Trending()
    now, told = 0, []
    for place, (seconds, level) in enumerate(steps):
        now += seconds * SECOND_US
        expected = whole.on_item(Vital.HEART_RATE, level, now)
        if place == cut:
            after.restore(before.snapshot())
        part = before if place < cut else after
        told.append((expected, part.on_item(Vital.HEART_RATE, level, now)))
    assert all(expected == found for expected, found in told)


def test_a_late_value_and_a_vital_without_a_band_change_nothing() -> None:
    """The course only moves on."""
    trending = Trending()
    feed(trending, Vital.HEART_RATE, [70.0] * 10)
    state = trending.snapshot()
    assert trending.on_item(Vital.HEART_RATE, 200, 3 * MINUTE_US) is None
    assert trending.on_item(Vital.DIASTOLIC, 200, 30 * MINUTE_US) is None
    assert trending.snapshot() == state


def test_a_long_encounter_stays_in_bounds_and_in_sight() -> None:
    """After many hours there are at most POINTS_MAX points, the oldest from the first hour."""
    course = Course()
    for minute in range(POINTS_MAX * 5):
        course.on_item(70.0, minute * MINUTE_US)
        assert len(course.minutes) <= POINTS_MAX
    assert course.minutes[0] == 0
    assert course.minutes == sorted(course.minutes)
    assert course.minutes[-60:] == list(range(POINTS_MAX * 5 - 61, POINTS_MAX * 5 - 1))
