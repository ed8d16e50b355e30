"""How far a unit's downlink has come, and the resume token that says so.

The vector holds one position of `downlink`, of the unit's own partition, and one of `alarms` for
each partition, because a unit's encounters can lie in any. A position is the offset of the next
record. To the unit the token is opaque.
"""

from dataclasses import dataclass

import msgspec

from wire.topics import ALARMS

_VERSION = 1


class BadToken(ValueError):  # noqa: N818 - named for what it is
    """The bytes are no resume token of this gateway's kind. The sender's fault."""


@dataclass(frozen=True, slots=True)
class Positions:
    """The next records of a unit's downlink; negative means from the oldest kept."""

    downlink: int
    alarms: tuple[int, ...]

    def after_message(self, offset: int) -> "Positions":
        """Return the positions behind a record of `downlink`."""
        return Positions(max(self.downlink, offset + 1), self.alarms)

    def after_entry(self, partition: int, offset: int) -> "Positions":
        """Return the positions behind a record of `alarms`."""
        alarms = list(self.alarms)
        alarms[partition] = max(alarms[partition], offset + 1)
        return Positions(self.downlink, tuple(alarms))


OLDEST = Positions(-1, (-1,) * ALARMS.partitions)
"""Where a unit without a token begins."""


def encode_token(positions: Positions) -> bytes:
    """Return the resume token of these positions."""
    return msgspec.msgpack.encode((_VERSION, positions.downlink, positions.alarms))


def decode_token(token: bytes) -> Positions:
    """Return the positions that a token holds.

    Raises:
        BadToken: it is not of this version or of other topics.
    """
    try:
        version, downlink, alarms = msgspec.msgpack.decode(
            token, type=tuple[int, int, tuple[int, ...]]
        )
    except msgspec.MsgspecError as error:
        message = "must be a token that a gateway gave"
        raise BadToken(message) from error
    if version != _VERSION or len(alarms) != ALARMS.partitions:
        message = "must be a token of this version"
        raise BadToken(message)
    return Positions(downlink, alarms)
