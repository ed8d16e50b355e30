"""Messages to the crew of a unit, as topic `downlink` keeps them until the unit has them.

Key: ``unit_id/message_id``; the partition is the unit's, so one reader sees all of its messages.
"""

from dataclasses import dataclass

from ambulance.command.v1 import message_pb2
from wire.reading import Unreadable, reading


@dataclass(frozen=True, slots=True)
class Message:
    """A message for the crew of a unit; it expires, and a later one may supersede it."""

    message_id: str
    unit_id: str
    text: str
    person: str
    issued_us: int
    expires_us: int
    supersedes: str | None = None
    """The earlier message that this one replaces."""
    encounter_id: str | None = None
    """None: it concerns the unit as a whole."""
    live_chunk_ms: int | None = None
    """Asks the unit for waveform chunks of so many milliseconds until it expires; None: it is for
    the crew."""


def message_key(unit_id: str, message_id: str) -> bytes:
    """Return the key of a message in topic `downlink`."""
    return f"{unit_id}/{message_id}".encode()


def parse_message_key(key: bytes) -> tuple[str, str]:
    """Return unit id and message id of a key; Unreadable when it is none."""
    unit_id, slash, message_id = key.decode(errors="replace").partition("/")
    if not (unit_id and slash and message_id):
        reason = "the key is not unit_id/message_id"
        raise Unreadable(reason)
    return unit_id, message_id


def from_message(message: Message) -> message_pb2.Message:
    """Translate a message for the edge that sends it on."""
    return message_pb2.Message(
        message_id=message.message_id,
        unit_id=message.unit_id,
        text=message.text,
        person=message.person,
        issued_at_us=message.issued_us,
        expires_at_us=message.expires_us,
        supersedes=message.supersedes,
        encounter_id=message.encounter_id,
        live_chunk_ms=message.live_chunk_ms,
    )


def to_message(pb: message_pb2.Message) -> Message:
    """Translate a message as an edge received it."""
    return Message(
        message_id=pb.message_id,
        unit_id=pb.unit_id,
        text=pb.text,
        person=pb.person,
        issued_us=pb.issued_at_us,
        expires_us=pb.expires_at_us,
        supersedes=pb.supersedes or None,
        encounter_id=pb.encounter_id or None,
        live_chunk_ms=pb.live_chunk_ms if pb.HasField("live_chunk_ms") else None,
    )


def encode_message(message: Message) -> bytes:
    """Return the serialised message."""
    return from_message(message).SerializeToString()


def decode_message(value: bytes) -> Message:
    """Return the message that the bytes hold; Unreadable when they hold none."""
    with reading("Message"):
        return to_message(message_pb2.Message.FromString(value))
