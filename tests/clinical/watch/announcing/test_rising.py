from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.catalogue import CATALOGUE, RULES
from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import (
    LONGEST_PAUSE_US,
    Acknowledgement,
    Pause,
    Place,
    Transition,
)
from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent, Item, Vitals
from clinical.watch.patient import PatientWatch
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture
from tests.scenarios.scenario import Arrival, Step, Tick, play

WELL = Vitals(heart_rate_bpm=72, respiration_per_min=16, spo2_percent=97)
LOW = replace(WELL, spo2_percent=88)
LOWER = replace(WELL, spo2_percent=80)
BETTER = replace(WELL, spo2_percent=95)
RISE = RULES[Cause.SPO2_LOW].rise
assert RISE is not None
AFTER_S = RISE.after_us // SECOND_US
EBBS_S = RISE.ebbs_us // SECOND_US

Said = tuple[int, str, str]


class Patient:
    """Values second by second with a tick before each; what is said of one cause."""

    def __init__(self, cause: Cause = Cause.SPO2_LOW) -> None:
        self.watch = PatientWatch("encounter-1", Source.CENTER_A)
        self.book = AlarmBook()
        self.steps: list[Step] = []
        self.transitions: list[Transition] = []
        self.second = 0
        self._cause = cause

    def show(self, item: Item, seconds: int) -> "Patient":
        for _ in range(seconds):
            self.second += 1
            self._play(Tick(at(self.second), self.second * SECOND_US))
            heard = capture(self.second, self.second)
            self._play(Arrival(at(self.second), item, heard))
        return self

    def wait(self, seconds: int) -> "Patient":
        """Let time pass without data; the unit is not silent for as long as no ingress says so."""
        for _ in range(seconds):
            self.second += 1
            self._play(Tick(at(self.second), 0))
        return self

    @property
    def said(self) -> list[Said]:
        return [
            (round((one.learned_us - at(0)) / SECOND_US), one.phase.value, one.priority.name)
            for one in self.transitions
        ]

    def _play(self, step: Step) -> None:
        self.steps.append(step)
        for emission in play(self.watch, step):
            if isinstance(emission, Transition) and emission.cause == self._cause:
                self.transitions.append(emission)
                self.book.apply(emission, emission.learned_us)


def _raised(patient: Patient) -> int:
    return patient.said[0][0]


def test_what_stands_for_a_minute_is_high() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120)
    begun, risen = patient.said
    assert begun[1:] == ("START", "MEDIUM")
    assert risen == (begun[0] + AFTER_S, "ESCALATE", "HIGH")


def test_it_keeps_its_name_and_says_why() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120)
    begun, risen = patient.transitions
    assert begun.alarm_id == risen.alarm_id
    assert (begun.revision, risen.revision) == (1, 2)
    assert risen.reason is not None
    assert risen.reason.rule.endswith("and stands for 60 s")
    assert risen.reason.values["standing_s"] == AFTER_S
    assert "Spaite" in risen.reason.citation


def test_it_rises_without_new_data() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 40)
    due_us = patient.watch._bedside.rising.due_us
    assert due_us == at(_raised(patient) + AFTER_S)
    patient.wait(AFTER_S)
    assert patient.said[-1] == (_raised(patient) + AFTER_S, "ESCALATE", "HIGH")


def test_an_acknowledgement_does_not_cover_the_rise() -> None:
    """It asks by sound once more."""
    patient = Patient().show(WELL, 5).show(LOW, 40)
    (view,) = patient.book.current()
    patient.book.apply(
        Acknowledgement(
            "encounter-1", view.alarm_id, view.priority, view.revision, "Li", Place.CENTER,
            at(46), "r1",
        ),
        at(46),
    )  # fmt: skip
    (view,) = patient.book.current()
    assert not view.sounds_at(Place.CENTER, at(47))
    patient.show(LOW, AFTER_S)
    (view,) = patient.book.current()
    assert view.priority is Priority.HIGH
    assert view.sounds_at(Place.CENTER, at(patient.second))


