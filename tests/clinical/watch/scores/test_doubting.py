"""What no score counts yet, and that every doubt ends."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.items import EncounterChange, EncounterEvent, Vitals
from clinical.vitals import Consciousness
from clinical.watch.carry import RESPIRATION, SPO2, Carry
from clinical.watch.patient import PatientWatch
from clinical.watch.scores.doubting import Doubts
from tests.clinical.watch.bedside import at, capture

WELL = Vitals(
    heart_rate_bpm=72,
    pulse_rate_bpm=72,
    respiration_per_min=16,
    spo2_percent=97,
    systolic_mmhg=124,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)


def _said(shown: list[Vitals], every_s: int = 1) -> list[tuple[int, str, str]]:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    said: list[tuple[int, str, str]] = []
    for place, item in enumerate(shown):
        second = place * every_s
        found = watch.on_item(item, capture(second, place + 1), at(second))
        said += [(second, x.cause, x.phase.value) for x in found if isinstance(x, Transition)]
    return said


def test_a_burst_of_false_breaths_is_not_scored() -> None:
    """26 breaths score three points by themselves; for 14 s they are not believed."""
    burst = [WELL] * 10 + [replace(WELL, respiration_per_min=26)] * 14 + [WELL] * 10
    assert _said(burst) == []


def test_fast_breath_that_stays_is_scored_after_fifteen_seconds() -> None:
    lasting = [WELL] * 10 + [replace(WELL, respiration_per_min=26)] * 30
    assert _said(lasting) == [(25, "NEWS2_MEDIUM", "START")]


def _scored_in_silence(shown: Vitals, age_years: int) -> list[tuple[int, str, int]]:
    """Show ``shown`` once after what is well, then nothing; return what is said of a score."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    admitted = EncounterEvent(EncounterChange.OPENED, age_years=age_years)
    watch.on_item(admitted, capture(0, 1), at(0))
    before = replace(shown, respiration_per_min=16, spo2_percent=97)
    for second, item in enumerate([before] * 5 + [shown]):
        watch.on_item(item, capture(second, second + 2), at(second))
    return [
        (second, transition.cause, transition.frame.sequence)
        for second in range(6, 40)
        for transition in watch.on_tick(at(second), at(second))
        if isinstance(transition, Transition)
        and transition.cause in {Cause.NEWS2_MEDIUM, Cause.NPEWS_MEDIUM}
    ]


@pytest.mark.parametrize(
    "shown", [replace(WELL, respiration_per_min=26), replace(WELL, spo2_percent=91)]
)
def test_what_jumped_is_scored_when_nothing_follows_it(shown: Vitals) -> None:
    """A monitor that falls silent after it leaves a patient as ill as it showed."""
    assert _scored_in_silence(shown, 60) == [(20, "NEWS2_MEDIUM", 7)]


def test_so_it_is_for_a_child() -> None:
    assert _scored_in_silence(replace(WELL, spo2_percent=90), 8) == [(20, "NPEWS_MEDIUM", 7)]


def test_a_jump_is_believed_in_time_although_the_sensor_came_off() -> None:
    """Other values go on; breath is carried, and its jump is scored after fifteen seconds."""
    beating = Vitals(heart_rate_bpm=72, pulse_rate_bpm=72)
    shown = [WELL] * 5 + [replace(WELL, respiration_per_min=26)] + [beating] * 20
    assert _said(shown) == [(20, "NEWS2_MEDIUM", "START")]


