"""Cells of a table of measurements, read strictly.

An empty cell is a missing measurement, a cell that is no finite decimal number is an implausible
one, and neither is ever taken for zero.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from math import isfinite, nan
from typing import Final, TypeVar

from clinical.scores.chart import RefusalReason
from clinical.vitals import Consciousness
from goldenhour.lab.command import UnreadableError

_DECIMAL: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
ON_OXYGEN: Final[Mapping[float, bool]] = {0.0: False, 1.0: True}

_Choice = TypeVar("_Choice")


class HeaderError(UnreadableError):
    """The table lacks a column, or has one twice: the sender's fault."""


class Cells:
    """The cells of one row, and which of them could not be read."""

    __slots__ = ("_cells", "unusable")

    def __init__(self, cells: Mapping[str, str]) -> None:
        """Read from ``cells``, text by column."""
        self._cells = cells
        self.unusable: dict[str, RefusalReason] = {}

    def text(self, column: str) -> str:
        """Return a cell without the space around it; "" where there is none."""
        return self._cells.get(column, "").strip()

    def number(self, column: str) -> float | None:
        """Return a finite decimal number, or None."""
        text = self.text(column)
        if not text:
            return None
        number = float(text) if _DECIMAL.fullmatch(text) else nan
        if not isfinite(number):
            self.unusable[column] = RefusalReason.IMPLAUSIBLE
            return None
        return number

    def choice(self, column: str, choices: Mapping[float, _Choice]) -> _Choice | None:
        """Return what a number stands for, or None."""
        number = self.number(column)
        if number is None:
            return None
        if number not in choices:
            self.unusable[column] = RefusalReason.IMPLAUSIBLE
        return choices.get(number)

    def consciousness(self) -> Consciousness | None:
        """Return a level of the ACVPU scale, or None."""
        text = self.text("consciousness")
        try:
            return Consciousness(text) if text else None
        except ValueError:
            self.unusable["consciousness"] = RefusalReason.IMPLAUSIBLE
            return None


def split_line(line: str) -> list[str]:
    """Return the cells of one physical line."""
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return line.rstrip("\r\n").split(",")


def read_header(line: str, required: Iterable[str]) -> tuple[str, ...]:
    """Return the column names of a header line; there may be more than are required.

    Raises:
        HeaderError: a column is missing, or stands there twice; the message names it.
    """
    names = tuple(name.strip() for name in split_line(line))
    for column in (*required, *names):
        times = names.count(column)
        if times != 1:
            message = f"the header has column {column} {times} times, not once"
            raise HeaderError(message)
    return names
