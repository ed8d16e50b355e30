"""The patient watch in the vehicle: the center's own processors, fed before the link.

Each open encounter has a ``PatientWatch`` (source EDGE) that sees every numbered frame and one
tick a second; plain vital signs that lead to nothing go the quick way (``clinical.watch.quiet``).
What it says leaves on the ALARM lane, and is folded into the crew's ``AlarmBook`` together with
what the downlink brings, so crew and center look at one life cycle.
What was said just before a crash may have been sent and not be on the disk. So after a new start
the watches count their revisions on from the second of that start, which no earlier word reached:
the center never takes a new word for one that it has heard.
Waveforms are judged too (``waveforms``), and what they show of leads and rhythm goes to the same
watch.
A watch that fails is taken off its encounter and said; captures go on and the center judges them.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from clinical.alarms.identity import FrameRef
from clinical.alarms.lifecycle import AlarmBook
from clinical.alarms.priority import Source
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import AlarmEntry, EncounterClosed, Transition
from clinical.instant import SECOND_US
from clinical.items import (
    Capture,
    CrewEvent,
    CrewExamination,
    DeviceStatus,
    EcgFinding,
    EncounterEvent,
    LeadFinding,
    RhythmFinding,
    Vitals,
)
from clinical.watch.due import EVERY_TICK
from clinical.watch.patient import PatientWatch
from vehicle.edge.waveforms import EdgeWaveforms
from vehicle.spool.store import Snapshot
from wire.frames import Frame
from wire.rows import row_of

ENCOUNTERS_WATCHED: Final = 64
"""Encounters that one unit watches at once, those that are over included, so that a late frame
does not open them again; beyond it one that is over is forgotten, else the one fed longest ago,
which is then left to the center."""

BOOK: Final = "book"
_ENCOUNTER: Final = "encounter/"

Judged = Vitals | DeviceStatus | EncounterEvent | CrewEvent | CrewExamination


class EdgeWatch:
    """The watches of one unit, and its book of alarms."""

    def __init__(self, unit_id: str, on_failure: Callable[[str], None]) -> None:
        """Start without patients; ``on_failure`` is told the encounter of a watch that failed."""
        self._unit_id = unit_id
        self._on_failure = on_failure
        self._watches: dict[str, PatientWatch] = {}
        self._forgotten: list[str] = []
        self._due_us: dict[str, int | None] = {}
        """When a tick can matter to a watch to which nothing came since the last one."""
        self._count_from = 0
        self._waveforms = EdgeWaveforms(on_failure)
        self.book = AlarmBook()

    @property
    def encounters(self) -> tuple[str, ...]:
        """The encounters that are open."""
        return tuple(name for name, watch in self._watches.items() if not watch.closed)

    @property
    def watches(self) -> tuple[PatientWatch, ...]:
        """The watches of the encounters that are open."""
        return tuple(watch for watch in self._watches.values() if not watch.closed)

    def on_frame(self, frame: Frame, now_us: int) -> list[Transition]:
        """Judge a numbered frame of an encounter; return what to tell."""
        encounter_id = frame.encounter_id
        judged = [(at, item) for at, item in enumerate(frame.items) if isinstance(item, Judged)]
        if encounter_id is None or not judged:
            return []
        watch = self._watch(encounter_id)
        row = row_of(frame)

        def judge() -> Sequence[Any]:
            if row is not None and (quiet := watch.on_row(row, now_us, now_us)) is not None:
                return quiet
            said: list[Any] = []
            for index, item in judged:
                origin = FrameRef(
                    frame.unit_id, int(frame.lane), frame.segment, frame.sequence, index
                )
                capture = Capture(
                    origin, frame.captured_us, now_us, frame.boot_id, frame.uncertainty_us
                )
                said += watch.on_item(item, capture, now_us)
            return said

        return self._contain(encounter_id, judge, now_us)

    def on_waveforms(self, frame: Frame, now_us: int) -> list[Transition]:
        """Judge the waveforms of a numbered frame of an encounter; return what to tell."""
        return [
            said
            for finding in self._waveforms.on_frame(frame, now_us)
            for said in self.on_word(finding, now_us)
        ]

    def on_word(
        self, finding: EcgFinding | LeadFinding | RhythmFinding, now_us: int
    ) -> list[Transition]:
        """Judge what was read off the ECG of an encounter; return what to tell."""
        watch = self._watches.get(finding.encounter_id)
        if watch is None:
            return []
        judge = partial(watch.on_word, finding, now_us)
        return self._contain(finding.encounter_id, judge, now_us)

    def on_tick(self, now_us: int) -> list[Transition]:
        """Let every watch see the time; return what to tell."""
        said: list[Transition] = []
        for encounter_id, watch in list(self._watches.items()):
            if watch.closed or not self._due(encounter_id, watch, now_us):
                watch.pass_over(now_us, 0)
                continue
            said += self._contain(encounter_id, partial(watch.on_tick, now_us, 0), now_us)
            if encounter_id in self._watches:
                self._due_us[encounter_id] = EVERY_TICK
        return said

    def _due(self, encounter_id: str, watch: PatientWatch, now_us: int) -> bool:
        """Tell whether a tick can matter to a watch.

        It is asked only at the second tick in which nothing came: asking costs what a tick does.
        """
        due_us = self._due_us.get(encounter_id, now_us)
        if due_us == EVERY_TICK:
            try:
                due_us = watch.due_us
            except Exception:  # noqa: BLE001 - what it cannot say, its next step will show
                return True
            self._due_us[encounter_id] = due_us
        return due_us is not None and due_us <= now_us

    def apply(self, entry: AlarmEntry, now_us: int) -> None:
        """Fold an entry of the log of alarms into the book."""
        self.book.apply(entry, now_us)

    def on_limit(self, limit: LimitSet, now_us: int) -> list[Transition]:
        """Judge a patient by what staff at the center have set; return what to tell."""
        watch = self._watches.get(limit.encounter_id)
        if watch is None:
            return []
        judge = partial(watch.on_word, limit, now_us)
        return self._contain(limit.encounter_id, judge, now_us)

    def snapshots(self, encounter_id: str) -> list[Snapshot]:
        """Return the state of an encounter's watch, and the removal of those forgotten."""
        forgotten = [Snapshot(self._unit_id, _ENCOUNTER + name, None) for name in self._forgotten]
        self._forgotten.clear()
        watch = self._watches.get(encounter_id)
        if watch is None:
            return forgotten
        state = msgspec.msgpack.encode(watch.snapshot())
        return [*forgotten, Snapshot(self._unit_id, _ENCOUNTER + encounter_id, state)]

    def book_snapshot(self) -> Snapshot:
        """Return the state of the book."""
        return Snapshot(self._unit_id, BOOK, msgspec.msgpack.encode(self.book.snapshot()))

    def restore(self, snapshots: dict[str, bytes], now_us: int) -> bool:
        """Resume at ``now_us`` from the spool's snapshots; say whether the book was among them.

        What another version wrote is passed over: the watch starts anew, and the book is read
        again from the downlink.
        """
        self._count_from = now_us // SECOND_US if snapshots else 0
        for name, state in snapshots.items():
            if name.startswith(_ENCOUNTER):
                self._restore_watch(name.removeprefix(_ENCOUNTER), state)
        try:
            self.book.restore(msgspec.msgpack.decode(snapshots[BOOK]))
        except (KeyError, ValueError):
            return False
        return True

    def _restore_watch(self, encounter_id: str, state: bytes) -> None:
        try:
            watch = PatientWatch.restore(msgspec.msgpack.decode(state))
        except Exception:  # noqa: BLE001 - another version may have written it in any shape
            self._on_failure(encounter_id)
        else:
            watch.count_from(self._count_from)
            self._watches[encounter_id] = watch

    def _watch(self, encounter_id: str) -> PatientWatch:
        watch = self._watches.pop(encounter_id, None) or self._new_watch(encounter_id)
        if len(self._watches) >= ENCOUNTERS_WATCHED:
            over = (name for name, one in self._watches.items() if one.closed)
            self._forget(next(over, next(iter(self._watches))))
        self._watches[encounter_id] = watch
        return watch

    def _new_watch(self, encounter_id: str) -> PatientWatch:
        watch = PatientWatch(encounter_id, Source.EDGE)
        watch.count_from(self._count_from)
        return watch

    def _forget(self, encounter_id: str) -> None:
        self._watches.pop(encounter_id, None)
        self._due_us.pop(encounter_id, None)
        self._waveforms.forget(encounter_id)
        self._forgotten.append(encounter_id)

    def _contain(
        self, encounter_id: str, judge: Callable[[], Sequence[Any]], now_us: int
    ) -> list[Transition]:
        watch = self._watches[encounter_id]
        self._due_us.pop(encounter_id, None)
        closed = watch.closed
        try:
            said = judge()
        except Exception:  # noqa: BLE001 - a failing watch must never stop the captures
            self._on_failure(encounter_id)
            self._forget(encounter_id)
            return []
        transitions = [one for one in said if isinstance(one, Transition)]
        for one in transitions:
            self.book.apply(one, now_us)
        if watch.closed and not closed:
            self._waveforms.forget(encounter_id)
            self.book.apply(EncounterClosed(encounter_id, now_us), now_us)
        return transitions
