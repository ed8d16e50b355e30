from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.priority import Source
from clinical.alarms.rule import Cause
from clinical.alarms.threshold import ThresholdCondition
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    CrewFinding,
    DeviceStatus,
    EncounterChange,
    EncounterEvent,
    ForeignFrame,
    Item,
    LeadFinding,
    Vitals,
)
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs
from clinical.scores.news2 import SINGLE_RED
from clinical.signals.lead_quality import LeadFault
from clinical.vitals import PLAUSIBLE, Consciousness, Quality, Spo2Scale, Vital
from clinical.watch.carry import SPO2, VITALS
from clinical.watch.patient import PatientWatch
from clinical.watch.quiet import calm_points
from clinical.watch.scores.scoring import CHARTS, SCALE_2_CHARTS
from clinical.watch.vital_signs.limits import CALM
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture, frame
from tests.scenarios.scenario import Arrival, Report, Step, Tick

WELL = Vitals(
    heart_rate_bpm=72,
    pulse_rate_bpm=72,
    respiration_per_min=16,
    spo2_percent=97,
    systolic_mmhg=124,
    diastolic_mmhg=80,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)


def _arrival(second: float, sequence: int, item: Item, received: float | None = None) -> Arrival:
    name = capture(second, sequence, received=received)
    return Arrival(name.received_us, item, name)


def _seconds(count: int) -> list[Step]:
    return [_arrival(second, second + 1, WELL) for second in range(count)]


def _taken_after(*steps: Step, item: Item = WELL, second: float = 10) -> bool:
    """Tell whether a further row is quiet after a calm beginning and these steps."""
    everything = [*_seconds(9), *steps]
    without = checks.rows_lead_to_the_same(everything)
    return checks.rows_lead_to_the_same([*everything, _arrival(second, 99, item)]) > without


