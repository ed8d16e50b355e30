"""The catalogue is complete, and says what the specification of the first judgement says."""

import pytest

from clinical.alarms.catalogue import CATALOGUE, RULES
from clinical.alarms.patience import Trust
from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import AlarmRule, Cause, Comparison
from clinical.vitals import PLAUSIBLE

SPECIFIED = {
    "NO_PULSE": [(3, 0, None, 0)],
    "HEART_RATE_ZERO": [(3, 10, "< 1", 0)],
    "VENTRICULAR_FIBRILLATION": [(3, 0, None, 0)],
    "ASYSTOLE": [(3, 0, None, 0)],
    "VENTRICULAR_TACHYCARDIA": [(3, 0, None, 0)],
    "EXTREME_BRADYCARDIA": [(3, 0, None, 0)],
    "EXTREME_TACHYCARDIA": [(3, 0, None, 0)],
    "PACING_NOT_CAPTURED": [(3, 0, None, 0)],
    "PACING_NOT_DELIVERED": [(2, 0, None, 0)],
    "APNOEA": [(3, 10, "< 1", 0)],
    "HEART_RATE_LOW": [(2, 25, "< 50", 5), (3, 20, "< 40", 5)],
    "HEART_RATE_HIGH": [(2, 25, "> 120", 5), (3, 20, "> 130", 5)],
    "SPO2_LOW": [(2, 25, "< 90", 2), (3, 20, "< 85", 2)],
    "SYSTOLIC_LOW": [(3, 0, "< 90", 5)],
    "RESPIRATION_LOW": [(2, 25, "< 8", 2)],
    "RESPIRATION_HIGH": [(2, 27, "> 30", 2)],
    "NEWS2_HIGH": [(3, 0, None, 0)],
    "NEWS2_MEDIUM": [(2, 0, None, 0)],
    "NPEWS_HIGH": [(3, 0, None, 0)],
    "NPEWS_MEDIUM": [(2, 0, None, 0)],
    "DETERIORATION": [(2, 0, None, 0)],
    "WORSENING_IN_BAND": [(1, 0, None, 0), (2, 0, None, 0)],
    "STEMI_SUSPECTED": [(3, 0, None, 0)],
    "STROKE_SUSPECTED": [(3, 0, None, 0)],
    "GCS_LOW": [(2, 0, None, 0), (3, 0, None, 0)],
    "TRAUMA_CENTRE_ADVISED": [(2, 30, None, 0)],
    "SEPSIS_SUSPECTED": [(2, 30, None, 0)],
    "SENSOR_OFF": [(1, 5, None, 0)],
    "ECG_LEAD_FAULT": [(1, 3, None, 0)],
    "IMAGING_INCOMPLETE": [(Priority.LOW, 0, None, 0)],
    "VITAL_NOT_JUDGED": [(2, 30, None, 0), (3, 30, None, 0)],
    "JUDGEMENT_WITHHELD": [(1, 0, None, 0), (2, 0, None, 0)],
    "UNIT_SILENT": [(2, 10, None, 0)],
    "PATIENT_NOT_JUDGED": [(3, 0, None, 0)],
    "FOREIGN_ENCOUNTER": [(1, 0, None, 0)],
    "UNIT_CLOCK_SUSPECT": [(1, 0, None, 0)],
    "DETECTION_STALE": [(3, 0, None, 0)],
    "DETECTION_DEGRADED": [(1, 0, None, 0)],
    "CHANNELS_DISAGREE": [(1, 5, None, 0)],
    "EDGE_DISAGREES": [(1, 5, None, 0)],
    "UNITS_SILENT": [(3, 0, None, 0)],
}


def levels(rule: AlarmRule) -> list[tuple[int, float, str | None, float]]:
    """Write the levels of a rule as the table above does."""
    return [
        (
            level.priority,
            level.delay_us / 1_000_000,
            None if level.bound is None else f"{level.bound.comparison} {level.bound.limit:g}",
            0 if level.bound is None else level.bound.hysteresis,
        )
        for level in rule.levels
    ]


def test_limits_delays_and_hysteresis() -> None:
    """Every number of the catalogue is the specified one."""
    assert {rule.cause: levels(rule) for rule in CATALOGUE} == SPECIFIED


