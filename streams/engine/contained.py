"""One patient's watch with poison contained.

A step that raises must neither stop the partition nor leave the watch half changed. So the last
snapshot is kept with a journal of the steps since; after a failure the watch is rebuilt from
both, without the step that failed. A second failure of the same patient means that the cause
is not one odd frame: judgement of this patient stops and says so with a high technical alarm,
while every other patient goes on. What the vehicle itself says about that patient is still
forwarded, and the crew can still close the encounter.

A quiet row goes the quick way (``clinical.watch.quiet``); the journal has
where it stands, and a watch that is rebuilt takes it by the reference. Ticks before the watch is
due are left out (``clinical.watch.due``); of those between two other steps the journal has the
newest.

Steps are deterministic, so a worker that replays the input fails in the same places and ends
in the same state; the count of failures is part of what is stored.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

import msgspec

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import EncounterClosed, Reason, Transition
from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    DeviceStatus,
    Discarded,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    Vitals,
    VitalsRow,
    Word,
    frame_of,
)
from clinical.watch.due import EVERY_TICK
from clinical.watch.encounter import EncounterStatus
from clinical.watch.picture.picture import Glance, PictureRow
from streams.engine.outage import Hearing
from streams.engine.watches import Emission, Watch, Watches
from wire.frames import Frame
from wire.rows import RowBatch, item_of
from wire.synthetic import synthetic

JOURNAL_MAX: Final = 128
"""Frames and words kept since the last snapshot; then a new one is taken."""

JOURNAL_STEPS_MAX: Final = 1_024
"""Steps kept since then, ticks included that the watch was due at; then a new one is taken too."""

FAILURES_MAX: Final = 2
"""Failures after which a patient is no longer judged."""

_CLINICAL: Final = (
    *(Vitals, DeviceStatus, EncounterEvent, CrewEvent, CrewExamination),
    *(EdgeTransition, Discarded),
)
_CLOSING: Final = {
    EncounterChange.HANDED_OVER: EncounterStatus.HANDED_OVER,
    EncounterChange.ENDED: EncounterStatus.ENDED,
}
_NOTHING: Final = msgspec.msgpack.encode(None)
_NO_FRAME: Final = FrameRef(unit_id="", lane=0, segment=b"", sequence=0, item=0)


@dataclass(frozen=True, slots=True)
class Poison:
    """A step failed; the watch went on without it."""

    frame: Frame | None
    """None when the failure was not in a frame of this patient."""
    description: str
    """What happened, without patient data."""


class StoredWatch(msgspec.Struct, frozen=True):
    """All that is needed to go on with a patient."""

    watch: msgspec.Raw
    """Snapshot of the watch, MessagePack; nil when it failed before any was taken."""
    failures: int
    last: FrameRef | None
    """Newest frame taken."""
    closed_us: int | None
    """When the encounter was seen to be over, by the partition's time; None while it is not."""


Step = Callable[[Watch], Sequence[Emission]]


class Passed(NamedTuple):
    """Ticks that the watch was not told of; this is the newest of them."""

    now_us: int
    ingress_us: int


_Row = tuple[RowBatch, int, int, Passed | None]
"""Where a quiet row stands, the partition's time, and what was passed over before
it."""


