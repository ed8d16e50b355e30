from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.identity import alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.transition import EncounterClosed, SourceStatus, Transition
from clinical.instant import SECOND_US
from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    CrewFinding,
    DeviceStatus,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    ForeignFrame,
    Item,
    Vitals,
)
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from clinical.vitals import Consciousness, Quality, Vital
from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.patient import NOTHING, Emission, PatientWatch
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture, frame
from tests.scenarios.scenario import Arrival, Report, Step, Tick

OPENED = EncounterEvent(EncounterChange.OPENED, bay="1", age_years=70)
WELL = Vitals(
    heart_rate_bpm=72,
    respiration_per_min=16,
    spo2_percent=97,
    systolic_mmhg=124,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)
BLEEDING = Vitals(systolic_mmhg=80)


def _watch(source: Source = Source.CENTER_A) -> PatientWatch:
    return PatientWatch("encounter-1", source)


def _hand(watch: PatientWatch, item: Item, name: Capture) -> list[Emission]:
    return watch.on_item(item, name, name.received_us)


def _causes(emissions: list[Emission]) -> list[tuple[str, Phase]]:
    return [(x.cause, x.phase) for x in emissions if isinstance(x, Transition)]


def _edge_transition(encounter_id: str = "encounter-1") -> EdgeTransition:
    return EdgeTransition(
        Transition(
            encounter_id=encounter_id,
            unit_id="unit-1",
            alarm_id=b"i" * 16,
            cause="SPO2_LOW",
            subject="",
            category=Category.PHYSIOLOGICAL,
            priority=Priority.HIGH,
            phase=Phase.START,
            active=True,
            source=Source.EDGE,
            revision=1,
            since_us=at(0),
            learned_us=at(0),
            until_us=None,
            recorded_only=False,
            late=False,
            frame=frame(1),
            reason=None,
        )
    )


def test_frames_that_come_first_open_the_encounter_provisionally() -> None:
    watch = _watch()
    (state,) = _hand(watch, WELL, capture(0, 1))
    assert isinstance(state, EncounterState)
    assert (state.provisional, state.unit_id) == (True, "unit-1")
    (opened,) = _hand(watch, OPENED, capture(1, 1, segment=2))
    assert isinstance(opened, EncounterState)
    assert (opened.provisional, opened.bay, opened.age_years) == (False, "1", 70)
    assert watch.state == opened


def test_a_well_patient_leads_to_the_shared_nothing() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    assert _hand(watch, WELL, capture(1, 2)) is NOTHING
    assert watch.on_tick(at(2), SECOND_US) is NOTHING
    assert NOTHING == []


def test_the_vehicle_and_the_center_give_an_alarm_the_same_id() -> None:
    edge, center = _watch(Source.EDGE), _watch()
    (at_edge,) = _hand(edge, BLEEDING, capture(0, 1))[:1]
    at_center = _hand(center, BLEEDING, capture(0, 1, received=0.4))[0]
    assert isinstance(at_edge, Transition)
    assert isinstance(at_center, Transition)
    assert at_edge.alarm_id == at_center.alarm_id
    assert (at_edge.source, at_center.source) == (Source.EDGE, Source.CENTER_A)


def test_the_center_forwards_what_the_vehicle_said_as_it_is() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    item = _edge_transition()
    assert _hand(watch, item, capture(1, 1, segment=2)) == [item.transition]
    assert _hand(watch, item, capture(1, 1, segment=2)) == []


def test_word_about_another_encounter_is_not_forwarded() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    assert _hand(watch, _edge_transition("encounter-2"), capture(1, 1, segment=2)) == []


def test_the_vehicle_forwards_nothing() -> None:
    watch = _watch(Source.EDGE)
    assert _hand(watch, _edge_transition(), capture(1, 1)) == []


def test_the_end_of_an_encounter_ends_its_alarms_and_says_so_last() -> None:
    watch = _watch()
    _hand(watch, BLEEDING, capture(0, 1))
    ended = EncounterEvent(EncounterChange.HANDED_OVER)
    said = _hand(watch, ended, capture(5, 1, segment=2))
    assert _causes(said) == [("SYSTOLIC_LOW", Phase.END), ("NEWS2_MEDIUM", Phase.END)]
    assert isinstance(said[-2], EncounterState)
    assert said[-2].status is EncounterStatus.HANDED_OVER
    assert said[-1] == EncounterClosed("encounter-1", at(5))
    assert watch.closed
    assert _hand(watch, BLEEDING, capture(6, 2)) == []
    assert watch.on_tick(at(60), 60 * SECOND_US) == []


def test_a_stranger_is_not_judged() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    assert _hand(watch, BLEEDING, capture(1, 1, unit="unit-2")) == []
    assert watch.state.unit_id == "unit-1"


