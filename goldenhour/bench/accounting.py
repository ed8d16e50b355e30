"""What became of captured frames: there, left out and said, or lost."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from simulators.verdict.ledger import FrameKey
from simulators.verdict.reader import Present, left_out
from vehicle.lane.session import SequenceRef
from wire.frames import Lane


def key_of(ref: SequenceRef) -> FrameKey:
    """Return a frame's name as the log has it."""
    return (ref.unit_id, int(ref.lane), ref.segment, ref.sequence)


def accounted(captured: Sequence[FrameKey], found: Present) -> dict[str, Any]:
    """Return how many of the captured frames are there, were left out and said, or are lost."""
    missing = [key for key in captured if key not in found.frames]
    discarded = left_out(missing, found.discarded)
    said = [key for key in missing if key in discarded]
    return {
        "frames_captured": len(captured),
        "frames_discarded": len(said),
        "discarded_by_lane": dict(Counter(Lane(key[1]).name for key in said)),
        "frames_lost": len(missing) - len(said),
    }
