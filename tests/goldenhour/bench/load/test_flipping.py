"""The patients of the latency bench."""

from itertools import pairwise

from clinical.alarms.catalogue import CATALOGUE, RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import Capture
from clinical.watch.patient import PatientWatch
from goldenhour.bench.load.flipping import CAUSE, ILL, PHASE_S, WELL, vitals_at


def test_it_begins_and_ends_at_once() -> None:
    """So that each turn is an alarm of its own, whose way can be timed."""
    rule = RULES[CAUSE]
    assert rule.clear_us == 0
    assert [level.delay_us for level in rule.levels] == [0]


def test_only_what_flips_is_beyond_a_limit() -> None:
    """No other limit is violated, so every alarm has one source frame."""
    for rule in CATALOGUE:
        for level in rule.levels:
            if rule.vital is None or level.bound is None:
                continue
            value = getattr(WELL, rule.vital)
            assert value is None or not level.bound.violated_by(value), rule.cause
            value = getattr(ILL, rule.vital)
            violated = value is not None and level.bound.violated_by(value)
            assert violated is (rule.cause is CAUSE), rule.cause


def test_every_unit_flips_every_three_seconds() -> None:
    """In six seconds each unit is ill for three in a row, once."""
    for unit in range(6):
        states = [vitals_at(unit, second) is ILL for second in range(60)]
        assert sum(states) == 30
        flips = [second for second in range(1, 60) if states[second] != states[second - 1]]
        assert {later - earlier for earlier, later in pairwise(flips)} == {PHASE_S}


def test_each_turn_for_the_worse_is_one_alarm_at_once() -> None:
    """Nothing of it is doubted: the figures measure the way of an alarm and no wait of a judge."""
    watch, begun = PatientWatch("e", Source.CENTER_A), []
    for second in range(12):
        frame, at_us = FrameRef("u", 2, bytes(16), second, 0), (second + 1) * SECOND_US
        capture = Capture(frame, at_us, at_us, "boot")
        said = watch.on_item(vitals_at(0, second), capture, at_us)
        begun += [(it.cause, second) for it in said if isinstance(it, Transition) and it.active]
    assert [one for one in begun if one[0] == CAUSE] == [(CAUSE, 3), (CAUSE, 9)]
