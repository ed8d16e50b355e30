from collections.abc import Iterable, Sequence
from dataclasses import replace

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.identity import FrameRef
from clinical.alarms.intervention import INTERVENTIONS, Intervention
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import CrewEvent, CrewFinding, DeviceStatus, Item, RhythmFinding, Vitals
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.watch.crew.interventions import SAID_KEPT
from clinical.watch.patient import PatientWatch
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture
from tests.scenarios.scenario import Arrival, Step, Tick, play

WELL = Vitals(heart_rate_bpm=72, pulse_rate_bpm=72, respiration_per_min=16, spo2_percent=97)
PUMPED = Vitals(heart_rate_bpm=136, pulse_rate_bpm=150, respiration_per_min=60, spo2_percent=70)
STILL = Vitals(heart_rate_bpm=0, pulse_rate_bpm=0, respiration_per_min=0)
BEGUN = CrewEvent(CrewFinding.COMPRESSIONS_STARTED)
STOPPED = CrewEvent(CrewFinding.COMPRESSIONS_STOPPED)
FELT = CrewEvent(CrewFinding.PULSE_FELT)
INTUBATING = CrewEvent(CrewFinding.INTUBATION_STARTED)
SECURED = CrewEvent(CrewFinding.AIRWAY_SECURED)
SQUEEZED = DeviceStatus("monitor", cuff_inflated=True, cuff_above_oximeter=True)
RELEASED = DeviceStatus("monitor", cuff_inflated=False)
LASTS_S = {name: rule.lasts_us / SECOND_US for name, rule in INTERVENTIONS.items()}

Said = tuple[float, str, str, str]


class Patient:
    """One patient of one watch, with a second's values for each second, and a tick."""

    def __init__(self, source: Source = Source.CENTER_A) -> None:
        self.watch = PatientWatch("encounter-1", source)
        self.steps: list[Step] = []
        self.said: list[Transition] = []
        self._sequence = 0

    def hear(self, second: float, item: Item) -> None:
        self._sequence += 1
        step = Arrival(at(second), item, capture(second, self._sequence))
        self._play(step)

    def show(self, item: Vitals, first: int, last: int) -> None:
        for second in range(first, last):
            self._play(Tick(at(second), second * SECOND_US))
            self.hear(second, item)

    def see(self, second: float, arrhythmia: Arrhythmia | None) -> None:
        frame = FrameRef("unit-1", 3, b"w" * 16, round(second * 10) + 1, 0)
        word = RhythmFinding(
            "encounter-1", arrhythmia, at(second - 4), at(second), 0.9, (), frame, at(second)
        )
        self._keep(self.watch.on_word(word, at(second)))

    def alarms(self, *causes: Cause) -> list[Said]:
        return [
            (
                round((one.learned_us - at(0)) / SECOND_US, 1),
                one.cause,
                one.phase.value,
                one.priority.name,
            )
            for one in self.said
            if not causes or one.cause in causes
        ]

    def _play(self, step: Step) -> None:
        self.steps.append(step)
        self._keep(play(self.watch, step))

    def _keep(self, emissions: Iterable[object]) -> None:
        self.said += [one for one in emissions if isinstance(one, Transition)]


def _causes(patient: Patient) -> set[str]:
    return {one.cause for one in patient.said}


def test_what_compressions_forge_is_no_alarm_and_that_it_is_not_judged_is_said() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(PUMPED, 6, 120)
    assert patient.alarms() == [(5.0, Cause.JUDGEMENT_WITHHELD, "START", "LOW")]
    (said,) = patient.said
    assert said.subject == Intervention.COMPRESSIONS
    assert said.reason is not None
    assert said.reason.values == {"intervention": "compressions"}


def test_without_the_crews_word_the_same_values_alarm() -> None:
    """What is left out is left out for the crew's word, and for nothing else."""
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.show(PUMPED, 6, 120)
    assert {Cause.HEART_RATE_HIGH, Cause.RESPIRATION_HIGH, Cause.SPO2_LOW} <= _causes(patient)


def test_an_arrest_that_stands_is_not_ended_by_what_compressions_forge() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.show(STILL, 5, 30)
    patient.see(20, Arrhythmia.ASYSTOLE)
    patient.hear(30, BEGUN)
    patient.show(PUMPED, 31, 90)
    patient.see(60, None)
    ended = [one.cause for one in patient.said if one.phase is Phase.END]
    assert ended == []
    assert {Cause.HEART_RATE_ZERO, Cause.APNOEA, Cause.ASYSTOLE} <= _causes(patient)


