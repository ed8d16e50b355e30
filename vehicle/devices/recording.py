"""A recording of numerics, played in real time: CSV with ``second`` and columns of ``Vitals``.

``second`` counts from the start of the recording; the other columns are named as in the proto
(``heart_rate_bpm``, ``spo2_percent``, ..., ``consciousness`` as A, C, V, P or U, ``on_oxygen`` as
0 or 1). An empty cell was not measured. Other columns are passed over. A row is a line.

A row that cannot be read is passed over whole, and said with its line and column; the rows behind
it come at their time. What is unreadable is never taken for what was not measured.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.items import Vitals
from clinical.vitals import Consciousness, Vital
from ports.clock import Clock
from ports.logging import get_logger
from vehicle.client import VehicleClient
from vehicle.spool.spool import LaneFull
from wire.frames import Lane

log = get_logger(__name__)


class BadRecording(ValueError):  # noqa: N818 - named for what it is
    """The file is no recording, or ends before its end; the words say which and where."""


@dataclass(frozen=True, slots=True)
class Row:
    """What was shown at one second of a recording."""

    second: float
    vitals: Vitals


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be read."""

    line: int
    """Of the file, counted from 1; its header is the first."""
    column: str
    """Empty where it is the whole row."""
    error: str

    def __str__(self) -> str:
        """Return where it is and what is wrong."""
        where = f"line {self.line}, column {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.error}"


_NUMERIC: Final = tuple(str(vital) for vital in Vital)
_ON_OXYGEN: Final = {"0": False, "1": True}


def read_recording(path: Path) -> Iterator[Row | BadRow]:
    """Yield the rows of a recording, those that cannot be read as what is wrong with them.

    Raises:
        BadRecording: the file is no recording, or can be read no further.
    """
    line = 0
    try:
        # Bytes that are no text spoil the cell that they stand in, not the file.
        with path.open(encoding="utf-8-sig", errors="backslashreplace") as file:
            columns = _cells(file.readline())
            if "second" not in columns:
                message = f"{path.name} has no column named second"
                raise BadRecording(message)
            for line, text in enumerate(file, start=2):
                if text.strip():
                    yield _row(columns, text, line)
    except OSError as error:
        message = f"{path.name} cannot be read behind line {line}: {error.strerror}"
        raise BadRecording(message) from error


def check_recording(path: Path) -> None:
    """Return when a file begins as a recording does; BadRecording names what it lacks."""
    next(read_recording(path), None)


def _cells(line: str) -> list[str]:
    """Return the cells of a line: a quote that is not closed ends with it."""
    return next(csv.reader([line]), [])


def _row(columns: Sequence[str], text: str, line: int) -> Row | BadRow:
    """Read a row; what is wrong is said without the cell, which is the patient's."""
    column, wanted = "", f"no row of {len(columns)} cells"
    try:
        row = _by_column(columns, text)
        column, wanted = "second", "no number"
        second = _number(row.get(column, ""))
        numbers: dict[str, Any] = {}
        for column in _NUMERIC:
            if cell := row.get(column):
                numbers[column] = _number(cell)
        column, wanted = "consciousness", "none of A, C, V, P and U"
        cell = row.get(column)
        consciousness = Consciousness(cell) if cell else None
        column, wanted = "on_oxygen", "neither 0 nor 1"
        cell = row.get(column)
        on_oxygen = _ON_OXYGEN[cell] if cell else None
    except (ValueError, KeyError, csv.Error):
        return BadRow(line, column, wanted)
    return Row(second, Vitals(**numbers, consciousness=consciousness, on_oxygen=on_oxygen))


def _by_column(columns: Sequence[str], text: str) -> Mapping[str, str]:
    cells = _cells(text)
    if any(cells[len(columns) :]):
        message = "a decimal comma, or a cell too many, would shift what stands behind it"
        raise ValueError(message)
    return dict(zip(columns, cells, strict=False))


def _number(cell: str) -> float:
    number = float(cell)
    if not isfinite(number):
        raise ValueError(cell)
    return number


async def play(path: Path, client: VehicleClient, encounter_id: str, clock: Clock) -> None:
    """Capture each row of a recording at its time; BadRecording where it can be read no further.

    Of the rows that are passed over, the first of each column is said, and at the end how many.
    """
    began_us = clock.monotonic_us()
    passed_over: Counter[str] = Counter()
    for row in read_recording(path):
        if isinstance(row, BadRow):
            passed_over[row.column] += 1
            if passed_over[row.column] == 1:
                log.error("row passed over", file=path.name, **asdict(row))
            continue
        due_us = began_us + int(row.second * SECOND_US)
        await clock.sleep_us(due_us - clock.monotonic_us())
        await _capture(client, encounter_id, row.vitals)
    if passed_over:
        log.warning("rows passed over", file=path.name, by_column=dict(passed_over))


async def _capture(client: VehicleClient, encounter_id: str, vitals: Vitals) -> None:
    while True:
        try:
            client.capture(encounter_id, [vitals])
        except LaneFull:
            await client.room(Lane.VITALS)
        else:
            return