def test_no_wait_is_as_long_as_a_sustained_violation() -> None:
    """Whatever the value and however doubted, 30 s beyond a limit are an alarm."""
    for rule in bounds_by_rule():
        for level in rule.levels:
            assert level.bound is not None
            for beyond in (0.1, 1, 5, 40):
                value = level.bound.limit + beyond * (1 if level.bound.comparison == ">" else -1)
                waits = [level.wait_us(value, trust) for trust in Trust]
                assert max(waits) <= level.delay_us < 30_000_000
                assert level.wait_us(value, Trust.CONFIRMED) <= level.wait_us(value, Trust.ALONE)


def test_every_cause_has_one_rule() -> None:
    """No cause is forgotten, none stands twice."""
    assert [rule.cause for rule in CATALOGUE] == list(Cause)
    assert len(RULES) == len(CATALOGUE)


def test_what_latches() -> None:
    """Arrests latch, rhythms that can be one, and what decides where to drive."""
    assert {rule.cause for rule in CATALOGUE if rule.latching} == {
        Cause.NO_PULSE,
        Cause.HEART_RATE_ZERO,
        Cause.APNOEA,
        Cause.VENTRICULAR_FIBRILLATION,
        Cause.ASYSTOLE,
        Cause.VENTRICULAR_TACHYCARDIA,
        Cause.STEMI_SUSPECTED,
        Cause.STROKE_SUSPECTED,
        Cause.TRAUMA_CENTRE_ADVISED,
    }


@pytest.mark.parametrize("rule", CATALOGUE, ids=lambda rule: rule.cause)
def test_every_rule_is_complete(rule: AlarmRule) -> None:
    """Words in both languages, what to check first, and for whom."""
    assert all((rule.words_en, rule.words_zh, rule.check_first_en, rule.check_first_zh))
    assert rule.for_whom
    assert rule.category in Category
    priorities = [level.priority for level in rule.levels]
    assert priorities == sorted(set(priorities))
    assert all(level.delay_us >= 0 for level in rule.levels)
    assert (rule.vital is not None) == all(level.bound for level in rule.levels)


def bounds_by_rule() -> list[AlarmRule]:
    """Rules that are judged on a vital sign."""
    return [rule for rule in CATALOGUE if rule.vital is not None]


@pytest.mark.parametrize("rule", bounds_by_rule(), ids=lambda rule: rule.cause)
def test_graver_levels_lie_within_milder_ones(rule: AlarmRule) -> None:
    """Whatever violates or holds a graver level violates or holds the milder one too."""
    assert rule.vital is not None
    limits = PLAUSIBLE[rule.vital]
    for value in range(int(limits.lowest), int(limits.highest) + 1):
        violated = [level.bound.violated_by(value) for level in rule.levels if level.bound]
        held = [level.bound.held_by(value) for level in rule.levels if level.bound]
        assert violated == sorted(violated, reverse=True)
        assert held == sorted(held, reverse=True)
        assert all(h for v, h in zip(violated, held, strict=True) if v)


def test_a_rule_explains_itself() -> None:
    """A reason states rule, values and source."""
    reason = RULES["HEART_RATE_LOW"].reason(Priority.HIGH, {"heart_rate_bpm": 35.0})
    assert reason.rule == "1 <= heart_rate_bpm < 40 for 8-20 s"
    assert reason.values == {"heart_rate_bpm": 35.0}
    assert "NEWS" in RULES["NEWS2_HIGH"].reason(Priority.HIGH, {}).citation
    with pytest.raises(KeyError):
        RULES["SYSTOLIC_LOW"].reason(Priority.LOW, {})


def test_comparisons_exclude_the_limit() -> None:
    """A value on the limit does not violate it."""
    for rule in bounds_by_rule():
        for level in rule.levels:
            assert level.bound is not None
            assert not level.bound.violated_by(level.bound.limit)
            step = -1 if level.bound.comparison is Comparison.BELOW else 1
            clear = level.bound.limit - step * level.bound.hysteresis
            assert not level.bound.held_by(clear)
            assert level.bound.held_by(clear + step * 0.1)
