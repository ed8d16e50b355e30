"""The partition as a whole, quick way against reference: the same records, the same bytes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.priority import Source
from clinical.items import (
    Capture,
    DeviceStatus,
    EncounterChange,
    EncounterEvent,
    Item,
    Vitals,
    VitalsRow,
)
from clinical.vitals import Consciousness, Quality, Vital
from clinical.watch.patient import Emissions, PatientWatch
from ports.log.port import Record
from streams.engine.checkpointing import Snapshot, recovered
from streams.engine.host import PartitionHost
from streams.engine.outputs import CHECKPOINTS, Outputs, Send, snapshot_send
from streams.engine.watches import PatientWatches, Watch, Watches
from tests.streams.engine.night import ILL, START_US, WELL, batch, frame, report, tick
from wire.frames import Frame, encode_frame
from wire.records import HEADERS_BATCH, encode_batch
from wire.topics import PATIENTS

POISON_BPM = 71.0
BROKEN_BPM = 73.0


class SlowWatch(PatientWatch):
    """Takes no row: all goes by the reference."""

    __slots__ = ()

    def on_row(self, row: VitalsRow, received_us: int, now_us: int) -> bool:
        return False

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Emissions:
        if isinstance(item, Vitals) and item.heart_rate_bpm == POISON_BPM:
            raise ZeroDivisionError
        return super().on_item(item, capture, now_us)


class QuickWatch(PatientWatch):
    """Takes rows, and breaks half-way in some."""

    __slots__ = ()

    def on_row(self, row: VitalsRow, received_us: int, now_us: int) -> bool:
        *_, numbers, _ = row
        if POISON_BPM in numbers:
            return False
        taken = super().on_row(row, received_us, now_us)
        if BROKEN_BPM in numbers:
            raise ZeroDivisionError
        TAKEN[0] += taken
        return taken

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Emissions:
        if isinstance(item, Vitals) and item.heart_rate_bpm == POISON_BPM:
            raise ZeroDivisionError
        return super().on_item(item, capture, now_us)


TAKEN = [0]


class Of:
    """Watches of one kind."""

    def __init__(self, kind: type[PatientWatch]) -> None:
        self._kind = kind

    def open(self, encounter_id: str, source: Source) -> Watch:
        return self._kind(encounter_id, source)

    def restore(self, snapshot: dict[str, Any]) -> Watch:
        return self._kind.restore(snapshot)


def _host(watches: Watches) -> PartitionHost:
    return PartitionHost(0, Source.CENTER_A, watches)


def _bytes(outputs: Outputs) -> tuple[Outputs, list[Send]]:
    checkpoints = CHECKPOINTS[Source.CENTER_A]
    stored = [snapshot_send(0, checkpoints, snapshot) for snapshot in outputs.snapshots]
    return replace(outputs, snapshots=()), stored


def _same(records: Sequence[Record]) -> int:
    """Drive both ways, and both again from where each was stored; return the rows taken."""
    TAKEN[0] = 0
    slow, quick = _host(Of(SlowWatch)), _host(Of(QuickWatch))
    stored: dict[str, Snapshot] = {}
    for record in records:
        outputs = slow.on_record(record.offset, record)
        assert _bytes(quick.on_record(record.offset, record)) == _bytes(outputs)
        stored |= {snapshot.encounter_id: snapshot for snapshot in outputs.snapshots}
    taken = TAKEN[0]
    slow, quick = _host(Of(SlowWatch)), _host(Of(QuickWatch))
    for host in (slow, quick):
        host.restore(recovered(None, stored.values(), ()), 0)
    for record in records:
        outputs = slow.on_record(record.offset, record)
        assert _bytes(quick.on_record(record.offset, record)) == _bytes(outputs)
    return taken


def _rounds(seconds: int, patients: int = 3) -> list[Record]:
    records: list[Record] = []
    for second in range(seconds):
        frames = [frame(number, second + 1, second, WELL) for number in range(patients)]
        records.append(batch(len(records), second + 0.1, *frames))
        records.append(tick(len(records), second + 0.5))
    return records


def test_calm_patients_go_the_quick_way_until_their_journal_is_full_and_beyond() -> None:
    """Nearly all rows are taken, and pictures, snapshots and states are the same bytes."""
    assert _same(_rounds(150)) > 3 * 150 * 0.95


def test_the_watches_of_the_program_are_driven_alike() -> None:
    records = _rounds(70)
    slow, real = _host(Of(SlowWatch)), _host(PatientWatches())
    for record in records:
        reference = _bytes(slow.on_record(record.offset, record))
        assert _bytes(real.on_record(record.offset, record)) == reference


def test_a_row_that_breaks_the_quick_way_is_judged_by_the_reference() -> None:
    """The watch is rebuilt from before the row; no failure is counted and nothing is lost."""
    records = _rounds(5)
    broken = frame(0, 6, 5, replace(WELL, heart_rate_bpm=BROKEN_BPM))
    records.append(batch(len(records), 5.1, broken, frame(1, 6, 5, WELL)))
    records.append(batch(len(records), 6.1, frame(0, 7, 6, WELL), frame(1, 7, 6, ILL)))
    assert _same(records) > 10


def test_after_poison_the_journal_of_rows_rebuilds_the_watch() -> None:
    records = _rounds(20)
    poison = frame(0, 21, 20, replace(WELL, heart_rate_bpm=POISON_BPM))
    records.append(batch(len(records), 20.1, poison))
    for second in range(21, 40):
        records.append(batch(len(records), second, frame(0, second + 1, second, WELL)))
        records.append(tick(len(records), second + 0.5))
    assert _same(records) > 60


_items = st.one_of(
    st.just(WELL),
    st.just(WELL),
    st.just(WELL),
    st.builds(
        replace,
        st.just(WELL),
        heart_rate_bpm=st.none() | st.sampled_from([0.0, 49.0, 71.0, 73.0, 90.5, 121.0, 401.0]),
    ),
    st.builds(
        replace,
        st.just(WELL),
        spo2_percent=st.none() | st.sampled_from([89.0, 92.0, 97.5]),
        consciousness=st.sampled_from(Consciousness),
        marks=st.dictionaries(st.sampled_from(Vital), st.sampled_from(Quality), max_size=1),
    ),
    st.just(ILL),
    st.builds(EncounterEvent, st.sampled_from(EncounterChange), to_unit_id=st.just("unit-1")),
    st.builds(DeviceStatus, st.just("pleth"), st.just(Vital.SPO2), attached=st.booleans()),
)


@st.composite
def _partitions(draw: st.DrawFn) -> list[Record]:
    """Records of two patients with duplicates, holes, lateness, clock steps and bytes gone bad."""
    records: list[Record] = []
    second, sequence = 0.0, 1
    for _ in range(draw(st.integers(4, 25))):
        second += draw(st.sampled_from([0.0, 1.0, 1.0, 1.0, 1.0, 15.0]))
        sequence += draw(st.sampled_from([0, 1, 1, 1, 2]))
        offset = len(records)
        kind = draw(st.integers(0, 11))
        if kind <= 2:
            records.append(tick(offset, second, healthy=draw(st.booleans())))
        elif kind == 3:
            records.append(report(offset, 0, second, sequence))
        elif kind == 4:
            raw = [encode_frame(frame(0, sequence, second, WELL)), draw(st.binary(max_size=3))]
            value = encode_batch(int(START_US + second * 1e6), "gateway-1", raw)
            records.append(Record(PATIENTS.name, 0, offset, None, value, HEADERS_BATCH))
        else:
            late_s = draw(st.sampled_from([0.0] * 8 + [0.5, 12.0, -3.0]))
            frames: list[Frame] = [
                frame(
                    number,
                    sequence,
                    second - late_s,
                    *draw(st.lists(_items, min_size=1, max_size=1 + (kind == 5))),
                )
                for number in draw(st.sampled_from([(0,), (0, 1), (1, 0), (0, 0)]))
            ]
            records.append(batch(offset, second, *frames))
    return records


@settings(max_examples=60, deadline=None)
@given(_partitions())
def test_whatever_comes_both_ways_write_the_same_bytes(records: list[Record]) -> None:
    _same(records)