def _said(steps: list[Arrival]) -> list[tuple[Transition, bool]]:
    """Return what a watch says of rows, and of each word whether a quiet row led to it."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    said: list[tuple[Transition, bool]] = []
    for step in steps:
        assert isinstance(step.item, Vitals)
        row = checks.row_of(step.item, step.capture)
        assert row is not None
        words = watch.on_row(row, step.now_us, step.now_us)
        quiet = words is not None
        if words is None:
            words = watch.on_item(step.item, step.capture, step.now_us)
        said += [(word, quiet) for word in words if isinstance(word, Transition)]
    return said


def test_a_calm_patient_is_quiet_but_for_the_first_row_of_all() -> None:
    """One within the sixty seconds closes a minute."""
    ticks = [Tick(at(second + 0.5), second * SECOND_US) for second in range(60)]
    steps = sorted([*_seconds(60), *ticks], key=lambda step: step.now_us)
    assert checks.rows_lead_to_the_same(steps) == 59


def test_a_quiet_row_that_closes_a_minute_says_what_gets_worse_in_its_band() -> None:
    """A heart rate that rises from 58 to 88 in 50 minutes: each row is quiet, one minute is not."""
    rising = [
        _arrival(30.0 * n, n + 1, replace(WELL, heart_rate_bpm=58 + 0.3 * n, pulse_rate_bpm=None))
        for n in range(100)
    ]
    checks.ticks_can_be_left_out(rising)
    assert checks.rows_lead_to_the_same(rising) > 90
    assert [word.cause for word, quiet in _said(rising) if quiet][:1] == [Cause.WORSENING_IN_BAND]


def test_a_row_without_temperature_and_pressure_is_quiet_too() -> None:
    assert _taken_after(item=replace(WELL, temperature_c=None, systolic_mmhg=None))


@pytest.mark.parametrize(
    "item",
    [
        replace(WELL, spo2_percent=None),
        replace(WELL, marks={Vital.HEART_RATE: Quality.ARTEFACT}),
        replace(WELL, spo2_percent=0, marks={Vital.SPO2: Quality.ARTEFACT}),
        replace(WELL, marks={Vital.SYSTOLIC: Quality.ARTEFACT, Vital.SPO2: Quality.ARTEFACT}),
        Vitals(marks={Vital.RESPIRATION: Quality.ARTEFACT}),
    ],
    ids=repr,
)
def test_a_row_that_lacks_a_vital_or_has_it_marked_is_quiet_and_so_is_the_next(
    item: Vitals,
) -> None:
    assert _taken_after(item=item)
    assert _taken_after(_arrival(9, 20, item))


@pytest.mark.parametrize("marks", [{}, {Vital.SPO2: Quality.ARTEFACT}], ids=["lacking", "marked"])
def test_a_quiet_row_says_for_how_long_a_vital_was_not_judged(
    marks: dict[Vital, Quality],
) -> None:
    """40 s without a saturation that counts: begun by one row and ended by another."""
    gone = replace(WELL, spo2_percent=99 if marks else None, marks=marks)
    night = [_arrival(n, n + 1, gone if 10 <= n < 50 else WELL) for n in range(60)]
    checks.ticks_can_be_left_out(night)
    assert checks.rows_lead_to_the_same(night) > 35
    told = [(word.cause, word.active) for word, _ in _said(night)]
    assert told == [(Cause.VITAL_NOT_JUDGED, True), (Cause.VITAL_NOT_JUDGED, False)]


def test_a_row_of_an_injured_patient_is_quiet_and_scored_all_the_same() -> None:
    """Awake, then a GCS of 10: each row is read off, and one of them begins an alarm."""
    said = [
        _arrival(0, 1, CrewExamination(injury=Injury.PENETRATING, gcs=Gcs(4, 5, 6))),
        _arrival(20, 22, CrewExamination(gcs=Gcs(2, 3, 5))),
    ]
    rows = [_arrival(n, n + (2 if n < 20 else 3), WELL) for n in range(90)]
    night = sorted([*said, *rows], key=lambda step: step.capture.frame.sequence)
    checks.ticks_can_be_left_out(night)
    assert checks.rows_lead_to_the_same(night) > 80
    watch, causes = PatientWatch("encounter-1", Source.CENTER_A), []
    for step in night:
        row = None
        if isinstance(step.item, Vitals):
            row = checks.row_of(step.item, step.capture)
        words = None if row is None else watch.on_row(row, step.now_us, step.now_us)
        causes += [word.cause for word in words or () if isinstance(word, Transition)]
        if words is None:
            watch.on_item(step.item, step.capture, step.now_us)
    assert Cause.TRAUMA_CENTRE_ADVISED in causes


def test_values_between_the_printed_steps_are_quiet_too() -> None:
    assert _taken_after(item=replace(WELL, heart_rate_bpm=72.4, temperature_c=36.75))


def test_the_first_row_of_a_stream_is_for_the_reference() -> None:
    assert not checks.rows_lead_to_the_same([_arrival(0, 1, WELL)])


@pytest.mark.parametrize(
    "item",
    [
        replace(WELL, heart_rate_bpm=49),
        replace(WELL, heart_rate_bpm=0),
        replace(WELL, diastolic_mmhg=0),
        replace(WELL, spo2_percent=89.9),
        replace(WELL, spo2_percent=101),
        replace(WELL, respiration_per_min=25),
        replace(WELL, temperature_c=35),
        replace(WELL, consciousness=Consciousness.VOICE),
        replace(WELL, on_oxygen=True),
        replace(WELL, spo2_scale=Spo2Scale.SCALE_2),
        replace(WELL, marks={Vital.SPO2: Quality.SENSOR_OFF}),
        replace(WELL, heart_rate_bpm=float("nan")),
        replace(WELL, heart_rate_bpm=111, respiration_per_min=21, systolic_mmhg=101),
    ],
    ids=repr,
)
def test_what_could_matter_is_for_the_reference(item: Vitals) -> None:
    assert not _taken_after(item=item)


@pytest.mark.parametrize(
    "step",
    [
        _arrival(9, 20, replace(WELL, heart_rate_bpm=140)),
        _arrival(9, 20, replace(WELL, respiration_per_min=26)),
        _arrival(9, 20, Vitals(marks={Vital.SPO2: Quality.SENSOR_OFF})),
        _arrival(9, 20, DeviceStatus("pleth", Vital.SPO2, attached=False)),
        _arrival(9, 20, EncounterEvent(EncounterChange.ENDED)),
        _arrival(30, 20, WELL, received=9),
        Tick(at(40), 40 * SECOND_US),
    ],
    ids=lambda step: repr(step)[:90],
)
def test_while_anything_stands_rows_are_for_the_reference(step: Step) -> None:
    tick = [Tick(at(8), 8 * SECOND_US)]
    assert not _taken_after(*tick, step)


def test_late_and_future_rows_are_for_the_reference() -> None:
    late = [*_seconds(9), _arrival(9, 10, WELL, received=25)]
    future = [*_seconds(9), _arrival(12, 10, WELL, received=9)]
    backwards = [*_seconds(9), _arrival(4, 10, WELL, received=9)]
    for steps in (late, future, backwards):
        assert checks.rows_lead_to_the_same(steps) == 8


def test_a_lead_without_signal_and_a_foreign_unit_do_not_make_rows_slow_for_ever() -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)

    def takes(second: int) -> bool:
        row = checks.row_of(WELL, capture(second, second + 1))
        assert row is not None
        taken = watch.on_row(row, at(second), at(second)) is not None
        if not taken:
            watch.on_item(WELL, capture(second, second + 1), at(second))
        return taken

    assert [takes(second) for second in range(3)] == [False, True, True]
    off = LeadFinding("encounter-1", "II", LeadFault.DETACHED, at(3), frame(1), at(3))
    watch.on_word(off, at(3))
    assert not takes(4)
    watch.on_word(replace(off, fault=None, at_us=at(5)), at(5))
    watch.on_word(ForeignFrame("encounter-1", frame(1, unit="stray"), at(5)), at(5))
    assert not takes(6)
    watch.on_tick(at(70), 0)
    watch.on_tick(at(140), 0)
    assert [takes(second) for second in (141, 142)] == [True, True]


def test_no_row_of_a_child_is_quiet() -> None:
    """The tables of calm numbers are those of adults."""
    child = _arrival(0, 1, EncounterEvent(EncounterChange.OPENED, age_years=6))
    steps = [child, *(_arrival(second, second + 2, WELL) for second in range(10))]
    assert checks.rows_lead_to_the_same(steps) == 0


@pytest.mark.parametrize("vital", range(len(VITALS)), ids=[str(vital) for vital in VITALS])
@pytest.mark.parametrize("scale_2", [False, True])
def test_calm_is_plausible_within_every_limit_and_below_three_points(
    vital: int, *, scale_2: bool
) -> None:
    """At every tenth of a unit, against the conditions and charts themselves."""
    limits = PLAUSIBLE[VITALS[vital]]
    charts = SCALE_2_CHARTS if scale_2 and vital == SPO2 else (CHARTS[vital],)
    for tenth in range(-20, int(limits.highest * 10) + 20):
        value = tenth / 10
        lowest, highest = CALM[vital]
        points = [0 if chart is None else chart.points(value) for chart in charts]
        calm = (
            value != 0
            and limits.lowest <= value <= limits.highest
            and lowest <= value <= highest
            and SINGLE_RED not in points
        )
        expected = max(score or 0 for score in points) if calm else None
        assert calm_points(vital, value, scale_2=scale_2) == expected


_near = {
    Vital.HEART_RATE: [72.0, 72.4, 49.9, 50.0, 91.0, 111.0, 120.0, 121.0, 0.0, -0.0],
    Vital.RESPIRATION: [16.0, 11.0, 8.0, 20.5, 21.0, 24.0, 25.0, 31.0, 0.0],
    Vital.SPO2: [97.0, 96.0, 93.5, 92.0, 90.0, 89.0, 100.5],
    Vital.SYSTOLIC: [124.0, 101.0, 91.0, 90.0, 89.0, 219.4, 219.6],
    Vital.TEMPERATURE: [36.8, 35.05, 35.1, 38.1, 39.1, 9.0],
    Vital.PULSE_RATE: [72.0, 0.0, 400.0, 401.0],
    Vital.DIASTOLIC: [80.0, 0.0, 301.0],
}
_disturbances: st.SearchStrategy[Item] = st.one_of(
    st.builds(DeviceStatus, st.just("pleth"), st.just(Vital.SPO2), attached=st.booleans()),
    st.builds(CrewEvent, st.sampled_from(CrewFinding)),
    st.builds(CrewExamination, gcs=st.builds(Gcs, st.sampled_from([1, 4]), st.just(2), st.just(5))),
    st.builds(CrewExamination, injury=st.sampled_from(Injury)),
    st.builds(CrewExamination, infection_suspected=st.booleans()),
    st.builds(
        EncounterEvent,
        change=st.sampled_from(EncounterChange),
        age_years=st.none() | st.just(40),
        until_us=st.just(at(90)),
        to_unit_id=st.just("unit-2"),
    ),
)


@st.composite
def _mostly_calm(draw: st.DrawFn) -> Vitals:
    """The well patient with, sometimes, one thing different."""
    values: dict[str, object] = {}
    for _ in range(draw(st.sampled_from([0, 0, 0, 0, 1, 2]))):
        vital = draw(st.sampled_from(sorted(_near)))
        values[vital.value] = draw(st.none() | st.sampled_from(_near[vital]))
    if draw(st.integers(0, 9)) == 0:
        values["consciousness"] = draw(st.none() | st.sampled_from(Consciousness))
        values["spo2_scale"] = draw(st.none() | st.sampled_from(Spo2Scale))
        values["on_oxygen"] = draw(st.none() | st.booleans())
    if draw(st.integers(0, 14)) == 0:
        marks = st.dictionaries(st.sampled_from(Vital), st.sampled_from(Quality), max_size=2)
        values["marks"] = draw(marks)
    return replace(WELL, **values)  # type: ignore[arg-type]


@st.composite
def _calm_nights(draw: st.DrawFn) -> Sequence[Step]:
    """A patient at 1 Hz in whom little happens, with duplicates, lateness, steps and events."""
    steps = list[Step]()
    now_us, ingress_us, sequence = at(0), 0, 0
    for _ in range(draw(st.integers(3, 20))):
        now_us += draw(st.sampled_from([0, 1, 1, 1, 1, 1, 12])) * SECOND_US
        sequence += draw(st.sampled_from([0, 1, 1, 1, 1, 1, 3]))
        event = draw(st.integers(0, 24)) == 0
        unit = draw(st.sampled_from(["unit-1"] * 19 + ["unit-2"]))
        name = frame(max(sequence, 1), segment=1 if draw(st.integers(0, 9)) else 2, unit=unit)
        under_way_us = draw(st.sampled_from([0] * 12 + [1, 11, 70, -1, -5])) * SECOND_US
        origin = Capture(name, now_us - under_way_us, now_us, draw(st.sampled_from([None, "b"])))
        steps.append(Arrival(now_us, draw(_disturbances if event else _mostly_calm()), origin))
        if draw(st.booleans()):
            ingress_us += SECOND_US
            steps.append(Tick(now_us, ingress_us))
        if draw(st.integers(0, 29)) == 0:
            steps.append(Report(now_us, ForeignFrame("encounter-1", name, now_us)))
    return steps


@pytest.mark.parametrize("check", checks.ALL, ids=lambda x: x.__name__)
def test_any_calm_night_passes_the_check_suite(check: checks.Check) -> None:
    @settings(max_examples=25, deadline=None)
    @given(_calm_nights())
    def passes(steps: Sequence[Step]) -> None:
        check(steps)

    passes()


@st.composite
def _nights_with_gaps(draw: st.DrawFn) -> Sequence[Step]:
    """A patient of whom now and then something is missing or marked, for seconds or a minute."""
    steps = list[Step]()
    now_us, sequence, ingress_us = at(0), 0, 0
    for _ in range(draw(st.integers(2, 6))):
        gone = draw(st.sets(st.sampled_from(Vital), max_size=3))
        quality = draw(st.none() | st.sampled_from(Quality))
        marks = {vital: quality for vital in sorted(gone) if quality is not None}
        lacking: dict[str, None] = {} if marks else {vital.value: None for vital in gone}
        item = replace(draw(_mostly_calm()), marks=marks, **lacking)
        apart_us = draw(st.sampled_from([0, 1, 1, 8])) * SECOND_US
        for _ in range(draw(st.integers(1, 5))):
            now_us += apart_us
            sequence += 1
            steps.append(Arrival(now_us, item, Capture(frame(sequence), now_us, now_us)))
            if draw(st.booleans()):
                ingress_us += apart_us
                steps.append(Tick(now_us, ingress_us))
    return steps


@st.composite
def _nights_of_the_injured(draw: st.DrawFn) -> Sequence[Step]:
    """An injured or infected patient, examined now and then, on both sides of each score."""
    steps = list[Step]()
    now_us, sequence = at(0), 0
    breaths, pressures = st.sampled_from([16.0, 20.0, 22.0, 24.0]), st.sampled_from([100.0, 120.0])
    for _ in range(draw(st.integers(1, 5))):
        examined = CrewExamination(
            injury=draw(st.none() | st.sampled_from(Injury)),
            infection_suspected=draw(st.none() | st.booleans()),
            gcs=draw(st.none() | st.builds(Gcs, st.sampled_from([1, 4]), st.just(4), st.just(5))),
        )
        apart_us = draw(st.sampled_from([1, 1, 30, 300])) * SECOND_US
        item: Item = examined
        for _ in range(draw(st.integers(1, 6))):
            now_us += apart_us
            sequence += 1
            steps.append(Arrival(now_us, item, Capture(frame(sequence), now_us, now_us)))
            steps.append(Tick(now_us, now_us - at(0)))
            item = replace(
                WELL, respiration_per_min=draw(breaths), systolic_mmhg=draw(pressures | st.none())
            )
    return steps


_QUICK_WAYS: Sequence[checks.Check] = (
    checks.rows_lead_to_the_same_in_the_center,
    checks.rows_lead_to_the_same_in_the_vehicle,
    checks.the_quick_way_can_begin_at_any_snapshot,
    checks.ticks_can_be_left_out_in_the_center,
)


@pytest.mark.parametrize("nights", [_nights_of_the_injured(), _nights_with_gaps()])
@pytest.mark.parametrize("check", _QUICK_WAYS, ids=lambda x: x.__name__)
def test_what_quiet_rows_leave_to_others_is_judged_as_by_the_reference(
    check: checks.Check, nights: st.SearchStrategy[Sequence[Step]]
) -> None:
    @settings(max_examples=25, deadline=None)
    @given(nights)
    def passes(steps: Sequence[Step]) -> None:
        check(steps)

    passes()


def test_a_saturation_that_scores_is_no_quiet_number() -> None:
    """92 % counts its two points on scale 1, and 91 %, a single three, is for the reference."""
    assert calm_points(SPO2, 96.0) == 0
    assert calm_points(SPO2, 92.0) == 2
    assert calm_points(SPO2, 91.0) is None


def test_no_threshold_begins_a_run_on_a_calm_number() -> None:
    """CALM is drawn from the catalogue; here each rule is asked itself."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    conditions = [
        (limit.vital, ThresholdCondition(limit.rule))
        for limits in watch._bedside.limits._limits
        for limit in limits
    ]
    assert conditions
    for vital, condition in conditions:
        lowest, highest = PLAUSIBLE[VITALS[vital]].lowest, PLAUSIBLE[VITALS[vital]].highest
        for tenth in range(int(lowest * 10), int(highest * 10)):
            if calm_points(vital, tenth / 10) is not None:
                condition.sample(tenth / 10, at(tenth), frame())
                assert condition.frame is None
