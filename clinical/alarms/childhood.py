"""The limits of single vital signs for children: the causes of the catalogue, with bounds by age.

A heart rate of 140 is fast for an adult and ordinary for an infant. So below 16 years the bounds of
heart rate, respiration and systolic pressure are edges of the National PEWS chart of that age (NHS
England and RCPCH 2023): medium begins where the chart gives 2 points, high where it gives 4. Of
respiration, which has one level, and of the systolic pressure, it is the edge of 4 points. Delay,
hysteresis, words and whatever is not about these three stay those of the catalogue; a saturation
and a heart or breath that stops are the same at any age.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Final

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.priority import Priority
from clinical.alarms.rule import AlarmRule, Bound, Cause, Comparison, Level
from clinical.scores import npews
from clinical.scores.chart import Chart
from clinical.scores.choice import is_child

_POINTS: Final[Mapping[Cause, Mapping[Priority, int]]] = {
    Cause.HEART_RATE_LOW: {Priority.MEDIUM: 2, Priority.HIGH: 4},
    Cause.HEART_RATE_HIGH: {Priority.MEDIUM: 2, Priority.HIGH: 4},
    Cause.RESPIRATION_LOW: {Priority.MEDIUM: 4},
    Cause.RESPIRATION_HIGH: {Priority.MEDIUM: 4},
    Cause.SYSTOLIC_LOW: {Priority.HIGH: 4},
}
"""From how many points of the chart on a level of these causes is violated."""


def group_of(age_years: int | None) -> int | None:
    """Return whose bounds are for an age: first year of the chart of a child; None: an adult's."""
    if age_years is None or not is_child(age_years):
        return None
    return next(one.from_years for one in npews.CHARTS if age_years >= one.from_years)


@cache
def rules_of(group: int | None) -> tuple[AlarmRule, ...]:
    """Return the catalogue with the bounds of a group of ``group_of``."""
    if group is None:
        return CATALOGUE
    chart = next(one for one in npews.CHARTS if one.from_years == group)
    return tuple(_of_child(rule, chart.rows) for rule in CATALOGUE)


def _of_child(rule: AlarmRule, rows: Mapping[str, Chart]) -> AlarmRule:
    points = _POINTS.get(rule.cause)
    if points is None or rule.vital is None:
        return rule
    row = rows[str(rule.vital)]
    levels = tuple(_of_level(level, row, points[level.priority]) for level in rule.levels)
    return replace(rule, levels=levels, citation=npews.CITATION)


def _of_level(level: Level, row: Chart, points: int) -> Level:
    bound = level.bound
    return level if bound is None else replace(level, bound=_edge(bound, row, points))


def _edge(bound: Bound, row: Chart, points: int) -> Bound:
    """Return the bound at the edge of the chart's band with so many points, on the same side."""
    healthy = next(place for place, band in enumerate(row.bands) if band.points == 0)
    if bound.comparison is Comparison.BELOW:
        band = next(x for x in reversed(row.bands[:healthy]) if x.points >= points)
        return replace(bound, limit=(band.highest or 0) + 1)
    band = next(x for x in row.bands[healthy:] if x.points >= points)
    return replace(bound, limit=(band.lowest or 0) - 1)