def test_what_is_over_before_that_ends_as_ever() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 50).show(BETTER, 40)
    assert [phase for _, phase, _ in patient.said] == ["START", "END"]
    assert patient.transitions[-1].until_us == at(56)
    assert patient.watch.snapshot()["rising"] == {}


def test_what_has_risen_falls_at_once_when_it_is_over_and_ends_two_minutes_later() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120).show(BETTER, 200)
    fallen, ended = patient.said[2:]
    assert fallen[1:] == ("DEESCALATE", "MEDIUM")
    assert ended[1:] == ("END", "MEDIUM")
    assert patient.transitions[-1].until_us == at(126)
    assert ended[0] == 126 + EBBS_S


def test_a_condition_that_comes_back_meanwhile_is_the_same_alarm() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120).show(BETTER, 60).show(LOW, 120)
    patient.show(BETTER, 200)
    assert len({one.alarm_id for one in patient.transitions}) == 1
    assert [phase for _, phase, _ in patient.said] == [
        "START", "ESCALATE", "DEESCALATE", "ESCALATE", "DEESCALATE", "END",
    ]  # fmt: skip
    assert patient.book.current() == []


def test_its_own_level_that_falls_takes_two_minutes_to_lower_it() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120).show(LOWER, 30).show(LOW, 300)
    phases = [(phase, priority) for _, phase, priority in patient.said]
    assert phases == [
        ("START", "MEDIUM"),
        ("ESCALATE", "HIGH"),
        ("UPDATE", "HIGH"),
        ("DEESCALATE", "MEDIUM"),
    ]
    assert patient.said[-1][0] - 156 >= EBBS_S


def test_a_graver_value_of_one_that_has_risen_is_said() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 120).show(LOWER, 30)
    reason = patient.transitions[-1].reason
    assert reason is not None
    assert reason.values["spo2_percent"] == 80
    assert "spo2_percent < 85" in reason.rule


def test_a_graver_value_of_one_that_has_risen_asks_once_more() -> None:
    """As a second limit of a bedside monitor would, whatever was taken or paused before.

    The second channel and the vehicle, which say the same a moment later, ask nobody again.
    """
    patient = Patient().show(WELL, 5).show(LOW, 120)
    (risen,) = patient.book.current()
    _answer(patient, risen)
    (view,) = patient.book.current()
    assert not any(view.sounds_at(place, at(patient.second)) for place in Place)
    before = len(patient.transitions)
    patient.show(LOWER, 30)
    (graver,) = patient.transitions[before:]
    (view,) = patient.book.current()
    assert all(view.sounds_at(place, at(patient.second)) for place in Place)
    assert view.phase is Phase.ESCALATE
    assert view.called_us == graver.learned_us > risen.called_us
    assert [one.person for one in view.acknowledgements] == ["Li"]
    _answer(patient, view)
    for source in (Source.CENTER_B, Source.EDGE):
        for one in patient.transitions:
            patient.book.apply(replace(one, source=source), one.learned_us)
    (view,) = patient.book.current()
    assert view.reason == graver.reason
    assert not any(view.sounds_at(place, at(patient.second)) for place in Place)


def _answer(patient: Patient, view: AlarmView) -> None:
    """Let somebody at the center take an alarm, and the crew pause its sound."""
    about = ("encounter-1", view.alarm_id, view.priority, view.revision)
    now_us, name = at(patient.second), str(view.revision)
    patient.book.apply(Acknowledgement(*about, "Li", Place.CENTER, now_us, f"take {name}"), now_us)
    for_us = LONGEST_PAUSE_US
    patient.book.apply(Pause(*about, "Wu", Place.VEHICLE, now_us, for_us, f"pause {name}"), now_us)


def test_what_begins_high_is_not_raised_by_time() -> None:
    patient = Patient().show(WELL, 5).show(LOWER, 300).show(BETTER, 30)
    phases = [phase for _, phase, _ in patient.said if phase != "START"]
    assert phases[-1] == "END"
    assert patient.said[-1][0] < 5 + 300 + 30


def test_slow_breath_rises_too() -> None:
    patient = Patient(Cause.RESPIRATION_LOW).show(WELL, 5)
    patient.show(replace(WELL, respiration_per_min=6), 120)
    assert [priority for _, _, priority in patient.said] == ["MEDIUM", "HIGH"]


