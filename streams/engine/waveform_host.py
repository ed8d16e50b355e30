"""One partition of ``waveforms``, judged: chunks in, findings about leads and rhythms out. Pure.

It says what a lead shows when it is first seen, when that changes, and every few seconds while
there is a fault; and likewise of a patient's rhythm while it is dangerous. The patient watch, which
alone raises alarms, ignores what it has heard, so repetition is harmless.

What a driver has at hand is gathered, and judged together with what other partitions of the same
worker have gathered: arrays cost little more for many patients than for one. A patient of whom a
second is known is judged before the next frame of the same patient is taken, so nothing that is
said depends on what was judged together. Such a frame waits, with all that come after it of the
same patient, until the round has been judged: so a backlog, too, is judged by many at once.

Patients are stored and restored as those of ``host`` are: a snapshot of each now and then, a marker
behind them all, and rest until the replay reaches what a snapshot has seen.

A frame that cannot be judged becomes a dead letter and the partition goes on; its patient begins
anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import scipy.fft
import scipy.ndimage
import scipy.signal  # noqa: F401 - loaded with the app, not while the first second of a lead waits

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import LeadFinding
from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.telling import finding_of
from clinical.rhythm.ward import judge
from clinical.signals.waveform import WaveformChunk
from ports.log.port import Record
from streams.engine.apps import HostedApp
from streams.engine.checkpointing import Ledger, Recovered, Snapshot, snapshot_interval_us
from streams.engine.outputs import Draft, Outputs, dead_letter
from streams.engine.partition_clock import PartitionClock, Point
from streams.engine.waveform_patient import WaveformPatient
from wire.frames import Frame, to_frame
from wire.reading import Unreadable
from wire.records import Batch, decode_record, frames_of
from wire.topics import CHECKPOINTS_WAVEFORMS_A, CHECKPOINTS_WAVEFORMS_B, WAVEFORMS, Topic

IDLE_US: Final = 10 * MINUTE_US
"""A patient without a chunk for so long is forgotten; the next one begins anew."""

SWEPT_EVERY_US: Final = SECOND_US
"""Between two looks at who is due for a snapshot or idle, by the partition's time."""

PROGRAM: Final = "waveforms"
"""Who gave up on a dead letter."""

CHECKPOINTS: Final[dict[Source, Topic]] = {
    Source.CENTER_A: CHECKPOINTS_WAVEFORMS_A,
    Source.CENTER_B: CHECKPOINTS_WAVEFORMS_B,
}


class _Arrival(NamedTuple):
    """A frame as it came."""

    frame: Frame
    raw: Callable[[], bytes]
    """Its bytes, for a dead letter."""
    stamped_us: int
    now_us: int
    """The partition's time."""
    before: Point


class _PatientLedger(Ledger):
    """A ledger that lets go for good: a snapshot that was under way changes nothing."""

    def durable(self, snapshot: Snapshot) -> None:
        """A snapshot is durable."""
        if self.holds(snapshot.encounter_id):
            super().durable(snapshot)


