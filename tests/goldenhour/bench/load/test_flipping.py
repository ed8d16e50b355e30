"""The patients of the latency bench."""

from itertools import pairwise

import pytest

from clinical.alarms.catalogue import CATALOGUE, RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import Capture
from clinical.watch.patient import PatientWatch
from goldenhour.bench.load.flipping import (
    CAUSE,
    FLIPPING_UNITS,
    ILL,
    PHASE_S,
    WELL,
    phase_s,
    vitals_at,
)


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


@pytest.mark.parametrize("units", [100, 300, 1_000])
def test_many_units_bring_as_many_alarms_as_a_hundred(units: int) -> None:
    """The number of alarms of a run is that of its seconds, not of its units."""
    in_each_s = phase_s(units)
    worse = sum(
        vitals_at(unit, second, in_each_s) is ILL and vitals_at(unit, second - 1, in_each_s) is WELL
        for unit in range(units)
        for second in range(1, 61)
    )
    assert worse == pytest.approx(1_000, rel=0.02)


def test_few_units_flip_as_often_as_a_hundred_do() -> None:
    """So that even one unit shows an alarm within seconds."""
    assert phase_s(1) == phase_s(FLIPPING_UNITS) == PHASE_S


def test_each_turn_for_the_worse_is_one_alarm_at_once() -> None:
    """Nothing of it is doubted: the figures measure the way of an alarm and no wait of a judge."""
    watch, begun = PatientWatch("e", Source.CENTER_A), []
    for second in range(12):
        frame, at_us = FrameRef("u", 2, bytes(16), second, 0), (second + 1) * SECOND_US
        capture = Capture(frame, at_us, at_us, "boot")
        said = watch.on_item(vitals_at(0, second), capture, at_us)
        begun += [(it.cause, second) for it in said if isinstance(it, Transition) and it.active]
    assert [one for one in begun if one[0] == CAUSE] == [(CAUSE, 3), (CAUSE, 9)]