def test_no_beat_under_compressions_is_judged_they_cannot_forge_it() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(STILL, 6, 30)
    patient.see(40, Arrhythmia.ASYSTOLE)
    assert {Cause.HEART_RATE_ZERO, Cause.APNOEA, Cause.ASYSTOLE} <= _causes(patient)


def test_compressions_that_nobody_ends_are_over_by_themselves_without_new_data() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    over_s = 5 + LASTS_S[Intervention.COMPRESSIONS]
    patient.watch.on_tick(at(over_s - 1), 0)
    assert patient.watch.due_us is not None
    patient._play(Tick(at(over_s + 4), 0))
    assert patient.alarms(Cause.JUDGEMENT_WITHHELD)[-1][2] == "START"
    patient._play(Tick(at(over_s + 5), 0))
    assert patient.alarms(Cause.JUDGEMENT_WITHHELD)[-1] == (
        over_s + 5,
        Cause.JUDGEMENT_WITHHELD,
        "END",
        "LOW",
    )


def test_after_the_bound_the_values_are_judged_again() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    over_s = round(5 + LASTS_S[Intervention.COMPRESSIONS] + 5)
    patient.show(PUMPED, 6, over_s + 40)
    begun = [one for one in patient.alarms(Cause.HEART_RATE_HIGH) if one[2] == "START"]
    assert begun
    assert begun[0][0] >= over_s


def test_said_again_they_last_longer() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(PUMPED, 6, 200)
    patient.hear(200, BEGUN)
    patient.show(PUMPED, 201, 430)
    assert patient.alarms() == [(5.0, Cause.JUDGEMENT_WITHHELD, "START", "LOW")]


@pytest.mark.parametrize("word", [STOPPED, FELT])
def test_said_to_be_over_they_are_judged_after_the_signals_have_settled(word: CrewEvent) -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(PUMPED, 6, 60)
    patient.hear(60, word)
    patient.show(WELL, 61, 70)
    assert patient.alarms() == [
        (5.0, Cause.JUDGEMENT_WITHHELD, "START", "LOW"),
        (65.0, Cause.JUDGEMENT_WITHHELD, "END", "LOW"),
    ]
    assert patient.watch.inputs().heart_rate_bpm == 72


def test_a_rhythm_to_shock_makes_the_word_medium_and_is_told_when_it_outlasts_them() -> None:
    """It may be forged, so it does not sound as fibrillation; nobody may miss it all the same."""
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(PUMPED, 6, 20)
    patient.see(20, Arrhythmia.VENTRICULAR_FIBRILLATION)
    patient.see(25, Arrhythmia.VENTRICULAR_FIBRILLATION)
    assert patient.alarms()[1:] == [(20.0, Cause.JUDGEMENT_WITHHELD, "ESCALATE", "MEDIUM")]
    reason = patient.said[-1].reason
    assert reason is not None
    assert reason.values["rhythm"] == "VENTRICULAR_FIBRILLATION"
    patient.hear(30, STOPPED)
    patient.see(36, Arrhythmia.VENTRICULAR_FIBRILLATION)
    assert patient.alarms(Cause.VENTRICULAR_FIBRILLATION) == [
        (36.0, Cause.VENTRICULAR_FIBRILLATION, "START", "HIGH")
    ]


def test_that_a_rhythm_is_over_waits_for_the_end_of_compressions() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.see(5, Arrhythmia.VENTRICULAR_TACHYCARDIA)
    patient.hear(6, BEGUN)
    patient.see(20, None)
    assert patient.alarms(Cause.VENTRICULAR_TACHYCARDIA)[-1][2] == "START"
    patient.hear(30, STOPPED)
    patient._play(Tick(at(36), 0))
    assert patient.alarms(Cause.VENTRICULAR_TACHYCARDIA)[-1][2] == "END"


