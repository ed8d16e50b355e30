"""National PEWS in the watch: for children alone, on its lower bound, by age."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent, Vitals
from clinical.vitals import Consciousness
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture
from tests.clinical.watch.course import WELL, Encounter

TODDLER = replace(
    WELL,
    heart_rate_bpm=118,
    pulse_rate_bpm=118,
    respiration_per_min=28,
    systolic_mmhg=92,
    diastolic_mmhg=55,
)
WORSE = replace(
    TODDLER,
    heart_rate_bpm=155,
    pulse_rate_bpm=155,
    respiration_per_min=52,
    spo2_percent=93,
)
"""2 + 2 + 1 points: medium."""


def test_a_toddler_with_the_numbers_of_a_toddler_is_silent() -> None:
    """An adult with a heart rate of 118, 28 breaths and a pressure of 92 alarms by the score."""
    assert Encounter(age_years=2).live(lambda _: TODDLER, 5).said == []
    assert Encounter(age_years=40).live(lambda _: TODDLER, 1).said != []


def test_a_newborn_at_149_is_silent_and_at_185_alarms() -> None:
    """By the limits of its age: an adult's would call both fast."""
    newborn = replace(TODDLER, respiration_per_min=40, systolic_mmhg=75)
    fast = replace(newborn, heart_rate_bpm=185, pulse_rate_bpm=185)
    calm = replace(newborn, heart_rate_bpm=149, pulse_rate_bpm=149)
    assert Encounter(age_years=0).live(lambda _: calm, 2).said == []
    assert Encounter(age_years=0).live(lambda _: fast, 1).causes() == ["HEART_RATE_HIGH"]


def test_five_points_are_medium_with_the_lower_bound_and_its_values() -> None:
    encounter = Encounter(age_years=2).live(lambda _: WORSE, 1)
    first = encounter.transitions[0]
    assert (first.cause, first.priority.name) == ("NPEWS_MEDIUM", "MEDIUM")
    assert first.reason is not None
    assert first.reason.values["npews_at_least"] == 5
    assert first.reason.values["age_years"] == 2
    assert "National Paediatric Early Warning System" in first.reason.citation


@pytest.mark.parametrize("level", ["V", "P", "U"])
def test_a_child_who_is_not_awake_is_high_whatever_the_numbers(level: str) -> None:
    asleep = replace(TODDLER, consciousness=Consciousness(level))
    assert Encounter(age_years=2).live(lambda _: asleep, 1).causes() == ["NPEWS_HIGH"]


def test_high_covers_medium_and_both_end_when_the_child_is_well_again() -> None:
    grave = replace(WORSE, spo2_percent=90, systolic_mmhg=49)
    encounter = Encounter(age_years=2).live(lambda _: WORSE, 1)
    encounter.live(lambda _: grave, 1).live(lambda _: TODDLER, 6)
    pews = [(x.cause, x.phase) for x in encounter.said if x.cause.startswith("NPEWS")]
    assert pews == [
        ("NPEWS_MEDIUM", "START"),
        ("NPEWS_HIGH", "START"),
        ("NPEWS_MEDIUM", "END"),
        ("NPEWS_HIGH", "END"),
    ]


def test_it_stays_while_what_would_end_it_is_not_known() -> None:
    """The heart rate is not measured any more: nobody is better for that."""
    without = Vitals(respiration_per_min=52, spo2_percent=93, systolic_mmhg=92)
    encounter = Encounter(age_years=2).live(lambda _: WORSE, 1).live(lambda _: without, 3)
    assert ("NPEWS_MEDIUM", "END") not in [(x.cause, x.phase) for x in encounter.said]


def test_the_adult_score_is_refused_and_the_childs_is_shown() -> None:
    row = Encounter(age_years=2).live(lambda _: WORSE, 1).watch.row()
    assert row.news2_total is None
    assert row.news2_at_least == 0
    assert "AGE:age_years" in row.news2_refusals
    assert row.score is not None
    assert (row.score.name, row.score.total, row.score.at_least) == ("NPEWS", None, 5)
    assert row.score.band == "medium"
    assert set(row.score.refusals) == {"MISSING:capillary_refill_s", "MISSING:respiratory_distress"}


def test_in_pregnancy_no_score_is_used() -> None:
    row = Encounter(age_years=30, pregnant=True).live(lambda _: WORSE, 1).watch.row()
    assert row.score is None
    assert "PREGNANT:pregnant" in row.news2_refusals


def test_a_backlog_of_a_child_who_turns_out_to_be_grown_up_is_not_scored_as_a_childs() -> None:
    """The age is corrected while the backlog waits to be scored at its end: by NEWS2 alone then."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    asleep = replace(TODDLER, consciousness=Consciousness.VOICE)
    for second, item, origin in (
        (0, EncounterEvent(EncounterChange.OPENED, age_years=4), capture(0, 1, segment=2)),
        (20, asleep, capture(1, 1, received=20)),
        (20.2, EncounterEvent(EncounterChange.OPENED, age_years=40), capture(20.2, 2, segment=2)),
    ):
        watch.on_item(item, origin, at(second))
    said = [x for second in range(21, 26) for x in watch.on_tick(at(second), second * SECOND_US)]
    assert [x.cause for x in said if isinstance(x, Transition)] == ["NEWS2_HIGH"]