def test_after_a_move_the_new_unit_is_judged_and_the_old_one_up_to_the_move() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    offer = EncounterEvent(EncounterChange.OFFERED, to_unit_id="unit-2")
    _hand(watch, offer, capture(1, 1, segment=2))
    claim = EncounterEvent(EncounterChange.CLAIMED, bay="b")
    moved, former = _hand(watch, claim, capture(10, 1, unit="unit-2"))
    assert moved == watch.state
    assert former == SourceStatus("encounter-1", Source.EDGE, live=False, at_us=at(10))
    assert watch.state.unit_id == "unit-2"
    assert _hand(watch, BLEEDING, capture(11, 2, received=12)) == []
    assert _causes(_hand(watch, BLEEDING, capture(9, 3, received=12))) != []
    assert _causes(_hand(watch, BLEEDING, capture(12, 2, unit="unit-2"))) == []


def _report(watch: PatientWatch, second: float, unit: str = "unit-2") -> list[Emission]:
    return watch.on_word(ForeignFrame("encounter-1", frame(unit=unit), at(second)), at(second))


def test_a_foreign_unit_is_told_of_on_the_owners_encounter() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    (said,) = _report(watch, 1)
    assert isinstance(said, Transition)
    assert (said.cause, said.priority, said.category) == (
        "FOREIGN_ENCOUNTER",
        Priority.LOW,
        Category.TECHNICAL,
    )
    assert (said.encounter_id, said.unit_id, said.subject) == ("encounter-1", "unit-1", "unit-2")
    foreign = frame(unit="unit-2")
    assert said.frame == foreign
    assert said.alarm_id == alarm_id("encounter-1", "FOREIGN_ENCOUNTER", foreign, "unit-2")
    assert watch.state.unit_id == "unit-1"


def test_a_report_that_a_claim_has_overtaken_says_nothing() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    _hand(watch, EncounterEvent(EncounterChange.OFFERED, to_unit_id="unit-2"), capture(1, 2))
    _hand(watch, EncounterEvent(EncounterChange.CLAIMED), capture(2, 1, unit="unit-2"))
    assert _report(watch, 3) == []
    assert _causes(_report(watch, 3, unit="unit-1")) == [("FOREIGN_ENCOUNTER", Phase.START)]


def test_a_closed_watch_says_nothing_of_foreign_units() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    _hand(watch, EncounterEvent(EncounterChange.ENDED), capture(1, 2))
    assert _report(watch, 2) == []


def test_a_snapshot_from_before_foreign_units_were_told_of_is_readable() -> None:
    watch = _watch()
    _hand(watch, BLEEDING, capture(0, 1))
    stored = watch.snapshot()
    del stored["foreign"]
    restored = PatientWatch.restore(stored)
    assert restored.snapshot() == watch.snapshot()
    assert len(_report(restored, 1)) == 1


def test_a_standby_that_runs_out_is_told() -> None:
    watch = _watch()
    event = EncounterEvent(EncounterChange.STANDBY, reason="lead change", until_us=at(30))
    _hand(watch, event, capture(0, 1))
    (back,) = watch.on_tick(at(30), 0)
    assert isinstance(back, EncounterState)
    assert back.status is EncounterStatus.OPEN


def test_a_suspect_clock_is_told_and_does_not_stop_judgement() -> None:
    watch = _watch()
    said = _hand(watch, BLEEDING, capture(100, 1, received=10))
    assert [cause for cause, _ in _causes(said)] == [
        "UNIT_CLOCK_SUSPECT",
        "SYSTOLIC_LOW",
        "NEWS2_MEDIUM",
    ]
    assert watch.row().captured_us == at(10)


def test_the_row_shows_the_newest_instant() -> None:
    watch = _watch()
    _hand(watch, WELL, capture(0, 1))
    _hand(watch, BLEEDING, capture(1, 2, received=1.5))
    row = watch.row()
    assert (row.captured_us, row.received_us, row.news2_total) == (at(1), at(1.5), 3)


def test_a_snapshot_of_a_watch_that_heard_nothing_goes_on() -> None:
    restored = PatientWatch.restore(_watch().snapshot())
    assert _causes(_hand(restored, BLEEDING, capture(0, 1))) != []


