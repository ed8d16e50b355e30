"""The patients of the latency bench."""

from itertools import pairwise

from clinical.alarms.catalogue import CATALOGUE
from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.chart import Scored
from clinical.vitals import Spo2Scale
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


def test_well_scores_nothing_and_ill_scores_nine() -> None:
    """A turn for the worse enters the band of NEWS2_HIGH, a turn for the better leaves it."""
    assert _total(WELL) == 0
    assert _total(ILL) == 9


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
