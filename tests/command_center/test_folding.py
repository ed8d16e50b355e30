"""From the log to the subscriber over any number of kills: every change once."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto
from pathlib import Path

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from ambulance.alerts.v1 import alert_service_pb2 as pb
from clinical.alarms.transition import AlarmEntry
from command_center.center import Center
from command_center.folding import JOURNAL_ENTRIES, StoreBehind
from command_center.settings import CenterSettings
from command_center.store.values import Step
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.objects.memory import MemoryObjects
from tests.command_center.night import (
    acknowledgement,
    append,
    closed,
    transition,
    turns,
)
from tests.patience import PATIENCE_S

CAUSES = ("NEWS2_HIGH", "SPO2_LOW", "NO_PULSE")


class Killed(Exception):  # noqa: N818 - named for what happened
    """The center dies here."""


class Mishap(Enum):
    """What happens beside a batch of entries."""

    NONE = auto()
    KILLED_BEFORE_COMMIT = auto()
    KILLED_AFTER_COMMIT = auto()
    CUT = auto()
    """The subscriber loses its call and subscribes again."""
    AWAY = auto()
    """The subscriber is away while the batch is published."""


class Desk:
    """A subscriber that stores each response's token and subscribes again."""

    def __init__(self) -> None:
        self.token: bytes | None = None
        self.caught_up = False
        self.told: list[tuple[bytes, int]] = []
        self._call: asyncio.Task[None] | None = None

    def subscribe(self, center: Center) -> None:
        self.caught_up = False
        request = pb.SubscribeRequest(subscriber="desk", resume_token=self.token)
        self._call = asyncio.create_task(center.alerts.subscribe(request, self))  # type: ignore[arg-type]

    async def cut(self) -> None:
        if self._call is not None:
            self._call.cancel()
            with suppress(asyncio.CancelledError):
                await self._call
        self._call = None

    async def write(self, response: pb.SubscribeResponse) -> None:
        if response.HasField("delivery"):
            alarm = response.delivery.alarm
            self.told.append((alarm.alarm_id, alarm.revision))
        self.caught_up |= response.HasField("caught_up")
        if response.HasField("resume_token"):
            self.token = response.resume_token

    async def abort(self, code: grpc.StatusCode, words: str, trailing: object) -> None:
        message = f"{code} {words}"
        raise AssertionError(message)


@asynccontextmanager
async def life(log: MemoryLog, home: Path) -> AsyncIterator[Center]:
    """A center that follows the log only when it is told to."""
    center = await Center.open(
        CenterSettings(home=home), SystemClock(), log, CollectorRegistry(), MemoryObjects()
    )
    try:
        yield center
    finally:
        await center.close()


async def _batch(center: Center, mishap: Mishap) -> None:
    write = center._store.write

    async def dying(step: Step) -> None:
        if mishap is Mishap.KILLED_AFTER_COMMIT:
            await write(step)
        raise Killed

    if mishap in {Mishap.KILLED_AFTER_COMMIT, Mishap.KILLED_BEFORE_COMMIT}:
        center._store.write = dying  # type: ignore[method-assign]
    await center._alarm_tail._read()


async def _night(batches: Sequence[tuple[list[AlarmEntry], Mishap]], home: Path) -> Desk:
    log, desk = MemoryLog(), Desk()
    remaining = list(batches)
    born = True
    while remaining or born:
        async with life(log, home) as center:
            born = False
            desk.subscribe(center)
            await _caught_up(desk, center)
            while remaining:
                entries, mishap = remaining.pop(0)
                if mishap in {Mishap.CUT, Mishap.AWAY}:
                    await desk.cut()
                if mishap is Mishap.CUT:
                    desk.subscribe(center)
                await append(log, *entries)
                try:
                    await _batch(center, mishap)
                except Killed:
                    born = True
                    break
                if mishap is Mishap.AWAY:
                    desk.subscribe(center)
                await _caught_up(desk, center)
            await desk.cut()
    return desk


async def _caught_up(desk: Desk, center: Center) -> None:
    """Wait until the subscriber has all that was published."""
    async with asyncio.timeout(PATIENCE_S):
        while not desk.caught_up or any(s.waiting for s in center.publisher._subscriptions):
            await turns(1)
    await turns()


