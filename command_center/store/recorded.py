"""Statements about the twelve-lead ECGs of patients."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from command_center.store.folded import insert_new
from command_center.store.tables import ECGS


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
