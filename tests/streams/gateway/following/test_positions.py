"""Resume tokens: what is encoded comes back, anything else is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.following.positions import (
    OLDEST,
    BadToken,
    Positions,
    decode_token,
    encode_token,
)
from wire.topics import ALARMS

offsets = st.integers(-1, 2**62)
positions = st.builds(Positions, offsets, st.tuples(*[offsets] * ALARMS.partitions))


@given(positions)
def test_a_token_holds_its_positions(given_positions: Positions) -> None:
    assert decode_token(encode_token(given_positions)) == given_positions


@given(st.binary(max_size=40))
def test_other_bytes_are_refused(token: bytes) -> None:
    """Nothing but BadToken, whatever a unit sends; by chance it may be a token."""
    try:
        decoded = decode_token(token)
    except BadToken:
        return
    assert len(decoded.alarms) == ALARMS.partitions


def test_a_token_of_another_shape_is_refused() -> None:
    """Another number of partitions means other positions."""
    with pytest.raises(BadToken):
        decode_token(encode_token(Positions(0, (1,))))


def test_positions_only_go_forward() -> None:
    """An entry seen again does not move them back."""
    forward = OLDEST.after_message(5).after_entry(1, 7)
    assert forward == Positions(6, (-1, 8, -1, -1))
    assert forward.after_message(1).after_entry(1, 2) == forward
