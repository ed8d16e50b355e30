"""What every kind of condition tells of itself, from its beginning to its end."""

from clinical.alarms.catalogue import RULES
from clinical.alarms.condition import Condition
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.threshold import ThresholdCondition
from clinical.instant import SECOND_US

FIRST, LATER = (FrameRef("A-01", 2, bytes(16), number, 0) for number in (1, 2))


def told(condition: Condition) -> tuple[FrameRef | None, bool]:
    return condition.frame, condition.raised is not None


def test_a_finding_is_named_after_its_first_frame_and_is_an_alarm_after_its_delay() -> None:
    flag = FlagCondition(RULES[Cause.UNIT_SILENT])
    assert told(flag) == (None, False)
    flag.set(active=True, at_us=0, frame=FIRST)
    delay_us = flag.rule.levels[0].delay_us
    flag.set(active=True, at_us=delay_us, frame=LATER)
    assert told(flag) == (FIRST, True)
    flag.set(active=False, at_us=delay_us + SECOND_US, frame=LATER)
    assert told(flag) == (None, False)


def test_a_value_beyond_its_limit_is_named_after_the_first_and_is_an_alarm_when_it_lasts() -> None:
    threshold = ThresholdCondition(RULES[Cause.SPO2_LOW])
    assert told(threshold) == (None, False)
    threshold.sample(70.0, 0, FIRST)
    assert told(threshold) == (FIRST, False)
    for second in range(1, 61):
        threshold.sample(70.0, second * SECOND_US, LATER)
    assert told(threshold) == (FIRST, True)
    assert threshold.raised is Priority.HIGH
    for second in range(61, 181):
        threshold.sample(99.0, second * SECOND_US, LATER)
    assert told(threshold) == (None, False)
