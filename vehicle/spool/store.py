"""The spool's tables: plain, synchronous SQLite; everything here runs in the spool's one thread.

``segments`` numbers each append-only run; a run's rows in ``frames`` are what no gateway has
acknowledged. A transaction holds whole ``Entry`` groups: a frame, the alarm frames that the edge
watch drew from it, and the watch's state after it stand or fall together.
WAL with synchronous=FULL: what was committed survives a power cut.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

QUARANTINE_FRAMES: Final = 1_000
"""Refused frames kept per spool; the oldest go first."""

MESSAGES_PER_UNIT: Final = 200
"""Messages from the center kept per unit; the oldest go first."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS segments (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL, lane INTEGER NOT NULL, segment BLOB NOT NULL,
    UNIQUE (unit, lane, segment));
CREATE TABLE IF NOT EXISTS frames (
    run INTEGER NOT NULL, sequence INTEGER NOT NULL, frame BLOB NOT NULL,
    PRIMARY KEY (run, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spans (
    run INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (run, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY, unit TEXT NOT NULL, lane INTEGER NOT NULL, segment BLOB NOT NULL,
    sequence INTEGER NOT NULL, reason TEXT NOT NULL, field_path TEXT NOT NULL,
    description TEXT NOT NULL, frame BLOB NOT NULL, UNIQUE (unit, lane, segment, sequence));
CREATE TABLE IF NOT EXISTS snapshots (
    unit TEXT NOT NULL, name TEXT NOT NULL, state BLOB NOT NULL,
    PRIMARY KEY (unit, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    unit TEXT NOT NULL, message TEXT NOT NULL, stage INTEGER NOT NULL, body BLOB NOT NULL,
    id INTEGER PRIMARY KEY, UNIQUE (unit, message));
"""


@dataclass(frozen=True, slots=True)
class SpooledFrame:
    """A numbered, serialised frame."""

    unit_id: str
    lane: int
    segment: bytes
    sequence: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Discard:
    """This frame stands for all frames of its segment from ``first`` to its own sequence."""

    unit_id: str
    lane: int
    segment: bytes
    sequence: int
    frame: bytes
    first: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """State to resume from, by name; None forgets it."""

    unit_id: str
    name: str
    state: bytes | None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message from the center, serialised, and the furthest stage it reached."""

    unit_id: str
    message_id: str
    stage: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """A gateway will never take this frame as data; its words carry no patient data."""

    unit_id: str
    lane: int
    segment: bytes
    sequence: int
    reason: str
    field_path: str
    description: str


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Everything of a segment through this sequence is durable in the log."""

    unit_id: str
    lane: int
    segment: bytes
    through: int


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A refused frame as the quarantine keeps it."""

    refusal: Refusal
    frame: bytes


@dataclass(frozen=True, slots=True)
class SegmentProgress:
    """An older segment that has frames which nobody acknowledged."""

    lane: int
    segment: bytes
    acknowledged: int
    last: int
    spans: tuple[tuple[int, int], ...] = ()
    """First and last sequence of what was left out, each with one frame at the last."""


@dataclass(frozen=True, slots=True)
class UnitState:
    """Everything a unit resumes from."""

    segments: tuple[SegmentProgress, ...]
    """Oldest first."""
    snapshots: dict[str, bytes]
    messages: tuple[StoredMessage, ...]
    """Oldest first."""
    quarantined: int
    """Refused frames of this unit that are kept."""


@dataclass(frozen=True, slots=True)
class Depth:
    """What waits in the spool."""

    frames: int
    frame_bytes: int


Entry = SpooledFrame | Discard | Snapshot | StoredMessage | Refusal | Acknowledgement


class SpoolStore:
    """An open spool database. Use it in one thread; sqlite3.Error where the disk fails."""

    def __init__(self, path: Path) -> None:
        """Open or create the database; brings its layout up."""
        self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("PRAGMA journal_size_limit=16777216")
        self._database.executescript(_SCHEMA)
        self._runs: dict[tuple[str, int, bytes], int] = {}

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def write(self, entries: Iterable[Entry]) -> Depth:
        """Commit entries as one transaction; return what acknowledgements took away."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            freed = [self._write_one(entry) for entry in entries]
            self._database.execute("COMMIT")
        except BaseException:
            # A run that was numbered in here is gone, whoever took it back: a disk that is full
            # does so by itself, and mostly says so not before the commit.
            self._runs.clear()
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")
            raise
        return Depth(sum(one.frames for one in freed), sum(one.frame_bytes for one in freed))

    def _write_one(self, entry: Entry) -> Depth:
        match entry:
            case SpooledFrame():
                self._database.execute(
                    "INSERT OR IGNORE INTO frames VALUES (?, ?, ?)",
                    (self._run(entry), entry.sequence, entry.frame),
                )
            case Discard():
                return self._discard(entry)
            case Acknowledgement():
                return self._acknowledge(entry)
            case Refusal():
                self._quarantine(entry)
            case Snapshot():
                self._snapshot(entry)
            case StoredMessage():
                self._message(entry)
        return Depth(0, 0)

    def _run(self, entry: SpooledFrame | Discard | Acknowledgement | Refusal) -> int:
        key = (entry.unit_id, entry.lane, entry.segment)
        run = self._runs.get(key)
        if run is None:
            self._database.execute(
                "INSERT OR IGNORE INTO segments (unit, lane, segment) VALUES (?, ?, ?)", key
            )
            (run,) = self._database.execute(
                "SELECT id FROM segments WHERE unit = ? AND lane = ? AND segment = ?", key
            ).fetchone()
            self._runs[key] = run
        return int(run)

    def _acknowledge(self, entry: Acknowledgement) -> Depth:
        span = (self._run(entry), entry.through)
        frames, size = self._database.execute(
            "SELECT count(*), coalesce(sum(length(frame)), 0) FROM frames"
            " WHERE run = ? AND sequence <= ?",
            span,
        ).fetchone()
        self._database.execute("DELETE FROM frames WHERE run = ? AND sequence <= ?", span)
        self._database.execute("DELETE FROM spans WHERE run = ? AND last <= ?", span)
        return Depth(frames, size)

    def _discard(self, entry: Discard) -> Depth:
        """Put one frame in the place of many; return by how much less is held."""
        run = self._run(entry)
        span = (run, entry.first, entry.sequence)
        frames, size = self._database.execute(
            "SELECT count(*), coalesce(sum(length(frame)), 0) FROM frames"
            " WHERE run = ? AND sequence BETWEEN ? AND ?",
            span,
        ).fetchone()
        self._database.execute(
            "DELETE FROM frames WHERE run = ? AND sequence BETWEEN ? AND ?", span
        )
        self._database.execute("DELETE FROM spans WHERE run = ? AND first BETWEEN ? AND ?", span)
        self._database.execute(
            "INSERT INTO frames VALUES (?, ?, ?)", (run, entry.sequence, entry.frame)
        )
        self._database.execute("INSERT INTO spans VALUES (?, ?, ?)", span)
        return Depth(frames - 1, size - len(entry.frame))

    def _quarantine(self, entry: Refusal) -> None:
        self._database.execute(
            "INSERT OR IGNORE INTO quarantine (unit, lane, segment, sequence, reason, field_path,"
            " description, frame)"
            " SELECT ?, ?, ?, ?, ?, ?, ?, frame FROM frames WHERE run = ? AND sequence = ?",
            (
                entry.unit_id,
                entry.lane,
                entry.segment,
                entry.sequence,
                entry.reason,
                entry.field_path,
                entry.description,
                self._run(entry),
                entry.sequence,
            ),
        )
        self._database.execute(
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?",
            (QUARANTINE_FRAMES,),
        )

    def _snapshot(self, entry: Snapshot) -> None:
        if entry.state is None:
            self._database.execute(
                "DELETE FROM snapshots WHERE unit = ? AND name = ?", (entry.unit_id, entry.name)
            )
            return
        self._database.execute(
            "INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?)",
            (entry.unit_id, entry.name, entry.state),
        )

    def _message(self, entry: StoredMessage) -> None:
        self._database.execute(
            "INSERT INTO messages (unit, message, stage, body) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (unit, message) DO UPDATE SET stage = max(stage, excluded.stage)",
            (entry.unit_id, entry.message_id, entry.stage, entry.body),
        )
        self._database.execute(
            "DELETE FROM messages WHERE unit = ? AND id NOT IN"
            " (SELECT id FROM messages WHERE unit = ? ORDER BY id DESC LIMIT ?)",
            (entry.unit_id, entry.unit_id, MESSAGES_PER_UNIT),
        )

    def frames(self, key: tuple[str, int, bytes], first: int, last: int) -> Sequence[SpooledFrame]:
        """Return the frames of (unit, lane, segment) in [first, last] that are still held."""
        rows = self._database.execute(
            "SELECT sequence, frame FROM frames JOIN segments ON segments.id = run"
            " WHERE unit = ? AND lane = ? AND segment = ? AND sequence BETWEEN ? AND ?"
            " ORDER BY sequence",
            (*key, first, last),
        )
        return [SpooledFrame(*key, sequence, frame) for sequence, frame in rows]

    def depth(self) -> Depth:
        """Count the frames that nobody acknowledged."""
        frames, size = self._database.execute(
            "SELECT count(*), coalesce(sum(length(frame)), 0) FROM frames"
        ).fetchone()
        return Depth(frames, size)

    def quarantined(self) -> list[Quarantined]:
        """Return the quarantine, oldest first."""
        rows = self._database.execute(
            "SELECT unit, lane, segment, sequence, reason, field_path, description, frame"
            " FROM quarantine ORDER BY id"
        )
        return [Quarantined(Refusal(*row[:-1]), row[-1]) for row in rows]

    def unit(self, unit_id: str) -> UnitState:
        """Return what a unit resumes from; forgets its segments that have nothing left."""
        self._runs.clear()
        self._database.execute(
            "DELETE FROM spans WHERE NOT EXISTS"
            " (SELECT 1 FROM frames WHERE frames.run = spans.run AND sequence = last)"
        )
        self._database.execute(
            "DELETE FROM segments WHERE unit = ? AND id NOT IN (SELECT run FROM frames)", (unit_id,)
        )
        segments = self._database.execute(
            "SELECT lane, segment, min(sequence) - 1, max(sequence) FROM segments"
            " JOIN frames ON run = id WHERE unit = ? GROUP BY id ORDER BY id",
            (unit_id,),
        )
        snapshots = self._database.execute(
            "SELECT name, state FROM snapshots WHERE unit = ?", (unit_id,)
        )
        messages = self._database.execute(
            "SELECT unit, message, stage, body FROM messages WHERE unit = ? ORDER BY id", (unit_id,)
        )
        (quarantined,) = self._database.execute(
            "SELECT count(*) FROM quarantine WHERE unit = ?", (unit_id,)
        ).fetchone()
        return UnitState(
            tuple(self._progress(unit_id, *row) for row in segments),
            dict(snapshots),
            tuple(StoredMessage(*row) for row in messages),
            quarantined,
        )

    def _progress(
        self, unit_id: str, lane: int, segment: bytes, acknowledged: int, last: int
    ) -> SegmentProgress:
        """A span at the beginning counts from its first sequence on."""
        spans = self._database.execute(
            "SELECT first, last FROM spans JOIN segments ON id = run"
            " WHERE unit = ? AND lane = ? AND segment = ? ORDER BY first",
            (unit_id, lane, segment),
        ).fetchall()
        begins = min([acknowledged, *(first - 1 for first, _ in spans)])
        return SegmentProgress(lane, segment, begins, last, tuple(spans))