class ContainedWatch:
    """A watch that survives its own failures; it says ``Poison`` instead of raising."""

    def __init__(
        self, encounter_id: str, source: Source, watches: Watches, stored: StoredWatch | None = None
    ) -> None:
        self._encounter_id = encounter_id
        self._source = source
        self._synthetic = synthetic(encounter_id)
        self._watches = watches
        self._journal: list[Step | _Row | Passed] = []
        """Steps since ``_base``; without a base, since the beginning."""
        self._told = 0
        """Frames and words among them."""
        self._failures = stored.failures if stored else 0
        self._last: FrameRef | VitalsRow | None = stored.last if stored else None
        self.closed_us = stored.closed_us if stored else None
        self._base = bytes(stored.watch) if stored else None
        self._watch = self._rebuilt()

    @property
    def judged(self) -> bool:
        """False once this patient has failed too often."""
        return self._failures < FAILURES_MAX

    def on_frame(self, frame: Frame, received_us: int, now_us: int) -> Sequence[Emission | Poison]:
        """Judge the items of a frame, in order; what is not about the patient is passed over."""
        self._last = FrameRef(frame.unit_id, frame.lane, frame.segment, frame.sequence, 0)
        if not self.judged:
            return self._pass_on(frame, now_us)
        self._told += 1
        return self._take(partial(_judge, frame, received_us, now_us), frame, now_us)

    def on_row(
        self, row: VitalsRow, batch: RowBatch, place: int, now_us: int, passed: Passed | None = None
    ) -> Sequence[Emission] | None:
        """Take a row over if it is quiet; else change nothing and return None.

        It stands in ``batch`` at ``place``, and is read from there again if it has to be.
        ``passed`` is the newest tick before it that has to be passed over as well.

        What fails here is judged by ``on_frame`` instead, from where the watch was before.
        """
        if self._failures >= FAILURES_MAX or self._told >= JOURNAL_MAX - 1:
            return None
        try:
            ingress_us = None if passed is None else passed.ingress_us
            said = self._watch.on_row(row, batch.stamped_us, now_us, ingress_us)
        except Exception:  # noqa: BLE001 - whatever it is, the reference decides what it leads to
            self._watch = self._rebuilt()
            return None
        if said is None:
            return None
        self._told += 1
        self._journal.append((batch, place, now_us, passed))
        self._last = row
        return said

    def on_word(self, word: Word, now_us: int) -> Sequence[Emission | Poison]:
        """Judge what a gateway or another app says of the patient."""
        if not self.judged:
            return ()
        self._told += 1
        return self._take(partial(_hear, word, now_us), None, now_us)

    def on_tick(self, now_us: int, ingress_us: int) -> Sequence[Emission | Poison]:
        """Judge the passing of time."""
        if not self.judged:
            return ()
        return self._take(partial(_pass_time, now_us, ingress_us), None, now_us)

    @property
    def due_us(self) -> int | None:
        """The earliest instant at which a tick can matter; until then ``pass_over`` will do."""
        if not self.judged or self.closed_us is not None:
            return None
        try:
            return self._watch.due_us
        except Exception:  # noqa: BLE001 - what it cannot say, its next step will show
            return EVERY_TICK

    def pass_over(self, passed: Passed) -> Sequence[Emission | Poison]:
        """Make up for ticks before ``due_us``, of which this is the newest."""
        if self._failures >= FAILURES_MAX:
            return ()
        try:
            self._watch.pass_over(passed[0], passed[1])
        except Exception as error:  # noqa: BLE001 - whatever it is must stop at this patient
            return self.contain(error, None, passed.now_us)
        journal = self._journal
        if journal and type(journal[-1]) is Passed:
            journal[-1] = passed
        else:
            journal.append(passed)
        return ()

    @property
    def listened_to(self) -> str | None:
        """The unit whose silence counts; None for a patient who is not judged, or is none."""
        if self._failures >= FAILURES_MAX or self.closed_us is not None or self._synthetic:
            return None
        return self._watch.state.unit_id

    @property
    def hearing(self) -> Hearing | None:
        """How long the unit was not heard; None where ``listened_to`` is."""
        if self.listened_to is None:
            return None
        watch = self._watch
        return Hearing(watch.state.unit_id, watch.quiet_us, watch.silent)

    @property
    def full(self) -> bool:
        """Whether the journal holds all that it may, so that the watch must be stored."""
        return self._told >= JOURNAL_MAX or len(self._journal) >= JOURNAL_STEPS_MAX

    def store(self) -> StoredWatch:
        """Take a snapshot, from which a later failure is rebuilt as well.

        Raises:
            Exception: whatever the watch raises; ``contain`` it.
        """
        if self.judged:
            self._base = msgspec.msgpack.encode(self._watch.snapshot())
            self._forget()
        base = msgspec.Raw(self._base or _NOTHING)
        return StoredWatch(base, self._failures, self._newest(), self.closed_us)

    def glance(self, at_us: int) -> PictureRow | Glance:
        """Return what ``row`` does, the quick way where only its numbers are new."""
        try:
            return self._watch.glance(at_us) if self.judged else self._row_unjudged()
        except Exception:  # noqa: BLE001 - whatever it is, the picture of the others goes out
            return self._row_unjudged()

    def row(self, at_us: int) -> PictureRow:
        """Return the patient as the board shows it; one that cannot be shown is not judged."""
        try:
            return self._watch.row(at_us) if self.judged else self._row_unjudged()
        except Exception:  # noqa: BLE001 - whatever it is, the picture of the others goes out
            return self._row_unjudged()

    def contain(
        self, error: Exception, frame: Frame | None, now_us: int
    ) -> Sequence[Emission | Poison]:
        """Go back to before the step that raised; after too many failures, stop judging."""
        poison = Poison(frame, f"{type(error).__name__} in judgement")
        self._failures += 1
        try:
            self._watch = self._rebuilt()
        except Exception:  # noqa: BLE001 - a state that cannot be rebuilt cannot be judged on
            self._failures = FAILURES_MAX
        if self.judged:
            return (poison,)
        self._forget()
        return (poison, self._not_judged(frame, now_us))

    def _take(self, step: Step, frame: Frame | None, now_us: int) -> Sequence[Emission | Poison]:
        try:
            said = step(self._watch)
        except Exception as error:  # noqa: BLE001 - whatever it is must stop at this patient
            return self.contain(error, frame, now_us)
        self._journal.append(step)
        if said and self.closed_us is None and self._watch.closed:
            self.closed_us = now_us
        return said

    def _forget(self) -> None:
        self._journal.clear()
        self._told = 0

    def _rebuilt(self) -> Watch:
        snapshot = msgspec.msgpack.decode(self._base) if self._base else None
        watch = (
            self._watches.restore(snapshot)
            if snapshot
            else self._watches.open(self._encounter_id, self._source)
        )
        for step in self._journal:
            if isinstance(step, Passed):
                watch.pass_over(*step)
            elif isinstance(step, tuple):
                _judge_row(*step, watch)
            else:
                step(watch)
        return watch

    def _newest(self) -> FrameRef | None:
        if isinstance(self._last, tuple):
            self._last = frame_of(self._last)
        return self._last

    def _not_judged(self, frame: Frame | None, now_us: int) -> Transition:
        last = self._newest() or _NO_FRAME
        return Transition(
            encounter_id=self._encounter_id,
            unit_id=last.unit_id,
            alarm_id=alarm_id(self._encounter_id, Cause.PATIENT_NOT_JUDGED, last),
            cause=Cause.PATIENT_NOT_JUDGED,
            subject="",
            category=Category.TECHNICAL,
            priority=Priority.HIGH,
            phase=Phase.START,
            active=True,
            source=self._source,
            revision=1,
            since_us=now_us if frame is None else frame.captured_us,
            learned_us=now_us,
            until_us=None,
            recorded_only=False,
            late=False,
            frame=last,
            reason=Reason(rule="judgement failed and was stopped", values={}),
        )

    def _pass_on(self, frame: Frame, now_us: int) -> Sequence[Emission]:
        said: list[Emission] = []
        for item in frame.items:
            if isinstance(item, EdgeTransition):
                said.append(item.transition)
            elif isinstance(item, EncounterEvent) and item.change in _CLOSING:
                said += self._close(_CLOSING[item.change], frame, now_us)
        return said

    def _close(self, status: EncounterStatus, frame: Frame, now_us: int) -> list[Emission]:
        if self.closed_us is not None:
            return []
        self.closed_us = now_us
        state = replace(self._watch.state, status=status, standby_until_us=None)
        return [state, EncounterClosed(self._encounter_id, frame.captured_us)]

    def _row_unjudged(self) -> PictureRow:
        return PictureRow(
            encounter_id=self._encounter_id,
            unit_id=(self._newest() or _NO_FRAME).unit_id,
            bay=None,
            captured_us=None,
            received_us=None,
            vitals=(),
            news2_total=None,
            news2_at_least=None,
            news2_refusals=(),
            not_judged=True,
        )


def _judge(frame: Frame, received_us: int, now_us: int, watch: Watch) -> Sequence[Emission]:
    said: Sequence[Emission] = ()
    for index, item in enumerate(frame.items):
        if not isinstance(item, _CLINICAL):
            continue
        source = FrameRef(frame.unit_id, frame.lane, frame.segment, frame.sequence, index)
        capture = Capture(
            source, frame.captured_us, received_us, frame.boot_id, frame.uncertainty_us
        )
        more = watch.on_item(item, capture, now_us)
        if more:
            said = (*said, *more)
    return said


def _judge_row(
    batch: RowBatch, place: int, now_us: int, passed: Passed | None, watch: Watch
) -> None:
    if passed is not None:
        watch.pass_over(*passed)
    row = batch.row(place)
    _, _, _, _, _, captured_us, boot_id, *_ = row
    capture = Capture(frame_of(row), captured_us, batch.stamped_us, boot_id)
    watch.on_item(item_of(row), capture, now_us)


def _hear(word: Word, now_us: int, watch: Watch) -> Sequence[Emission]:
    return watch.on_word(word, now_us)


def _pass_time(now_us: int, ingress_us: int, watch: Watch) -> Sequence[Emission]:
    return watch.on_tick(now_us, ingress_us)
