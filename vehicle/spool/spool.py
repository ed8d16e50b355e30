"""Store-and-forward: what the unit captured stays here until a gateway acknowledged it.

One thread owns the database. The event loop hands it groups of entries and goes on; the thread
commits everything that waits as one transaction, at once when an urgent group (ALARM lane) is
among it, else at most ``GROUP_COMMIT_S`` later. A group stands or falls as a whole. After the
commit the group's ``committed`` runs on the event loop: that is what *captured* means.
Acknowledged frames are deleted in bulk, with the next commit after ``FORGET_S``; a frame that is
still here after a crash is sent again, which has no further effect.

Bounds: ``frames_max`` and ``bytes_max`` on disk, ``PENDING_FRAMES`` on their way to it. A full
spool raises ``LaneFull`` for WAVEFORM first, which may take ``WAVEFORM_SHARE`` of the room, then
for VITALS: the ALARM lane keeps ``ALARM_RESERVE``.
A disk that fails is retried for ever, and said through ``on_trouble``; what it could not take
waits in memory, unconfirmed, until PENDING_FRAMES is reached. Meanwhile frames are read for the
link as ever, and what is acknowledged makes room: a spool that filled its disk empties again.
One spool serves many units. A lock file keeps a second process out.
"""

import asyncio
import fcntl
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, Final, TypeVar

from vehicle.spool.store import (
    Acknowledgement,
    Depth,
    Entry,
    Quarantined,
    Refusal,
    SpooledFrame,
    SpoolStore,
    UnitState,
)

GROUP_COMMIT_S: Final = 0.1
"""Longest wait of a frame for company; with the disk's own time below the 200 ms promised."""

FORGET_S: Final = 1.0
"""Longest wait of an acknowledgement before its frames are deleted."""

RETRY_S: Final = 0.5
"""Pause after the disk refused a transaction."""

FRAMES_MAX: Final = 1_000_000
BYTES_MAX: Final = 500_000_000
PENDING_FRAMES: Final = 20_000
ALARM_RESERVE: Final = 0.05
WAVEFORM_SHARE: Final = 0.5
ROOM_AGAIN: Final = 0.9
"""A full lane takes frames again below this part of its bound."""

NEARLY_FULL: Final = 0.8
"""From this part of its room on a lane is thinned: waveforms first, then vitals."""

SPOOL_FILE: Final = "spool.sqlite"
_SHARES: Final = {1: 1.0, 3: WAVEFORM_SHARE}
"""Part of the room that a lane may use up, by its number; the others leave ALARM its reserve."""

Answer = TypeVar("Answer")


class LaneFull(Exception):  # noqa: N818 - named for what happened
    """The spool has no room for a frame of this lane; nothing was numbered."""


class SpoolInUse(Exception):  # noqa: N818 - named for what happened
    """Another process has this spool open."""


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that stand or fall together, and what is to be called once they are on the disk."""

    entries: Sequence[Entry]
    committed: Callable[[], None] | None
    urgent: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Asks what the database knows."""

    ask: Callable[[SpoolStore], Any]
    answer: "asyncio.Future[Any]"

    def of(self, store: SpoolStore, _: Sequence[Entry]) -> object:
        """Return the answer, once all that was put before is on the disk."""
        return self.ask(store)


@dataclass(frozen=True, slots=True)
class Reading:
    """Asks for frames of a segment, be they on the disk or still on their way to it."""

    key: tuple[str, int, bytes]
    first: int
    last: int
    answer: "asyncio.Future[Sequence[SpooledFrame]]"

    def of(self, store: SpoolStore, waiting: Sequence[Entry]) -> Sequence[SpooledFrame]:
        """Return them in order. What is left out just now is never asked for: its run is pinned."""
        found = {one.sequence: one for one in store.frames(self.key, self.first, self.last)}
        for one in waiting:
            if isinstance(one, SpooledFrame) and _key(one) == self.key:
                found[one.sequence] = one
        return [found[n] for n in sorted(found) if self.first <= n <= self.last]


class Stop:
    """Asks the thread to end."""


Asked = Question | Reading | Stop


