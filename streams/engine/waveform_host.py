"""One partition of ``waveforms``, judged: chunks in, findings about leads out. Pure.

It says what a lead shows when it is first seen, when that changes, and every ``REPEATED_US`` while
there is a fault; the patient watch, which alone raises alarms, ignores what it has heard. So
repetition is harmless, and the state needs no snapshots: it rests on the newest seconds of each
lead. The marker therefore stays ``REWIND_US`` behind what is durable, and a worker that takes the
partition over judges those seconds again.

A frame that cannot be judged becomes a dead letter and the partition goes on; its patient's leads
begin anew.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import LeadFinding
from clinical.signals.lead_quality import WINDOW_US, LeadQuality, Verdict
from clinical.signals.waveform import WaveformChunk
from ports.log.port import Record
from streams.engine.checkpointing import Recovered, Snapshot
from streams.engine.outputs import Draft, Outputs, dead_letter
from streams.engine.partition_clock import PartitionClock, Point
from wire.frames import Frame, to_frame
from wire.reading import Unreadable
from wire.records import Batch, decode_record, frames_of

REPEATED_US: Final = 5 * SECOND_US
"""Between two findings of one fault that lasts, by the unit's clock."""

REWIND_US: Final = 5 * WINDOW_US
"""What is judged again after a restart, by the partition's time."""

IDLE_US: Final = 10 * MINUTE_US
"""A patient without a chunk for so long is forgotten; the next one begins anew."""

LEADS_MAX: Final = 16
"""Leads of one patient that are judged; further ones are passed over."""

PROGRAM: Final = "waveforms"
"""Who gave up on a dead letter."""


@dataclass(slots=True)
class _Lead:
    quality: LeadQuality = field(default_factory=LeadQuality)
    said: Verdict | None = None
    """The verdict that was said last."""


@dataclass(slots=True)
class _Patient:
    heard_us: int
    leads: dict[str, _Lead] = field(default_factory=dict)


class Rewind:
    """Where a worker that takes over has to begin, so that every window is whole again."""

    def __init__(self) -> None:
        """Begin with nothing passed."""
        self._points: deque[Point] = deque()

    def passed(self, point: Point) -> None:
        """Take note of the record at this point."""
        self._points.append(point)

    def durable(self, snapshot: Snapshot) -> None:
        """There are no snapshots of waveforms."""

    def covered(self, settled: Point) -> Point:
        """Return the newest point that lies far enough before ``settled``."""
        oldest_us = settled.clock.now_us - REWIND_US
        while len(self._points) > 1 and self._points[1].clock.now_us <= oldest_us:
            self._points.popleft()
        return min(self._points[0], settled, key=_offset) if self._points else settled


class WaveformHost:
    """The judgement of one partition. ``on_record`` takes its records in order of offset."""

    def __init__(self, partition: int, source: Source) -> None:
        """Begin with nothing seen."""
        self._partition = partition
        self._source = source
        self._clock = PartitionClock()
        self._next_offset = 0
        self._patients: OrderedDict[str, _Patient] = OrderedDict()
        """The one heard of longest ago first."""
        self._draft = Draft(partition, source)
        self.ledger = Rewind()

    @property
    def reached(self) -> Point:
        """The next record to take, and the clock before it."""
        return Point(self._next_offset, self._clock)

    def restore(self, found: Recovered, oldest_offset: int) -> tuple[str, ...]:
        """Go on at the marker, or at the oldest record kept; ``reached`` says which."""
        start = found.start
        if start is not None and start.offset >= oldest_offset:
            self._clock, self._next_offset = start.clock, start.offset
        else:
            self._next_offset = oldest_offset
        return found.ignored

    def on_record(self, offset: int, record: Record) -> Outputs:
        """Judge the record at this offset."""
        self._draft = Draft(self._partition, self._source)
        self.ledger.passed(Point(offset, self._clock))
        self._next_offset = offset + 1
        try:
            content = decode_record(record.headers, record.value or b"")
        except Unreadable as error:
            self._bury(str(error), record.value or b"")
            return self._draft.finished(self._next_offset)
        if isinstance(content, Batch):
            self._on_batch(content)
        else:
            self._bury("the record is of an unexpected type", record.value or b"")
        return self._draft.finished(self._next_offset)

    def _on_batch(self, batch: Batch) -> None:
        self._clock = self._clock.stamped(batch.stamped_us)
        handles = frames_of(batch)
        for handle in handles:
            frame: Frame | None = None
            try:
                frame = to_frame(handle)
                self._on_frame(frame, batch.stamped_us)
            except Exception as error:  # noqa: BLE001 - one bad frame costs no other
                words = f"{type(error).__name__} in judgement"
                self._bury(words, handle.SerializeToString(), frame)
                if frame is not None:
                    self._patients.pop(frame.encounter_id or "", None)
        self._draft.received(len(handles), batch.stamped_us)
        self._forget_idle()

    def _on_frame(self, frame: Frame, stamped_us: int) -> None:
        encounter_id = frame.encounter_id or ""
        patient = self._patients.setdefault(encounter_id, _Patient(stamped_us))
        self._patients.move_to_end(encounter_id)
        patient.heard_us = self._clock.now_us
        for index, item in enumerate(frame.items):
            if not isinstance(item, WaveformChunk):
                continue
            lead = patient.leads.get(item.lead)
            if lead is None:
                if len(patient.leads) >= LEADS_MAX:
                    continue
                lead = patient.leads[item.lead] = _Lead()
            verdict = lead.quality.on_chunk(item)
            if verdict is not None and _is_news(lead.said, verdict):
                lead.said = verdict
                ref = FrameRef(frame.unit_id, frame.lane, frame.segment, frame.sequence, index)
                self._draft.find(
                    LeadFinding(
                        encounter_id, item.lead, verdict.fault, verdict.at_us, ref, stamped_us
                    )
                )

    def _forget_idle(self) -> None:
        oldest_us = self._clock.now_us - IDLE_US
        while self._patients:
            encounter_id, patient = next(iter(self._patients.items()))
            if patient.heard_us >= oldest_us:
                return
            del self._patients[encounter_id]

    def _bury(self, description: str, raw: bytes, frame: Frame | None = None) -> None:
        letter = dead_letter(PROGRAM, description, raw, frame, self._clock.now_us)
        self._draft.bury(letter)


def _is_news(said: Verdict | None, verdict: Verdict) -> bool:
    if said is None or said.fault is not verdict.fault:
        return True
    return verdict.fault is not None and verdict.at_us - said.at_us >= REPEATED_US


def _offset(point: Point) -> int:
    return point.offset