class WaveformHost:
    """The judgement of one partition. ``on_record`` takes its records in order of offset."""

    def __init__(self, partition: int, source: Source) -> None:
        """Begin with nothing seen."""
        self._partition = partition
        self._source = source
        self._clock = PartitionClock()
        self._next_offset = 0
        self._swept_us = 0
        self._patients: OrderedDict[str, WaveformPatient] = OrderedDict()
        """The one heard of longest ago first."""
        self._pending: dict[str, WaveformPatient] = {}
        """Those of whom something came since the last judgement."""
        self._waiting: list[_Arrival] = []
        """What came of patients of whom a second, or an earlier frame, waits for judgement."""
        self._behind: set[str] = set()
        """Their encounters."""
        self._resting: list[tuple[Snapshot, WaveformPatient]] = []
        """Restored patients that the replay has not reached, the next one last."""
        self._asleep: set[str] = set()
        """Their encounters."""
        self._draft = Draft(partition, source)
        self.ledger = _PatientLedger()

    @property
    def reached(self) -> Point:
        """The next record to take, and the clock before it."""
        return Point(self._next_offset, self._clock)

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Take over what an earlier host stored; ``reached`` says where to go on.

        Returns the encounters whose state could not be restored; they begin anew.
        """
        failed = [snapshot.encounter_id for snapshot in found.snapshots if not self._rest(snapshot)]
        self._resting.sort(key=lambda resting: resting[0].point.offset, reverse=True)
        start = found.start
        if start is not None and start.offset >= oldest_offset:
            self._clock, self._next_offset = start.clock, start.offset
        else:
            self._next_offset = oldest_offset
        return (*found.ignored, *failed)

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Judge the record at this offset, and what was gathered before it."""
        self._take(offset, record)
        _judge([self])
        return self.concluded()

    def gather(self, offset: int, record: Record) -> Outputs:
        """Take the record at this offset, to be judged by ``judge_together``."""
        self._take(offset, record)
        return self._draft.finished(self._next_offset)

    @property
    def gathered(self) -> int:
        """How many patients, and frames behind them, wait for judgement."""
        return len(self._pending) + len(self._waiting)

    @property
    def pressing(self) -> bool:
        """Whether among them is a patient whose next second may tell of what kills."""
        return any(patient.bed.judgement.pressing for patient in self._pending.values())

    def hand_over(self) -> list[WaveformPatient]:
        """Return of whom something came since the last judgement, to be judged now."""
        pending, self._pending = list(self._pending.values()), {}
        return pending

    def take_waiting(self) -> None:
        """Take the frames that waited for the judgement that there was."""
        waiting, self._waiting = self._waiting, []
        self._behind.clear()
        for arrival in waiting:
            self._admit(arrival)

    def conclude(self, patient: WaveformPatient, said: Call | Exception) -> None:
        """Take what the judgement said of a patient that was handed over."""
        if isinstance(said, Call):
            self._draft.find_rhythm(
                finding_of(patient.encounter_id, patient.bed, said, patient.frame, patient.stamp)
            )
        else:
            self._bury(f"{type(said).__name__} in judgement of a rhythm", b"")
            self._let_go(patient.encounter_id)

    def begin(self) -> None:
        """Begin outputs that no record leads to by itself."""
        self._draft = Draft(self._partition, self._source)

    def concluded(self) -> Outputs:
        """Store who is due, and return what all since the beginning of the outputs led to."""
        self._sweep()
        return self._draft.finished(self._next_offset)

    def _take(self, offset: int, record: Record) -> None:
        self.begin()
        self._wake(offset)
        before = Point(offset, self._clock)
        self._next_offset = offset + 1
        try:
            content = decode_record(record.headers, record.value or b"")
        except Unreadable as error:
            self._bury(str(error), record.value or b"")
        else:
            if isinstance(content, Batch):
                self._on_batch(content, before)
            else:
                self._bury("the record is of an unexpected type", record.value or b"")

    def _on_batch(self, batch: Batch, before: Point) -> None:
        self._clock = self._clock.stamped(batch.stamped_us)
        handles = frames_of(batch)
        for handle in handles:
            raw = handle.SerializeToString
            try:
                frame = to_frame(handle)
            except Exception as error:  # noqa: BLE001 - one bad frame costs no other
                self._bury(f"{type(error).__name__} in judgement", raw())
            else:
                self._admit(_Arrival(frame, raw, batch.stamped_us, self._clock.now_us, before))
        self._draft.received(len(handles), batch.stamped_us)

    def _admit(self, arrival: _Arrival) -> None:
        """Take a frame, or let it wait until what is known of its patient has been judged."""
        encounter_id = arrival.frame.encounter_id or ""
        if encounter_id in self._asleep:
            return
        try:
            pending = self._pending.get(encounter_id)
            if encounter_id in self._behind or (pending is not None and pending.bed.settle()):
                self._behind.add(encounter_id)
                self._waiting.append(arrival)
            else:
                self._on_frame(arrival)
        except Exception as error:  # noqa: BLE001 - one bad frame costs no other
            self._bury(f"{type(error).__name__} in judgement", arrival.raw(), arrival.frame)
            self._let_go(encounter_id)

    def _on_frame(self, arrival: _Arrival) -> None:
        frame, stamped_us = arrival.frame, arrival.stamped_us
        encounter_id = frame.encounter_id or ""
        patient = self._patients.get(encounter_id)
        if patient is None:
            patient = self._patients[encounter_id] = WaveformPatient(encounter_id, stamped_us)
            patient.snapshot_due_us = arrival.now_us + snapshot_interval_us(encounter_id)
            self.ledger.opened(encounter_id, arrival.before)
        self._patients.move_to_end(encounter_id)
        patient.heard_us = arrival.now_us
        for index, item in enumerate(frame.items):
            if isinstance(item, WaveformChunk):
                ref = FrameRef(frame.unit_id, frame.lane, frame.segment, frame.sequence, index)
                self._pending[encounter_id] = patient
                verdict = patient.take(item, ref, stamped_us)
                if verdict is not None:
                    self._draft.find(
                        LeadFinding(
                            encounter_id, item.lead, verdict.fault, verdict.at_us, ref, stamped_us
                        )
                    )

    def _sweep(self) -> None:
        """Store who is due, and forget who is idle."""
        now_us = self._clock.now_us
        if now_us - self._swept_us < SWEPT_EVERY_US:
            return
        self._swept_us = now_us
        while self._patients:
            encounter_id, patient = next(iter(self._patients.items()))
            if patient.heard_us >= now_us - IDLE_US:
                break
            self._let_go(encounter_id)
        for encounter_id, patient in self._patients.items():
            if now_us >= patient.snapshot_due_us:
                patient.snapshot_due_us = now_us + snapshot_interval_us(encounter_id)
                self._draft.store(Snapshot(encounter_id, self.reached, patient.store()))

    def _let_go(self, encounter_id: str) -> None:
        """Forget a patient, and what is stored of it."""
        self._pending.pop(encounter_id, None)
        if self._patients.pop(encounter_id, None) is not None:
            self.ledger.forgotten(encounter_id)
            self._draft.let_go(CHECKPOINTS[self._source], encounter_id)

    def _rest(self, snapshot: Snapshot) -> bool:
        encounter_id = snapshot.encounter_id
        try:
            patient = WaveformPatient.restore(encounter_id, snapshot.stored)
        except Exception:  # noqa: BLE001 - whatever is stored, the partition must come up
            return False
        now_us = snapshot.point.clock.now_us
        patient.snapshot_due_us = now_us + snapshot_interval_us(encounter_id)
        self._resting.append((snapshot, patient))
        self._asleep.add(encounter_id)
        self.ledger.opened(encounter_id, snapshot.point)
        return True

    def _wake(self, offset: int) -> None:
        while self._resting and self._resting[-1][0].point.offset <= offset:
            snapshot, patient = self._resting.pop()
            self._asleep.discard(snapshot.encounter_id)
            self._patients[snapshot.encounter_id] = patient

    def _bury(self, description: str, raw: bytes, frame: Frame | None = None) -> None:
        letter = dead_letter(PROGRAM, description, raw, frame, self._clock.now_us)
        self._draft.bury(letter)


def judge_together(hosts: Sequence[WaveformHost]) -> list[Outputs]:
    """Judge what some partitions have gathered, as one; return what it led to in each."""
    for host in hosts:
        host.begin()
    _judge(hosts)
    return [host.concluded() for host in hosts]


def _judge(hosts: Sequence[WaveformHost]) -> None:
    while pending := [(host, patient) for host in hosts for patient in host.hand_over()]:
        for place, said in judge([patient.bed for _, patient in pending]):
            host, patient = pending[place]
            host.conclude(patient, said)
        for host in hosts:
            host.take_waiting()


WAVEFORMS_APP: Final = HostedApp(WAVEFORMS, CHECKPOINTS, WaveformHost, judge_together)
