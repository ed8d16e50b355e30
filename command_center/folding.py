"""From the log to the subscribers: fold, store, publish, in this order and one batch at a time.

A change is published only after the store has it, so whatever a subscriber was told can be told
again after a restart. If the store fails the center stops; started again, it goes on from what the
store has.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from clinical.alarms.priority import Phase
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import Action, AlarmEntry, Place, Transition, singly
from clinical.alarms.view import AlarmView
from command_center.cutting import wanted
from command_center.fold import Change, Fold
from command_center.metrics import CenterMetrics
from command_center.positions import OWN, PARTITIONS, Position, Vector
from command_center.publishing import Publisher
from command_center.store.store import Store
from command_center.store.values import (
    Kept,
    Step,
    StoredAnswer,
    StoredChange,
    StoredEntry,
    StoredStrip,
)
from ports.clock import Clock
from ports.logging import get_logger
from wire.alarms import Entry, MessageReceipt, decode_entry, encode_alarm, encode_entry
from wire.reading import Unreadable
from wire.staff_limits import encode_limit_set

JOURNAL_ENTRIES: Final = 2_000
"""Entries of a partition after which its book is written down and they are let go."""

LIMIT: Final = "limit"
"""Kind of the answer to whoever sets a limit."""

_log = get_logger(__name__)


class StoreBehind(Exception):  # noqa: N818 - named for what happened
    """The store failed before: nothing more is folded."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An entry as it was read, and where."""

    partition: int
    offset: int
    entry: Entry
    value: bytes
    """The entry, serialised."""


