"""The trend of a patient: bounded, honest about what is not known."""

from dataclasses import replace
from itertools import pairwise

import pytest

from clinical.vitals import Vital
from clinical.watch.picture.picture import PictureRow, PictureVital
from command_center.board.trend import MOST_POINTS, SPARK_POINTS, STEP_US, Point, Trends
from tests.command_center.night import START_US, encounter


def row(
    news2: int | None, heart_rate: float | None = 80, at_least: int | None = None
) -> PictureRow:
    vitals = () if heart_rate is None else (PictureVital(Vital.HEART_RATE, heart_rate, START_US),)
    return PictureRow(
        encounter(1),
        "AMB-01",
        None,
        START_US,
        START_US,
        vitals,
        news2,
        at_least,
        (),
        not_judged=False,
    )


def told(trends: Trends, *scores: int | None) -> None:
    for index, score in enumerate(scores):
        trends.take(row(score), START_US + index * STEP_US)


def test_points_are_thinned_and_the_oldest_go_first() -> None:
    trends = Trends()
    for index in range(4 * MOST_POINTS):
        trends.take(row(index), START_US + index * STEP_US // 2)
    points = trends.points(encounter(1))
    assert len(points) == MOST_POINTS
    assert {b.at_us - a.at_us for a, b in pairwise(points)} == {STEP_US}
    assert points[-1].news2 == 4 * MOST_POINTS - 2
    assert trends.points(encounter(1), points[-2].at_us) == [points[-1]]


def test_what_is_not_known_is_none_and_zero_is_a_measurement() -> None:
    trends = Trends()
    trends.take(row(None, heart_rate=None), START_US)
    trends.take(row(None, heart_rate=0, at_least=6), START_US + STEP_US)
    nothing, zero = trends.points(encounter(1))
    assert nothing.news2 is None
    assert set(nothing.values) == {None}
    assert (zero.news2, zero.values[0]) == (6, 0)


def test_a_point_comes_out_as_it_went_in() -> None:
    """Every vital sign at its place, to the last digit."""
    trends = Trends()
    values = [None if vital is Vital.SPO2 else 36.9 + place for place, vital in enumerate(Vital)]
    vitals = tuple(
        PictureVital(vital, value, START_US)
        for vital, value in zip(Vital, values, strict=True)
        if value is not None
    )
    trends.take(replace(row(7), vitals=vitals), START_US)
    assert trends.points(encounter(1)) == [Point(START_US, 7, tuple(values))]


@pytest.mark.parametrize("points", [0, 1, SPARK_POINTS, SPARK_POINTS + 1, MOST_POINTS])
def test_a_sparkline_is_short_and_never_hides_the_worst(points: int) -> None:
    trends = Trends()
    told(trends, *(11 if index == points // 2 else 1 for index in range(points)))
    spark = trends.spark(encounter(1))
    assert len(spark) <= SPARK_POINTS
    assert points == 0 or max(score or 0 for score in spark) == 11


def test_a_patient_who_left_is_forgotten() -> None:
    trends = Trends()
    told(trends, 1, 2)
    trends.forget(encounter(1))
    trends.forget(encounter(2))
    assert trends.points(encounter(1)) == []