class Spool:
    """The spool of one process, shared by its units. Every method is for the event loop."""

    def __init__(
        self,
        folder: Path,
        *,
        frames_max: int = FRAMES_MAX,
        bytes_max: int = BYTES_MAX,
        on_trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare a spool in a folder; ``open`` it before use."""
        self._folder = folder
        self._frames_max = frames_max
        self._bytes_max = bytes_max
        self._on_trouble = on_trouble
        self._queue: SimpleQueue[Group | Asked] = SimpleQueue()
        self._hurry = threading.Event()
        self._ending = threading.Event()
        self._acknowledged: dict[tuple[str, int, bytes], int] = {}
        self._forget_due: asyncio.TimerHandle | None = None
        self._frames = 0
        self._bytes = 0
        self._pending = 0
        self._room_waiters: list[tuple[int, asyncio.Future[None]]] = []

    async def open(self) -> None:
        """Open the database and start its thread.

        Raises SpoolInUse, and sqlite3.Error when the folder cannot hold a database.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / "spool.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            message = f"another vehicle has the spool in {self._folder} open"
            raise SpoolInUse(message) from None
        self._loop = asyncio.get_running_loop()
        try:
            store = SpoolStore(self._folder / SPOOL_FILE)
        except sqlite3.Error:
            self._lock.close()
            raise
        self._thread = threading.Thread(target=self._run, args=(store,), name="spool", daemon=True)
        self._thread.start()
        held = await self._ask(SpoolStore.depth)
        self._frames, self._bytes = held.frames, held.frame_bytes

    async def close(self) -> None:
        """Commit everything that waits, unless the disk refuses it, and let go of the database."""
        self._forget()
        self._queue.put(Stop())
        self._ending.set()
        self._hurry.set()
        await asyncio.to_thread(self._thread.join)
        self._lock.close()

    @property
    def depth(self) -> Depth:
        """What is held, on disk and on its way to it."""
        return Depth(self._frames, self._bytes)

    def check_room(self, lane: int) -> None:
        """Raise LaneFull when a frame of this lane cannot be taken."""
        if self.full(lane):
            message = f"the spool holds {self._frames} frames, {self._bytes} bytes"
            raise LaneFull(message)

    def _fullness(self, lane: int) -> float:
        used = max(
            self._frames / self._frames_max,
            self._bytes / self._bytes_max,
            self._pending / PENDING_FRAMES,
        )
        return used / _share(lane)

    def full(self, lane: int) -> bool:
        """Whether a frame of this lane finds no room."""
        return self._fullness(lane) >= 1

    def nearly_full(self, lane: int) -> bool:
        """Whether what is on disk leaves this lane little room, so that some has to be left out."""
        used = max(self._frames / self._frames_max, self._bytes / self._bytes_max)
        return used / _share(lane) >= NEARLY_FULL

    async def room(self, lane: int) -> None:
        """Return once a full lane has room again."""
        if self._fullness(lane) < ROOM_AGAIN:
            return
        waiter = self._loop.create_future()
        self._room_waiters.append((lane, waiter))
        await waiter

    def put(
        self,
        entries: Sequence[Entry],
        committed: Callable[[], None] | None = None,
        *,
        urgent: bool = False,
    ) -> None:
        """Commit entries together soon, an urgent group at once; then call ``committed``."""
        self._count(entries)
        self._queue.put(Group(entries, committed, urgent))
        if urgent:
            self._hurry.set()

    def _count(self, entries: Sequence[Entry]) -> None:
        """Count what is on its way to the disk."""
        for entry in entries:
            if isinstance(entry, SpooledFrame):
                self._frames += 1
                self._pending += 1
                self._bytes += len(entry.frame)

    def acknowledge(self, unit_id: str, lane: int, segment: bytes, through: int) -> None:
        """Delete a segment's frames through this sequence with one of the next commits."""
        self._acknowledged[unit_id, lane, segment] = through
        if self._forget_due is None:
            self._forget_due = self._loop.call_later(FORGET_S, self._forget)

    def _forget(self) -> None:
        if self._forget_due is not None:
            self._forget_due.cancel()
        self._forget_due = None
        if self._acknowledged:
            self.put([Acknowledgement(*key, thr) for key, thr in self._acknowledged.items()])
            self._acknowledged.clear()

    async def frames(
        self, unit_id: str, lane: int, segment: bytes, first: int, last: int
    ) -> Sequence[SpooledFrame]:
        """Return a segment's frames in [first, last] that are held, in order."""
        answer: asyncio.Future[Sequence[SpooledFrame]] = self._loop.create_future()
        self._request(Reading((unit_id, lane, segment), first, last, answer))
        return await answer

    async def unit(self, unit_id: str) -> UnitState:
        """Return what a unit resumes from."""
        return await self._ask(lambda store: store.unit(unit_id))

    async def quarantined(self) -> list[Quarantined]:
        """Return the refused frames that are kept, oldest first."""
        return await self._ask(SpoolStore.quarantined)

    async def flush(self) -> None:
        """Return once everything put so far is committed."""
        await self._ask(lambda _: None)

    def _ask(self, ask: Callable[[SpoolStore], Answer]) -> Awaitable[Answer]:
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._request(Question(ask, answer))
        return answer

    def _request(self, asked: Asked) -> None:
        """Have it answered behind all that was put before."""
        self._queue.put(asked)
        self._hurry.set()

    def _run(self, store: SpoolStore) -> None:
        """Be the thread: gather, commit, answer, until asked to stop."""
        stopping = False
        while not stopping:
            waiting = [self._queue.get()]
            self._hurry.wait(GROUP_COMMIT_S)
            self._hurry.clear()
            waiting += self._drain()
            asked = [one for one in waiting if not isinstance(one, Group)]
            self._commit(store, [one for one in waiting if isinstance(one, Group)], asked)
            for one in asked:
                self._answer(store, one, ())
            stopping = any(isinstance(one, Stop) for one in asked)
        store.close()

    def _drain(self) -> list[Group | Asked]:
        drained: list[Group | Asked] = []
        try:
            while True:
                drained.append(self._queue.get_nowait())
        except Empty:
            return drained

    def _commit(self, store: SpoolStore, groups: list[Group], asked: list[Asked]) -> None:
        """Write these groups, and what comes while the disk refuses them; ``asked`` grows too."""
        while entries := [entry for group in groups for entry in group.entries]:
            try:
                freed = store.write(entries)
            except sqlite3.DatabaseError as trouble:
                self._call(self._on_trouble, str(trouble))
                if self._ending.wait(RETRY_S):
                    return
                self._meanwhile(store, groups, asked)
            else:
                self._call(self._committed, groups, freed)
                return

    def _meanwhile(self, store: SpoolStore, groups: list[Group], asked: list[Asked]) -> None:
        """Do what a disk can that takes nothing new: give frames, and let go of others."""
        for one in self._drain():
            if isinstance(one, Group):
                groups.append(one)
            else:
                asked.append(one)
        entries = [entry for group in groups for entry in group.entries]
        self._read_on(store, entries, asked)
        if relief := _relief(entries):
            with suppress(sqlite3.DatabaseError):
                self._call(self._committed, [], store.write(relief))

    def _read_on(self, store: SpoolStore, waiting: Sequence[Entry], asked: list[Asked]) -> None:
        """Answer who asks for frames, while others wait for the disk."""
        for reading in [one for one in asked if isinstance(one, Reading)]:
            self._answer(store, reading, waiting)
            asked.remove(reading)

    def _answer(self, store: SpoolStore, asked: Asked, waiting: Sequence[Entry]) -> None:
        if isinstance(asked, Stop):
            return
        try:
            answer = asked.of(store, waiting)
        except sqlite3.Error as trouble:
            self._call(_fail, asked.answer, trouble)
        else:
            self._call(_resolve, asked.answer, answer)

    def _call(self, what: Callable[..., None], *arguments: object) -> None:
        """Run something on the event loop, unless that is gone."""
        try:
            self._loop.call_soon_threadsafe(what, *arguments)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def _committed(self, groups: list[Group], freed: Depth) -> None:
        self._frames -= freed.frames
        self._bytes -= freed.frame_bytes
        for group in groups:
            self._landed(group.entries)
            if group.committed is not None:
                group.committed()
        self._wake_room_waiters()

    def _landed(self, entries: Sequence[Entry]) -> None:
        """Count what is on the disk no longer as on its way."""
        self._pending -= sum(isinstance(entry, SpooledFrame) for entry in entries)

    def _wake_room_waiters(self) -> None:
        for lane, waiter in list(self._room_waiters):
            if waiter.done() or self._fullness(lane) < ROOM_AGAIN:
                _resolve(waiter, None)
                self._room_waiters.remove((lane, waiter))


def _key(entry: SpooledFrame | Refusal | Acknowledgement) -> tuple[str, int, bytes]:
    return entry.unit_id, entry.lane, entry.segment


def _relief(entries: Sequence[Entry]) -> list[Entry]:
    """Return what makes room and may go first; a refused frame has to be copied before."""
    refused = {_key(entry) for entry in entries if isinstance(entry, Refusal)}
    return [
        entry
        for entry in entries
        if isinstance(entry, Acknowledgement) and _key(entry) not in refused
    ]


def _share(lane: int) -> float:
    return _SHARES.get(lane, 1.0 - ALARM_RESERVE)


def _resolve(future: "asyncio.Future[Any]", answer: object) -> None:
    if not future.done():
        future.set_result(answer)


def _fail(future: "asyncio.Future[Any]", trouble: Exception) -> None:
    if not future.done():
        future.set_exception(trouble)
