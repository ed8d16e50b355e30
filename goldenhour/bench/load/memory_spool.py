"""The spool of a load: the real tables in memory, and no thread.

In a vehicle the spool has a disk and a thread to itself. A process that plays a thousand vehicles
would spend on theirs what belongs to the system that is measured. What is put here is committed as
in ``Spool``, together with whatever waits; it is gone with the process.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from vehicle.spool.spool import GROUP_COMMIT_S, Asked, Group, Spool
from vehicle.spool.store import Entry, SpoolStore


class MemorySpool(Spool):
    """A ``Spool`` of this process alone."""

    def __init__(self) -> None:
        """Prepare; ``open`` it on the event loop."""
        super().__init__(Path())
        self._store = SpoolStore(Path(":memory:"))
        self._waiting: list[Group] = []
        self._commit_due: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Begin with nothing."""
        self._loop = asyncio.get_running_loop()

    async def close(self) -> None:
        """Commit what waits, and forget it all."""
        self._forget()
        self._commit_now()
        self._store.close()

    def put(
        self,
        entries: Sequence[Entry],
        committed: Callable[[], None] | None = None,
        *,
        urgent: bool = False,
    ) -> None:
        """Commit entries with what waits, an urgent group in this turn of the event loop."""
        self._count(entries)
        self._waiting.append(Group(entries, committed, urgent))
        if urgent:
            self._loop.call_soon(self._commit_now)
        elif self._commit_due is None:
            self._commit_due = self._loop.call_later(GROUP_COMMIT_S, self._commit_now)

    def _commit_now(self) -> None:
        if self._commit_due is not None:
            self._commit_due.cancel()
            self._commit_due = None
        groups, self._waiting = self._waiting, []
        self._committed(
            groups, self._store.write([one for group in groups for one in group.entries])
        )

    def _request(self, asked: Asked) -> None:
        """Answer from what was put until now."""
        self._commit_now()
        self._answer(self._store, asked, ())

    def _call(self, what: Callable[..., None], *arguments: object) -> None:
        """Do it at once: there is no other thread."""
        what(*arguments)
