import msgspec

from clinical.alarms.priority import Phase
from clinical.items import ForeignFrame
from clinical.watch.finding import Findings
from clinical.watch.told.foreign import OVER_AFTER_US, UNITS_MAX, Foreign
from tests.clinical.watch.bedside import at, frame


def _report(foreign: Foreign, second: float, sequence: int = 1, unit: str = "unit-2") -> Findings:
    return foreign.on_item(
        ForeignFrame("encounter-1", frame(sequence, unit=unit), at(second)), at(second)
    )


def _phases(findings: Findings) -> list[tuple[str, Phase]]:
    return [(x.subject, x.change.phase) for x in findings]


def test_a_foreign_frame_alarms_at_once_and_names_the_alarm() -> None:
    (raised,) = _report(Foreign(), 3, sequence=7)
    assert (raised.subject, raised.change.phase) == ("unit-2", Phase.START)
    assert (raised.change.since_us, raised.change.frame) == (at(3), frame(7, unit="unit-2"))


def test_it_ends_a_minute_of_stream_time_after_the_last_report() -> None:
    foreign = Foreign()
    _report(foreign, 0)
    assert _report(foreign, 30, sequence=2) == ()
    assert foreign.on_tick(at(30) + OVER_AFTER_US - 1) == ()
    (ended,) = foreign.on_tick(at(30) + OVER_AFTER_US)
    assert (ended.change.phase, ended.change.at_us) == (Phase.END, at(90))
    assert ended.change.frame == frame(1, unit="unit-2")
    assert foreign.on_tick(at(200)) == ()


def test_after_its_end_the_next_frame_is_a_new_alarm() -> None:
    foreign = Foreign()
    _report(foreign, 0)
    foreign.on_tick(at(60))
    (raised,) = _report(foreign, 70, sequence=9)
    assert raised.change.frame == frame(9, unit="unit-2")


def test_the_time_that_counts_is_the_streams_not_the_gateways() -> None:
    foreign = Foreign()
    foreign.on_item(ForeignFrame("encounter-1", frame(unit="unit-2"), at(0)), at(50))
    assert foreign.on_tick(at(60)) == ()
    assert len(foreign.on_tick(at(110))) == 1


def test_every_foreign_unit_has_an_alarm_of_its_own() -> None:
    foreign = Foreign()
    _report(foreign, 0)
    assert _phases(_report(foreign, 5, unit="unit-3")) == [("unit-3", Phase.START)]
    assert _phases(foreign.on_tick(at(60))) == [("unit-2", Phase.END)]
    assert _phases(foreign.on_tick(at(65))) == [("unit-3", Phase.END)]


def test_more_foreign_units_than_can_be_told_of_are_passed_over() -> None:
    foreign = Foreign()
    for number in range(UNITS_MAX):
        assert len(_report(foreign, 0, unit=f"stray-{number}")) == 1
    assert _report(foreign, 1, unit="one-too-many") == ()
    assert len(foreign.on_tick(at(60))) == UNITS_MAX
    assert len(_report(foreign, 61, unit="one-too-many")) == 1


def test_closing_ends_what_holds() -> None:
    foreign = Foreign()
    _report(foreign, 0)
    assert _phases(foreign.close(at(5))) == [("unit-2", Phase.END)]
    assert foreign.on_tick(at(100)) == ()
    assert foreign.snapshot() == {}


def test_a_snapshot_goes_on_where_it_was_taken() -> None:
    foreign, restored = Foreign(), Foreign()
    _report(foreign, 0)
    _report(foreign, 10, sequence=2)
    _report(foreign, 20, unit="unit-3")
    restored.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(foreign.snapshot())))
    assert restored.snapshot() == foreign.snapshot()
    assert restored.on_tick(at(70)) == foreign.on_tick(at(70)) != ()
