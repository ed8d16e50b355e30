"""The spool: what it confirmed is there, whatever happens next."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.vehicle.hearing import until
from vehicle.spool.spool import (
    FORGET_S,
    GROUP_COMMIT_S,
    PENDING_FRAMES,
    LaneFull,
    Spool,
    SpoolInUse,
)
from vehicle.spool.store import Refusal, Snapshot, SpooledFrame, SpoolStore

SEGMENT = b"s" * 16


def frame(sequence: int, lane: int = 2, unit_id: str = "A1") -> SpooledFrame:
    return SpooledFrame(unit_id, lane, SEGMENT, sequence, f"frame {sequence}".encode())


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = Spool(tmp_path)
    await spool.open()
    yield spool
    await spool.close()


async def test_committed_is_called_after_the_commit(spool: Spool, tmp_path: Path) -> None:
    """Who reads the file when told *captured* finds the frame."""
    found: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def look() -> None:
        with sqlite3.connect(tmp_path / "spool.sqlite") as database:
            (count,) = database.execute("SELECT count(*) FROM frames").fetchone()
        database.close()
        found.set_result(count)

    spool.put([frame(1), frame(2)], look)
    assert await asyncio.wait_for(found, PATIENCE_S) == 2


async def test_frames_are_read_back_by_segment(spool: Spool) -> None:
    """Reading sees everything put before, committed or not."""
    spool.put([frame(n) for n in range(1, 6)])
    spool.put([frame(9, unit_id="B2")])
    held = await spool.frames("A1", 2, SEGMENT, 2, 4)
    assert [one.sequence for one in held] == [2, 3, 4]
    assert held[0].frame == b"frame 2"


async def test_acknowledged_frames_are_gone_after_reopening(tmp_path: Path) -> None:
    """A new start resumes after the acknowledgement, oldest segment first."""
    spool = Spool(tmp_path)
    await spool.open()
    spool.put([frame(n) for n in range(1, 6)])
    spool.put([SpooledFrame("A1", 2, b"t" * 16, 1, b"later")])
    spool.acknowledge("A1", 2, SEGMENT, 3)
    await spool.close()
    await spool.open()
    state = await spool.unit("A1")
    assert [(one.segment, one.acknowledged, one.last) for one in state.segments] == [
        (SEGMENT, 3, 5),
        (b"t" * 16, 0, 1),
    ]
    assert spool.depth.frames == 3
    await spool.close()


async def test_a_refused_frame_moves_to_the_quarantine(spool: Spool) -> None:
    """The acknowledgement that passes a refused frame leaves it in the quarantine."""
    spool.put([frame(1)])
    spool.put([Refusal("A1", 2, SEGMENT, 1, "OUT_OF_RANGE", "items[0]", "too high")])
    spool.acknowledge("A1", 2, SEGMENT, 1)
    (kept,) = await spool.quarantined()
    assert kept.frame == b"frame 1"
    assert kept.refusal.reason == "OUT_OF_RANGE"
    assert (await spool.unit("A1")).quarantined == 1


async def test_a_snapshot_is_replaced_and_forgotten(spool: Spool) -> None:
    """The newest state by name is what a unit resumes from."""
    spool.put([Snapshot("A1", "book", b"old"), Snapshot("A1", "book", b"new")])
    spool.put([Snapshot("A1", "gone", b"x"), Snapshot("A1", "gone", None)])
    assert (await spool.unit("A1")).snapshots == {"book": b"new"}


async def test_a_full_spool_refuses_vitals_first(tmp_path: Path) -> None:
    """The ALARM lane keeps a reserve when there is no more room for vitals."""
    spool = Spool(tmp_path, frames_max=100)
    await spool.open()
    spool.put([frame(n) for n in range(1, 97)])
    with pytest.raises(LaneFull, match="96 frames"):
        spool.check_room(2)
    spool.check_room(1)
    spool.put([frame(n) for n in range(97, 101)])
    with pytest.raises(LaneFull):
        spool.check_room(1)
    await spool.close()


async def test_waveforms_are_refused_before_vitals_are(tmp_path: Path) -> None:
    """A unit without a link fills half of its disk with waveforms, and no more."""
    spool = Spool(tmp_path, frames_max=100)
    await spool.open()
    spool.put([frame(n) for n in range(1, 51)])
    with pytest.raises(LaneFull, match="50 frames"):
        spool.check_room(3)
    spool.check_room(2)
    await spool.close()


async def test_room_returns_when_frames_were_acknowledged(tmp_path: Path) -> None:
    """A paused source goes on once a tenth of the bound is free."""
    spool = Spool(tmp_path, frames_max=100)
    await spool.open()
    spool.put([frame(n) for n in range(1, 101)])
    room = asyncio.ensure_future(spool.room(2))
    spool.acknowledge("A1", 2, SEGMENT, 50)
    await asyncio.wait_for(room, PATIENCE_S)
    spool.check_room(2)
    await spool.close()


async def test_a_second_process_is_kept_out(spool: Spool, tmp_path: Path) -> None:
    """Two clients never number frames in one spool."""
    with pytest.raises(SpoolInUse, match="another vehicle"):
        await Spool(tmp_path).open()


def _refuse(monkeypatch: pytest.MonkeyPatch, troubles: Sequence[sqlite3.DatabaseError]) -> None:
    """Let the disk refuse so many transactions, each for its reason, and take the next."""
    write, refusals = SpoolStore.write, iter(troubles)

    def failing(store: SpoolStore, entries: list[SpooledFrame]) -> object:
        if trouble := next(refusals, None):
            raise trouble
        return write(store, entries)

    monkeypatch.setattr("vehicle.spool.spool.RETRY_S", 0.01)
    monkeypatch.setattr(SpoolStore, "write", failing)


async def test_a_disk_that_fails_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frame that the disk refused is confirmed once the disk takes it, and not before."""
    troubles: list[str] = []
    _refuse(monkeypatch, [sqlite3.OperationalError("database or disk is full")] * 2)
    spool = Spool(tmp_path, on_trouble=troubles.append)
    await spool.open()
    confirmed = asyncio.Event()
    spool.put([frame(1)], confirmed.set)
    await asyncio.wait_for(confirmed.wait(), PATIENCE_S)
    assert troubles == ["database or disk is full"] * 2
    assert (await spool.unit("A1")).segments[0].last == 1
    await spool.close()


