"""An alarm id names a condition by where it began, so that every detector finds the same one.

The vehicle's watch and the center's judge the same numbered frames; both derive the id from the
encounter, the cause, its subject and the first frame of the run that violates the condition.
Nobody assigns ids, so a replay, a second channel or a restart cannot invent a new one.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

ALARM_ID_BYTES: Final = 16

_LENGTH_BYTES: Final = 4
_NUMBER_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class FrameRef:
    """Names one item of one frame: where a judgement comes from."""

    unit_id: str
    lane: int
    """As ``ambulance.telemetry.v1.Lane``."""
    segment: bytes
    """Random id of the run of the spool, 16 bytes."""
    sequence: int
    """From 1, in (unit, lane, segment)."""
    item: int
    """Index in the frame, from 0."""


def alarm_id(encounter_id: str, cause: str, frame: FrameRef, subject: str = "") -> bytes:
    """Return the 16 bytes that name this alarm.

    Each field is preceded by its length, so that no two different alarms share an encoding.
    An ``encounter_id`` of "" stands for the system itself.
    """
    digest = blake2b(digest_size=ALARM_ID_BYTES)
    for field in (
        encounter_id.encode(),
        cause.encode(),
        subject.encode(),
        frame.unit_id.encode(),
        frame.lane.to_bytes(_NUMBER_BYTES, "big"),
        frame.segment,
        frame.sequence.to_bytes(_NUMBER_BYTES, "big"),
        frame.item.to_bytes(_NUMBER_BYTES, "big"),
    ):
        digest.update(len(field).to_bytes(_LENGTH_BYTES, "big"))
        digest.update(field)
    return digest.digest()


def frame_to_plain(frame: FrameRef) -> list[Any]:
    """Return the reference as a list of texts and numbers, for snapshots."""
    return [frame.unit_id, frame.lane, frame.segment.hex(), frame.sequence, frame.item]


def frame_from_plain(plain: list[Any]) -> FrameRef:
    """Return the reference that ``frame_to_plain`` wrote down."""
    unit_id, lane, segment, sequence, item = plain
    return FrameRef(unit_id, lane, bytes.fromhex(segment), sequence, item)
