"""The scores by situation in the watch: for whom the crew has said so, and for nobody else."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import CrewExamination, Vitals
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.vitals import Consciousness
from clinical.watch.scores.situated import SituatedScore
from tests.clinical.watch.course import WELL, Encounter

AWAKE = CrewExamination(gcs=Gcs(4, 5, 6))
CONFUSED = CrewExamination(gcs=Gcs(4, 4, 6))
DROWSY = CrewExamination(gcs=Gcs(3, 3, 6))
BLUNT = CrewExamination(injury=Injury.BLUNT)
STABBED = CrewExamination(injury=Injury.PENETRATING)
NO_INJURY = CrewExamination(injury=Injury.NONE)
INFECTED = CrewExamination(infection_suspected=True)
NO_INFECTION = CrewExamination(infection_suspected=False)
SEPTIC = replace(WELL, respiration_per_min=23, systolic_mmhg=98)
"""qSOFA 2 and NEWS2 4: below every other alarm."""
TRAUMA, SEPSIS = "TRAUMA_CENTRE_ADVISED", "SEPSIS_SUSPECTED"


def said(encounter: Encounter, cause: str) -> list[tuple[int, str]]:
    """Return what was said of a cause: after how many minutes, and which."""
    return [(one.minute, one.phase) for one in encounter.said if one.cause == cause]


def first(encounter: Encounter, cause: str) -> Transition:
    return next(one for one in encounter.transitions if one.cause == cause)


def shown(encounter: Encounter) -> dict[str, SituatedScore]:
    return {one.name: one for one in encounter.watch.row().situated}


def test_of_whom_nobody_has_said_anything_no_score_is_used_and_none_shown() -> None:
    """However ill, and whatever the scale of coma: not said is not known."""
    encounter = Encounter(age_years=50).examines(DROWSY).live(lambda _: SEPTIC, 3)
    assert not {TRAUMA, SEPSIS} & set(encounter.causes())
    assert shown(encounter) == {}


def test_an_injured_adult_below_twelve_is_for_a_trauma_centre() -> None:
    """After half a minute; with the scores, and the values that they rest on."""
    encounter = Encounter(age_years=50).examines(BLUNT).examines(DROWSY).live(lambda _: WELL, 2)
    assert said(encounter, TRAUMA) == [(0, "START")]
    alarm = first(encounter, TRAUMA)
    assert alarm.priority.name == "MEDIUM"
    assert alarm.reason is not None
    assert alarm.reason.values == {
        "injury": "blunt",
        "t_rts": 11,
        "mgap": 26,
        "respiration_per_min": 16,
        "systolic_mmhg": 124,
        "gcs": 12,
    }
    assert shown(encounter)["T-RTS"] == SituatedScore("T-RTS", 11, None, asks=True, refusals=())
    assert shown(encounter)["QSOFA"].refusals == ("MISSING:infection_suspected",)


def test_mgap_alone_asks_too() -> None:
    """An old man with a stab: nothing is wrong with his numbers, 15 + 5 + 0 + 0 points."""
    encounter = Encounter(age_years=71).examines(STABBED).examines(AWAKE).live(lambda _: WELL, 1)
    assert said(encounter, TRAUMA) == [(0, "START")]
    assert [shown(encounter)[name].asks for name in ("T-RTS", "MGAP")] == [False, True]


def test_of_an_unknown_age_mgap_is_refused_and_the_others_count() -> None:
    encounter = Encounter().examines(BLUNT).examines(AWAKE).live(lambda _: WELL, 1)
    assert said(encounter, TRAUMA) == []
    assert shown(encounter)["MGAP"].refusals == ("MISSING:age_years",)
    assert shown(encounter)["T-RTS"].value == 12


def test_a_trauma_alarm_lasts_while_a_score_is_incomplete_and_ends_when_it_is_well() -> None:
    """The scale of coma ages out after a quarter of an hour; a new one and five minutes end it."""
    encounter = Encounter(age_years=50).examines(BLUNT).examines(DROWSY).live(lambda _: WELL, 25)
    assert said(encounter, TRAUMA) == [(0, "START")]
    assert shown(encounter)["T-RTS"] == SituatedScore("T-RTS", None, 12, None, ("STALE:gcs",))
    encounter.examines(AWAKE).live(lambda _: WELL, 6)
    assert said(encounter, TRAUMA) == [(0, "START"), (30, "END")]


def test_no_injury_after_all_ends_it_at_once() -> None:
    encounter = Encounter(age_years=50).examines(BLUNT).examines(DROWSY).live(lambda _: WELL, 2)
    encounter.examines(NO_INJURY)
    assert said(encounter, TRAUMA) == [(0, "START"), (2, "END")]
    encounter.live(lambda _: WELL, 2)
    assert shown(encounter)["RTS"].refusals == ("SITUATION:injury",)
    assert said(encounter, TRAUMA) == [(0, "START"), (2, "END")]


def test_sepsis_is_suspected_on_qsofa_of_two_of_whom_an_infection_is() -> None:
    """Below every band of NEWS2; also where the scale of coma is missing, on what is known."""
    encounter = Encounter(age_years=66).live(lambda _: SEPTIC, 2).examines(INFECTED)
    encounter.live(lambda _: SEPTIC, 2)
    assert encounter.causes() == [SEPSIS]
    alarm = first(encounter, SEPSIS)
    assert (alarm.priority.name, alarm.reason is not None) == ("MEDIUM", True)
    assert alarm.reason is not None
    assert alarm.reason.values["qsofa_at_least"] == 2
    encounter.examines(NO_INFECTION)
    assert said(encounter, SEPSIS)[-1] == (4, "END")


def test_confusion_counts_by_the_coma_scale_and_not_by_acvpu() -> None:
    """Kappa 0.63: nothing is taken from the one for the other."""
    fast = replace(WELL, respiration_per_min=22)
    voice = replace(fast, consciousness=Consciousness.VOICE)
    encounter = Encounter(age_years=66).examines(INFECTED).live(lambda _: voice, 2)
    assert said(encounter, SEPSIS) == []
    assert shown(encounter)["QSOFA"].refusals == ("MISSING:gcs",)
    confused = Encounter(age_years=66).examines(INFECTED).examines(CONFUSED)
    assert said(confused.live(lambda _: fast, 2), SEPSIS) == [(0, "START")]


def test_a_tube_leaves_no_total() -> None:
    tube = CrewExamination(gcs=Gcs(4, None, 6, frozenset({GcsPart.VERBAL})))
    encounter = Encounter(age_years=50).examines(BLUNT).examines(DROWSY).examines(tube)
    assert shown(encounter.live(lambda _: WELL, 1))["T-RTS"].refusals == ("UNTESTABLE:gcs",)


def test_while_news2_is_high_sepsis_begins_no_alarm_of_its_own() -> None:
    """One story: it is shown, and begins when NEWS2 is below and qSOFA is not."""
    grave = replace(SEPTIC, spo2_percent=90, heart_rate_bpm=118, pulse_rate_bpm=118)
    encounter = Encounter(age_years=66).examines(INFECTED).live(lambda _: grave, 3)
    assert "NEWS2_HIGH" in encounter.causes()
    assert said(encounter, SEPSIS) == []
    assert shown(encounter)["QSOFA"].asks is True
    encounter.live(lambda _: SEPTIC, 7)
    assert said(encounter, SEPSIS) == [(8, "START")]


def test_an_alarm_of_sepsis_stays_beside_a_news2_that_gets_high() -> None:
    grave = replace(SEPTIC, spo2_percent=90, heart_rate_bpm=118, pulse_rate_bpm=118)
    encounter = Encounter(age_years=66).examines(INFECTED).live(lambda _: SEPTIC, 2)
    encounter.live(lambda _: grave, 8)
    assert said(encounter, SEPSIS) == [(0, "START")]


@pytest.mark.parametrize("age_years", [4, 15])
def test_of_a_child_every_score_is_refused_by_age(age_years: int) -> None:
    encounter = Encounter(age_years=age_years).examines(STABBED).examines(INFECTED)
    encounter.examines(DROWSY).live(lambda _: SEPTIC, 2)
    assert not {TRAUMA, SEPSIS} & set(encounter.causes())
    assert {one.refusals for one in shown(encounter).values()} == {("AGE:age_years",)}


def test_in_pregnancy_qsofa_is_refused_and_the_trauma_scores_are_not() -> None:
    encounter = Encounter(age_years=29, pregnant=True).examines(BLUNT).examines(INFECTED)
    encounter.examines(DROWSY).live(lambda _: SEPTIC, 2)
    assert shown(encounter)["QSOFA"].refusals == ("PREGNANT:pregnant",)
    assert (said(encounter, TRAUMA), said(encounter, SEPSIS)) == ([(0, "START")], [])


def test_one_breath_in_between_is_no_alarm() -> None:
    """A monitor says each second what the chart counted once over half a minute."""

    def noisy(minute: float) -> Vitals:
        return replace(WELL, respiration_per_min=30 if round(minute * 60) % 30 == 0 else 16)

    encounter = Encounter(age_years=50).examines(BLUNT).examines(AWAKE).live(noisy, 5)
    assert said(encounter, TRAUMA) == []


def test_the_end_of_a_backlog_is_scored_and_the_next_frames_confirm_it() -> None:
    encounter = Encounter(age_years=66).examines(INFECTED).live(lambda _: SEPTIC, 2, late_s=40)
    assert said(encounter, SEPSIS) == []
    encounter.live(lambda _: SEPTIC, 2)
    assert said(encounter, SEPSIS) == [(2, "START")]


def test_a_restored_watch_goes_on() -> None:
    """In the midst of what is not an alarm yet, and under one."""
    straight, restored = (Encounter(age_years=50).examines(BLUNT).examines(DROWSY) for _ in "ab")
    for minutes in (1, 2, 20):
        straight.live(lambda _: WELL, minutes)
        restored.restored().live(lambda _: WELL, minutes)
        assert restored.watch.row() == straight.watch.row()
    assert restored.said == straight.said


def test_the_end_of_the_encounter_ends_it() -> None:
    encounter = Encounter(age_years=66).examines(INFECTED).live(lambda _: SEPTIC, 2)
    assert [x.phase for x in encounter.end().said if x.cause == SEPSIS] == ["START", "END"]


def test_vehicle_and_center_say_the_same_under_the_same_ids() -> None:
    def told(source: Source) -> list[tuple[bytes, str, int]]:
        encounter = Encounter(age_years=50, source=source).examines(STABBED).examines(INFECTED)
        encounter.examines(DROWSY).live(lambda _: SEPTIC, 3).examines(NO_INJURY)
        return [(x.alarm_id, x.phase.value, x.since_us) for x in encounter.transitions]

    assert told(Source.EDGE) == told(Source.CENTER_A)
    assert len(told(Source.EDGE)) == 3
