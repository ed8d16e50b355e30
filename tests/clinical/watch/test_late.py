from clinical.alarms.catalogue import RULES
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.alarms.threshold import ThresholdCondition
from clinical.watch.late import LateLine
from tests.clinical.watch.bedside import at, frame

RULE = RULES[Cause.SPO2_LOW]


def _matured() -> LateLine:
    line = LateLine(RULE)
    line.sample(80, at(0), frame(1), at(100))
    line.sample(80, at(10), frame(2), at(100.5))
    return line


def test_what_matures_is_held_back() -> None:
    line = LateLine(RULE)
    assert line.sample(80, at(0), frame(1), at(100)) == ()
    assert not line.matured
    assert line.sample(80, at(10), frame(2), at(100)) == ()
    assert line.matured


def test_a_run_that_did_not_mature_leaves_no_record() -> None:
    line = LateLine(RULE)
    line.sample(80, at(0), frame(1), at(100))
    assert line.sample(97, at(9), frame(2), at(100)) == ()
    assert line.record() == ()


def test_a_record_names_the_first_frame_and_both_instants() -> None:
    (recorded,) = _matured().record()
    assert recorded.recorded_only
    assert recorded.change.frame == frame(1)
    assert (recorded.change.since_us, recorded.change.at_us) == (at(0), at(10))
    assert recorded.values == {"spo2_percent": 80}


def test_the_line_is_settled_a_second_after_its_last_item() -> None:
    line = _matured()
    assert not line.settled(at(101.4))
    assert line.settled(at(101.5))


def test_a_matured_run_is_overdue_after_five_seconds() -> None:
    line = _matured()
    assert not line.overdue(at(105.4))
    assert line.overdue(at(105.5))


def test_a_live_condition_can_take_the_run_over() -> None:
    line = _matured()
    live = ThresholdCondition(RULE)
    live.restore(line.hand_over())
    assert (live.raised, live.frame) == (Priority.HIGH, frame(1))
    assert not line.stirred