def test_a_breath_that_the_crew_stops_is_no_apnoea_until_the_tube_is_in_place() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, INTUBATING)
    patient.show(replace(WELL, respiration_per_min=0), 6, 60)
    assert _causes(patient) == {Cause.JUDGEMENT_WITHHELD}
    patient.hear(60, SECURED)
    patient.show(replace(WELL, respiration_per_min=0), 61, 80)
    (apnoea,) = [one for one in patient.said if one.cause == Cause.APNOEA]
    assert apnoea.reason is not None
    assert apnoea.reason.values["airway"] == "secured"


def test_the_saturation_is_judged_on_during_an_intubation() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, INTUBATING)
    patient.show(replace(WELL, respiration_per_min=0, spo2_percent=80), 6, 40)
    assert Cause.SPO2_LOW in _causes(patient)


def test_a_forgotten_intubation_is_over_by_itself_and_apnoea_alarms() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, INTUBATING)
    patient.show(replace(WELL, respiration_per_min=0), 6, 150)
    (apnoea,) = [one for one in patient.said if one.cause == Cause.APNOEA]
    assert apnoea.learned_us >= at(5 + LASTS_S[Intervention.INTUBATION])


def test_a_cuff_above_the_oximeter_takes_its_pulse_and_that_is_no_desaturation() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, SQUEEZED)
    squeezed = replace(WELL, spo2_percent=80, pulse_rate_bpm=30)
    patient.show(squeezed, 6, 28)
    patient.hear(28, RELEASED)
    patient.show(squeezed, 29, 40)
    patient.show(WELL, 40, 60)
    assert patient.said == []


@pytest.mark.parametrize(
    "status",
    [
        replace(SQUEEZED, cuff_above_oximeter=None),
        replace(SQUEEZED, cuff_above_oximeter=False),
        replace(SQUEEZED, cuff_inflated=None),
    ],
)
def test_a_cuff_on_another_limb_or_nobody_knows_where_leaves_nothing_out(
    status: DeviceStatus,
) -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, status)
    patient.show(replace(WELL, spo2_percent=80), 6, 40)
    assert Cause.SPO2_LOW in _causes(patient)


def test_a_cuff_that_is_said_to_squeeze_for_ever_is_believed_for_its_time_once() -> None:
    """And somebody is told meanwhile that the saturation is not judged."""
    patient = Patient()
    patient.show(WELL, 0, 5)
    for second in range(5, 150):
        patient.hear(second, SQUEEZED)
        patient.show(replace(WELL, spo2_percent=80), second + 1, second + 2)
    assert patient.alarms(Cause.JUDGEMENT_WITHHELD) == [
        (50.0, Cause.JUDGEMENT_WITHHELD, "START", "LOW"),
        (75.0, Cause.JUDGEMENT_WITHHELD, "END", "LOW"),
    ]
    begun = [one for one in patient.said if one.cause == Cause.SPO2_LOW]
    assert begun[0].learned_us <= at(5 + LASTS_S[Intervention.CUFF] + 10 + 15)


def test_compressions_entered_by_mistake_are_withdrawn() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    named = next(one.frame for one in patient.said if one.cause == Cause.JUDGEMENT_WITHHELD)
    patient.show(PUMPED, 6, 20)
    patient.hear(20, replace(BEGUN, withdraws=named))
    assert patient.alarms(Cause.JUDGEMENT_WITHHELD)[-1][2] == "END"
    patient.show(PUMPED, 21, 60)
    assert Cause.HEART_RATE_HIGH in _causes(patient)


def test_a_withdrawal_that_comes_before_its_word_holds_too() -> None:
    patient = Patient()
    word = capture(5, 900, segment=2)
    patient.show(WELL, 0, 6)
    patient.hear(6, replace(BEGUN, withdraws=word.frame))
    patient._keep(patient.watch.on_item(BEGUN, word, at(7)))
    patient.show(PUMPED, 8, 60)
    assert Cause.JUDGEMENT_WITHHELD not in _causes(patient)
    assert Cause.HEART_RATE_HIGH in _causes(patient)


def test_what_comes_late_counts_by_when_it_was_captured() -> None:
    """A backlog of what compressions forged is not judged either."""
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    patient.show(Vitals(temperature_c=36.9), 6, 60)
    patient.hear(60, STOPPED)
    patient.show(WELL, 61, 100)
    for second in range(6, 60):
        late = capture(second, 2_000 + second, received=100, segment=2)
        patient._keep(patient.watch.on_item(PUMPED, late, at(100)))
    patient._play(Tick(at(103), 103 * SECOND_US))
    assert _causes(patient) == {Cause.JUDGEMENT_WITHHELD}


