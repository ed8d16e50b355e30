"""Statements that are compiled once write what SQLAlchemy would."""

from typing import Final

from sqlalchemy import Connection, bindparam, create_engine, insert, select, update

from command_center.store.often import insert_new, write_rows
from command_center.store.tables import BOOKS, METADATA

_NEW: Final = insert_new(BOOKS)
_SET: Final = update(BOOKS).where(BOOKS.c.partition == 1).values(state=bindparam("now"))
ROWS: Final = [{"partition": 1, "state": b"\x00one"}, {"partition": 2, "state": b"two"}]


def _empty() -> Connection:
    connection = create_engine("sqlite://").connect()
    METADATA.create_all(connection)
    return connection


def _held(connection: Connection) -> list[tuple[int, bytes]]:
    return [(row.partition, row.state) for row in connection.execute(select(BOOKS))]


def test_the_same_rows_are_there_as_by_the_statement_itself() -> None:
    """Bytes with a zero in them too, and in whatever order a row names its columns."""
    ours, theirs = _empty(), _empty()
    write_rows(ours, _NEW, [dict(reversed(row.items())) for row in ROWS])
    theirs.execute(insert(BOOKS), ROWS)
    assert _held(ours) == _held(theirs) == [(1, b"\x00one"), (2, b"two")]


def test_a_row_that_is_there_is_left_alone_and_no_rows_are_no_error() -> None:
    connection = _empty()
    write_rows(connection, _NEW, ROWS)
    write_rows(connection, _NEW, [{"partition": 2, "state": b"other"}])
    write_rows(connection, _NEW, [])
    assert _held(connection) == [(1, b"\x00one"), (2, b"two")]


def test_what_is_part_of_the_statement_stays_its_part() -> None:
    """The partition stands in the statement, the state comes with the row."""
    connection = _empty()
    write_rows(connection, _NEW, ROWS)
    write_rows(connection, _SET, [{"now": b"three"}])
    assert _held(connection) == [(1, b"three"), (2, b"two")]
