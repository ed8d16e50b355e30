import pytest

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from clinical.items import DeviceStatus, EncounterChange, EncounterEvent, ForeignFrame, Vitals
from clinical.vitals import Vital
from clinical.watch.due import EVERY_TICK, earliest
from clinical.watch.patient import PatientWatch
from tests.clinical.watch import checks
from tests.clinical.watch.bedside import at, capture, frame
from tests.scenarios.scenario import Arrival, Step, Tick

WELL = Vitals(heart_rate_bpm=72, respiration_per_min=16, spo2_percent=97, systolic_mmhg=124)
UNTOLD = PatientWatch("encounter-1", Source.CENTER_A)
SENSOR_OFF = DeviceStatus("pleth", Vital.SPO2, attached=False)
TIMED = [name for name, part in UNTOLD._parts() if hasattr(part, "on_tick")]


def _watch(*items: object) -> PatientWatch:
    """A watch that has heard of the patient each second, and was told the time once."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    for second, item in enumerate((WELL, *items)):
        watch.on_item(item, capture(second, second + 1), at(second))  # type: ignore[arg-type]
    watch.on_tick(at(len(items) + 0.5), SECOND_US)
    return watch


@pytest.mark.parametrize("name", TIMED)
def test_every_processor_that_is_told_the_time_says_when_it_is_due(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the watch asks it while anything stands: a new processor cannot be forgotten."""
    watch = _watch(SENSOR_OFF)
    part = dict(watch._parts())[name]
    monkeypatch.setattr(type(part), "due_us", property(lambda _: EVERY_TICK))
    assert watch.due_us == EVERY_TICK


def test_a_patient_in_whom_nothing_stands_is_due_when_the_unit_may_be_silent() -> None:
    watch = _watch()
    assert watch.due_us == at(10)


def test_of_a_patient_in_whom_nothing_stands_only_silence_and_standby_are_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tick tells the processors at the bedside nothing then, whatever they would say."""
    watch = _watch()
    bedside = watch._bedside
    monkeypatch.setattr(type(bedside), "due_us", property(lambda _: EVERY_TICK))
    assert watch.due_us == at(10)
    watch.on_item(SENSOR_OFF, capture(1, 2), at(1))
    assert watch.due_us == EVERY_TICK


def test_a_watch_that_has_not_been_told_the_time_is_due_at_once() -> None:
    """What silence was counted by before belongs to another host."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    watch.on_item(WELL, capture(0, 1), at(0))
    assert watch.due_us == EVERY_TICK
    assert PatientWatch.restore(_watch().snapshot()).due_us == EVERY_TICK


def test_a_standby_is_due_when_it_runs_out() -> None:
    watch = _watch(EncounterEvent(EncounterChange.STANDBY, until_us=at(600)))
    assert watch.due_us == at(600)


def test_a_sensor_that_is_off_is_due_when_it_matures_and_then_no_more() -> None:
    watch = _watch(SENSOR_OFF)
    due_us = watch.due_us
    assert due_us is not None
    assert at(1) < due_us < at(11)
    assert watch.on_tick(due_us, SECOND_US)
    assert watch.due_us == at(11)


def test_a_foreign_unit_is_due_when_it_has_stopped() -> None:
    watch = _watch()
    watch.on_word(ForeignFrame("encounter-1", frame(1, unit="stray"), at(1)), at(1))
    for second in range(2, 56):
        watch.on_item(WELL, capture(second, second), at(second))
    assert watch.due_us == at(61)


def test_a_closed_encounter_is_never_due() -> None:
    assert _watch(EncounterEvent(EncounterChange.ENDED)).due_us is None


def test_the_earliest_of_no_instants_never_comes() -> None:
    assert earliest() is None
    assert earliest(None, None) is None
    assert earliest(None, 5, 3) == 3


def test_a_calm_patient_is_hardly_ever_told_the_time() -> None:
    """The first tick, and then none while frames keep coming."""
    steps: list[Step] = []
    for second in range(60):
        name = capture(second, second + 1)
        steps.append(Arrival(name.received_us, WELL, name))
        steps.append(Tick(at(second + 0.5), second * SECOND_US))
    assert checks.ticks_can_be_left_out(steps) >= 45