def test_breath_that_becomes_faster_step_by_step_is_scored_at_once() -> None:
    rising = [replace(WELL, respiration_per_min=16 + second // 2) for second in range(20)]
    assert _said(rising) == [(18, "NEWS2_MEDIUM", "START")]


@pytest.mark.parametrize("breaths", [26, 8])
def test_a_breath_that_somebody_counted_is_scored_at_once(breaths: int) -> None:
    counted = [WELL, replace(WELL, respiration_per_min=breaths)]
    assert _said(counted, every_s=30) == [(30, "NEWS2_MEDIUM", "START")]


def test_no_breath_at_all_is_never_doubted() -> None:
    assert _said([WELL] * 5 + [replace(WELL, respiration_per_min=0)])[0] == (
        5,
        "NEWS2_MEDIUM",
        "START",
    )


def test_a_finger_that_moves_does_not_score_and_one_that_is_cold_does() -> None:
    """91 % scores three: at once where it fell step by step, and not while pulses contradict."""
    moving = replace(WELL, spo2_percent=91, pulse_rate_bpm=131)
    falling = [replace(WELL, spo2_percent=97 - second) for second in range(7)]
    assert _said([WELL] * 5 + [moving] * 24 + [WELL]) == []
    assert _said([WELL] * 5 + falling) == [(11, "NEWS2_MEDIUM", "START")]


def test_a_right_pulse_by_chance_is_not_believed() -> None:
    """While a finger moves, one second in some agrees with the heart."""
    chance = [replace(WELL, spo2_percent=93, pulse_rate_bpm=40), replace(WELL, spo2_percent=90)]
    assert _said([WELL] * 5 + chance * 10 + [WELL] * 10) == []


def test_one_better_value_among_worse_takes_no_doubt_back() -> None:
    """92 % scores too little for an alarm; the finger moves on."""
    shaken = [(153, 90), (110, 83), (47, 80), (73, 92), (70, 89)]
    moving = [replace(WELL, pulse_rate_bpm=bpm, spo2_percent=percent) for bpm, percent in shaken]
    assert _said([WELL] * 5 + moving + [WELL] * 10) == []


def test_a_doubt_of_a_patient_who_is_well_fades_and_costs_nothing_after_it() -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    shown = [replace(WELL, pulse_rate_bpm=100, spo2_percent=90)]
    shown += [replace(WELL, pulse_rate_bpm=100)] * 30
    for second, item in enumerate(shown):
        watch.on_item(item, capture(second, second + 1), at(second))
        stands = watch._bedside.scoring.doubts.stand
        assert stands == (second < 25)


def test_a_cuff_on_the_arm_of_the_sensor_does_not_score() -> None:
    """The pleth fades under the cuff, heart and pulse still agree: no oximeter falls so fast."""
    squeezed = replace(WELL, spo2_percent=86)
    assert _said([WELL] * 5 + [squeezed] * 7 + [WELL] * 5) == []


def test_a_saturation_that_jumps_and_stays_is_scored_and_alarms() -> None:
    """After fifteen seconds, or as soon as it alarms by its limit."""
    said = _said([WELL] * 5 + [replace(WELL, spo2_percent=91)] * 30)
    assert said == [(20, "NEWS2_MEDIUM", "START")]
    sounded = _said([WELL] * 5 + [replace(WELL, spo2_percent=80)] * 30)
    assert {cause for _, cause, _ in sounded} == {"SPO2_LOW", "NEWS2_MEDIUM"}
    assert all(second <= 20 for second, _, _ in sounded)


def test_a_snapshot_of_a_release_that_doubted_breath_only_is_restored() -> None:
    doubts = Doubts(Carry())
    doubts.restore({"since_us": [], "contradicted": [], "jumped_us": at(3)})
    assert doubts.snapshot()["jumped_us"] == [[RESPIRATION, at(3)]]
    doubts.restore({"since_us": [[SPO2, at(2)]], "contradicted": [SPO2], "jumped_us": None})
    assert doubts.snapshot()["jumped_us"] == []


def test_a_contradiction_that_lasts_is_scored_all_the_same() -> None:
    """A rhythm in which not every beat reaches the finger is no artefact for ever."""
    lasting = replace(WELL, spo2_percent=91, pulse_rate_bpm=40)
    said = _said([WELL] * 5 + [lasting] * 60)
    assert (30, "NEWS2_MEDIUM", "START") in said


def test_the_picture_does_not_score_what_is_doubted() -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    for second in range(12):
        shown = WELL if second < 8 else replace(WELL, respiration_per_min=28)
        watch.on_item(shown, capture(second, second + 1), at(second))
    assert watch.row().news2_total is None
    assert watch.row().news2_refusals == ("IMPLAUSIBLE:respiration_per_min",)
