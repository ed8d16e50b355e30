"""The newest ECG that says something decides about suspected infarction."""

import msgspec

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.items import EcgFinding, EncounterChange, EncounterEvent
from clinical.watch.patient import PatientWatch
from clinical.watch.told.infarction import InfarctionWatch
from tests.clinical.watch.bedside import at, capture, frame


def _finding(second: float, stemi: bool | None = True, unit: str = "unit-1") -> EcgFinding:  # noqa: FBT001, FBT002
    return EcgFinding(
        encounter_id="encounter-1",
        ecg_id=bytes(16),
        stemi=stemi,
        territory=("inferior",) if stemi else (),
        criteria=("ST elevation of 2.0 mm in II", "ST elevation of 2.5 mm in III") if stemi else (),
        declined="NOISE" if stemi is None else None,
        recorded_us=at(second),
        frame=frame(int(second) + 1, unit=unit),
        stamped_us=at(second) + 1,
    )


def test_infarction_alarms_at_once_with_wall_and_criteria() -> None:
    watch = InfarctionWatch()
    (raised,) = watch.on_item(_finding(1))
    assert (raised.rule.cause, raised.change.phase) == (Cause.STEMI_SUSPECTED, Phase.START)
    assert raised.change.priority is Priority.HIGH
    assert raised.values["territory"] == "inferior"
    assert "2.0 mm in II" in str(raised.values["criteria"])
    assert raised.rule.latching


def test_a_newer_ecg_that_shows_none_ends_it_and_one_that_says_nothing_does_not() -> None:
    watch = InfarctionWatch()
    watch.on_item(_finding(1))
    assert watch.on_item(_finding(5, None)) == ()
    assert watch.on_item(_finding(0.5, stemi=False)) == ()
    (ended,) = watch.on_item(_finding(9, stemi=False))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(9))


def test_repetition_is_one_alarm() -> None:
    """Two channels say it, the vehicle says it, and a restart says it again."""
    watch = InfarctionWatch()
    assert [len(watch.on_item(_finding(1))) for _ in range(3)] == [1, 0, 0]


def test_it_goes_on_from_a_snapshot() -> None:
    watch, heir = InfarctionWatch(), InfarctionWatch()
    assert watch.snapshot() == {}
    watch.on_item(_finding(1))
    heir.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(watch.snapshot())))
    assert heir.on_item(_finding(1)) == ()
    assert len(heir.on_item(_finding(2, stemi=False))) == 1
    assert heir.close(at(3)) == ()


def _open_watch(source: Source = Source.CENTER_A) -> PatientWatch:
    watch = PatientWatch("encounter-1", source)
    watch.on_item(EncounterEvent(EncounterChange.OPENED, bay="1"), capture(0, 1), at(0))
    return watch


def test_vehicle_and_center_give_the_alarm_one_name() -> None:
    ids = set()
    for source in (Source.EDGE, Source.CENTER_A, Source.CENTER_B):
        said = _open_watch(source).on_word(_finding(1), at(2))
        (raised,) = [each for each in said if isinstance(each, Transition)]
        assert raised.cause == Cause.STEMI_SUSPECTED
        ids.add(raised.alarm_id)
    assert len(ids) == 1


def test_an_ecg_of_another_unit_is_not_of_this_patient() -> None:
    assert _open_watch().on_word(_finding(1, unit="unit-2"), at(1)) == []


def test_a_snapshot_of_an_earlier_release_knows_no_ecg() -> None:
    state = _open_watch().snapshot()
    del state["infarction"]
    heir = PatientWatch.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(state)))
    assert len(heir.on_word(_finding(1), at(2))) == 1
