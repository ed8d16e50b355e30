from collections.abc import Iterator

import pytest

from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.chart import Refused, Result
from clinical.scores.news2 import News2Inputs
from clinical.vitals import Consciousness, Quality, Spo2Scale, Vital
from simulators.patients.physiology import Course, Patient, SimulatedMonitor

SECONDS = 600


def shown(patient: Patient, onset_s: float | None, seconds: int) -> Iterator[Vitals]:
    monitor = SimulatedMonitor(patient)
    for second in range(seconds):
        ill = onset_s is not None and second >= onset_s
        yield monitor.show(second - onset_s if ill and onset_s is not None else None)


def news2_of(patient: Patient, second: int, ill_s: float | None) -> Result:
    body = patient.body(second, ill_s)
    return news2.score(
        News2Inputs(
            respiration_per_min=round(body.respiration_per_min),
            spo2_percent=min(100, round(body.spo2_percent)),
            spo2_scale=Spo2Scale.SCALE_1,
            on_oxygen=False,
            systolic_mmhg=round(body.systolic_mmhg),
            heart_rate_bpm=round(body.heart_rate_bpm),
            consciousness=patient.consciousness(ill_s),
            temperature_c=round(body.temperature_c, 1),
        )
    )


@pytest.mark.parametrize("first_seed", range(0, 1_000, 100))
def test_a_well_patient_never_scores_more_than_2_nor_a_single_3(first_seed: int) -> None:
    """1,000 seeds over ten minutes: nobody who is well may alarm."""
    for seed in range(first_seed, first_seed + 100):
        patient = Patient(seed)
        for second in range(0, SECONDS, 7):
            result = news2_of(patient, second, None)
            assert not isinstance(result, Refused)
            assert result.total <= 2, (seed, second)
            assert max(result.parts.values()) < 3, (seed, second)


def test_the_same_seed_is_the_same_patient() -> None:
    first = list(shown(Patient(7, Course.SEPSIS, 60), 5, 60))
    again = list(shown(Patient(7, Course.SEPSIS, 60), 5, 60))
    other = list(shown(Patient(8, Course.SEPSIS, 60), 5, 60))
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("course", "rate"), [(Course.SEPSIS, 60), (Course.BLEEDING, 45), (Course.HYPOXIA, 30)]
)
def test_a_course_ends_in_an_emergency(course: Course, rate: float) -> None:
    """However well the patient was, NEWS2 reaches 7 within 30 s at these rates."""
    for seed in range(200):
        result = news2_of(Patient(seed, course, rate), 30, 30)
        assert not isinstance(result, Refused)
        assert result.total >= 7, seed


def test_an_arrest_is_there_at_once() -> None:
    *_, before, first = shown(Patient(3, Course.ARREST), 10, 11)
    assert before.heart_rate_bpm
    assert (first.heart_rate_bpm, first.respiration_per_min) == (0, 0)
    assert first.consciousness is Consciousness.UNRESPONSIVE
    assert first.systolic_mmhg is None


def test_the_crew_measures_more_often_once_a_patient_gets_worse() -> None:
    vitals = list(shown(Patient(3, Course.BLEEDING), 120, 240))
    pressures = [at for at, it in enumerate(vitals) if it.systolic_mmhg is not None]
    warmths = [at for at, it in enumerate(vitals) if it.temperature_c is not None]
    assert pressures == [0, 60, *range(120, 240, 10)]
    assert warmths == [0, 120, 150, 180, 210]


def test_consciousness_is_stated_at_the_start_and_when_it_changes() -> None:
    vitals = list(shown(Patient(3, Course.BLEEDING, 90), 20, 60))
    stated = [(at, it.consciousness) for at, it in enumerate(vitals) if it.consciousness]
    assert stated == [(0, Consciousness.ALERT), (29, Consciousness.VOICE)]
    assert [it.on_oxygen for it in vitals[:2]] == [False, None]


def test_an_artefact_is_marked_and_passes() -> None:
    """A slipped sensor is said, and never lasts so long that a vital goes unjudged."""
    marked = [bool(it.marks) for seed in range(20) for it in shown(Patient(seed), None, SECONDS)]
    assert 0 < sum(marked) < len(marked) * 0.03
    longest = max(len(run) for run in "".join("x" if it else " " for it in marked).split())
    assert longest < 10
    slipped = next(it for it in shown(Patient(0), None, SECONDS) if it.marks)
    assert slipped.marks[Vital.SPO2] is Quality.ARTEFACT
    assert slipped.heart_rate_bpm
