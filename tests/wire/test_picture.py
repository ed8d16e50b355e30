"""Pictures of a partition, to and from protobuf."""

import pytest
from hypothesis import given

from tests.wire import strategies
from wire.picture import Picture, decode_picture, encode_picture
from wire.reading import Unreadable


@given(strategies.pictures)
def test_round_trip(picture: Picture) -> None:
    """A refused score stays absent, a score of 0 stays 0."""
    assert decode_picture(encode_picture(picture)) == picture


def test_a_picture_of_nobody_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_picture(b"")
