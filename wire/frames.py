"""A frame: the smallest thing that is numbered, acknowledged and refused.

``to_frame`` is called for every frame that a worker judges, so it reads fields once, asks for
presence only where zero has a meaning of its own, and takes the short way for vital signs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from google.protobuf.message import DecodeError

from ambulance.telemetry.v1 import frame_pb2
from wire.frame_items import from_item, to_item
from wire.reading import Unreadable, reading
from wire.unit_items import WireItem
from wire.vitals import to_vitals

__all__ = [
    "Frame",
    "Lane",
    "Unreadable",
    "bytes_of",
    "captured_us_of",
    "decode_frame",
    "encode_frame",
    "to_frame",
]


class Lane(IntEnum):
    """A 5G slice as the application sees it; the lower number goes first on a thin link."""

    ALARM = 1
    VITALS = 2
    WAVEFORM = 3


@dataclass(frozen=True, slots=True)
class Frame:
    """Items about one encounter, or about the unit itself."""

    unit_id: str
    lane: Lane
    segment: bytes
    sequence: int
    """Position in (unit, lane, segment), from 1."""
    captured_us: int
    uncertainty_us: int | None
    """Half-width of the interval that holds the true capture; None: clocks not yet compared."""
    boot_id: str | None
    encounter_id: str | None
    """None: the items concern the unit."""
    items: tuple[WireItem, ...]


_LANE: Final[dict[int, Lane]] = {int(lane): lane for lane in Lane}
PB_LANE: Final = {
    Lane.ALARM: frame_pb2.LANE_ALARM,
    Lane.VITALS: frame_pb2.LANE_VITALS,
    Lane.WAVEFORM: frame_pb2.LANE_WAVEFORM,
}


def bytes_of(pb: frame_pb2.Frame) -> bytes:
    """Return a frame as it was read: the same bytes from every process that read it."""
    return pb.SerializeToString(deterministic=True)


def encode_frame(frame: Frame) -> bytes:
    """Return the serialised frame: of equal frames the same bytes, whoever wrote them."""
    pb = frame_pb2.Frame(
        unit_id=frame.unit_id,
        lane=PB_LANE[frame.lane],
        segment=frame.segment,
        sequence=frame.sequence,
        captured_at_us=frame.captured_us,
        captured_uncertainty_us=frame.uncertainty_us,
        boot_id=frame.boot_id,
        encounter_id=frame.encounter_id,
        items=[from_item(item) for item in frame.items],
    )
    return bytes_of(pb)


def decode_frame(data: bytes) -> Frame:
    """Return the frame that the bytes hold; Unreadable when they hold none."""
    with reading("Frame"):
        pb = frame_pb2.Frame.FromString(data)
    return to_frame(pb)


def captured_us_of(data: bytes) -> int | None:
    """Return when the frame in the bytes was captured, None where they do not say it."""
    try:
        return frame_pb2.Frame.FromString(data).captured_at_us or None
    except DecodeError:
        return None


def to_frame(pb: frame_pb2.Frame) -> Frame:
    """Return the frame as a frozen value.

    Unreadable for an unknown number of an enumeration or an item that is not set. Ranges are not
    looked at: that is ``wire.validation``'s work, done once, at the gateway.
    """
    try:
        return Frame(
            pb.unit_id,
            _LANE[pb.lane],
            pb.segment,
            pb.sequence,
            pb.captured_at_us,
            pb.captured_uncertainty_us or (0 if pb.HasField("captured_uncertainty_us") else None),
            pb.boot_id or None,
            pb.encounter_id or None,
            _items(pb, pb.items),
        )
    except KeyError as error:
        message = f"the frame holds something unknown: {error}"
        raise Unreadable(message) from error


def _items(frame: frame_pb2.Frame, items: Sequence[frame_pb2.Item]) -> tuple[WireItem, ...]:
    if len(items) == 1 and items[0].HasField("vitals"):
        return (to_vitals(items[0].vitals),)
    return tuple([to_item(item, frame) for item in items])
