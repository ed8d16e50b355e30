"""What a processor finds becomes an alarm after its delay, keeps its name, and ends with it."""

import json

from clinical.alarms.catalogue import RULES
from clinical.alarms.change import NOTHING, Change
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import Cause

S = 1_000_000


def frame(sequence: int) -> FrameRef:
    """Return the frame of this sequence."""
    return FrameRef("A-01", 2, bytes(16), sequence, 0)


def phases(changes: tuple[Change, ...]) -> list[tuple[Phase, Priority, int]]:
    """Reduce changes to phase, priority and second."""
    return [(change.phase, change.priority, change.at_us // S) for change in changes]


def test_a_flag_without_delay() -> None:
    """NEWS2 alarms at once and ends at once."""
    flag = FlagCondition(RULES[Cause.NEWS2_HIGH])
    assert flag.set(active=False, at_us=S, frame=frame(1)) is NOTHING
    start = flag.set(active=True, at_us=2 * S, frame=frame(2))
    assert start == (Change(Phase.START, Priority.HIGH, 2 * S, 2 * S, frame(2)),)
    assert flag.set(active=True, at_us=3 * S, frame=frame(3)) == ()
    end = flag.set(active=False, at_us=4 * S, frame=frame(4))
    assert end == (Change(Phase.END, Priority.HIGH, 2 * S, 4 * S, frame(2)),)
    assert flag.frame is None


def test_a_flag_matures_by_ticks() -> None:
    """A sensor may be off for five seconds."""
    flag = FlagCondition(RULES[Cause.SENSOR_OFF], "spo2_percent")
    assert flag.set(active=True, at_us=0, frame=frame(0)) == ()
    assert flag.tick(5 * S - 1) == ()
    assert phases(flag.tick(5 * S)) == [(Phase.START, Priority.LOW, 5)]
    assert flag.subject == "spo2_percent"


def test_a_flag_that_clears_in_time_says_nothing() -> None:
    """No alarm, no end."""
    flag = FlagCondition(RULES[Cause.SENSOR_OFF])
    flag.set(active=True, at_us=0, frame=frame(0))
    assert flag.set(active=False, at_us=4 * S, frame=frame(4)) == ()
    assert flag.tick(60 * S) == ()


def test_a_graver_grade_does_not_wait_anew() -> None:
    """The delay is that of the condition; how grave it is counts at once."""
    flag = FlagCondition(RULES[Cause.VITAL_NOT_JUDGED], "heart_rate_bpm")
    flag.set_level(Priority.MEDIUM, 0, frame(0))
    assert phases(flag.tick(30 * S)) == [(Phase.START, Priority.MEDIUM, 30)]
    assert phases(flag.set_level(Priority.HIGH, 31 * S, frame(31))) == [
        (Phase.ESCALATE, Priority.HIGH, 31)
    ]
    assert phases(flag.set_level(Priority.MEDIUM, 32 * S, frame(32))) == [
        (Phase.DEESCALATE, Priority.MEDIUM, 32)
    ]
    assert phases(flag.withdraw(33 * S)) == [(Phase.END, Priority.MEDIUM, 33)]


def test_a_flag_survives_a_snapshot() -> None:
    """Restored from JSON, it matures at the same moment under the same name."""
    flag = FlagCondition(RULES[Cause.VITAL_NOT_JUDGED], "heart_rate_bpm")
    assert flag.snapshot() == {}
    flag.set_level(Priority.HIGH, S, frame(1))
    copy = FlagCondition(RULES[Cause.VITAL_NOT_JUDGED], "heart_rate_bpm")
    copy.restore(json.loads(json.dumps(flag.snapshot())))
    assert copy.tick(31 * S) == flag.tick(31 * S) != ()
    assert copy.snapshot() == flag.snapshot()
