"""The watch at the edge judges as the center does, contains failures, and resumes."""

import msgspec
import pytest

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import Capture, CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from clinical.watch.patient import Emissions, PatientWatch
from vehicle.edge.watch import ENCOUNTERS_WATCHED, EdgeWatch
from vehicle.spool.store import Snapshot
from wire.frames import Frame, Lane
from wire.unit_items import WireItem

SECOND_US = 1_000_000


def frame(
    sequence: int, item: WireItem, encounter_id: str = "e1", lane: Lane = Lane.VITALS
) -> Frame:
    at_us = sequence * SECOND_US
    return Frame("A1", lane, b"s" * 16, sequence, at_us, 0, "boot", encounter_id, (item,))


def watch() -> EdgeWatch:
    return EdgeWatch("A1", lambda encounter_id: None)


def feed(edge: EdgeWatch, first: int, last: int, item: WireItem) -> list[tuple[str, bool]]:
    said = []
    for sequence in range(first, last + 1):
        said += edge.on_frame(frame(sequence, item), sequence * SECOND_US)
        said += edge.on_tick(sequence * SECOND_US)
    return [(one.cause, one.active) for one in said if one.source is Source.EDGE]


def test_a_low_heart_rate_matures_after_its_delay() -> None:
    """Delays run on the unit's own time, so the edge needs no link to alarm."""
    edge = watch()
    assert ("HEART_RATE_LOW", True) not in feed(edge, 1, 9, Vitals(heart_rate_bpm=35.0))
    assert ("HEART_RATE_LOW", True) in feed(edge, 10, 12, Vitals(heart_rate_bpm=35.0))


def test_a_word_that_only_time_brings_comes_at_its_tick() -> None:
    """Ticks at which nothing can be due are left out, and none that matters."""
    edge, alone = watch(), PatientWatch("e1", Source.EDGE)
    said: list[tuple[int, Transition]] = []
    called_for: list[tuple[int, Transition]] = []
    for second in range(1, 90):
        now_us = second * SECOND_US
        if second in {1, 40}:
            rate = 35.0 if second == 1 else 80.0
            fed = frame(second, Vitals(heart_rate_bpm=rate, respiration_per_min=16.0))
            origin = FrameRef(fed.unit_id, int(fed.lane), fed.segment, fed.sequence, 0)
            capture = Capture(origin, fed.captured_us, now_us, fed.boot_id, fed.uncertainty_us)
            said += [(second, one) for one in edge.on_frame(fed, now_us)]
            judged = alone.on_item(fed.items[0], capture, now_us)  # type: ignore[arg-type]
            called_for += [(second, one) for one in judged if isinstance(one, Transition)]
        said += [(second, one) for one in edge.on_tick(now_us)]
        ticked = alone.on_tick(now_us, 0)
        called_for += [(second, one) for one in ticked if isinstance(one, Transition)]
    assert said == called_for
    assert any(second not in {1, 40} for second, _ in said)


