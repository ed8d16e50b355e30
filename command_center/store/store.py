"""The store: one SQLite file, one connection, one thread of its own.

Each call is one transaction in that thread, in the order of the calls; a transaction crosses
threads once, however many statements it has. The write-ahead log without a flush per commit loses
at most the newest transactions in a power cut, never their order, and the fold then takes the same
entries from the log again.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, create_engine, event, make_url

from command_center.positions import Position, Vector
from command_center.store import folded, recorded, spoken
from command_center.store.recorded import StoredEcg
from command_center.store.values import (
    Delivered,
    Kept,
    Reported,
    SentMessage,
    Step,
    StoredAnswer,
    StoredChange,
    StoredStrip,
)
from wire.alarms import MessageReceipt
from wire.messages import Message

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


class Store:
    """What the center keeps over its restarts."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    @classmethod
    async def open(cls, url: str) -> "Store":
        """Open or create the store and bring its tables to the present version."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        try:
            connection = await _aside(thread, _connected, url)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(connection, thread)

    async def close(self) -> None:
        """Finish what was begun and close the file."""
        await _aside(self._thread, _closed, self._connection)
        self._thread.shutdown()

    async def kept(self) -> Kept:
        """Return the fold as it was written last."""
        return await self._run(folded.read_kept)

    async def begin_at(self, firsts: Mapping[int, int]) -> None:
        """Forget what was folded of these partitions and begin at these offsets."""
        await self._run(folded.begin_at, dict(firsts))

    async def write(self, step: Step) -> None:
        """Write what one batch of entries does."""
        await self._run(folded.write_step, step)

    async def too_old(self, vector: Vector) -> bool:
        """Tell whether changes that follow these positions are no longer kept."""
        return await self._run(folded.too_old, vector)

    async def changes(
        self, partition: int, start: Position, end: Position, limit: int
    ) -> list[StoredChange]:
        """Return the oldest changes of a partition in ``[start, end)``."""
        return await self._run(folded.read_changes, partition, start, end, limit)

    async def answer(self, request_id: str) -> StoredAnswer | None:
        """Return how this request of the center was answered, if it was."""
        return await self._run(folded.read_answer, request_id)

    async def prune(self, kept: int) -> None:
        """Let go of the oldest changes and deliveries beyond the newest ``kept`` of each."""
        await self._run(folded.prune, kept)

    async def write_delivered(self, delivered: Sequence[Delivered]) -> None:
        """Remember that these deliveries were made."""
        await self._run(spoken.write_delivered, delivered)

    async def write_reported(self, reported: Reported) -> int:
        """Record a report; return how many of its deliveries were ever made."""
        return await self._run(spoken.write_reported, reported)

    async def write_message(self, message: Message) -> None:
        """Remember a message that the log holds."""
        await self._run(spoken.write_message, message)

    async def messages(self, unit_id: str, limit: int) -> list[SentMessage]:
        """Return the newest messages to a unit with their receipts, newest first."""
        return await self._run(spoken.read_messages, unit_id, limit)

    async def write_ecg(self, ecg: StoredEcg) -> None:
        """Keep an ECG of a patient."""
        await self._run(recorded.write_ecg, ecg)

    async def ecgs(self, encounter_id: str, limit: int) -> list[StoredEcg]:
        """Return the newest ECGs of a patient, newest first."""
        return await self._run(recorded.read_ecgs, encounter_id, limit)

    async def due_strips(self, limit: int) -> list[StoredStrip]:
        """Return event strips that are not finished, the next due first."""
        return await self._run(recorded.read_due_strips, limit)

    async def write_strips(self, strips: Sequence[StoredStrip]) -> None:
        """Note what was found of event strips."""
        await self._run(recorded.write_strips, strips)

    async def strips(self, encounter_id: str, limit: int) -> list[StoredStrip]:
        """Return the newest event strips of a patient, newest first."""
        return await self._run(recorded.read_strips, encounter_id, limit)

    async def strip(self, alarm_id: bytes) -> StoredStrip | None:
        """Return the event strip of an alarm, if something is known of it."""
        return await self._run(recorded.read_strip, alarm_id)

    async def prune_strips(self, kept: int) -> None:
        """Let go of the oldest event strips beyond the newest ``kept``."""
        await self._run(recorded.prune_strips, kept)

    async def units_positions(self) -> dict[int, int]:
        """Return how far `units` was read, by partition; empty when it never was."""
        return await self._run(spoken.read_units_positions)

    async def write_units(
        self, positions: Mapping[int, int], receipts: Sequence[MessageReceipt]
    ) -> None:
        """Record receipts found in `units` and how far it was read."""
        await self._run(spoken.write_units, positions, receipts)

    async def _run(
        self,
        work: Callable[Concatenate[Connection, _Arguments], _Result],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> _Result:
        def transaction() -> _Result:
            with self._connection.begin():
                return work(self._connection, *args, **kwargs)

        return await _aside(self._thread, transaction)


async def _aside(
    thread: ThreadPoolExecutor,
    work: Callable[_Arguments, _Result],
    *args: _Arguments.args,
    **kwargs: _Arguments.kwargs,
) -> _Result:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(thread, lambda: work(*args, **kwargs))


def _connected(url: str) -> Connection:
    # Alembic tells of its own set-up while it is imported.
    logging.getLogger("alembic").setLevel(logging.WARNING)
    from command_center.store.migrating import migrate  # noqa: PLC0415

    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
    connection = engine.connect()
    with connection.begin():
        migrate(connection)
    return connection


def _tune(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's own type
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _closed(connection: Connection) -> None:
    connection.close()
    connection.engine.dispose()
