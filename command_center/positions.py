"""How far a reader has come in the alarms, and the resume token that says so.

One position for each partition of `alarms`, and one more for what the center itself has to say
(``OWN``). A position names the next change: one entry can change several alarms, so it has an
offset and an ordinal within it. To a subscriber the token is opaque.
"""

from typing import Final, NamedTuple

import msgspec

from wire.topics import ALARMS

OWN: Final = ALARMS.partitions
"""The partition, beside those of `alarms`, of the center's own entries; its store keeps them."""

PARTITIONS: Final = ALARMS.partitions + 1

_VERSION: Final = 1


class BadToken(ValueError):  # noqa: N818 - named for what it is
    """The bytes are no resume token of this kind of center. The sender's fault."""


class Position(NamedTuple):
    """The next change of one partition."""

    offset: int
    ordinal: int = 0
    """Index in the changes that one entry makes, from 0."""


Vector = tuple[Position, ...]
"""One position per partition, that of ``OWN`` last."""

START: Final[Vector] = (Position(0),) * PARTITIONS


def encode_token(vector: Vector) -> bytes:
    """Return the resume token of these positions."""
    return msgspec.msgpack.encode((_VERSION, vector))


def decode_token(token: bytes) -> Vector:
    """Return the positions that a token holds.

    Raises:
        BadToken: it is not of this version or of other topics.
    """
    try:
        version, vector = msgspec.msgpack.decode(token, type=tuple[int, tuple[Position, ...]])
    except msgspec.MsgspecError as error:
        message = "must be a token that a command center gave"
        raise BadToken(message) from error
    negative = any(part < 0 for position in vector for part in position)
    if version != _VERSION or len(vector) != PARTITIONS or negative:
        message = "must be a token of this version"
        raise BadToken(message)
    return vector
