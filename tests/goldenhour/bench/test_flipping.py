"""The patients of the latency bench."""

from itertools import pairwise

from clinical.alarms.catalogue import CATALOGUE
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import Capture, Vitals
from clinical.scores import news2
from clinical.scores.chart import Scored
from clinical.vitals import Spo2Scale
from clinical.watch.patient import PatientWatch
from goldenhour.bench.flipping import ILL, PHASE_S, WELL, vitals_at


def _total(vitals: Vitals) -> int:
    scored = news2.score(
        news2.News2Inputs(
            respiration_per_min=vitals.respiration_per_min,
            spo2_percent=vitals.spo2_percent,
            spo2_scale=Spo2Scale.SCALE_1,
            on_oxygen=vitals.on_oxygen,
            systolic_mmhg=vitals.systolic_mmhg,
            heart_rate_bpm=vitals.heart_rate_bpm,
            consciousness=vitals.consciousness,
            temperature_c=vitals.temperature_c,
            age_years=60,
        )
    )
    assert isinstance(scored, Scored)
    return scored.total


def test_well_scores_nothing_and_ill_scores_eight() -> None:
    """A turn for the worse enters the band of NEWS2_HIGH, a turn for the better leaves it."""
    assert _total(WELL) == 0
    assert _total(ILL) == 8


def test_neither_state_violates_a_threshold_of_the_catalogue() -> None:
    """No other alarm than NEWS2_HIGH is raised, so every alarm has one source frame."""
    for rule in CATALOGUE:
        for level in rule.levels:
            if rule.vital is None or level.bound is None:
                continue
            for vitals in (WELL, ILL):
                value = getattr(vitals, rule.vital)
                assert value is None or not level.bound.violated_by(value), rule.cause


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
    assert begun == [("NEWS2_HIGH", 3), ("NEWS2_HIGH", 9)]