def test_the_end_of_the_encounter_ends_what_has_risen_and_what_ebbs() -> None:
    ended = EncounterEvent(EncounterChange.ENDED)
    for patient in (
        Patient().show(WELL, 5).show(LOW, 120),
        Patient().show(WELL, 5).show(LOW, 120).show(BETTER, 30),
    ):
        patient.show(ended, 1)
        assert patient.said[-1][1] == "END"
        assert len({one.alarm_id for one in patient.transitions}) == 1


def test_a_snapshot_of_an_earlier_release_goes_on_with_the_alarm_as_it_was() -> None:
    patient = Patient().show(WELL, 5).show(LOW, 40)
    snapshot = patient.watch.snapshot()
    del snapshot["rising"]
    patient.watch = PatientWatch.restore(snapshot)
    patient.show(LOW, 120).show(BETTER, 30)
    assert [phase for _, phase, _ in patient.said] == ["START", "END"]


def test_the_center_and_the_vehicle_rise_alike() -> None:
    edge = PatientWatch("encounter-1", Source.EDGE)
    patient = Patient().show(WELL, 5).show(LOW, 120).show(BETTER, 200)
    said = [
        (one.alarm_id, one.phase, one.priority)
        for step in patient.steps
        for one in play(edge, step)
        if isinstance(one, Transition) and one.cause == Cause.SPO2_LOW
    ]
    assert said == [(one.alarm_id, one.phase, one.priority) for one in patient.transitions]


def test_every_rise_is_one_level_and_says_why() -> None:
    """No alarm skips a priority by time alone."""
    rises = [(rule, rule.rise) for rule in CATALOGUE if rule.rise is not None]
    assert rises
    for rule, rise in rises:
        assert rise.to == rule.levels[0].priority + 1
        assert not rule.latching
        assert 0 < rise.after_us <= rise.ebbs_us
        assert rise.why
        assert rise.citation


SHOWN = st.lists(
    st.tuples(st.sampled_from([WELL, LOW, LOWER, BETTER]), st.sampled_from([5, 20, 75, 130])),
    min_size=2,
    max_size=6,
)
FEW = settings(max_examples=20)


@FEW
@given(SHOWN)
def test_levels_never_skip_and_each_episode_has_one_beginning_and_one_end(
    shown: Sequence[tuple[Vitals, int]],
) -> None:
    """Whatever comes: up only from below, down only from above, and nothing after the end."""
    patient = Patient()
    for item, seconds in shown:
        patient.show(item, seconds)
    told: dict[bytes, Priority | None] = {}
    for one in patient.transitions:
        before = told.get(one.alarm_id)
        match one.phase:
            case Phase.START:
                assert one.alarm_id not in told
                assert not any(told.values())
            case Phase.ESCALATE:
                assert before is not None
                assert one.priority == before + 1
            case Phase.DEESCALATE:
                assert before is not None
                assert one.priority == before - 1
            case Phase.UPDATE | Phase.END:
                assert before == one.priority
        told[one.alarm_id] = one.priority if one.active else None


@FEW
@given(SHOWN)
def test_nothing_that_holds_is_taken_back_by_time(shown: Sequence[tuple[Vitals, int]]) -> None:
    """The alarm is at least of the level that its condition has, and stands while that holds."""
    patient = Patient()
    for item, seconds in shown:
        patient.show(item, seconds)
        (limit,) = patient.watch._bedside.limits._limits[3]
        own = limit.live.raised
        views = patient.book.current()
        assert own is None or views[0].priority >= own


@pytest.mark.parametrize("check", checks.ALL)
def test_whatever_rises_the_check_suite_of_the_watch_holds(check: checks.Check) -> None:
    """Risen, graver, better, over, back, over and gone, with data missing in between."""
    patient = Patient().show(WELL, 3).show(LOW, 20).wait(70).show(LOWER, 15).show(LOW, 12)
    patient.wait(125).show(BETTER, 12).show(LOW, 20).wait(62).show(BETTER, 12).wait(125)
    assert len(patient.transitions) >= 8
    check(patient.steps)
