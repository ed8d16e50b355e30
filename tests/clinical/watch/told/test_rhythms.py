"""What the waveforms say of a rhythm becomes one alarm, and one story with the vital signs."""

from collections.abc import Sequence

import msgspec

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.transition import Transition
from clinical.items import EncounterChange, EncounterEvent, RhythmFinding, Vitals
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.watch.patient import Emission, PatientWatch
from clinical.watch.told.rhythms import CAUSES, Rhythms
from tests.clinical.watch.bedside import at, capture, frame

VF = Arrhythmia.VENTRICULAR_FIBRILLATION
VT = Arrhythmia.VENTRICULAR_TACHYCARDIA


def finding(
    second: float, arrhythmia: Arrhythmia | None, unit: str = "unit-1", sequence: int = 900
) -> RhythmFinding:
    evidence = () if arrhythmia is None else (("shock_probability", 0.99),)
    since_us = at(second - 4)
    name = frame(sequence, unit=unit)
    return RhythmFinding(
        "encounter-1", arrhythmia, since_us, at(second), 0.99, evidence, name, at(second)
    )


def watch() -> PatientWatch:
    opened = PatientWatch("encounter-1", Source.CENTER_A)
    opened.on_item(EncounterEvent(EncounterChange.OPENED), capture(0, 1), at(0))
    return opened


def said(emissions: Sequence[Emission]) -> list[tuple[str, Phase]]:
    return [(one.cause, one.phase) for one in emissions if isinstance(one, Transition)]


def test_every_dangerous_rhythm_is_a_cause_of_high_priority() -> None:
    """A pause of a pacemaker is medium: what it leads to is told as what it is."""
    for arrhythmia in Arrhythmia:
        (transition,) = watch().on_word(finding(9, arrhythmia), at(9))
        assert isinstance(transition, Transition)
        assert transition.cause == arrhythmia.name
        paused = arrhythmia is Arrhythmia.PACING_NOT_DELIVERED
        assert transition.priority is (Priority.MEDIUM if paused else Priority.HIGH)
        assert transition.cause in CAUSES


def test_an_alarm_says_when_the_rhythm_began_and_what_it_rests_on() -> None:
    (transition,) = watch().on_word(finding(9, VF), at(9))
    assert isinstance(transition, Transition)
    assert (transition.since_us, transition.learned_us, transition.late) == (at(5), at(9), False)
    assert transition.reason is not None
    assert transition.reason.values == {"shock_probability": 0.99, "confidence": 0.99}
    assert transition.frame == frame(900)


def test_repetition_and_what_is_older_have_no_effect() -> None:
    judge = watch()
    judge.on_word(finding(9, VF), at(9))
    assert judge.on_word(finding(9, None), at(10)) == []
    assert judge.on_word(finding(14, VF, sequence=905), at(14)) == []


def test_another_rhythm_ends_the_one_before() -> None:
    judge = watch()
    judge.on_word(finding(9, VT), at(9))
    assert said(judge.on_word(finding(11, VF), at(11))) == [
        ("VENTRICULAR_TACHYCARDIA", Phase.END),
        ("VENTRICULAR_FIBRILLATION", Phase.START),
    ]
    assert said(judge.on_word(finding(20, None), at(20))) == [
        ("VENTRICULAR_FIBRILLATION", Phase.END)
    ]


def test_a_heart_rate_of_zero_beside_asystole_is_no_second_alarm() -> None:
    """It begins once the rhythm holds no longer, if it still stands."""
    judge = watch()
    judge.on_word(finding(1, Arrhythmia.ASYSTOLE), at(1))
    quiet = [
        judge.on_item(Vitals(heart_rate_bpm=0), capture(second, second), at(second))
        for second in range(2, 20)
    ]
    assert not any("HEART_RATE_ZERO" in str(said(each)) for each in quiet)
    ended = said(judge.on_word(finding(21, None), at(21)))
    assert ended == [("ASYSTOLE", Phase.END), ("HEART_RATE_ZERO", Phase.START)]


def test_what_began_before_the_rhythm_was_known_goes_on_and_ends_by_itself() -> None:
    judge = watch()
    for second in range(2, 10):
        judge.on_item(Vitals(heart_rate_bpm=0), capture(second, second), at(second))
    judge.on_word(finding(10, VF), at(10))
    heard = []
    for second in range(10, 40):
        heard += said(judge.on_item(Vitals(heart_rate_bpm=80), capture(second, second), at(second)))
    assert ("HEART_RATE_ZERO", Phase.END) in heard


def test_what_was_held_back_and_is_over_is_never_told() -> None:
    judge = watch()
    judge.on_word(finding(1, VF), at(1))
    for second in range(2, 12):
        judge.on_item(Vitals(heart_rate_bpm=0), capture(second, second), at(second))
    for second in range(12, 40):
        judge.on_item(Vitals(heart_rate_bpm=80), capture(second, second), at(second))
    assert said(judge.on_word(finding(41, None), at(41))) == [
        ("VENTRICULAR_FIBRILLATION", Phase.END)
    ]


def test_a_snapshot_carries_the_rhythm_and_what_is_held_back() -> None:
    straight = watch()
    straight.on_word(finding(1, VF), at(1))
    for second in range(2, 12):
        straight.on_item(Vitals(heart_rate_bpm=0), capture(second, second), at(second))
    plain = msgspec.msgpack.decode(msgspec.msgpack.encode(straight.snapshot()))
    restored = PatientWatch.restore(plain)
    assert restored.snapshot() == straight.snapshot()
    later = finding(21, None)
    assert restored.on_word(later, at(21)) == straight.on_word(later, at(21))


def test_a_snapshot_of_an_earlier_release_knows_of_no_rhythm() -> None:
    plain = watch().snapshot()
    del plain["rhythms"], plain["covering"]
    assert said(PatientWatch.restore(plain).on_word(finding(9, VF), at(9))) == [
        ("VENTRICULAR_FIBRILLATION", Phase.START)
    ]


def test_the_word_of_a_unit_that_does_not_hold_the_patient_is_none() -> None:
    assert watch().on_word(finding(9, VF, unit="unit-2"), at(9)) == []


def test_the_end_of_the_encounter_ends_the_rhythm() -> None:
    judge = watch()
    judge.on_word(finding(9, VF), at(9))
    over = judge.on_item(EncounterEvent(EncounterChange.ENDED), capture(10, 2), at(10))
    assert ("VENTRICULAR_FIBRILLATION", Phase.END) in said(over)


def test_nothing_said_is_nothing_stored() -> None:
    assert Rhythms().snapshot() == {}
    assert Rhythms().cause is None