async def test_a_damaged_file_is_said_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever SQLite says of the disk, the spool goes on trying, and never ends in silence."""
    troubles: list[str] = []
    _refuse(monkeypatch, [sqlite3.DatabaseError("database disk image is malformed")])
    spool = Spool(tmp_path, on_trouble=troubles.append)
    await spool.open()
    spool.put([frame(1)])
    await asyncio.wait_for(spool.flush(), PATIENCE_S)
    assert troubles == ["database disk image is malformed"]
    await spool.close()


async def test_a_disk_that_takes_nothing_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was captured goes out meanwhile, be it on the disk already or on its way there."""
    monkeypatch.setattr("vehicle.spool.spool.RETRY_S", 0.01)
    spool = Spool(tmp_path)
    await spool.open()
    spool.put([frame(1), frame(2)])
    await spool.flush()
    await spool._ask(_wait_for_nobody)
    disk = sqlite3.connect(tmp_path / "spool.sqlite", isolation_level=None)
    disk.execute("BEGIN IMMEDIATE")
    confirmed = asyncio.Event()
    spool.put([frame(3)], confirmed.set)
    held = await asyncio.wait_for(spool.frames("A1", 2, SEGMENT, 2, 4), PATIENCE_S)
    assert [one.sequence for one in held] == [2, 3]
    assert not confirmed.is_set()
    disk.execute("ROLLBACK")
    disk.close()
    await asyncio.wait_for(confirmed.wait(), PATIENCE_S)
    await spool.close()


async def test_a_spool_that_filled_its_disk_empties_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is acknowledged makes room on a full disk, although newer frames wait for it."""
    monkeypatch.setattr("vehicle.spool.spool.RETRY_S", 0.01)
    monkeypatch.setattr("vehicle.spool.spool.FORGET_S", 0.01)
    full = asyncio.Event()
    spool = Spool(tmp_path, on_trouble=lambda _: full.set())
    await spool.open()
    spool.put([SpooledFrame("A1", 2, SEGMENT, n, bytes(1_000)) for n in range(1, 101)])
    await spool.flush()
    await spool._ask(_leave_no_room)
    confirmed = asyncio.Event()
    spool.put([SpooledFrame("A1", 2, b"t" * 16, n, bytes(1_000)) for n in (1, 2)], confirmed.set)
    await asyncio.wait_for(full.wait(), PATIENCE_S)
    spool.acknowledge("A1", 2, SEGMENT, 100)
    await asyncio.wait_for(confirmed.wait(), PATIENCE_S)
    assert spool.depth.frames == 2
    await spool.close()


def _wait_for_nobody(store: SpoolStore) -> None:
    store._database.execute("PRAGMA busy_timeout = 0")


def _leave_no_room(store: SpoolStore) -> None:
    (pages,) = store._database.execute("PRAGMA page_count").fetchone()
    store._database.execute(f"PRAGMA max_page_count = {pages}")


_CHILD = """
import asyncio, sys
from functools import partial
from pathlib import Path
from vehicle.spool.spool import Spool
from vehicle.spool.store import SpooledFrame

