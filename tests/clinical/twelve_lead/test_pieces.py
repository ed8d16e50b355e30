"""An ECG on its way is cut and joined without loss, or refused."""

from dataclasses import replace
from random import Random

import pytest

from clinical.twelve_lead.pieces import (
    ECG_ID_BYTES,
    PIECE_BYTES,
    PIECES_MAX,
    Assembly,
    SpoiltError,
    TooLargeError,
    cut,
)

ID = bytes(ECG_ID_BYTES)
CONTENT = Random(1).randbytes(3 * PIECE_BYTES + 7)  # noqa: S311 - no secret


def test_pieces_in_any_order_and_twice_are_the_whole() -> None:
    """No piece is larger than an alarm may wait for."""
    pieces = cut(ID, CONTENT)
    assert [len(piece.content) for piece in pieces] == [PIECE_BYTES] * 3 + [7]
    assembly = Assembly(4)
    assert [assembly.take(pieces[index]) for index in (2, 0, 2, 3)] == [True, True, False, True]
    assert (assembly.whole, assembly.came) == (None, 3)
    assembly.take(pieces[1])
    assert assembly.whole == CONTENT


def test_pieces_that_contradict_each_other_spoil_it() -> None:
    """Another content of the same piece, or another count."""
    first, *_ = cut(ID, CONTENT)
    for other in (replace(first, content=b"other"), replace(first, count=5)):
        assembly = Assembly(4)
        assembly.take(first)
        with pytest.raises(SpoiltError, match="piece 0"):
            assembly.take(other)


def test_what_is_too_large_or_nothing_is_not_cut() -> None:
    """The bound is that of the pieces."""
    assert len(cut(ID, bytes(PIECES_MAX * PIECE_BYTES))) == PIECES_MAX
    for content in (b"", bytes(PIECES_MAX * PIECE_BYTES + 1)):
        with pytest.raises(TooLargeError):
            cut(ID, content)
