"""How far staff may move a limit for one patient, and what its rule is then.

A patient with chronic lung disease lives with a saturation at which another one is in danger, so a
person may move a limit of one patient, with a reason and for a time. How far is data
(``ADJUSTABLE``): no limit goes beyond what a publication still calls acceptable for somebody, and a
cause that is not in the table is moved by nobody. When the time is over the limits of the catalogue
are back.

A child's limits are edges of the chart of its age. Only the medium one is moved, and no further
than the high one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from clinical.alarms.priority import Priority
from clinical.alarms.rule import AlarmRule, Bound, Cause, Comparison, Level
from clinical.alarms.staff_limit import LimitSet


@dataclass(frozen=True, slots=True)
class SafeRange:
    """How far one limit may be moved; both ends are allowed."""

    lowest: float
    highest: float
    citation: str
    """Why no further in the direction of fewer alarms."""


_CHART: Final = "Royal College of Physicians, NEWS2, London 2017, chart 1"
_ATHLETE: Final = (
    "Sharma S et al., International recommendations for electrocardiographic interpretation in "
    "athletes, J Am Coll Cardiol 2017;69:1057-1075 (sinus bradycardia from 30/min is normal)"
)
_ADVANCED_LIFE_SUPPORT: Final = (
    "Neumar RW et al., 2010 American Heart Association guidelines, part 8, Circulation "
    "2010;122:S729-S767, page S751 (below 150/min it is rarely the cause of instability)"
)
_OXYGEN: Final = (
    "O'Driscoll BR et al., BTS guideline for oxygen use in adults, Thorax 2017;72:ii1-ii90 (target "
    "88-92 % at risk of hypercapnic failure); NEWS2 chart 1, SpO2 scale 2: 83 % scores 3"
)
_OXIMETER: Final = (
    "this project: a reserve above 70 %, the end of the range in which the accuracy of oximeters "
    "is stated (ISO 80601-2-61)"
)
_BLEEDING: Final = (
    "Rossaint R et al., European guideline on major bleeding and coagulopathy following trauma, "
    "Crit Care 2023;27:80 (target systolic 80-90 mmHg until bleeding is stopped)"
)
_FAST_BREATH: Final = (
    "Olsson T et al., Rapid Emergency Medicine score, J Intern Med 2004;255:579-587, table 1 "
    "(35/min and more scores 3)"
)

ADJUSTABLE: Final[Mapping[Cause, Mapping[Priority, SafeRange]]] = {
    Cause.HEART_RATE_LOW: {
        Priority.MEDIUM: SafeRange(40, 60, f"{_CHART} (40/min scores 3)"),
        Priority.HIGH: SafeRange(30, 50, _ATHLETE),
    },
    Cause.HEART_RATE_HIGH: {
        Priority.MEDIUM: SafeRange(100, 140, _ADVANCED_LIFE_SUPPORT),
        Priority.HIGH: SafeRange(110, 150, _ADVANCED_LIFE_SUPPORT),
    },
    Cause.SPO2_LOW: {
        Priority.MEDIUM: SafeRange(84, 94, _OXYGEN),
        Priority.HIGH: SafeRange(80, 90, _OXIMETER),
    },
    Cause.SYSTOLIC_LOW: {Priority.HIGH: SafeRange(80, 110, _BLEEDING)},
    Cause.RESPIRATION_LOW: {Priority.MEDIUM: SafeRange(8, 12, f"{_CHART} (8/min scores 3)")},
    Cause.RESPIRATION_HIGH: {Priority.MEDIUM: SafeRange(20, 35, _FAST_BREATH)},
}
"""What staff may move for an adult. What is not here keeps its limits: a heart or a breath that
stops, and every rhythm."""

_FIELDS: Final[Mapping[Priority, str]] = {Priority.MEDIUM: "medium", Priority.HIGH: "high"}

Violation = tuple[str, str]
"""Field of a change and what is wrong with it."""


def violation(
    rule: AlarmRule | None, medium: float | None, high: float | None, *, child: bool
) -> Violation | None:
    """Return what is unsafe about limits for a patient; None when they may be set.

    ``rule`` is that of the cause for the patient's age, or None when there is no such cause.
    """
    if rule is None or rule.cause not in ADJUSTABLE:
        known = ", ".join(sorted(ADJUSTABLE))
        return "cause", f"is none whose limits are set for a patient: {known}"
    for priority, limit in ((Priority.MEDIUM, medium), (Priority.HIGH, high)):
        wrong = None if limit is None else _outside(rule, priority, limit, child=child)
        if wrong is not None:
            return wrong
    return _order(rule, medium, high)


def ranges(rule: AlarmRule, *, child: bool) -> Mapping[Priority, SafeRange]:
    """Return how far each limit of a rule may be moved; a level that is not in it keeps its own."""
    adult = ADJUSTABLE.get(rule.cause, {})
    return _childs(rule) if child and adult else adult


def adjusted(rule: AlarmRule, limits: LimitSet) -> AlarmRule:
    """Return the rule of a patient with the limits of staff, and who set them as its source."""
    citation = f"limit set by {limits.person}: {limits.reason}"
    return with_limits(rule, [limits.limit(level.priority) for level in rule.levels], citation)


def with_limits(rule: AlarmRule, limits: Sequence[float | None], citation: str) -> AlarmRule:
    """Return a rule with these limits, lowest priority first; None: that of the rule."""
    levels = tuple(map(_with_limit, rule.levels, limits))
    return replace(rule, levels=levels, citation=citation)


def limits_of(rule: AlarmRule) -> list[float]:
    """Return the limits of a rule, lowest priority first."""
    return [level.bound.limit for level in rule.levels if level.bound is not None]


def stricter(one: AlarmRule, other: AlarmRule) -> AlarmRule:
    """Return the second rule, with each level's limit that of the two which alarms sooner."""
    levels = tuple(map(_sooner, one.levels, other.levels))
    if levels == other.levels:
        return other
    return one if levels == one.levels else replace(other, levels=levels)


