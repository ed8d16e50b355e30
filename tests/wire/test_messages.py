"""Messages to a unit and their keys in topic `downlink`."""

import pytest
from hypothesis import given

from tests.wire import plain_strategies, record_strategies
from wire.messages import (
    Message,
    decode_message,
    encode_message,
    message_key,
    parse_message_key,
)
from wire.reading import Unreadable


@given(record_strategies.messages)
def test_round_trip(message: Message) -> None:
    assert decode_message(encode_message(message)) == message


@given(plain_strategies.unit_ids, plain_strategies.uuids)
def test_keys_name_unit_and_message(unit_id: str, message_id: str) -> None:
    """A unit id holds no slash, so a key reads back as what it was made of."""
    assert parse_message_key(message_key(unit_id, message_id)) == (unit_id, message_id)


@pytest.mark.parametrize("key", [b"", b"unit", b"unit/", b"/message"])
def test_other_keys_are_unreadable(key: bytes) -> None:
    with pytest.raises(Unreadable):
        parse_message_key(key)


def test_other_bytes_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_message(b"\xff")
