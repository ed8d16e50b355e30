"""The partition as a whole, quick way against reference: the same records, the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.alarms.priority import Source
from clinical.items import (
    Capture,
    DeviceStatus,
    EdgeTransition,
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
from tests.streams.engine.every_tick import EveryTickHost
from tests.streams.engine.night import (
    ILL,
    START_US,
    WELL,
    at,
    batch,
    edge_words,
    frame,
    report,
    tick,
)
from wire.frames import Frame, encode_frame
from wire.records import HEADERS_BATCH, encode_batch
from wire.topics import PATIENTS
from wire.unit_items import WireItem

POISON_BPM = 71.0
BROKEN_BPM = 73.0


class SlowWatch(PatientWatch):
    """Takes no row: all goes by the reference."""

    __slots__ = ()

    def on_row(
        self, row: VitalsRow, received_us: int, now_us: int, ingress_us: int | None = None
    ) -> Emissions | None:
        return None

    def on_item(self, item: Item, capture: Capture, now_us: int) -> Emissions:
        if isinstance(item, Vitals) and item.heart_rate_bpm == POISON_BPM:
            raise ZeroDivisionError
        return super().on_item(item, capture, now_us)


class QuickWatch(PatientWatch):
    """Takes rows, and breaks half-way in some."""

    __slots__ = ()

    def on_row(
        self, row: VitalsRow, received_us: int, now_us: int, ingress_us: int | None = None
    ) -> Emissions | None:
        *_, numbers, _ = row
        if POISON_BPM in numbers:
            return None
        said = super().on_row(row, received_us, now_us, ingress_us)
        if BROKEN_BPM in numbers:
            raise ZeroDivisionError
        TAKEN[0] += said is not None
        return said

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


def _slow() -> PartitionHost:
    """The reference: every frame item by item, every tick for everybody."""
    return EveryTickHost(0, Source.CENTER_A, Of(SlowWatch))


def _quick(watches: Watches) -> PartitionHost:
    return PartitionHost(0, Source.CENTER_A, watches)


def _bytes(outputs: Outputs) -> tuple[Outputs, list[Send]]:
    checkpoints = CHECKPOINTS[Source.CENTER_A]
    stored = [snapshot_send(0, checkpoints, snapshot) for snapshot in outputs.snapshots]
    return outputs._replace(snapshots=()), stored


def _same(records: Sequence[Record]) -> int:
    """Drive both ways, and both again from where each was stored; return the rows taken."""
    TAKEN[0] = 0
    slow, quick = _slow(), _quick(Of(QuickWatch))
    stored: dict[str, Snapshot] = {}
    for record in records:
        outputs = slow.on_record(record.offset, record)
        assert _bytes(quick.on_record(record.offset, record)) == _bytes(outputs)
        stored |= {snapshot.encounter_id: snapshot for snapshot in outputs.snapshots}
    taken = TAKEN[0]
    slow, quick = _slow(), _quick(Of(QuickWatch))
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
    slow, real = _slow(), _quick(PatientWatches())
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


def _seconds(seconds: int, odd: Mapping[int, Sequence[WireItem]]) -> list[Record]:
    """One patient at 1 Hz, silent from second 40 on, with other items at some seconds."""
    records: list[Record] = []
    for second in range(seconds):
        if second < 40 or second in odd:
            items = odd.get(second, (WELL,))
            records.append(batch(len(records), second, frame(0, second + 1, second, *items)))
        records.append(tick(len(records), second + 0.5))
    return records


def test_a_standby_runs_out_when_it_should() -> None:
    """A unit in standby is not silent, and is so ten seconds after it ran out."""
    standby = EncounterEvent(EncounterChange.STANDBY, until_us=at(55.2))
    _same(_seconds(80, {39: (standby,)}))
    _same(_seconds(80, {39: (EncounterEvent(EncounterChange.STANDBY),)}))


def test_what_only_the_vehicle_holds_is_disputed_in_time() -> None:
    """What it said is compared at each tick, and what comes late goes on when nothing follows."""
    words = [EdgeTransition(word) for word in edge_words()]
    for second in (5, 14, 33):
        _same(_seconds(60, {second: (WELL, words[0])}))
        _same(_seconds(60, {second: (WELL, words[0]), second + 8: (WELL, words[-1])}))


def test_a_gateway_whose_clock_is_behind_does_not_postpone_the_silence() -> None:
    records = _seconds(38, {})
    records.append(batch(len(records), 36.2, frame(0, 90, 37.6, WELL)))
    records += [tick(len(records) + n, 38.5 + n) for n in range(20)]
    _same(records)


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


_calm_items = st.one_of(
    *[st.just(WELL)] * 6,
    _items,
    st.builds(
        EncounterEvent,
        st.sampled_from(EncounterChange),
        until_us=st.sampled_from([at(20), at(45)]),
        to_unit_id=st.sampled_from(["unit-0", "unit-1"]),
    ),
    st.builds(EdgeTransition, st.sampled_from(edge_words())),
)


@st.composite
def _nights(draw: st.DrawFn) -> list[Record]:
    """Some patients at 1 Hz for a while; units fall silent alone and together, time passes.

    Two gateways write ticks, the clock of one behind, and either may be away or not healthy.
    """
    patients, records = draw(st.integers(1, 6)), list[Record]()
    seconds = draw(st.integers(8, 60))
    cut = draw(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 6)))
    deaf = draw(st.tuples(st.integers(0, 40), st.integers(0, 40)))
    behind_s = draw(st.sampled_from([0.0, 0.2, 3.0]))
    odd = draw(st.dictionaries(st.integers(0, seconds), _calm_items, max_size=5))
    for sequence, second in enumerate(range(seconds), 1):
        heard = range(cut[2] if cut[0] <= second < cut[1] else 0, patients)
        frames = [
            frame(number, sequence, second, odd.get(second, WELL) if not number else WELL)
            for number in heard
        ]
        if frames:
            records.append(batch(len(records), second + 0.1, *frames))
        if second in odd and second % 3 == 0:
            records.append(report(len(records), 0, second + 0.2, sequence))
        if not deaf[0] <= second < deaf[1]:
            records.append(tick(len(records), second + 0.4, healthy=second % 17 != 3))
        records.append(tick(len(records), second + 0.9 - behind_s, healthy=behind_s < 1))
    return records


@settings(max_examples=40, deadline=None)
@given(_nights())
def test_ticks_that_matter_to_nobody_can_be_left_out(records: list[Record]) -> None:
    """Whatever stands, falls silent, is in standby, moves or is restored meanwhile."""
    _same(records)


@settings(max_examples=25, deadline=None)
@given(_nights(), st.data())
def test_a_worker_that_takes_over_goes_on_with_the_same_bytes(
    records: list[Record], data: st.DataObject
) -> None:
    """From the snapshots of any instant, by the reference and by the quick way."""
    first, stored = _slow(), dict[str, Snapshot]()
    upto = data.draw(st.integers(0, len(records) - 1))
    for record in records[:upto]:
        outputs = first.on_record(record.offset, record)
        stored |= {snapshot.encounter_id: snapshot for snapshot in outputs.snapshots}
    marker = first.ledger.covered(first.reached) if data.draw(st.booleans()) else None
    slow, quick = _slow(), _quick(Of(QuickWatch))
    for host in (slow, quick):
        host.restore(recovered(marker, stored.values(), ()), 0)
    assert slow.reached == quick.reached
    for record in records[slow.reached.offset :]:
        outputs = slow.on_record(record.offset, record)
        assert _bytes(quick.on_record(record.offset, record)) == _bytes(outputs)
