"""Resume tokens."""

import msgspec
import pytest

from command_center.positions import (
    PARTITIONS,
    START,
    BadToken,
    Position,
    decode_token,
    encode_token,
)


def test_a_token_reads_back() -> None:
    """Offset and ordinal of every partition survive."""
    vector = tuple(Position(number * 2**40, number) for number in range(PARTITIONS))
    assert decode_token(encode_token(vector)) == vector


@pytest.mark.parametrize(
    "token",
    [
        b"",
        b"\xff",
        encode_token(START)[:-1],
        encode_token(START[:-1]),
        msgspec.msgpack.encode((2, START)),
        encode_token((Position(-1), *START[1:])),
    ],
)
def test_what_is_no_token_is_refused(token: bytes) -> None:
    """Broken, of other topics, of another version, negative: the sender's fault."""
    with pytest.raises(BadToken):
        decode_token(token)
