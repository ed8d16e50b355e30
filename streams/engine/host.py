"""One partition of ``patients``, judged: records in, records for other topics out. Pure.

The host decodes, keeps the partition's clock, steps one contained watch per encounter and says
what to write. It reads no wall clock and does no I/O: the Faust agent, the in-memory worker and
the tests drive it alike, and the same records always lead to the same outputs.

Everything that cannot be judged becomes a dead letter and the partition goes on: a record that
cannot be decoded or is of an unknown type, a frame that cannot be read, a frame that makes a
watch fail (``contained``).

Nearly every frame is plain vital signs and leads to nothing. Such frames go the quick way, as rows
(``wire.rows``, ``clinical.watch.quiet``); everything else goes by the reference, as frames. Both
lead to the same outputs, byte for byte.

Nothing is done at a tick for a patient to whom the passing of time does nothing: the agenda has the
instant at which each of them is due, to be judged, stored or shown, and ``clinical.watch.due`` says
what is made up for later.

After a restore the host replays from the lowest point. A patient restored from a later point
rests until the replay reaches it. A closed encounter is kept for a while, so that what a vehicle
sends late does not open it again; then its snapshot and its entry in ``encounters`` are deleted.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitChange, LimitSet
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import SeriesFinding, Word
from clinical.watch.due import EVERY_TICK
from clinical.watch.picture.picture import Glance, PictureRow
from ports.log.port import Record
from streams.engine.agenda import Agenda
from streams.engine.checkpointing import Ledger, Recovered, Snapshot, snapshot_interval_us
from streams.engine.contained import ContainedWatch, Passed, Poison
from streams.engine.outage import Hearing, Hearings
from streams.engine.outputs import Draft, Outputs, dead_letter
from streams.engine.partition_clock import PartitionClock, Point
from streams.engine.watches import Emission, Watches
from wire.frames import Frame, bytes_of, to_frame
from wire.reading import Unreadable
from wire.records import BATCH, RecordValue, Tick, decode_record, kind_of
from wire.rows import RowBatch, decode_rows

CLOSED_KEPT_US: Final = 120 * MINUTE_US
"""How long a closed encounter is remembered, by the partition's time."""

CLOSED_KEPT_MAX: Final = 1_024
"""Closed encounters remembered per partition; beyond, the longest closed are let go first."""

ROW_AT_LEAST_EVERY_US: Final = 9 * SECOND_US
"""A row is shown again after this time even if nothing came, so within 10 s at 1 Hz ticks."""

PROGRAM: Final = "patients"
"""Who gave up on a dead letter."""


@dataclass(slots=True)
class _Patient:
    encounter_id: str
    number: int
    """Patients of a partition are stepped and shown in the order of this."""
    watch: ContainedWatch
    passed: Passed | None
    """The newest tick that the watch has been told of, or that came before it."""
    ingress_shift_us: int = 0
    """Ingress time by which this patient's snapshot is ahead of the replayed clock."""
    due_us: int | None = EVERY_TICK
    """When a tick can matter to the watch, as it was asked last."""
    snapshot_due_us: int = 0
    shown_us: int = 0
    changed: bool = True
    """Since it was last shown."""