def _outside(rule: AlarmRule, priority: Priority, limit: float, *, child: bool) -> Violation | None:
    field = _FIELDS[priority]
    safe = ranges(rule, child=child).get(priority)
    if safe is None:
        return field, "is not set for this patient" if child else "is no level of this cause"
    if not safe.lowest <= limit <= safe.highest:
        return field, f"must be {safe.lowest:g} to {safe.highest:g} ({safe.citation})"
    return None


def _childs(rule: AlarmRule) -> Mapping[Priority, SafeRange]:
    limits = {level.priority: level.bound.limit for level in rule.levels if level.bound}
    if len(limits) == 1:
        return {}
    lowest, highest = sorted(limits.values())
    return {Priority.MEDIUM: SafeRange(lowest, highest, rule.citation or "the catalogue")}


def _order(rule: AlarmRule, medium: float | None, high: float | None) -> Violation | None:
    """Refuse a high limit that would be violated before the medium one."""
    given = {Priority.MEDIUM: medium, Priority.HIGH: high}
    bounds = [level.bound for level in rule.levels if level.bound is not None]
    limits = [
        bound.limit if (asked := given.get(level.priority)) is None else asked
        for level, bound in zip(rule.levels, bounds, strict=True)
    ]
    if len(limits) == 1 or limits[0] == limits[1]:
        return None
    falls = bounds[0].comparison is Comparison.BELOW
    if falls is (limits[1] < limits[0]):
        return None
    field = "medium" if medium is not None else "high"
    return field, f"must not be beyond the other level's limit ({limits[0]:g}, {limits[1]:g})"


def _with_limit(level: Level, limit: float | None) -> Level:
    if limit is None or level.bound is None:
        return level
    return replace(level, bound=replace(level.bound, limit=limit))


def _sooner(one: Level, other: Level) -> Level:
    if one.bound is None or other.bound is None:
        return other
    return replace(other, bound=_sooner_bound(one.bound, other.bound))


def _sooner_bound(one: Bound, other: Bound) -> Bound:
    choose = max if other.comparison is Comparison.BELOW else min
    return replace(other, limit=choose(one.limit, other.limit))
