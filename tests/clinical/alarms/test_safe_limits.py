"""How far staff may move a limit."""

import pytest

from clinical.alarms.catalogue import RULES
from clinical.alarms.childhood import group_of, rules_of
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause, Comparison
from clinical.alarms.safe_limits import ADJUSTABLE, adjusted, limits_of, stricter, violation
from clinical.alarms.staff_limit import LimitSet
from clinical.instant import SECOND_US


def _set(medium: float | None, high: float | None, cause: str = "SPO2_LOW") -> LimitSet:
    return LimitSet("e", cause, medium, high, 0, SECOND_US, "Dr Wu", "COPD", "r")


@pytest.mark.parametrize("cause", ADJUSTABLE)
def test_each_range_holds_the_catalogues_limit_and_says_its_source(cause: Cause) -> None:
    """So that a limit can always be set back to what it was, and every bound can be looked up."""
    for level in RULES[cause].levels:
        assert level.bound is not None
        safe = ADJUSTABLE[cause][level.priority]
        assert safe.lowest <= level.bound.limit <= safe.highest
        assert safe.citation


@pytest.mark.parametrize("cause", ADJUSTABLE)
def test_both_ends_are_allowed_and_nothing_beyond(cause: Cause) -> None:
    rule = RULES[cause]
    for priority, safe in ADJUSTABLE[cause].items():
        field = priority.name.lower()
        for limit in (safe.lowest - 1, safe.highest + 1, float("nan"), float("inf")):
            wrong = violation(rule, **_given(field, limit), child=False)
            assert wrong is not None
            assert wrong[0] == field
            assert f"{safe.lowest:g} to {safe.highest:g}" in wrong[1]
            assert safe.citation in wrong[1]
    ends = [(safe.lowest, safe.highest) for safe in ADJUSTABLE[cause].values()]
    for end in range(2):
        given = dict(zip(ADJUSTABLE[cause], (pair[end] for pair in ends), strict=True))
        medium, high = given.get(Priority.MEDIUM), given.get(Priority.HIGH)
        assert violation(rule, medium, high, child=False) is None


def _given(field: str, limit: float) -> dict[str, float | None]:
    return {"medium": None, "high": None, field: limit}


@pytest.mark.parametrize("cause", sorted(set(RULES) - set(ADJUSTABLE)))
def test_a_heart_that_stops_and_every_rhythm_keep_their_limits(cause: str) -> None:
    wrong = violation(RULES[Cause(cause)], None, 1, child=False)
    assert wrong is not None
    assert wrong[0] == "cause"


def test_an_unknown_cause_is_refused() -> None:
    wrong = violation(None, None, None, child=False)
    assert wrong is not None
    assert wrong[0] == "cause"


def test_a_level_that_a_cause_lacks_is_refused() -> None:
    wrong = violation(RULES[Cause.SYSTOLIC_LOW], 85, None, child=False)
    assert wrong == ("medium", "is no level of this cause")


def test_the_high_level_is_never_reached_before_the_medium_one() -> None:
    rule = RULES[Cause.SPO2_LOW]
    assert violation(rule, 84, None, child=False) is not None
    assert violation(rule, 84, 82, child=False) is None
    assert violation(RULES[Cause.HEART_RATE_HIGH], 135, None, child=False) is not None
    assert violation(RULES[Cause.HEART_RATE_HIGH], 135, 145, child=False) is None


@pytest.mark.parametrize("age_years", [0, 3, 8, 14])
def test_a_childs_medium_limit_moves_no_further_than_its_high_one(age_years: int) -> None:
    rules = {rule.cause: rule for rule in rules_of(group_of(age_years))}
    for cause in ADJUSTABLE:
        limits = limits_of(rules[cause])
        for limit in limits:
            refused = violation(rules[cause], limit, None, child=True) is not None
            assert refused is (len(limits) == 1)
        bound = rules[cause].levels[0].bound
        assert bound is not None
        outward = -1 if bound.comparison is Comparison.BELOW else 1
        assert violation(rules[cause], limits[-1] + outward, None, child=True) is not None
        assert violation(rules[cause], None, limits[-1], child=True) is not None


def test_a_rule_with_limits_of_staff_says_who_set_them_and_keeps_the_rest() -> None:
    rule = adjusted(RULES[Cause.SPO2_LOW], _set(86, None))
    assert limits_of(rule) == [86, 85]
    assert rule.citation == "limit set by Dr Wu: COPD"
    assert rule.levels[0].patience == RULES[Cause.SPO2_LOW].levels[0].patience


def test_the_stricter_of_two_rules_alarms_where_either_does() -> None:
    usual = RULES[Cause.SPO2_LOW]
    wide, mixed = adjusted(usual, _set(86, 82)), adjusted(usual, _set(92, 82))
    assert stricter(usual, wide) is usual
    assert stricter(wide, usual) is usual
    assert limits_of(stricter(usual, mixed)) == [92, 85]
    fast = RULES[Cause.HEART_RATE_HIGH]
    assert limits_of(stricter(fast, adjusted(fast, _set(130, 140)))) == [120, 130]