def test_the_word_that_it_began_comes_when_it_is_long_over_and_says_nothing() -> None:
    patient = Patient()
    patient.show(WELL, 0, 400)
    late = capture(20, 2_000, received=400, segment=2)
    patient._keep(patient.watch.on_item(BEGUN, late, at(400)))
    assert patient.said == []


def test_more_words_than_are_kept_forget_the_oldest() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    for number in range(SAID_KEPT + 10):
        patient.hear(10 + number, BEGUN if number % 2 else STOPPED)
    snapshot = patient.watch.snapshot()["interventions"]
    assert len(snapshot["said"]) == SAID_KEPT
    patient.hear(100, BEGUN)
    patient.show(PUMPED, 101, 160)
    assert Cause.HEART_RATE_HIGH not in _causes(patient)


def test_vehicle_and_center_say_the_same() -> None:
    said = []
    for source in (Source.CENTER_A, Source.EDGE):
        patient = Patient(source)
        patient.show(WELL, 0, 5)
        patient.hear(5, BEGUN)
        patient.show(PUMPED, 6, 60)
        patient.see(50, Arrhythmia.VENTRICULAR_FIBRILLATION)
        patient.hear(60, STOPPED)
        patient.show(PUMPED, 61, 120)
        said.append([(one.alarm_id, one.cause, one.phase) for one in patient.said])
    assert said[0] == said[1]
    assert len(said[0]) > 3


def test_the_end_of_the_encounter_ends_the_word() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.hear(5, BEGUN)
    findings = patient.watch._bedside.interventions.close(at(9))
    assert [one.change.phase for one in findings] == [Phase.END]


def test_a_snapshot_of_an_earlier_release_begins_with_nothing_done() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    snapshot = patient.watch.snapshot()
    del snapshot["interventions"]
    snapshot["judging"].pop("excused_us", None)
    assert PatientWatch.restore(snapshot).snapshot() == patient.watch.snapshot()


def test_nothing_is_left_behind_by_nothing() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    assert patient.watch.snapshot()["interventions"] == {}
    assert "excused_us" not in patient.watch.snapshot()["judging"]


def test_a_withheld_rhythm_goes_over_a_restart() -> None:
    patient = Patient()
    patient.show(WELL, 0, 5)
    patient.see(5, Arrhythmia.VENTRICULAR_TACHYCARDIA)
    patient.hear(6, BEGUN)
    patient.see(20, None)
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(patient.watch.snapshot()))
    patient.watch = PatientWatch.restore(plain)
    patient.hear(30, STOPPED)
    patient._play(Tick(at(36), 0))
    assert patient.alarms(Cause.VENTRICULAR_TACHYCARDIA)[-1][2] == "END"


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.sampled_from(
                [WELL, PUMPED, STILL, BEGUN, STOPPED, FELT, INTUBATING, SECURED, SQUEEZED, RELEASED]
            ),
            st.integers(0, 30),
        ),
        max_size=25,
    )
)
def test_whatever_is_done_the_check_suite_of_the_watch_holds(
    done: Sequence[tuple[int, Item, int]],
) -> None:
    """Snapshots, duplicates, rows and ticks left out: with interventions as without."""
    second = 0
    steps: list[Step] = []
    for number, (passed, item, late) in enumerate(done, 1):
        second += passed
        steps.append(Tick(at(second), second * SECOND_US))
        heard = capture(max(0, second - late), number, received=second)
        steps.append(Arrival(at(second), item, heard))
    for check in checks.ALL:
        check(steps)


def test_every_intervention_says_why_by_whom_and_ends_by_itself() -> None:
    assert set(INTERVENTIONS) == set(Intervention)
    for rule in INTERVENTIONS.values():
        assert 0 < rule.lasts_us <= 4 * 60 * SECOND_US
        assert rule.settles_us <= 10 * SECOND_US
        assert rule.told_after_us < rule.lasts_us
        assert rule.forged
        assert rule.why
        assert rule.citation


def test_the_word_is_low_and_no_higher_than_medium() -> None:
    patient = Patient()
    patient.hear(5, BEGUN)
    patient.see(20, Arrhythmia.VENTRICULAR_TACHYCARDIA)
    assert max(one.priority for one in patient.said) is Priority.MEDIUM
