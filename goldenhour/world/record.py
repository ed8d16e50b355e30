"""The senders' own record: what was handed over, captured, acknowledged; the ground of all checks.

It belongs to the tester, not to the system, so no crash touches it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from vehicle.lane.session import SequenceRef
from vehicle.spool.store import Discard, Entry, Refusal, SpooledFrame
from wire.frames import Lane


class FrameKey(NamedTuple):
    """Names a frame."""

    unit_id: str
    lane: int
    segment: bytes
    sequence: int


@dataclass(slots=True)
class SendersRecord:
    """What all units did and were told; a ClientListener."""

    handed: dict[FrameKey, bytes] = field(default_factory=dict)
    """Every frame that was numbered, as serialised."""
    reused: list[FrameKey] = field(default_factory=list)
    """Names that were given twice, to different frames."""
    kept: dict[FrameKey, None] = field(default_factory=dict)
    """Frames of which the vehicle said that it has captured them."""
    left_out: dict[FrameKey, FrameKey] = field(default_factory=dict)
    """What was left out under pressure, and the frame that says so."""
    through: dict[tuple[str, int, bytes], int] = field(default_factory=dict)
    """By segment, what was acknowledged."""
    refusals: dict[FrameKey, str] = field(default_factory=dict)

    def spooled(self, entries: Iterable[Entry]) -> None:
        """Take note of what is handed to a spool."""
        for entry in entries:
            if isinstance(entry, SpooledFrame):
                self._number(entry)
            elif isinstance(entry, Discard):
                self._leave_out(entry)

    def _number(self, entry: SpooledFrame) -> None:
        key = FrameKey(entry.unit_id, entry.lane, entry.segment, entry.sequence)
        if self.handed.setdefault(key, entry.frame) != entry.frame:
            self.reused.append(key)

    def _leave_out(self, entry: Discard) -> None:
        said_by = FrameKey(entry.unit_id, entry.lane, entry.segment, entry.sequence)
        for sequence in range(entry.first, entry.sequence + 1):
            self.left_out[said_by._replace(sequence=sequence)] = said_by

    def captured(self, ref: SequenceRef) -> None:
        """The spool has committed this frame."""
        self.kept[FrameKey(ref.unit_id, int(ref.lane), ref.segment, ref.sequence)] = None

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """The center's log holds everything of the segment through this sequence."""
        self.through[unit_id, int(lane), segment] = through

    def refused(self, refusal: Refusal) -> None:
        """The gateway will never take this frame."""
        key = FrameKey(refusal.unit_id, refusal.lane, refusal.segment, refusal.sequence)
        self.refusals[key] = refusal.reason

    def is_acknowledged(self, key: FrameKey) -> bool:
        """Tell whether the unit was told that the log holds a frame."""
        return key.sequence <= self.through.get(key[:3], 0)