def test_calm_vital_signs_go_the_quick_way_and_leave_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A quiet minute costs a vehicle little, and its watch remembers what the reference would."""
    quick, reference = watch(), watch()
    judged: list[int] = []
    on_item = PatientWatch.on_item

    def counted(self: PatientWatch, item: Vitals, capture: Capture, now_us: int) -> Emissions:
        judged.append(capture.frame.sequence)
        return on_item(self, item, capture, now_us)

    calm = Vitals(heart_rate_bpm=72.0, respiration_per_min=16.0, spo2_percent=97.0)
    with monkeypatch.context() as patch:
        patch.setattr(PatientWatch, "on_item", counted)
        assert not feed(quick, 1, 90, calm)
    assert judged == [1]
    with monkeypatch.context() as patch:
        patch.setattr(PatientWatch, "on_row", lambda *_: None)
        assert not feed(reference, 1, 90, calm)
    assert quick.snapshots("e1") == reference.snapshots("e1")
    low = Vitals(heart_rate_bpm=35.0)
    assert feed(quick, 91, 103, low) == feed(reference, 91, 103, low) != []


def _kept(snapshots: list[Snapshot]) -> dict[str, bytes]:
    return {one.name: one.state for one in snapshots if one.state is not None}


def test_no_word_after_a_crash_is_taken_for_one_before_it() -> None:
    """The alarm was sent and its snapshot lost: a new life says it under a new revision."""
    edge, again, other = watch(), watch(), watch()
    feed(edge, 1, 9, Vitals(heart_rate_bpm=35.0))
    kept = _kept([*edge.snapshots("e1"), edge.book_snapshot()])
    lost = edge.on_frame(frame(10, Vitals(heart_rate_bpm=35.0)), 10 * SECOND_US)
    lost += edge.on_tick(12 * SECOND_US)
    again.restore(kept, 20 * SECOND_US)
    anew = again.on_frame(frame(10, Vitals(heart_rate_bpm=35.0)), 21 * SECOND_US)
    anew += again.on_tick(23 * SECOND_US)
    other.restore(kept, 30 * SECOND_US)
    later = other.on_frame(frame(10, Vitals(heart_rate_bpm=35.0)), 31 * SECOND_US)
    later += other.on_tick(33 * SECOND_US)
    named = [
        (one.alarm_id, one.revision)
        for one in (*lost, *anew, *later)
        if one.cause == "HEART_RATE_LOW"
    ]
    assert len({alarm for alarm, _ in named}) == 1
    assert len(set(named)) == len(named) == 3


def test_a_restored_watch_goes_on_where_it_was() -> None:
    """A restart in the middle of a delay does not begin it anew."""
    edge = watch()
    feed(edge, 1, 9, Vitals(heart_rate_bpm=35.0))
    snapshots = [*edge.snapshots("e1"), edge.book_snapshot()]
    again = watch()
    assert again.restore(_kept(snapshots), 9 * SECOND_US)
    assert ("HEART_RATE_LOW", True) in feed(again, 10, 12, Vitals(heart_rate_bpm=35.0))


def test_snapshots_of_another_version_are_passed_over() -> None:
    """A book that cannot be read is read again from the downlink; the watch starts anew."""
    failed: list[str] = []
    edge = EdgeWatch("A1", failed.append)
    assert not edge.restore({"encounter/e1": b"\x80", "book": b"\x80"}, SECOND_US)
    assert failed == ["e1"]
    assert not edge.encounters


def test_a_snapshot_of_another_shape_does_not_keep_a_vehicle_from_starting() -> None:
    """However another version laid a part of the watch out, that patient's watch starts anew."""
    edge = watch()
    feed(edge, 1, 1, Vitals(heart_rate_bpm=80.0))
    (kept,) = edge.snapshots("e1")
    state = msgspec.msgpack.decode(kept.state or b"")
    failed: list[str] = []
    again = EdgeWatch("A1", failed.append)
    again.restore({kept.name: msgspec.msgpack.encode({**state, "ordering": 7})}, SECOND_US)
    assert failed == ["e1"]
    assert not again.encounters


def test_a_failing_watch_stops_only_its_patient() -> None:
    """A watch that raises is said and dropped; the other patient is judged, nothing is raised."""
    failed: list[str] = []
    edge = EdgeWatch("A1", failed.append)
    feed(edge, 1, 1, Vitals(heart_rate_bpm=80.0))
    edge._watches["e1"]._bedside.limits = None  # type: ignore[assignment]
    no_pulse = CrewEvent(CrewFinding.NO_PULSE)
    assert edge.on_frame(frame(2, Vitals(heart_rate_bpm=35.0)), 2 * SECOND_US) == []
    other = edge.on_frame(frame(1, no_pulse, "e2", Lane.ALARM), 2 * SECOND_US)
    assert failed == ["e1"]
    assert [one.cause for one in other] == ["NO_PULSE"]


def test_watches_are_bounded_and_those_that_are_over_go_first() -> None:
    """A unit fed with ever new encounters keeps the newest, and tells the spool what it forgot."""
    edge = watch()
    feed(edge, 1, 1, Vitals(heart_rate_bpm=80.0))
    edge.on_frame(
        frame(1, EncounterEvent(EncounterChange.ENDED), "over", Lane.ALARM), 2 * SECOND_US
    )
    for number in range(ENCOUNTERS_WATCHED - 1):
        edge.on_frame(frame(1, Vitals(), f"n{number}"), 3 * SECOND_US)
    assert len(edge.encounters) == ENCOUNTERS_WATCHED
    assert "e1" in edge.encounters
    forgotten = [one.name for one in edge.snapshots("n0") if one.state is None]
    assert forgotten == ["encounter/over"]
