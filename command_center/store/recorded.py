"""Statements about the twelve-lead ECGs of patients and the event strips of their alarms."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from command_center.store.often import insert_new
from command_center.store.tables import ECGS, STRIPS
from command_center.store.values import StoredStrip


@dataclass(frozen=True, slots=True)
class StoredEcg:
    """An ECG of a patient, serialised."""

    encounter_id: str
    ecg_id: bytes
    unit_id: str
    recorded_us: int
    content: bytes
    reading: bytes
    """What was read off it, JSON."""


def write_ecg(connection: Connection, ecg: StoredEcg) -> None:
    """Keep an ECG; one that is repeated is the same."""
    row = {
        "ecg_id": ecg.ecg_id,
        "encounter_id": ecg.encounter_id,
        "unit_id": ecg.unit_id,
        "recorded_us": ecg.recorded_us,
        "content": ecg.content,
        "reading": ecg.reading,
    }
    connection.execute(insert_new(ECGS), [row])


def read_ecgs(connection: Connection, encounter_id: str, limit: int) -> list[StoredEcg]:
    """Return the newest ECGs of a patient, newest first."""
    mine = select(ECGS).where(ECGS.c.encounter_id == encounter_id)
    rows = connection.execute(mine.order_by(ECGS.c.recorded_us.desc()).limit(limit)).all()
    return [
        StoredEcg(
            row.encounter_id, row.ecg_id, row.unit_id, row.recorded_us, row.content, row.reading
        )
        for row in rows
    ]


def read_due_strips(connection: Connection, limit: int) -> list[StoredStrip]:
    """Return the strips that are not finished, the next due first."""
    unfinished = select(STRIPS).where(STRIPS.c.due_us.is_not(None))
    return _strips(connection.execute(unfinished.order_by(STRIPS.c.due_us).limit(limit)).all())


def write_strips(connection: Connection, strips: Iterable[StoredStrip]) -> None:
    """Note what was found of strips, each in the place of what was known; one let go stays so."""
    for strip in strips:
        mine = STRIPS.c.alarm_id == strip.alarm_id
        connection.execute(update(STRIPS).where(mine).values(asdict(strip)))


def read_strips(connection: Connection, encounter_id: str, limit: int) -> list[StoredStrip]:
    """Return the newest strips of a patient of which something is known, newest first."""
    mine = select(STRIPS).where(
        STRIPS.c.encounter_id == encounter_id, STRIPS.c.content.is_not(None)
    )
    return _strips(connection.execute(mine.order_by(STRIPS.c.onset_us.desc()).limit(limit)).all())


def read_strip(connection: Connection, alarm_id: bytes) -> StoredStrip | None:
    """Return the strip of an alarm, if something is known of it."""
    found = connection.execute(select(STRIPS).where(STRIPS.c.alarm_id == alarm_id)).all()
    return next((strip for strip in _strips(found) if strip.content is not None), None)


def prune_strips(connection: Connection, kept: int) -> None:
    """Let go of the strips with the oldest onsets beyond the newest ``kept``."""
    count = connection.execute(select(func.count()).select_from(STRIPS)).scalar_one()
    if count > kept:
        oldest = select(STRIPS.c.alarm_id).order_by(STRIPS.c.onset_us).limit(count - kept)
        connection.execute(delete(STRIPS).where(STRIPS.c.alarm_id.in_(oldest)))


def _strips(rows: Iterable[Row[Any]]) -> list[StoredStrip]:
    return [StoredStrip(**row._asdict()) for row in rows]