class PartitionHost:
    """The judgement of one partition. ``on_record`` takes its records in order of offset."""

    def __init__(self, partition: int, source: Source, watches: Watches) -> None:
        self._partition = partition
        self._source = source
        self._watches = watches
        self._clock = PartitionClock()
        self._patients: dict[str, _Patient] = {}
        self._closed: dict[str, int] = {}
        """When each closed encounter was closed, longest ago first."""
        self._resting: list[tuple[Snapshot, ContainedWatch]] = []
        """Restored patients that the replay has not reached, the next one last."""
        self._asleep: dict[str, ContainedWatch] = {}
        """The same, by encounter."""
        self._numbered = 0
        self._passed: Passed | None = None
        self._agenda = Agenda()
        self._changed: list[_Patient] = []
        """Those to be shown at the next tick."""
        self._hearings = Hearings()
        self._known: Point | None = None
        """The newest point that was restored: of what is before it, it is known and not judged
        when units were silent together."""
        self._next_offset = 0
        self._draft = Draft(partition, source)
        self.ledger = Ledger()

    @property
    def reached(self) -> Point:
        """The next record to take, and the clock before it."""
        return Point(self._next_offset, self._clock)

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Take over what an earlier host stored; ``reached`` says where to go on.

        Returns the encounters whose state could not be restored; they are rebuilt from the input.
        """
        failed = [snapshot.encounter_id for snapshot in found.snapshots if not self._rest(snapshot)]
        self._resting.sort(key=lambda resting: resting[0].point.offset, reverse=True)
        start = None if failed else found.start
        if start is not None and start.offset >= oldest_offset:
            self._clock, self._next_offset = start.clock, start.offset
        else:
            self._next_offset = oldest_offset
        points = [snapshot.point for snapshot in found.snapshots]
        self._known = max(points, key=lambda point: point.offset, default=None)
        return (*found.ignored, *failed)

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Judge the record at this offset."""
        self._draft = Draft(self._partition, self._source)
        self._wake(offset)
        before = Point(offset, self._clock)
        self._next_offset = offset + 1
        try:
            content = _content(record)
        except Unreadable as error:
            self._bury(str(error), record.value or b"")
            return self._draft.finished(self._next_offset)
        if isinstance(content, RowBatch):
            self._on_batch(content, before)
        elif isinstance(content, Tick):
            self._on_tick(content)
        elif isinstance(content, Word):
            self._on_word(content)
        else:
            self._bury("the record is of an unexpected type", record.value or b"")
        return self._draft.finished(self._next_offset)

    def _rest(self, snapshot: Snapshot) -> bool:
        try:
            watch = ContainedWatch(
                snapshot.encounter_id, self._source, self._watches, snapshot.stored
            )
        except Exception:  # noqa: BLE001 - whatever is stored, the partition must come up
            return False
        self._resting.append((snapshot, watch))
        self._asleep[snapshot.encounter_id] = watch
        self._hearings.note(snapshot.encounter_id, watch.hearing, self._clock.ingress_us)
        self.ledger.durable(snapshot)
        return True

    def _wake(self, offset: int) -> None:
        while self._resting and self._resting[-1][0].point.offset <= offset:
            snapshot, watch = self._resting.pop()
            del self._asleep[snapshot.encounter_id]
            clock = snapshot.point.clock
            patient = self._admit(snapshot.encounter_id, watch)
            patient.ingress_shift_us = clock.ingress_us - self._clock.ingress_us
            patient.snapshot_due_us = clock.now_us + snapshot_interval_us(snapshot.encounter_id)
            if watch.closed_us is not None:
                self._closed[snapshot.encounter_id] = watch.closed_us
            self._note(patient)

    def _admit(self, encounter_id: str, watch: ContainedWatch) -> _Patient:
        patient = _Patient(encounter_id, self._numbered, watch, self._passed)
        self._numbered += 1
        self._patients[encounter_id] = patient
        self._changed.append(patient)
        return patient

    def _note(self, patient: _Patient) -> None:
        """Ask anew when the patient is due; after all that is told to the watch but rows."""
        watch, encounter_id = patient.watch, patient.encounter_id
        patient.due_us = watch.due_us
        if watch.listened_to != self._hearings.unit_of(encounter_id):
            self._hearings.note(encounter_id, watch.hearing, self._clock.ingress_us)
        self._hearings.touch(encounter_id)
        self._enter(patient)

    def _enter(self, patient: _Patient) -> None:
        """See to it that the patient comes up when anything is due."""
        if patient.watch.closed_us is None:
            shown_us = self._clock.now_us if patient.changed else patient.shown_us
            next_us = min(patient.snapshot_due_us, shown_us + ROW_AT_LEAST_EVERY_US)
            due_us = patient.due_us
            next_us = next_us if due_us is None else min(due_us, next_us)
            self._agenda.enter(patient.encounter_id, next_us)

    def _catch_up(self, patient: _Patient) -> None:
        """Make up for the ticks that the patient's watch was not told of."""
        if patient.passed is not self._passed:
            passed = self._ahead(patient)
            patient.passed = self._passed
            said = () if passed is None else patient.watch.pass_over(passed)
            if said:
                self._hear(said)
                self._note(patient)

    def _ahead(self, patient: _Patient) -> Passed | None:
        """Return the newest tick by the ingress time that the patient's watch counts."""
        passed, shift_us = self._passed, patient.ingress_shift_us
        if passed is None or not shift_us:
            return passed
        return Passed(passed.now_us, passed.ingress_us + shift_us)

    def _on_batch(self, batch: RowBatch, before: Point) -> None:
        stamped_us, patients, passed = batch.stamped_us, self._patients, self._passed
        self._clock = self._clock.stamped(stamped_us)
        now_us, touch = self._clock.now_us, self._hearings.touch
        to_store: dict[str, _Patient] = {}
        for index, row in enumerate(batch.rows):
            patient = None if row is None else patients.get(row[0])
            if row and patient:
                missed = None if patient.passed is passed else self._ahead(patient)
                said = patient.watch.on_row(row, batch, index, now_us, missed)
                if said is not None:
                    patient.passed = passed
                    touch(row[0])
                    if not patient.changed:
                        patient.changed = True
                        self._changed.append(patient)
                    if said:
                        self._hear(said)
                        to_store[patient.encounter_id] = patient
                        self._note(patient)
                    continue
            self._on_frame(batch, index, before, to_store)
        self._draft.received(len(batch.rows), stamped_us)
        batch.let_go()
        self._store(to_store.values())

    def _on_frame(
        self, batch: RowBatch, index: int, before: Point, to_store: dict[str, _Patient]
    ) -> None:
        handle = batch.frame(index)
        try:
            frame = to_frame(handle)
        except Exception as error:  # noqa: BLE001 - one bad frame costs no other
            self._bury(f"{type(error).__name__}: not a frame", bytes_of(handle))
            return
        if frame.encounter_id is None:
            self._bury("the frame is of no encounter", bytes_of(handle), frame)
        elif frame.encounter_id not in self._asleep:
            patient = self._patient(frame.encounter_id, before)
            self._catch_up(patient)
            said = patient.watch.on_frame(frame, batch.stamped_us, self._clock.now_us)
            self._change(patient)
            if said or patient.watch.full:
                self._hear(said, lambda: bytes_of(handle))
                to_store[patient.encounter_id] = patient
            self._note(patient)

    def _change(self, patient: _Patient) -> None:
        """See to it that the patient is shown at the next tick."""
        if not patient.changed:
            patient.changed = True
            self._changed.append(patient)

    def _on_tick(self, tick: Tick) -> None:
        clock, offset = self._clock, self._next_offset - 1
        quiet = self._hearings.together(self._listen, clock.ingress_us, lasting=clock.held)
        held = self._held(offset, quiet)
        clock = clock.ticked(tick.stamped_us, healthy=tick.healthy and not held)
        self._clock = clock.holding(offset, held=held)
        now_us = self._clock.now_us
        self._passed = Passed(now_us, self._clock.ingress_us)
        found = [self._patients.get(name) for name in self._agenda.take(now_us)]
        due = [patient for patient in found if patient and patient.watch.closed_us is None]
        due.sort(key=_number)
        self._store([patient for patient in due if self._pass_time(patient, now_us)])
        self._forget_closed()
        self._draft.show(now_us, self._rows(), quiet if held else ())
        for patient in due:
            self._enter(patient)

    def _held(self, offset: int, quiet: Sequence[str]) -> bool:
        """Tell whether units are silent together at this tick, or were when it was judged."""
        if self._known is not None and offset < self._known.offset:
            return self._known.clock.held_at(offset)
        return bool(quiet)

    def _pass_time(self, patient: _Patient, now_us: int) -> bool:
        """Do what is due at this tick; return whether the patient is to be stored."""
        due_us = patient.due_us = patient.watch.due_us
        said: Sequence[Emission | Poison] = ()
        if due_us is not None and due_us <= now_us:
            patient.passed = self._passed
            ingress_us = self._clock.ingress_us + patient.ingress_shift_us
            said = patient.watch.on_tick(now_us, ingress_us)
            self._hear(said)
            self._note(patient)
        if now_us - patient.shown_us >= ROW_AT_LEAST_EVERY_US:
            self._change(patient)
        return bool(said) or patient.watch.full or now_us >= patient.snapshot_due_us

    def _listen(self, encounter_id: str) -> Hearing | None:
        """Return how a patient's unit was heard, of those included that the replay has to reach."""
        patient = self._patients.get(encounter_id)
        if patient is None:
            return self._asleep[encounter_id].hearing
        self._catch_up(patient)
        return patient.watch.hearing

    def _on_word(self, word: Word) -> None:
        """Tell the encounter's watch while it is open; no such word opens one.

        The clock of the imaging app, or of the center, is no time of the partition.
        """
        if not isinstance(word, SeriesFinding | LimitChange | LimitSet):
            self._clock = self._clock.stamped(word.stamped_us)
        patient = self._patients.get(word.encounter_id)
        if patient is None or patient.watch.closed_us is not None:
            return
        self._catch_up(patient)
        said = patient.watch.on_word(word, self._clock.now_us)
        if said or patient.watch.full:
            self._hear(said)
            self._store([patient])
        self._note(patient)

    def _patient(self, encounter_id: str, before: Point) -> _Patient:
        patient = self._patients.get(encounter_id)
        if patient is None:
            watch = ContainedWatch(encounter_id, self._source, self._watches)
            patient = self._admit(encounter_id, watch)
            patient.snapshot_due_us = self._clock.now_us + snapshot_interval_us(encounter_id)
            self.ledger.opened(encounter_id, before)
        return patient

    def _hear(
        self, said: Sequence[Emission | Poison], frame: Callable[[], bytes] | None = None
    ) -> None:
        for emission in said:
            if isinstance(emission, Poison):
                raw = b"" if frame is None else frame()
                self._bury(emission.description, raw, emission.frame)
            else:
                self._draft.say(emission)

    def _store(self, patients: Iterable[_Patient]) -> None:
        for patient in patients:
            self._catch_up(patient)
            try:
                stored = patient.watch.store()
            except Exception as error:  # noqa: BLE001 - whatever it is must stop at this patient
                self._hear(patient.watch.contain(error, None, self._clock.now_us))
                self._note(patient)
                continue
            self._draft.store(Snapshot(patient.encounter_id, self.reached, stored))
            interval_us = snapshot_interval_us(patient.encounter_id)
            patient.snapshot_due_us = self._clock.now_us + interval_us
            if stored.closed_us is not None:
                self._closed.setdefault(patient.encounter_id, stored.closed_us)

    def _forget_closed(self) -> None:
        if not self._closed:
            return
        oldest_us = self._clock.now_us - CLOSED_KEPT_US
        too_many = len(self._closed) - CLOSED_KEPT_MAX
        gone = [
            encounter_id
            for order, (encounter_id, closed_us) in enumerate(self._closed.items())
            if order < too_many or closed_us < oldest_us
        ]
        for encounter_id in gone:
            del self._closed[encounter_id], self._patients[encounter_id]
            self._agenda.cancel(encounter_id)
            self._draft.forget(encounter_id)

    def _rows(self) -> list[PictureRow | Glance]:
        now_us = self._clock.now_us
        rows: list[PictureRow | Glance] = []
        changed, self._changed = self._changed, []
        changed.sort(key=_number)
        for patient in changed:
            if patient.watch.closed_us is None:
                rows.append(self._shown(patient, now_us))
                patient.shown_us, patient.changed = now_us, False
        return rows

    def _shown(self, patient: _Patient, now_us: int) -> PictureRow | Glance:
        return patient.watch.glance(now_us)

    def _bury(self, description: str, raw: bytes, frame: Frame | None = None) -> None:
        letter = dead_letter(PROGRAM, description, raw, frame, self._clock.now_us)
        self._draft.bury(letter)


def _number(patient: _Patient) -> int:
    return patient.number


def _content(record: Record) -> RecordValue | RowBatch:
    value = record.value or b""
    if kind_of(record.headers) == BATCH:
        return decode_rows(value)
    return decode_record(record.headers, value)
