"""Ways to spoil a good frame, each with the reasons for which it must then be refused.

Structure-aware: the mutation knows the message and spoils one thing that matters, so that what lies
behind the first check is reached. Seeded: the same seed makes the same frames.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from ambulance.telemetry.v1 import frame_pb2
from goldenhour.bench.hostile.frames import KINDS, Story, good
from wire.envelope import varint
from wire.frames import Lane
from wire.limits import MAX_FRAME_BYTES, MAX_ITEMS
from wire.validation import RefusalReason, StreamKey

Reasons = frozenset[RefusalReason]

_UNREADABLE: Final = frozenset({RefusalReason.UNREADABLE})
_MISSING: Final = frozenset({RefusalReason.MISSING_FIELD})
_RANGE: Final = frozenset({RefusalReason.OUT_OF_RANGE})
_STREAM: Final = frozenset({RefusalReason.WRONG_STREAM})
_LANE: Final = frozenset({RefusalReason.WRONG_LANE})
_LARGE: Final = frozenset({RefusalReason.TOO_LARGE})
_FOREIGN: Final = frozenset({RefusalReason.FOREIGN_ENCOUNTER})
_REUSED: Final = frozenset({RefusalReason.SEQUENCE_REUSED})
_UNKNOWN_FIELD: Final = 4_000


class Hostile(NamedTuple):
    """A frame that must be refused."""

    way: str
    sequence: int
    """That it is sealed with, outside."""
    data: bytes
    reasons: Reasons
    """Any of which is right."""


@dataclass(frozen=True, slots=True)
class Case:
    """What a way to spoil is given."""

    frame: frame_pb2.Frame
    story: Story
    stream: StreamKey
    rng: Random


Spoil = Callable[[Case], bytes]


def _truncated(case: Case) -> bytes:
    data = case.frame.SerializeToString()
    return data[: case.rng.randrange(len(data))]


def _random_bytes(case: Case) -> bytes:
    return case.rng.randbytes(case.rng.randrange(300))


def _oversize(case: Case) -> bytes:
    padding = bytes(MAX_FRAME_BYTES + case.rng.randrange(20_000))
    return case.frame.SerializeToString() + _field(_UNKNOWN_FIELD, padding)


def _too_many_items(case: Case) -> bytes:
    for _ in range(MAX_ITEMS + case.rng.randrange(9)):
        case.frame.items.append(case.frame.items[0])
    return case.frame.SerializeToString()


def _nested(case: Case) -> bytes:
    """Messages within messages, deeper than any reader follows."""
    group, end = varint(_UNKNOWN_FIELD << 3 | 3), varint(_UNKNOWN_FIELD << 3 | 4)
    depth = 200 + case.rng.randrange(1_000)
    return case.frame.SerializeToString() + group * depth + end * depth


def _no_text(case: Case) -> bytes:
    """A text that is not UTF-8."""
    data = case.frame.SerializeToString()
    return data.replace(b"boot", b"b\xff\xfet")


def _endless_number(case: Case) -> bytes:
    return case.frame.SerializeToString() + varint(_UNKNOWN_FIELD << 3) + b"\xff" * 11


def _out_of_range(case: Case) -> bytes:
    item = case.frame.items[0]
    kind = item.WhichOneof("item") or ""
    name, values = case.rng.choice([*_FRAME_RANGES, *((f"{kind}.{n}", v) for n, v in _ITEM[kind])])
    target = case.frame if "." not in name else getattr(item, kind)
    setattr(target, name.rpartition(".")[2], case.rng.choice(values))
    return case.frame.SerializeToString()


def _missing(case: Case) -> bytes:
    field = case.rng.choice(
        ("unit_id", "lane", "segment", "sequence", "captured_at_us", "items", "")
    )
    if field:
        case.frame.ClearField(field)  # type: ignore[arg-type]  # one of the above
    else:
        case.frame.items[0].Clear()
    return case.frame.SerializeToString()


def _wrong_sequence(case: Case) -> bytes:
    case.frame.sequence += case.rng.choice((-1, 1, 1_000_000)) if case.frame.sequence > 1 else 1
    return case.frame.SerializeToString()


def _wrong_unit(case: Case) -> bytes:
    case.frame.unit_id = f"AMB-{case.rng.randrange(100):02}"
    return case.frame.SerializeToString()


def _wrong_segment(case: Case) -> bytes:
    case.frame.segment = case.rng.randbytes(len(case.stream.segment))
    return case.frame.SerializeToString()


def _wrong_lane(case: Case) -> bytes:
    other = case.rng.choice([lane for lane in Lane if lane is not case.stream.lane])
    case.frame.lane = frame_pb2.Lane.ValueType(other)
    return case.frame.SerializeToString()


def _misplaced_item(case: Case) -> bytes:
    """An item that belongs on another lane."""
    other = case.rng.choice([lane for lane in KINDS if lane is not case.stream.lane])
    stray = good(case.story, StreamKey(case.stream.unit_id, other, bytes(16)), 1, case.rng)
    case.frame.items[0].CopyFrom(stray.items[0])
    return case.frame.SerializeToString()


def _foreign(case: Case) -> bytes:
    """A patient whom another unit holds, everything else being right."""
    while not case.frame.encounter_id:
        case = Case(
            good(case.story, case.stream, case.frame.sequence, case.rng),
            case.story,
            case.stream,
            case.rng,
        )
    case.frame.encounter_id = case.story.foreign_encounter_id
    transition = case.frame.items[0]
    if transition.HasField("edge_transition"):
        transition.edge_transition.encounter_id = case.story.foreign_encounter_id
    return case.frame.SerializeToString()


def _reused(case: Case) -> bytes:
    """A good frame under a number that another one had."""
    case.frame.captured_at_us += case.rng.randrange(1, 2**40)
    return case.frame.SerializeToString()


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data


_FRAME_RANGES: Final[tuple[tuple[str, tuple[object, ...]], ...]] = (
    ("captured_at_us", (-1, -(2**63), 2**62)),
    ("captured_uncertainty_us", (2**63, 2**64 - 1)),
    ("boot_id", ("", "b" * 65)),
    ("encounter_id", ("", "x", "01890A5D-AC96-774B-BCCE-B302099A8057", "0" * 36)),
    ("unit_id", ("", "no unit", "u" * 65, "AMB\n01", "AMB\x0001")),
    ("segment", (b"", b"short", bytes(17))),
    ("sequence", (0, 2**63, 2**64 - 1)),
)
_NUMBERS: Final = (-1.0, -math.inf, math.inf, math.nan, 1e300)
_ITEM: Final[Mapping[str, tuple[tuple[str, tuple[object, ...]], ...]]] = {
    "vitals": (
        ("heart_rate_bpm", (*_NUMBERS, 400.01)),
        ("spo2_percent", (*_NUMBERS, 100.01)),
        ("temperature_c", (*_NUMBERS, 9.99, 47.01)),
        ("device_id", ("", "d" * 65)),
    ),
    "device_status": (("device_id", ("", "d" * 65)), ("battery_percent", (*_NUMBERS, 100.5))),
    "position": (("latitude_deg", (-90.01, 90.01, math.nan)), ("speed_kmh", _NUMBERS)),
    "link_state": (("battery_percent", (*_NUMBERS, 101.0)),),
    "waveform": (
        ("lead", ("", "lead two", "l" * 17)),
        ("scale_uv_per_bit", (0.0, *_NUMBERS)),
        ("start_us", (-1, 2**62)),
    ),
    "encounter_event": (("bay", ("", "b" * 33)), ("reason", ("", "r" * 201))),
    "crew_event": (("drug", ("", "d" * 65)),),
    "crew_examination": (
        ("person", ("", "p" * 65)),
        ("last_known_well_us", (-1, 2**62)),
        ("injury", (0, 99)),
    ),
    "edge_transition": (
        ("alarm_id", (b"", bytes(15))),
        ("cause", ("", "lower", "C" * 65)),
        ("unit_id", ("ANOTHER", "")),
        ("learned_us", (-1, 2**62)),
    ),
}

WAYS: Final[Mapping[str, tuple[Spoil, Reasons]]] = {
    "truncated": (_truncated, _UNREADABLE | _MISSING),
    "random_bytes": (_random_bytes, _UNREADABLE | _MISSING | _RANGE),
    "oversize": (_oversize, _LARGE),
    "too_many_items": (_too_many_items, _LARGE),
    "nested": (_nested, _UNREADABLE),
    "no_text": (_no_text, _UNREADABLE),
    "endless_number": (_endless_number, _UNREADABLE),
    "out_of_range": (_out_of_range, _RANGE | _MISSING | _STREAM),
    "missing": (_missing, _MISSING),
    "wrong_sequence": (_wrong_sequence, _STREAM),
    "wrong_unit": (_wrong_unit, _STREAM),
    "wrong_segment": (_wrong_segment, _STREAM),
    "wrong_lane": (_wrong_lane, _STREAM),
    "misplaced_item": (_misplaced_item, _LANE),
    "foreign": (_foreign, _FOREIGN),
    "reused": (_reused, _REUSED),
}
"""Every way, and the reasons for which what comes of it must be refused."""

_NAMES: Final = tuple(WAYS)


def hostile(story: Story, stream: StreamKey, sequence: int, rng: Random) -> Hostile:
    """Return a spoiled frame that takes the next place of a stream, or one taken before."""
    way = rng.choice(_NAMES)
    if way == "reused" and sequence == 1:
        way = "missing"
    spoil, reasons = WAYS[way]
    placed = sequence - 1 if way == "reused" else sequence
    case = Case(good(story, stream, placed, rng), story, stream, rng)
    return Hostile(way, placed, spoil(case), reasons)