async def main() -> None:
    spool = Spool(Path(sys.argv[1]))
    await spool.open()
    room = asyncio.Semaphore(100)
    sequence = 0

    def confirmed(number: int) -> None:
        sys.stdout.buffer.write(f"{number}\\n".encode())
        sys.stdout.buffer.flush()
        room.release()

    while True:
        await room.acquire()
        sequence += 1
        spool.put([SpooledFrame("A1", 2, b"s" * 16, sequence, b"f" * 300)],
                  partial(confirmed, sequence), urgent=sequence % 50 == 0)

asyncio.run(main())
"""


def test_everything_confirmed_survives_kill_9(tmp_path: Path) -> None:
    """After kill -9 in the middle of writing, every frame that was confirmed is in the spool."""
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(tmp_path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    confirmed = [int(child.stdout.readline()) for _ in range(400)]
    child.send_signal(signal.SIGKILL)
    confirmed += [int(line) for line in child.stdout.read().split(b"\n")[:-1]]
    child.wait()
    child.stdout.close()
    store = SpoolStore(tmp_path / "spool.sqlite")
    held = {one.sequence for one in store.frames(("A1", 2, b"s" * 16), 1, 10**9)}
    store.close()
    assert set(confirmed) <= held
    assert held == set(range(1, max(held) + 1))


async def test_a_spool_is_full_of_bytes_as_well(tmp_path: Path) -> None:
    """Whichever bound is reached first counts."""
    spool = Spool(tmp_path, bytes_max=100)
    await spool.open()
    spool.put([SpooledFrame("A1", 2, SEGMENT, 1, bytes(96))])
    with pytest.raises(LaneFull, match="96 bytes"):
        spool.check_room(2)
    spool.check_room(1)
    await spool.close()


async def test_what_is_on_its_way_to_the_disk_is_bounded(tmp_path: Path) -> None:
    """A disk that does not keep up stops the source before memory is full."""
    spool = Spool(tmp_path)
    await spool.open()
    spool.put([frame(n) for n in range(1, PENDING_FRAMES + 1)])
    with pytest.raises(LaneFull):
        spool.check_room(1)
    await spool.flush()
    await asyncio.wait_for(spool.room(1), PATIENCE_S)
    spool.check_room(1)
    await spool.close()


class Waits(threading.Event):
    """An event that remembers for how long it was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.timeouts: list[float | None] = []
        self.came: list[bool] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.timeouts.append(timeout)
        self.came.append(super().wait(timeout))
        return self.came[-1]


async def test_a_frame_waits_for_company_no_longer_than_its_bound(tmp_path: Path) -> None:
    """GROUP_COMMIT_S: then it is committed alone; an urgent one takes along what waits."""
    spool, waits = Spool(tmp_path), Waits()
    spool._hurry = waits
    await spool.open()
    groups: list[int] = []
    spool.put([frame(1)], lambda: groups.append(1))
    await until(lambda: groups == [1])
    assert waits.timeouts[-1] == GROUP_COMMIT_S
    assert waits.came[-1] is False
    spool.put([frame(2)], lambda: groups.append(2))
    spool.put([frame(1, lane=1)], lambda: groups.append(3), urgent=True)
    await until(lambda: groups == [1, 2, 3])
    await spool.close()


async def test_an_acknowledgement_waits_no_longer_than_its_bound(spool: Spool) -> None:
    """FORGET_S: counted from the first that waits, however many follow."""
    spool.put([frame(n) for n in range(1, 4)])
    await spool.flush()
    spool.acknowledge("A1", 2, SEGMENT, 1)
    due = spool._forget_due
    assert due is not None
    assert due.when() <= asyncio.get_running_loop().time() + FORGET_S
    spool.acknowledge("A1", 2, SEGMENT, 3)
    assert spool._forget_due is due
    await until(lambda: spool.depth.frames == 0)
