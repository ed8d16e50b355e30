"""Writes that are made many times a second, compiled once in the life of the program.

SQLAlchemy builds, names and looks up a statement anew each time that it is executed, which takes
several times as long as SQLite takes to write the rows. What is written often is compiled once, by
SQLAlchemy as well, and then handed to the driver with its numbers.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Insert, Table, Update, insert
from sqlalchemy.dialects import sqlite

_SQLITE: Final = sqlite.dialect(paramstyle="qmark")


class _Compiled(NamedTuple):
    text: str
    names: tuple[str, ...]
    """What each mark in the text stands for, in order."""
    fixed: Mapping[str, Any]
    """Values that are part of the statement."""


def insert_new(table: Table) -> Insert:
    """Return an insert that leaves a row alone which is there already."""
    return insert(table).prefix_with("OR IGNORE", dialect="sqlite")


def write_rows(
    connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Execute a statement for each of these rows, all with the same names.

    The statement is one that lives as long as the program: it is remembered.
    """
    if rows:
        text, names, fixed = _compiled(statement, tuple(rows[0]))
        numbers = [tuple([row[n] if n in row else fixed[n] for n in names]) for row in rows]
        connection.exec_driver_sql(text, numbers)


@cache
def _compiled(statement: Insert | Update, names: tuple[str, ...]) -> _Compiled:
    compiled = statement.compile(dialect=_SQLITE, column_keys=names)
    return _Compiled(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))
