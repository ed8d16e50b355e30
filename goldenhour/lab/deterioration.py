"""The deterioration index over a table of patients: one row for one row, each judged by its past.

Rows of patients may come interleaved. A row that cannot be judged (no patient, no readable minute,
an age below that of the training records) has an empty index and no alert. A row older than the
newest of its patient changes nothing and is told the index as it stands.

Rows are taken in chunks: first the first row of every patient in the chunk, then every second one,
and so on, which gives what row by row would.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from clinical.deterioration.index import DeteriorationIndex, Rows, not_alert
from clinical.deterioration.inputs import COLUMNS
from clinical.deterioration.model import trained
from clinical.scores.observed import ADULT_YEARS, PLAUSIBLE_COLUMN
from goldenhour.lab.cells import ON_OXYGEN, Cells, HeaderError, read_header, split_line

OUT_COLUMNS: Final = ("patient", "minute", "index", "alert")
CHUNK_ROWS: Final = 8192
_REQUIRED: Final = ("patient", "minute")
_NOT_JUDGED: Final = ("", "0")


class _Row(NamedTuple):
    patient: str
    minute_text: str
    minute: float | None
    child: bool | None
    """None where no age is given."""
    values: tuple[float, ...]
    on_oxygen: float
    not_alert: float


def index_lines(lines: Iterable[str]) -> Iterator[Sequence[str]]:
    """Yield the header and one row of ``OUT_COLUMNS`` for each row of a CSV table.

    Lines without any character are no rows; a vital that has no column was never measured.

    Raises:
        HeaderError: the header lacks a column or has one twice, or no vital at all.

    """
    remaining = iter(lines)
    header = read_header(next(remaining, ""), _REQUIRED)
    if not set(COLUMNS) & set(header):
        message = f"the header has none of the columns {', '.join(COLUMNS)}"
        raise HeaderError(message)
    yield OUT_COLUMNS
    rows = (_row(header, line) for line in remaining if line.strip("\r\n"))
    ward = _Ward()
    while chunk := list(islice(rows, CHUNK_ROWS)):
        for row, (index, alert) in zip(chunk, ward.judge(chunk), strict=True):
            yield row.patient, row.minute_text, index, alert


class _Ward:
    """All patients of a table."""

    def __init__(self) -> None:
        self._index = DeteriorationIndex(trained(), slots=0)
        self._slots: dict[str, int] = {}
        self._children: set[str] = set()

    def judge(self, chunk: Sequence[_Row]) -> list[tuple[str, str]]:
        """Return index and alert of each row as cells."""
        judged = [_NOT_JUDGED] * len(chunk)
        for places in self._rounds(chunk):
            rows = [chunk[place] for place in places]
            found = self._index.on_batch(self._columns(rows))
            for place, index, alert in zip(places, found.index, found.alert, strict=True):
                judged[place] = (f"{index:.4f}", str(int(alert)))
        return judged

    def _rounds(self, chunk: Sequence[_Row]) -> list[list[int]]:
        """Return places in the chunk so that no patient occurs twice in a round."""
        rounds: list[list[int]] = []
        seen: dict[str, int] = {}
        for place, row in enumerate(chunk):
            if not self._judged(row):
                continue
            turn = seen.get(row.patient, 0)
            seen[row.patient] = turn + 1
            if turn == len(rounds):
                rounds.append([])
            rounds[turn].append(place)
            self._slots.setdefault(row.patient, len(self._slots))
        self._index.grow(len(self._slots))
        return rounds

    def _judged(self, row: _Row) -> bool:
        if row.child is not None:
            (self._children.add if row.child else self._children.discard)(row.patient)
        return bool(row.patient) and row.minute is not None and row.patient not in self._children

    def _columns(self, rows: Sequence[_Row]) -> Rows:
        return Rows(
            slots=np.array([self._slots[row.patient] for row in rows]),
            minutes=np.array([row.minute for row in rows], np.float64),
            values=np.array([row.values for row in rows]),
            on_oxygen=np.array([row.on_oxygen for row in rows]),
            not_alert=np.array([row.not_alert for row in rows]),
        )


def _row(header: Sequence[str], line: str) -> _Row:
    cells = Cells(dict(zip(header, split_line(line), strict=False)))
    age_years, gcs = _plausible(cells, "age_years"), _plausible(cells, "gcs")
    return _Row(
        patient=cells.text("patient"),
        minute_text=cells.text("minute"),
        minute=cells.number("minute"),
        child=None if age_years is None else age_years < ADULT_YEARS,
        values=tuple(_float(cells.number(column)) for column in COLUMNS),
        on_oxygen=_float(cells.choice("on_oxygen", ON_OXYGEN)),
        not_alert=not_alert(cells.consciousness(), gcs),
    )


def _plausible(cells: Cells, column: str) -> float | None:
    number, limits = cells.number(column), PLAUSIBLE_COLUMN[column]
    return number if number is not None and limits.lowest <= number <= limits.highest else None


def _float(value: float | None) -> float:
    return np.nan if value is None else float(value)