_values = st.sampled_from([0.0, 7.0, 30.0, 45.0, 84.0, 89.0, 97.0, 118.0, 125.0, 140.0])
_vitals = st.builds(
    Vitals,
    heart_rate_bpm=st.none() | _values,
    respiration_per_min=st.none() | _values,
    spo2_percent=st.none() | _values,
    systolic_mmhg=st.none() | _values,
    temperature_c=st.none() | st.sampled_from([34.0, 37.0, 39.5]),
    consciousness=st.none() | st.sampled_from(Consciousness),
    on_oxygen=st.none() | st.booleans(),
    marks=st.dictionaries(st.sampled_from(Vital), st.sampled_from(Quality), max_size=1),
    device_id=st.none() | st.sampled_from(["monitor", "pleth"]),
)
_status = st.builds(
    DeviceStatus,
    device_id=st.just("pleth"),
    vital=st.none() | st.just(Vital.SPO2),
    attached=st.none() | st.booleans(),
)
_crew = st.builds(CrewEvent, finding=st.sampled_from(CrewFinding))
_examination = st.builds(
    CrewExamination,
    person=st.none() | st.just("li"),
    gcs=st.none()
    | st.builds(
        Gcs,
        eye=st.sampled_from([None, 1, 4]),
        verbal=st.sampled_from([1, 5]),
        motor=st.sampled_from([2, 6]),
        untestable=st.frozensets(st.just(GcsPart.VERBAL)),
    ),
    stroke=st.none() | st.builds(StrokeScreen, *[st.sampled_from([None, False, False, True])] * 5),
    race=st.none()
    | st.builds(Race, *[st.sampled_from([0, 2])] * 3, st.just(1), st.sampled_from(WeakSide)),
    last_known_well_us=st.none() | st.just(at(-600)),
    injury=st.none() | st.sampled_from(Injury),
    infection_suspected=st.none() | st.booleans(),
)
_event = st.builds(
    EncounterEvent,
    change=st.sampled_from(EncounterChange),
    age_years=st.none() | st.sampled_from([6, 40]),
    until_us=st.just(at(120)),
    to_unit_id=st.just("unit-2"),
)
_items: st.SearchStrategy[Item] = st.one_of(
    _vitals, _vitals, _vitals, _status, _crew, _examination, _event
)


@st.composite
def _nights(draw: st.DrawFn) -> Sequence[Step]:
    """Items of two units over a link that delays some, in segments, between ticks."""
    now_us, steps, ingress_us = at(0), list[Step](), 0
    for sequence in range(1, draw(st.integers(1, 25)) + 1):
        gap_s = draw(st.sampled_from([0, 1, 1, 5, 40]))
        now_us += gap_s * SECOND_US
        if draw(st.booleans()):
            ingress_us += SECOND_US
            steps.append(Tick(now_us, ingress_us))
        unit = draw(st.sampled_from(["unit-1", "unit-1", "unit-1", "unit-2"]))
        name = frame(sequence, segment=draw(st.integers(1, 2)), unit=unit)
        if draw(st.integers(0, 5)) == 0:
            steps.append(Report(now_us, ForeignFrame("encounter-1", name, now_us)))
            continue
        under_way_us = draw(st.sampled_from([0, 0, 0, 15, 70, -5])) * SECOND_US
        boot_id = draw(st.sampled_from([None, "boot"]))
        origin = Capture(name, now_us - under_way_us, now_us, boot_id)
        steps.append(Arrival(now_us, draw(_items), origin))
    return steps


@pytest.mark.parametrize("check", checks.ALL, ids=lambda x: x.__name__)
def test_any_night_passes_the_check_suite(check: checks.Check) -> None:
    @settings(max_examples=60, deadline=None)
    @given(_nights())
    def passes(steps: Sequence[Step]) -> None:
        check(steps)

    passes()


def test_a_contradicted_value_is_not_scored_before_its_limit_alarms() -> None:
    """A heart rate of 140 scores 3 by itself; the pulse shows 80."""
    watch = _watch()
    racing = replace(WELL, heart_rate_bpm=140, pulse_rate_bpm=80)
    said = [
        (second, cause, phase)
        for second in range(30)
        for cause, phase in _causes(_hand(watch, racing, capture(second, second + 1)))
    ]
    assert said == [
        (20, "HEART_RATE_HIGH", Phase.START),
        (20, "NEWS2_MEDIUM", Phase.START),
    ]


def test_the_vehicles_own_words_do_not_name_what_is_not_judged() -> None:
    """The vehicle does not hear them, and both must name the alarm after the same frame."""
    only_pulse = Vitals(pulse_rate_bpm=80)
    without, beside = _watch(), _watch()
    said: list[list[bytes]] = []
    for watch in (without, beside):
        _hand(watch, WELL, capture(0, 1))
        if watch is beside:
            _hand(watch, _edge_transition(), capture(1, 1, segment=9))
        found = [
            transition.alarm_id
            for second in range(2, 40)
            for transition in _hand(watch, only_pulse, capture(second, second))
            if isinstance(transition, Transition) and transition.cause == "VITAL_NOT_JUDGED"
        ]
        said.append(found)
    assert said[0]
    assert said[0] == said[1]
