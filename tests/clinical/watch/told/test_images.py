import msgspec

from clinical.alarms.priority import Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.imaging.geometry import GeometryProblem
from clinical.items import EncounterChange, EncounterEvent, SeriesFinding
from clinical.watch.patient import PatientWatch
from clinical.watch.told.images import SERIES_MAX, Images
from tests.clinical.watch.bedside import at, capture, frame

MISSING = (GeometryProblem.MISSING_SLICES,)


def _finding(
    second: float,
    problems: tuple[GeometryProblem, ...] = MISSING,
    series: str = "1.2",
    unit: str = "unit-1",
) -> SeriesFinding:
    name = frame(int(second) + 1, unit=unit)
    return SeriesFinding("encounter-1", series, problems, at(second), name)


def test_a_series_that_is_not_whole_alarms_at_once_and_ends_when_it_is() -> None:
    images = Images()
    (raised,) = images.on_item(_finding(1))
    assert (raised.subject, raised.change.phase) == ("1.2", Phase.START)
    assert raised.change.priority is Priority.LOW
    assert raised.values == {"problems": "MISSING_SLICES"}
    (ended,) = images.on_item(_finding(9, ()))
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(9))


def test_repetition_is_one_alarm() -> None:
    """Two channels say it, and say it again after a restart; what is older does not end it."""
    images = Images()
    said = [
        images.on_item(_finding(5)),
        images.on_item(_finding(5)),
        images.on_item(_finding(3, ())),
    ]
    assert [len(findings) for findings in said] == [1, 0, 0]


def test_beyond_the_bound_nothing_is_said() -> None:
    images = Images()
    for number in range(SERIES_MAX):
        assert images.on_item(_finding(1, series=f"1.{number}"))
    assert images.on_item(_finding(1, series="2.1")) == ()


def test_a_closed_encounter_ends_what_holds() -> None:
    images = Images()
    images.on_item(_finding(1))
    (ended,) = images.close(at(2))
    assert ended.change.phase is Phase.END
    assert images.close(at(3)) == ()


def test_it_goes_on_from_a_snapshot() -> None:
    images, heir = Images(), Images()
    images.on_item(_finding(1))
    heir.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(images.snapshot())))
    assert heir.on_item(_finding(1)) == ()
    assert len(heir.on_item(_finding(2, ()))) == 1


def _open_watch() -> PatientWatch:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    watch.on_item(EncounterEvent(EncounterChange.OPENED, bay="1"), capture(0, 1), at(0))
    return watch


def test_the_patients_watch_tells_it() -> None:
    said = _open_watch().on_word(_finding(1), at(1))
    transitions = [each for each in said if isinstance(each, Transition)]
    assert [(it.cause, it.subject) for it in transitions] == [(Cause.IMAGING_INCOMPLETE, "1.2")]


def test_what_another_unit_scanned_is_not_of_this_patient() -> None:
    assert _open_watch().on_word(_finding(1, unit="unit-2"), at(1)) == []
