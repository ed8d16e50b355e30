"""A recording of numerics, played in real time: CSV with ``second`` and columns of ``Vitals``.

``second`` counts from the start of the recording; the other columns are named as in the proto
(``heart_rate_bpm``, ``spo2_percent``, ..., ``consciousness`` as A, C, V, P or U, ``on_oxygen`` as
0 or 1). An empty cell was not measured. Other columns are passed over.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.items import Vitals
from clinical.vitals import Consciousness, Vital
from ports.clock import Clock
from vehicle.client import VehicleClient
from vehicle.spool import LaneFull
from wire.frames import Lane


class BadRecording(ValueError):  # noqa: N818 - named for what it is
    """The file is no recording; the words name row and column."""


@dataclass(frozen=True, slots=True)
class Row:
    """What was shown at one second of a recording."""

    second: float
    vitals: Vitals


_NUMERIC: Final = tuple(str(vital) for vital in Vital)


def read_recording(path: Path) -> Iterator[Row]:
    """Yield the rows of a recording; BadRecording where one cannot be read."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        if "second" not in (rows.fieldnames or ()):
            message = f"{path.name} has no column named second"
            raise BadRecording(message)
        for number, row in enumerate(rows, start=2):
            yield _row(row, number)


def _row(row: Mapping[str, str | None], number: int) -> Row:
    column = "second"
    try:
        second = float(row["second"] or "")
        numbers: dict[str, Any] = {}
        for column in _NUMERIC:
            if cell := row.get(column):
                numbers[column] = float(cell)
        column = "consciousness"
        consciousness = row.get(column)
        return Row(
            second,
            Vitals(
                **numbers,
                consciousness=Consciousness(consciousness) if consciousness else None,
                on_oxygen={"0": False, "1": True}.get(row.get("on_oxygen") or ""),
            ),
        )
    except ValueError as error:
        message = f"row {number}, column {column}: {error}"
        raise BadRecording(message) from error


async def play(path: Path, client: VehicleClient, encounter_id: str, clock: Clock) -> None:
    """Capture each row of a recording at its time."""
    began_us = clock.monotonic_us()
    for row in read_recording(path):
        due_us = began_us + int(row.second * SECOND_US)
        await clock.sleep_us(due_us - clock.monotonic_us())
        await _capture(client, encounter_id, row.vitals)


async def _capture(client: VehicleClient, encounter_id: str, vitals: Vitals) -> None:
    while True:
        try:
            client.capture(encounter_id, [vitals])
        except LaneFull:
            await client.room(Lane.VITALS)
        else:
            return
