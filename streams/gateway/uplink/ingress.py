"""Judges the frames of one uplink stream, without any I/O.

A stream carries one (unit, lane, segment) from the sequence that it was opened at. For each frame
the answer is one of four: it is admitted, it is known already, it is rejected with a reason, or
the sequence has a gap, which ends the stream. A rejected frame keeps its place in the sequence,
so that the stream goes on behind it. A ``Discarded`` frame stands for the sequences that the unit
left out before its own; what of them is known here stays known.
"""

from dataclasses import dataclass

from clinical.items import EncounterChange, EncounterEvent
from streams.gateway.following.ownership import Ownership
from streams.gateway.uplink.segments import Segment, Standing, digest_of
from wire.frames import decode_frame
from wire.validation import Checked, Refusal, RefusalReason, StreamKey, check


@dataclass(frozen=True, slots=True)
class Admitted:
    """A new frame that is fit for the log."""

    sequence: int
    frame: bytes
    checked: Checked


@dataclass(frozen=True, slots=True)
class Repeated:
    """A frame that was taken before; it is acknowledged again and not appended."""

    sequence: int
    refusal: Refusal | None
    """Why it was refused the first time, if it was."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A frame that goes to the dead letters."""

    sequence: int
    frame: bytes
    refusal: Refusal
    foreign_to: str | None = None
    """The encounter that another unit holds, if that is why."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A sequence beyond the one expected."""

    expected: int


Judgement = Admitted | Repeated | Rejected | Gap

_REUSED = Refusal(RefusalReason.SEQUENCE_REUSED, "sequence", "was used before with other content")
_FOREIGN = Refusal(RefusalReason.FOREIGN_ENCOUNTER, "encounter_id", "belongs to another unit")


class Ingress:
    """The gateway's side of one uplink stream."""

    __slots__ = ("_ownership", "expected", "key", "segment")

    def __init__(
        self, key: StreamKey, next_sequence: int, segment: Segment, ownership: Ownership
    ) -> None:
        self.key = key
        self.expected = next_sequence
        """The sequence of the next frame."""
        self.segment = segment
        self._ownership = ownership

    @property
    def acknowledgeable(self) -> int:
        """The newest sequence of this stream that may be acknowledged."""
        return min(self.segment.acknowledgeable, self.expected - 1)

    def judge(self, sequence: int, frame: bytes) -> Judgement:
        """Take the next frame as it was sealed."""
        if sequence > self.expected:
            return self._judge_span(sequence, frame)
        self.expected = max(self.expected, sequence + 1)
        standing = self.segment.offer(sequence, digest_of(frame))
        if standing is Standing.NEW:
            return self._judge_new(sequence, frame, check(frame, self.key, sequence))
        if standing is Standing.KNOWN or self._left_out(sequence, frame):
            return Repeated(sequence, self.segment.refusal_of(sequence))
        return Rejected(sequence, frame, _REUSED)

    def _judge_span(self, sequence: int, frame: bytes) -> Judgement:
        """Only a valid ``Discarded`` frame may stand for the sequences before its own."""
        verdict = check(frame, self.key, sequence)
        said = verdict.discarded if isinstance(verdict, Checked) else None
        if said is None or said.from_sequence > self.expected:
            return Gap(self.expected)
        self.expected = sequence + 1
        if self.segment.offer_span(sequence, digest_of(frame)) is Standing.KNOWN:
            return Repeated(sequence, self.segment.refusal_of(sequence))
        return self._judge_new(sequence, frame, verdict)

    def _left_out(self, sequence: int, frame: bytes) -> bool:
        """Tell whether the unit left out what is known here: it came, and need not come again."""
        verdict = check(frame, self.key, sequence)
        return isinstance(verdict, Checked) and verdict.discarded is not None

    def _judge_new(self, sequence: int, frame: bytes, verdict: Checked | Refusal) -> Judgement:
        if isinstance(verdict, Checked):
            if not self._foreign(frame, verdict):
                return Admitted(sequence, frame, verdict)
            self.segment.refuse(sequence, _FOREIGN)
            return Rejected(sequence, frame, _FOREIGN, verdict.encounter_id)
        self.segment.refuse(sequence, verdict)
        return Rejected(sequence, frame, verdict)

    def _foreign(self, frame: bytes, checked: Checked) -> bool:
        encounter_id, unit_id = checked.encounter_id, self.key.unit_id
        if encounter_id is None:
            return False
        if not self._ownership.foreign(encounter_id, unit_id, checked.captured_us):
            return False
        if not (self._ownership.claimable(encounter_id, unit_id) and _claims(frame, checked)):
            return True
        self._ownership.claim(encounter_id, unit_id)
        return False


def _claims(frame: bytes, checked: Checked) -> bool:
    return "encounter_event" in checked.kinds and any(
        isinstance(item, EncounterEvent) and item.change is EncounterChange.CLAIMED
        for item in decode_frame(frame).items
    )
