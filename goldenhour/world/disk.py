"""The spool on a disk of this world: the real tables in memory, commits at moments of virtual time.

The real ``Spool`` with its thread taken out: what the thread would do in one round happens here as
one event. What is committed lives as long as the disk, which outlives any machine; what waits in
the queue dies with the machine. A full disk refuses each transaction, as SQLite does, until there
is room; frames are read meanwhile.
"""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final

from goldenhour.world.schedule import Machine
from vehicle.spool.spool import GROUP_COMMIT_S, RETRY_S, Asked, Group, Spool
from vehicle.spool.store import Depth, Entry, SpoolStore

GROUP_COMMIT_US: Final = int(GROUP_COMMIT_S * 1_000_000)
RETRY_US: Final = int(RETRY_S * 1_000_000)
LEAST_US: Final = 1_000
MOST_US: Final = 15_000
"""Shortest and longest time of a commit."""


@dataclass(slots=True)
class Disk:
    """A vehicle's disk."""

    rng: Random
    store: SpoolStore = field(default_factory=lambda: SpoolStore(Path(":memory:")))
    full: bool = False
    _messages: int | None = None
    """How many messages were counted since the last commit."""

    def write(self, entries: Sequence[Entry]) -> Depth:
        """Commit one transaction; sqlite3.OperationalError when the disk is full."""
        if self.full:
            message = "database or disk is full"
            raise sqlite3.OperationalError(message)
        self._messages = None
        return self.store.write(entries)

    def messages(self) -> int:
        """Count the messages from the center that are here."""
        if self._messages is None:
            database = self.store._database  # noqa: SLF001 - from outside
            counted = database.execute("SELECT count(*) FROM messages")
            self._messages = int(counted.fetchone()[0])
        return self._messages

    def delay_us(self) -> int:
        """Draw how long a commit takes."""
        return LEAST_US + int(self.rng.random() * (MOST_US - LEAST_US))


class WorldSpool(Spool):
    """A Spool without a thread, on a disk of this world."""

    def __init__(self, machine: Machine, disk: Disk) -> None:
        super().__init__(Path())
        self._machine = machine
        self._disk = disk
        self._groups: list[Group] = []
        self._asked: list[Asked] = []
        self._round_us = -1
        """When the next round is due; -1 while none is."""
        self._rounds = 0

    @property
    def pending(self) -> int:
        """Frames on their way to the disk."""
        return self._pending

    async def open(self) -> None:
        """Look at what is there."""
        self._loop = self._machine
        held = await self._ask(SpoolStore.depth)
        self._frames, self._bytes = held.frames, held.frame_bytes

    async def close(self) -> None:
        """Commit what waits, unless the disk refuses it."""
        self._forget()
        if not self._disk.full:
            await self.flush()

    def put(
        self,
        entries: Sequence[Entry],
        committed: Callable[[], None] | None = None,
        *,
        urgent: bool = False,
    ) -> None:
        """Commit entries together soon, an urgent group at once; then call ``committed``."""
        self._count(entries)
        self._groups.append(Group(entries, committed, urgent))
        self._hurry_up(self._disk.delay_us() if urgent else GROUP_COMMIT_US)

    def _request(self, asked: Asked) -> None:
        """Let the disk answer, behind all that was put before."""
        self._asked.append(asked)
        self._hurry_up(self._disk.delay_us())

    def _call(self, what: Callable[..., None], *arguments: object) -> None:
        """Do it at once: a round is an event of the machine."""
        what(*arguments)

    def _hurry_up(self, within_us: int) -> None:
        schedule = self._machine.schedule
        due_us = schedule.now_us + within_us
        if self._round_us < 0 or due_us < self._round_us:
            self._round_us = due_us
            self._rounds += 1
            schedule.at(due_us, self._round, self._rounds, machine=self._machine)

    def _round(self, number: int) -> None:
        """Be the thread for one round."""
        if number != self._rounds:
            return
        self._round_us = -1
        entries = [entry for group in self._groups for entry in group.entries]
        try:
            freed = self._disk.write(entries) if entries else Depth(0, 0)
        except sqlite3.OperationalError as trouble:
            self._on_trouble(str(trouble))
            self._read_on(self._disk.store, entries, self._asked)
            self._hurry_up(RETRY_US)
            return
        groups, self._groups = self._groups, []
        asked, self._asked = self._asked, []
        self._committed(groups, freed)
        for one in asked:
            self._answer(self._disk.store, one, ())
