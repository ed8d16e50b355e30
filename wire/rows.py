"""A micro-batch of ``patients`` read in one pass: a row for each frame of plain vital signs.

``wire.frames.to_frame`` is the reference: it turns any frame into a frozen value, field by field,
and that costs more than judging a patient in whom nothing happens. Nearly every frame is *plain*:
one item of vital signs on the vitals lane, without marks,
of a clock that the unit vouches for. Plain frames become rows here; all others
are left to the reference. Three things make it quick, and none of them is a second parser:

- One call of protobuf decodes the batch as a message derived from the contract, in which the items
  of a frame stay bytes. No object is made for an item or for its vital signs.
- On the wire a ``double`` is one byte of tag and eight of value. So the numbers of an item lie at
  fixed places once it is known which of them are there, and the tags, every ninth byte, say that:
  the 128 possible layouts are a table, each with the ``struct`` that reads it.
- What follows the numbers (consciousness, oxygen, device) is the same from frame to frame. It is
  decoded by the reference, and remembered.

An item that fits no layout is not plain, whatever it holds. When a batch has one, the reference
decodes the whole batch as well, so that nothing is judged of a batch that it cannot read.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations
from operator import attrgetter
from struct import Struct
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import DecodeError, Message

from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import frame_pb2
from clinical.items import NOTHING_ELSE, Vitals, VitalsRow
from clinical.vitals import Consciousness, Spo2Scale
from clinical.watch.carry import VITALS
from clinical.watch.ordering import UNCERTAIN_US
from wire.frames import Frame, Lane
from wire.reading import reading
from wire.vitals import to_vitals

RESTS_REMEMBERED: Final = 4_096
"""Different ends of items that are kept decoded; beyond it the longest unused is decoded again."""

VITALS_LANE: Final = int(Lane.VITALS)
BEGIN: Final = 2
"""Where the vital signs of an item begin: behind one byte of tag and one of length."""
DOUBLE: Final = 9
"""Bytes of a double with its tag."""
_LENGTH_MAX: Final = 127
"""Longest vital signs whose length is one byte."""

_NUMBERS_OF: Final = attrgetter(*[vital.value for vital in VITALS])
_REST_OF: Final = attrgetter(
    "consciousness", "on_oxygen", "spo2_scale", "device_id", "device_at_us"
)
_NO_NUMBERS: Final[dict[str, Any]] = {vital.value: None for vital in VITALS}

_Layout = tuple[tuple[int, ...], Callable[[bytes, int], tuple[float, ...]]]


class RowBatch:
    """A micro-batch, read in one pass."""

    __slots__ = ("_frames", "_value", "rows", "stamped_us")

    def __init__(self, stamped_us: int, rows: Sequence[VitalsRow | None], value: bytes) -> None:
        """Hold what was read of ``value``; it is read by the reference when a frame is asked for.

        Raises:
            Unreadable: a frame is not plain, and the reference cannot read the batch.
        """
        self.stamped_us = stamped_us
        """When a gateway received the frames."""
        self.rows = rows
        """In the order of the frames; None: not plain."""
        self._value = value
        self._frames = _frames(value) if None in rows else None

    def let_go(self) -> None:
        """Keep no more than the bytes; whoever asks for a row later has it read again."""
        self.rows = ()
        self._frames = None

    def row(self, index: int) -> VitalsRow:
        """Return a row of a frame that is plain."""
        row = (self.rows or _rows(self._value))[index]
        if row is None:
            message = f"frame {index} is not plain"
            raise LookupError(message)
        return row

    def frame(self, index: int) -> frame_pb2.Frame:
        """Return the handle of a frame, for ``to_frame``."""
        if self._frames is None:
            self._frames = _frames(self._value)
        return self._frames[index]


def decode_rows(value: bytes) -> RowBatch:
    """Return the batch that the bytes hold; Unreadable when they hold none."""
    with reading("RecordBatch"):
        pb: Any = ROW_BATCH.FromString(value)
    return RowBatch(pb.stamped_at_us, [_row(frame) for frame in pb.frames], value)


def _rows(value: bytes) -> Sequence[VitalsRow | None]:
    pb: Any = ROW_BATCH.FromString(value)
    return [_row(frame) for frame in pb.frames]


def item_of(row: VitalsRow) -> Vitals:
    """Return the item of a row as ``to_frame`` would."""
    *_, vitals, numbers, rest = row
    values: dict[str, Any] = {
        VITALS[vital].value: number or 0.0 for vital, number in zip(vitals, numbers, strict=True)
    }
    return replace(rest, **values)


def row_of(frame: Frame) -> VitalsRow | None:
    """Return the row of a frame that was never on the wire; None when it is not plain."""
    items = frame.items
    if len(items) != 1 or frame.lane is not Lane.VITALS or not frame.encounter_id:
        return None
    item = items[0]
    if type(item) is not Vitals or (frame.uncertainty_us or 0) > UNCERTAIN_US:
        return None
    values = _NUMBERS_OF(item)
    return (
        frame.encounter_id,
        frame.unit_id,
        VITALS_LANE,
        frame.segment,
        frame.sequence,
        frame.captured_us,
        frame.boot_id or None,
        tuple([vital for vital, value in enumerate(values) if value is not None]),
        tuple([value for value in values if value is not None]),
        replace(item, **_NO_NUMBERS) if item.marks else _unmarked(*_REST_OF(item)),
    )


@lru_cache(maxsize=RESTS_REMEMBERED)
def _unmarked(
    consciousness: Consciousness | None,
    on_oxygen: bool | None,  # noqa: FBT001 - by the names of the contract
    spo2_scale: Spo2Scale | None,
    device_id: str | None,
    device_at_us: int | None,
) -> Vitals:
    """Return what an item says beside its numbers, where it marks none of them."""
    rest = Vitals(
        consciousness=consciousness,
        on_oxygen=on_oxygen,
        spo2_scale=spo2_scale,
        device_id=device_id,
        device_at_us=device_at_us,
    )
    return NOTHING_ELSE if rest == NOTHING_ELSE else rest


def _frames(value: bytes) -> Sequence[frame_pb2.Frame]:
    with reading("RecordBatch"):
        return record_pb2.RecordBatch.FromString(value).frames


def _row(frame: Any) -> VitalsRow | None:  # noqa: ANN401 - of a class made at run time
    items = frame.items
    encounter_id = frame.encounter_id
    if len(items) != 1 or frame.lane != VITALS_LANE or not encounter_id:
        return None
    if frame.captured_uncertainty_us > UNCERTAIN_US:
        return None
    item: bytes = items[0]
    size, end = SHAPES.get(item[:BEGIN], UNSHAPED)
    if size != len(item):
        return None
    layout = LAYOUTS.get(item[BEGIN:end:DOUBLE])
    if layout is None:
        end = end_of_numbers(item)
        layout = LAYOUTS[item[BEGIN:end:DOUBLE]]
    rest = rest_of(item[end:])
    if rest is None:
        return None
    return (
        encounter_id,
        frame.unit_id,
        VITALS_LANE,
        frame.segment,
        frame.sequence,
        frame.captured_at_us,
        frame.boot_id or None,
        layout[0],
        layout[1](item, BEGIN),
        rest,
    )


def end_of_numbers(item: bytes) -> int:
    """Return where the numbers of an item end that says much beside them."""
    end = SHAPES[item[:BEGIN]][1]
    while item[BEGIN:end:DOUBLE] not in LAYOUTS:
        end -= DOUBLE
    return end


@lru_cache(maxsize=RESTS_REMEMBERED)
def rest_of(data: bytes) -> Vitals | None:
    """Return what an item says beside its numbers; None when that makes it not plain."""
    try:
        rest = to_vitals(frame_pb2.Vitals.FromString(data))
    except (DecodeError, KeyError):
        return None
    if rest == NOTHING_ELSE:
        return NOTHING_ELSE
    numbers = any(getattr(rest, vital.value) is not None for vital in VITALS)
    return None if numbers else rest


def _tag(message: type[Message], field: str) -> bytes:
    """Return the tag with which protobuf writes a field: its number and its kind, one byte."""
    found = message.DESCRIPTOR.fields_by_name[field]
    return bytes([found.number << 3 | (1 if found.type == found.TYPE_DOUBLE else 2)])


def _layouts() -> dict[bytes, _Layout]:
    """Return, for each set of vitals in the order of their tags, how their numbers are read."""
    tags = {index: _tag(frame_pb2.Vitals, vital.value) for index, vital in enumerate(VITALS)}
    ordered = sorted(tags, key=lambda index: tags[index])
    return {
        b"".join(tags[index] for index in present): (present, _reader(present))
        for count in range(len(VITALS) + 1)
        for present in combinations(ordered, count)
    }


def _reader(present: tuple[int, ...]) -> Callable[[bytes, int], tuple[float, ...]]:
    return Struct("<" + "xd" * len(present)).unpack_from


def _shapes() -> dict[bytes, tuple[int, int]]:
    """Return, by tag and length of an item's vital signs, its size and the end of its numbers.

    The numbers go as far as the length has room for them, when what follows is shorter than one.
    """
    tag = _tag(frame_pb2.Item, "vitals")
    return {
        tag + bytes([length]): (BEGIN + length, BEGIN + length // DOUBLE * DOUBLE)
        for length in range(_LENGTH_MAX + 1)
    }


def _row_batch() -> type[Message]:
    """Return the class of a ``RecordBatch`` whose frames leave their items as bytes."""
    file = descriptor_pb2.FileDescriptorProto(
        name="goldenhour/rows.proto", package="goldenhour.rows", syntax="proto3"
    )
    frame, batch = file.message_type.add(), file.message_type.add()
    frame_pb2.Frame.DESCRIPTOR.CopyToProto(frame)
    record_pb2.RecordBatch.DESCRIPTOR.CopyToProto(batch)
    kinds = descriptor_pb2.FieldDescriptorProto
    for field in (*frame.field, *batch.field):
        if field.name == "items":
            field.type = kinds.TYPE_BYTES
            field.ClearField("type_name")
        elif field.name == "lane":
            field.type = kinds.TYPE_INT32
            field.ClearField("type_name")
        elif field.name == "frames":
            field.type_name = ".goldenhour.rows.Frame"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(
        pool.FindMessageTypeByName("goldenhour.rows.RecordBatch")
    )


LAYOUTS: Final = _layouts()
SHAPES: Final = _shapes()
UNSHAPED: Final = (-1, 0)
ROW_BATCH: Final = _row_batch()
