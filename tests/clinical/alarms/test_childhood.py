"""Limits of children: the printed edges of the National PEWS charts, on the same side of health."""

import pytest

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.rule import Cause
from clinical.scores import npews

LIMITS = {
    (0, Cause.HEART_RATE_LOW): ["< 90", "< 80"],
    (0, Cause.HEART_RATE_HIGH): ["> 169", "> 179"],
    (0, Cause.RESPIRATION_HIGH): ["> 69"],
    (0, Cause.SYSTOLIC_LOW): ["< 50"],
    (1, Cause.HEART_RATE_HIGH): ["> 149", "> 169"],
    (1, Cause.RESPIRATION_LOW): ["< 10"],
    (5, Cause.HEART_RATE_LOW): ["< 70", "< 60"],
    (5, Cause.HEART_RATE_HIGH): ["> 139", "> 159"],
    (13, Cause.HEART_RATE_HIGH): ["> 119", "> 129"],
    (13, Cause.RESPIRATION_HIGH): ["> 39"],
    (13, Cause.SYSTOLIC_LOW): ["< 80"],
}


@pytest.mark.parametrize(
    ("age_years", "group"),
    [(None, None), (0, 0), (1, 1), (4, 1), (5, 5), (12, 5), (13, 13), (15, 13), (16, None)],
)
def test_the_charts_age_groups_below_16_and_the_catalogue_above(
    age_years: int | None, group: int | None
) -> None:
    assert group_of(age_years) == group


@pytest.mark.parametrize("key", LIMITS, ids=str)
def test_the_limits_are_the_edges_of_the_chart(key: tuple[int, Cause]) -> None:
    group, cause = key
    rule = next(one for one in rules_of(group) if one.cause is cause)
    bounds = [level.bound for level in rule.levels]
    assert [f"{x.comparison} {x.limit:g}" for x in bounds if x] == LIMITS[key]
    assert rule.citation == npews.CITATION


@pytest.mark.parametrize("group", [0, 1, 5, 13])
def test_what_scores_nothing_violates_no_limit(group: int) -> None:
    """At every whole number of the chart's healthy band, for every cause of these vitals."""
    chart = next(one for one in npews.CHARTS if one.from_years == group)
    for rule in rules_of(group):
        if rule.vital is None or str(rule.vital) not in chart.rows or not rule.citation:
            continue
        row = chart.rows[str(rule.vital)]
        for value in range(int(row.highest)):
            if row.points(value) == 0:
                assert not any(x.bound and x.bound.violated_by(value) for x in rule.levels)


def test_everything_else_is_the_catalogue() -> None:
    assert rules_of(None) is CATALOGUE
    for group in (0, 1, 5, 13):
        assert [x.cause for x in rules_of(group)] == [x.cause for x in CATALOGUE]
        oxygen = [x for x in rules_of(group) if x.cause is Cause.SPO2_LOW]
        assert oxygen == [x for x in CATALOGUE if x.cause is Cause.SPO2_LOW]
