"""Limits of staff for one patient: when they count, and that they silence nothing that stands."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.staff_limit import LONGEST_LIMIT_US, LimitChange, LimitSet
from clinical.alarms.transition import Transition
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import EncounterChange, EncounterEvent, RhythmFinding, Vitals
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.watch.patient import Emission, PatientWatch
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture, frame
from tests.scenarios.scenario import Arrival, Report, Step, Tick, play

CHANGE = LimitChange(
    "encounter-1", "SPO2_LOW", 86, 82, 10 * MINUTE_US, "Dr Wu", "COPD, target 88-92", 0, "limit-1"
)
TAKEN_BY_ALL = tuple(x for x in checks.ALL if x is not checks.inputs_stay_untouched)


def _told(second: float, change: LimitChange = CHANGE) -> Report:
    return Report(at(second), change)


def _minute(spo2: float, first: int, last: int) -> list[Step]:
    """Return vitals once a second with this saturation, each with the tick behind it."""
    return [
        step
        for second in range(first, last)
        for step in (
            Arrival(at(second), _vitals(spo2), capture(second, second + 1)),
            Tick(at(second + 0.5), (second + 1) * SECOND_US),
        )
    ]


def _vitals(spo2: float) -> Vitals:
    return Vitals(heart_rate_bpm=80, respiration_per_min=16, spo2_percent=spo2, pulse_rate_bpm=80)


def _opened(age_years: int | None = None) -> Arrival:
    item = EncounterEvent(EncounterChange.OPENED, age_years=age_years)
    return Arrival(at(0), item, capture(0, 1, segment=2))


def _played(
    steps: list[Step], source: Source = Source.CENTER_A
) -> tuple[PatientWatch, list[Emission]]:
    watch, said = PatientWatch("encounter-1", source), []
    for step in steps:
        said += play(watch, step)
    return watch, said


def _spo2(said: list[Emission]) -> list[tuple[float, Phase, Priority]]:
    return [
        ((one.learned_us - at(0)) / SECOND_US, one.phase, one.priority)
        for one in said
        if isinstance(one, Transition) and one.cause == "SPO2_LOW"
    ]


def _answers(said: list[Emission]) -> list[LimitSet]:
    return [one for one in said if isinstance(one, LimitSet)]


def test_a_patient_whose_limit_was_moved_is_judged_by_it_until_its_time_is_over() -> None:
    """88 % is no alarm while the limit is 86 %; ten minutes later it is, 25 s after the first."""
    watch, said = _played([*_minute(95, 0, 10), _told(10), *_minute(88, 11, 640)])
    (answer,) = _answers(said)
    assert (answer.since_us, answer.until_us) == (at(10), at(610))
    assert not answer.refused
    (start,) = _spo2(said)
    assert start[1:] == (Phase.START, Priority.MEDIUM)
    assert 610 + 15 <= start[0] <= 610 + 25
    assert watch.row().limits == ()


def test_without_the_limit_the_same_patient_alarms() -> None:
    _, said = _played([*_minute(95, 0, 10), *_minute(88, 11, 60)])
    assert [phase for _, phase, _ in _spo2(said)] == [Phase.START]


def test_below_the_moved_limit_it_alarms_and_says_who_moved_it() -> None:
    watch, said = _played([*_minute(95, 0, 10), _told(10), *_minute(84, 11, 60)])
    (start,) = [x for x in said if isinstance(x, Transition) and x.cause == "SPO2_LOW"]
    assert start.priority is Priority.MEDIUM
    assert start.reason is not None
    assert "spo2_percent < 86" in start.reason.rule
    assert start.reason.citation == "limit set by Dr Wu: COPD, target 88-92"
    assert [one.person for one in watch.row().limits] == ["Dr Wu"]


def test_an_alarm_that_stands_is_not_silenced_by_a_wider_limit() -> None:
    """It goes on under its name by the limits that it began with, rises by them, and ends by them.

    What begins afterwards begins by the new ones.
    """
    steps = [
        *_minute(88, 0, 40),
        _told(40),
        *_minute(88, 41, 80),
        *_minute(84, 80, 110),
        *_minute(95, 110, 140),
        *_minute(88, 140, 240),
    ]
    _, said = _played(steps)
    phases = [(phase, priority) for _, phase, priority in _spo2(said)]
    assert phases[0] == (Phase.START, Priority.MEDIUM)
    assert phases[1] == (Phase.ESCALATE, Priority.HIGH)
    assert [phase for phase, _ in phases[-2:]] == [Phase.DEESCALATE, Phase.END]
    names = {x.alarm_id for x in said if isinstance(x, Transition) and x.cause == "SPO2_LOW"}
    assert len(names) == 1
    assert _spo2(said)[-2][0] < 140


def test_a_limit_that_runs_out_under_a_standing_alarm_makes_it_stricter_at_once() -> None:
    """84 % under a limit of 86 % is medium; when the catalogue counts again it is high."""
    change = replace(CHANGE, for_us=60 * SECOND_US)
    _, said = _played([*_minute(95, 0, 10), _told(10, change), *_minute(84, 11, 120)])
    start, rise = _spo2(said)
    assert start[1:] == (Phase.START, Priority.MEDIUM)
    assert rise[1:] == (Phase.ESCALATE, Priority.HIGH)
    assert 70 <= rise[0] <= 80


def _beats(rate: float, first: int, last: int) -> list[Step]:
    """Return the same once a second with this heart rate, which the pulse confirms."""
    return [
        replace(step, item=Vitals(heart_rate_bpm=rate, pulse_rate_bpm=rate, respiration_per_min=16))
        if isinstance(step, Arrival)
        else step
        for step in _minute(97, first, last)
    ]


def test_a_limit_that_is_over_begins_no_alarm_while_another_limit_of_its_vital_is_passed() -> None:
    """57/min is no alarm when the limit of 60/min has run out and its own alarm has ended.

    The heart rate goes from one alarm straight into the other, that of a fast heart, so that never
    between them nothing stands of it.
    """
    change = replace(CHANGE, cause="HEART_RATE_LOW", medium=60, high=None, for_us=45 * SECOND_US)
    steps = [*_beats(80, 0, 2), _told(2, change), *_beats(55, 3, 60), *_beats(125, 60, 100)]
    _, said = _played([*steps, *_beats(57, 100, 170)])
    told = [(x.cause, x.phase) for x in said if isinstance(x, Transition)]
    assert told == [
        ("HEART_RATE_LOW", Phase.START),
        ("HEART_RATE_LOW", Phase.END),
        ("HEART_RATE_HIGH", Phase.START),
        ("HEART_RATE_HIGH", Phase.END),
    ]
    checks.snapshots_go_on_identically([*steps, *_beats(57, 100, 170)])


def test_after_a_restart_an_alarm_rises_by_the_limit_that_it_began_with() -> None:
    """92 % under a limit of 94 % has stood for a minute: its rise says 94, whoever says it."""
    strict = replace(CHANGE, medium=94, high=None)
    steps = [*_minute(97, 0, 2), _told(2, strict), *_minute(92, 3, 100)]
    _, said = _played(steps)
    rules = [x.reason.rule for x in said if isinstance(x, Transition) and x.reason]
    assert [rule.split(" for ")[0] for rule in rules] == ["spo2_percent < 94"] * 2
    checks.snapshots_go_on_identically(steps)


def test_after_a_restart_what_a_rhythm_held_back_begins_by_the_limit_that_it_passed() -> None:
    """55/min under a limit of 60/min, beside a rhythm that covers it until it is over."""
    change = replace(CHANGE, cause="HEART_RATE_LOW", medium=60, high=None)
    steps = [*_beats(80, 0, 2), _told(2, change), Report(at(3), _rhythm(3, slow=True))]
    steps += [*_beats(55, 3, 30), Report(at(30), _rhythm(30, slow=False)), *_beats(55, 30, 40)]
    _, said = _played(steps)
    (start,) = [x for x in said if isinstance(x, Transition) and x.cause == "HEART_RATE_LOW"]
    assert start.reason is not None
    assert "heart_rate_bpm < 60" in start.reason.rule
    assert start.learned_us == at(30)
    checks.snapshots_go_on_identically(steps)


def _rhythm(second: float, *, slow: bool) -> RhythmFinding:
    which = Arrhythmia.EXTREME_BRADYCARDIA if slow else None
    name = frame(round(second) + 900)
    return RhythmFinding("encounter-1", which, at(second), at(second), 0.9, (), name, at(second))


def test_a_stricter_limit_counts_what_has_held_already() -> None:
    """91 % has held for 60 s when 93 % is asked for: it alarms within the usual delay of that."""
    change = replace(CHANGE, medium=93, high=None)
    _, said = _played([*_minute(91, 0, 60), _told(60, change), *_minute(91, 61, 100)])
    (start,) = _spo2(said)
    assert 60 + 8 <= start[0] <= 61 + 25


def test_a_limit_can_be_taken_back() -> None:
    back = replace(CHANGE, medium=None, high=None, request_id="limit-2")
    watch, said = _played([*_minute(95, 0, 5), _told(5), _told(6, back), *_minute(88, 7, 40)])
    assert [one.withdrawn for one in _answers(said)] == [False, True]
    assert [phase for _, phase, _ in _spo2(said)] == [Phase.START]
    assert watch.row().limits == ()


@pytest.mark.parametrize(
    ("change", "age_years", "words"),
    [
        (replace(CHANGE, high=79), None, "high must be 80 to 90"),
        (replace(CHANGE, cause="HEART_RATE_ZERO"), None, "cause is none"),
        (replace(CHANGE, cause="NO_SUCH_CAUSE"), None, "cause is none"),
        (CHANGE, 4, "high is not set for this patient"),
    ],
)
def test_the_judgement_refuses_what_is_not_safe_for_this_patient(
    change: LimitChange, age_years: int | None, words: str
) -> None:
    watch, said = _played([_opened(age_years), *_minute(95, 0, 5), _told(5, change)])
    (answer,) = _answers(said)
    assert words in answer.refused
    assert watch.row().limits == ()


def test_a_limit_that_is_unsafe_at_an_age_that_is_learned_later_counts_no_longer() -> None:
    steps = [*_minute(95, 0, 5), _told(5)]
    late = Arrival(at(6), EncounterEvent(EncounterChange.OPENED, age_years=3), capture(6, 1))
    watch, said = _played([*steps, replace(late, capture=capture(6, 1, segment=2))])
    assert not _answers(said)[0].refused
    assert watch.row().limits == ()


def test_no_limit_holds_longer_than_a_shift() -> None:
    change = replace(CHANGE, for_us=LONGEST_LIMIT_US * 10)
    _, said = _played([*_minute(95, 0, 2), _told(2, change)])
    assert _answers(said)[0].until_us == at(2) + LONGEST_LIMIT_US


def test_the_vehicle_judges_by_what_the_center_answers() -> None:
    """From the same frame on, it says the same of the same alarm."""
    steps = [*_minute(95, 0, 10), _told(10), *_minute(84, 11, 60)]
    _, center = _played(steps)
    heard = Report(at(10), _answers(center)[0])
    _, vehicle = _played([heard if isinstance(x, Report) else x for x in steps], Source.EDGE)
    assert not _answers(vehicle)
    ids = [[x.alarm_id for x in said if isinstance(x, Transition)] for said in (center, vehicle)]
    assert ids[0] == ids[1]
    assert _spo2(center) == _spo2(vehicle)


def test_an_older_word_of_the_center_changes_nothing() -> None:
    """A vehicle that lost its place hears the log of alarms again."""
    _, said = _played([*_minute(95, 0, 2), _told(2)])
    newer = replace(_answers(said)[0], since_us=at(20), medium=None, high=None)
    watch, _ = _played(
        [*_minute(95, 0, 5), Report(at(20), newer), Report(at(21), _answers(said)[0])],
        Source.EDGE,
    )
    assert watch.row().limits == ()


@pytest.mark.parametrize("check", TAKEN_BY_ALL, ids=lambda x: x.__name__)
def test_limits_that_come_and_go_pass_the_check_suite(check: checks.Check) -> None:
    short = replace(CHANGE, for_us=45 * SECOND_US)
    strict = replace(CHANGE, medium=94, high=None, request_id="limit-2", for_us=20 * SECOND_US)
    check(
        [
            *_minute(88, 0, 30),
            _told(30, short),
            *_minute(84, 31, 50),
            *_minute(95, 50, 70),
            _told(70, strict),
            *_minute(93, 70, 100),
            *_minute(96, 100, 115),
        ]
    )