def _entries(words: Sequence[tuple[int, int, bool]]) -> list[AlarmEntry]:
    """Make a night of entries from small numbers: patient, cause or event, held or over."""
    revisions: dict[tuple[int, int], int] = {}
    entries: list[AlarmEntry] = []
    for second, (patient, what, active) in enumerate(words):
        if what == len(CAUSES):
            entries.append(closed(patient, second))
        elif what > len(CAUSES):
            entries.append(acknowledgement(patient, second, f"request-{second}"))
        else:
            revision = revisions[patient, what] = revisions.get((patient, what), 0) + 1
            entries.append(
                transition(patient, second, revision=revision, active=active, cause=CAUSES[what])
            )
    return entries


WORDS = st.tuples(st.integers(0, 3), st.integers(0, len(CAUSES) + 1), st.booleans())


@settings(max_examples=8, deadline=None)
@given(
    words=st.lists(WORDS, min_size=1, max_size=24),
    mishaps=st.lists(st.sampled_from(Mishap), min_size=1, max_size=8),
)
def test_a_subscriber_with_a_token_sees_every_change_once_over_kills(
    words: list[tuple[int, int, bool]], mishaps: list[Mishap]
) -> None:
    """Whatever is killed or cut, and wherever: nothing is lost, nothing told twice."""
    entries = _entries(words)
    size = -(-len(entries) // len(mishaps))
    batches = [(entries[n * size : (n + 1) * size], mishap) for n, mishap in enumerate(mishaps)]
    batches = [(some, mishap) for some, mishap in batches if some]
    plain = [(some, Mishap.NONE) for some, _ in batches]
    with tempfile.TemporaryDirectory() as folder:
        calm = asyncio.run(_night(plain, Path(folder) / "calm"))
        wild = asyncio.run(_night(batches, Path(folder) / "wild"))
    assert len(set(calm.told)) == len(calm.told)
    assert sorted(wild.told) == sorted(calm.told)


async def test_after_a_failure_of_the_store_nothing_more_is_folded(tmp_path: Path) -> None:
    """The fold would be ahead of its store: the center has to stop, and says so."""
    log = MemoryLog()
    async with life(log, tmp_path) as center:
        await append(log, transition(1, 1))
        with pytest.raises(Killed):
            await _batch(center, Mishap.KILLED_BEFORE_COMMIT)
        assert center.folding.broken.is_set()
        with pytest.raises(StoreBehind):
            await center.folding.take([], {0: 1})


async def test_a_long_journal_becomes_a_book(tmp_path: Path) -> None:
    """The fold starts from a snapshot and few entries, however long the night was."""
    log = MemoryLog()
    entries = [
        transition(1, second, revision=second, active=bool(second % 2))
        for second in range(1, JOURNAL_ENTRIES + 2)
    ]
    async with life(log, tmp_path) as center:
        await append(log, *entries)
        await center._alarm_tail.catch_up(await center._ends())
        current = center.publisher.current()
        kept = await center._store.kept()
        assert len(kept.books) == 1
        assert len(kept.entries) < JOURNAL_ENTRIES
    async with life(log, tmp_path) as center:
        assert center.publisher.current() == current


async def test_an_unreadable_entry_is_passed_by(tmp_path: Path) -> None:
    """One bad record stops no alarm behind it."""
    log = MemoryLog()
    writer = await log.writer()
    for partition in range(4):
        await writer.send("alarms", partition, b"\xff")
    await append(log, transition(1, 1))
    async with life(log, tmp_path) as center:
        assert len(center.publisher.current()) == 1


async def test_a_log_that_begins_anew_is_folded_anew(tmp_path: Path) -> None:
    """A store that is ahead of the log belongs to another log."""
    old, new = MemoryLog(), MemoryLog()
    await append(old, transition(1, 1), transition(1, 2, revision=2, active=False))
    async with life(old, tmp_path):
        pass
    await append(new, transition(1, 1))
    async with life(new, tmp_path) as center:
        assert len(center.publisher.current()) == 1