class Folding:
    """Takes entries in; everything that changes an alarm passes through here."""

    def __init__(
        self, fold: Fold, store: Store, publisher: Publisher, metrics: CenterMetrics, clock: Clock
    ) -> None:
        self.fold = fold
        self._store = store
        self._publisher = publisher
        self._metrics = metrics
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._journal: Counter[int] = Counter()
        self.broken = asyncio.Event()
        """Set when the store failed: the program has to stop and start again from the store."""
        self.positions: dict[int, int] = {}
        """Offset of the next record of each partition."""
        self._told: Callable[[str, AlarmView | None], None] = _tell_nobody
        self._told_limits: Callable[[LimitSet], None] = _tell_nobody_of_limits

    def tell(self, told: Callable[[str, AlarmView | None], None]) -> None:
        """Name who is told of each action that was folded: request, alarm while it is current."""
        self._told = told

    def tell_limits(self, told: Callable[[LimitSet], None]) -> None:
        """Name who is told of each limit that was folded."""
        self._told_limits = told

    def restore(self, kept: Kept) -> None:
        """Take over the fold from the store."""
        for partition, state in kept.books.items():
            self.fold.restore(partition, state)
        for stored in kept.entries:
            entry = decode_entry(stored.entry)
            if not isinstance(entry, MessageReceipt):
                self._apply(stored.partition, stored.offset, entry)
            self._journal[stored.partition] += 1
        self.positions = dict(kept.positions)
        self._publisher.restore(self.fold.current(), self.vector)

    @property
    def vector(self) -> Vector:
        """Where the fold stands."""
        return tuple(Position(self.positions.get(p, 0)) for p in range(PARTITIONS))

    async def take(self, heard: Sequence[Heard], positions: Mapping[int, int]) -> None:
        """Fold, store and publish entries of `alarms`; ``positions`` are those after them."""
        await asyncio.shield(self._take_next(heard, positions))

    async def take_own(self, entry: Transition | Action) -> None:
        """Do the same with an entry of the center itself."""
        await asyncio.shield(self._take_next_own(entry))

    async def settle(self) -> None:
        """Return when every batch that was begun is finished."""
        async with self._one_at_a_time:
            return

    async def _take_next(self, heard: Sequence[Heard], positions: Mapping[int, int]) -> None:
        async with self._one_at_a_time:
            await self._take(heard, positions)

    async def _take_next_own(self, entry: Transition | Action) -> None:
        async with self._one_at_a_time:
            offset = self.positions.get(OWN, 0)
            value = encode_entry(entry)
            await self._take([Heard(OWN, offset, decode_entry(value), value)], {OWN: offset + 1})

    async def _take(self, heard: Sequence[Heard], positions: Mapping[int, int]) -> None:
        if self.broken.is_set():
            message = "the fold is ahead of its store"
            raise StoreBehind(message)
        began_us = self._clock.monotonic_us()
        changes = [change for one in heard for change in self._fold(one)]
        stored = [_stored(change) for change in changes]
        step = self._step(heard, changes, stored, positions)
        folded_us = self._clock.monotonic_us()
        try:
            await self._store.write(step)
        except BaseException:
            self.broken.set()
            raise
        self._journal.update(entry.partition for entry in step.entries)
        for partition in step.books:
            self._journal[partition] = 0
        self.positions.update(positions)
        committed_us = self._clock.monotonic_us()
        self._publisher.publish(
            zip((change.view for change in changes), stored, strict=True),
            self.vector,
            committed_us,
        )
        self._metrics.folded(folded_us - began_us, committed_us - folded_us)
        self._measure(heard)
        self._tell(heard)

    def _fold(self, heard: Heard) -> list[Change]:
        if isinstance(heard.entry, MessageReceipt):
            return []
        return self._apply(heard.partition, heard.offset, heard.entry)

    def _apply(self, partition: int, offset: int, entry: AlarmEntry) -> list[Change]:
        """Fold one entry; one that the fold cannot take is passed by, and said so."""
        try:
            return self.fold.apply(partition, offset, entry)
        except Exception:  # noqa: BLE001 - one bad entry must not stop every other alarm
            _log.exception("entry not folded", partition=partition, offset=offset)
            self._metrics.entry_failed()
            return []

    def _step(
        self,
        heard: Sequence[Heard],
        changes: Sequence[Change],
        stored: Sequence[StoredChange],
        positions: Mapping[int, int],
    ) -> Step:
        entries = [
            StoredEntry(one.partition, one.offset, one.value)
            for one in heard
            if not isinstance(one.entry, MessageReceipt)
        ]
        more = Counter(entry.partition for entry in entries)
        full = [p for p, count in more.items() if self._journal[p] + count >= JOURNAL_ENTRIES]
        first = {(change.partition, change.offset): change for change in reversed(changes)}
        return Step(
            entries=entries,
            changes=stored,
            positions=positions,
            answers={
                one.entry.request_id: StoredAnswer(encode_alarm(change.view), kind_of(one.entry))
                for one in heard
                if isinstance(one.entry, Action)
                and one.entry.place is Place.CENTER
                and one.entry.person
                if (change := first.get((one.partition, one.offset)))
            }
            | {
                one.entry.request_id: StoredAnswer(encode_limit_set(one.entry), LIMIT)
                for one in heard
                if isinstance(one.entry, LimitSet)
            },
            receipts=[one.entry for one in heard if isinstance(one.entry, MessageReceipt)],
            books={partition: self.fold.snapshot(partition) for partition in full},
            strips=self._strips(changes),
        )

    def _strips(self, changes: Sequence[Change]) -> list[StoredStrip]:
        """Return the event strips of alarms that begin, to be cut when their time has come."""
        now_us = self._clock.now_us()
        strips = [wanted(change.view, now_us) for change in changes]
        return [strip for strip in strips if strip is not None]

    def _measure(self, heard: Iterable[Heard]) -> None:
        """Measure how long ago the detectors learned of what is told at once."""
        now_us = self._clock.now_us()
        for one in heard:
            entry = one.entry
            if isinstance(entry, Transition) and entry.phase is Phase.START and entry.active:
                self._metrics.learned(now_us - entry.learned_us)

    def _tell(self, heard: Iterable[Heard]) -> None:
        for one in heard:
            if isinstance(one.entry, LimitSet):
                self._told_limits(one.entry)
            if isinstance(one.entry, Action):
                found = [self.fold.find(each.alarm_id) for each in singly(one.entry)]
                view = next((known[1] for known in found if known is not None), None)
                self._told(one.entry.request_id, view)


def kind_of(action: Action) -> str:
    """Name what a person asked for."""
    return type(action).__name__.lower()


def heard(partition: int, offset: int, value: bytes) -> Heard | None:
    """Return the entry that a record of `alarms` holds, or None when it holds none."""
    try:
        return Heard(partition, offset, decode_entry(value), value)
    except Unreadable as unreadable:
        _log.warning("entry unreadable", partition=partition, offset=offset, error=str(unreadable))
        return None


def _stored(change: Change) -> StoredChange:
    view = change.view
    return StoredChange(
        partition=change.partition,
        offset=change.offset,
        ordinal=change.ordinal,
        alarm_id=view.alarm_id,
        revision=view.revision,
        alarm=encode_alarm(view),
    )


def _tell_nobody(request_id: str, view: AlarmView | None) -> None:
    """Stand in until somebody wants to be told."""


def _tell_nobody_of_limits(limit: LimitSet) -> None:
    """Stand in until somebody wants to be told."""
