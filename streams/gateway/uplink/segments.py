"""What the gateway remembers of a segment: which sequences it took, and which the log holds.

A segment is an append-only run of a unit's spool; its sequences come without gaps. Frames go to
several partitions and become durable in any order, while the acknowledgement is one number. So a
segment keeps two marks, *received through* and *durable through*, and between them the set of
sequences that settled early. Beside the marks lies a ring of the newest digests, one word each:
the same sequence with the same digest is a duplicate, with another digest a reused sequence.

Nothing here is needed for correctness after a restart: an unknown segment trusts the unit's own
``next_sequence``, and duplicates that reach the log are removed by the processors.
"""

from array import array
from collections import OrderedDict
from collections.abc import Callable
from enum import Enum
from hashlib import blake2b
from typing import Final

from wire.limits import DIGESTS_KEPT
from wire.validation import Refusal, StreamKey

SEGMENTS_KEPT: Final = 20_000
"""Segments remembered; beyond it the one that was opened longest ago is forgotten."""

_DIGEST_BYTES: Final = 8


class Standing(Enum):
    """How an offered sequence stands to what its segment has seen."""

    NEW = "new"
    KNOWN = "known"
    REUSED = "reused"


def digest_of(frame: bytes) -> int:
    """Return the 64-bit digest by which a resent frame is recognised."""
    return int.from_bytes(blake2b(frame, digest_size=_DIGEST_BYTES).digest(), "big")


class Segment:
    """The marks and digests of one (unit, lane, segment)."""

    __slots__ = (
        "_base",
        "_digests",
        "_held",
        "_listener",
        "_refusals",
        "_settled",
        "_spans",
        "durable_through",
        "lost",
        "received_through",
    )

    def __init__(self, next_sequence: int) -> None:
        self._listener: Callable[[], None] | None = None
        self.lost = False
        """Whether the log failed to confirm a frame; the unit has to send it again."""
        self._held: list[int] = []
        self._restart(next_sequence)

    def _restart(self, next_sequence: int) -> None:
        self.received_through = self.durable_through = next_sequence - 1
        self._base = next_sequence
        self._digests = array("Q")
        self._refusals: dict[int, Refusal] = {}
        self._settled: set[int] = set()
        self._spans: dict[int, int] = {}
        """First to last sequence of what a frame in flight says was left out."""

    @property
    def in_flight(self) -> int:
        """Frames received that the log does not hold yet."""
        return self.received_through - self.durable_through

    @property
    def acknowledgeable(self) -> int:
        """The newest sequence that an acknowledgement may name."""
        return (
            min(self.durable_through, min(self._held) - 1) if self._held else self.durable_through
        )

    def listen(self, listener: Callable[[], None]) -> None:
        """Tell this one, and no other, whenever a mark moved or a frame was lost."""
        self._listener = listener

    def forget(self, listener: Callable[[], None]) -> None:
        """Tell nobody, if this one was told."""
        if self._listener == listener:
            self._listener = None

    def open_at(self, next_sequence: int) -> None:
        """Take the unit's word for what is durable; frames that went elsewhere are not awaited."""
        if next_sequence - 1 > self.received_through:
            self._restart(next_sequence)
            return
        self.durable_through = max(self.durable_through, next_sequence - 1)
        self._settled = {s for s in self._settled if s > self.durable_through}
        through = self.durable_through
        self._spans = {
            max(first, through + 1): last for first, last in self._spans.items() if last > through
        }
        self._advance()

    def offer(self, sequence: int, digest: int) -> Standing:
        """Take a sequence up to the one after the newest; remember it when it is new."""
        if sequence == self.received_through + 1:
            self._remember(sequence, digest)
            return Standing.NEW
        if not self._kept(sequence) or self._digests[self._place(sequence)] == digest:
            return Standing.KNOWN
        return Standing.REUSED

    def offer_span(self, sequence: int, digest: int) -> Standing:
        """Take a frame that stands for all sequences after the newest, up to its own.

        What is known of them stays known: frames that came before the unit left them out.
        """
        if sequence <= self.received_through:
            return Standing.KNOWN
        self._spans[self.received_through + 1] = sequence
        self._base = sequence
        self._digests = array("Q")
        self._remember(sequence, digest)
        return Standing.NEW

    def refuse(self, sequence: int, refusal: Refusal) -> None:
        """Remember that a new sequence was refused, to say it again when it is sent again."""
        while self._refusals and not self._kept(oldest := next(iter(self._refusals))):
            del self._refusals[oldest]
        self._refusals[sequence] = refusal

    def refusal_of(self, sequence: int) -> Refusal | None:
        """Return why this sequence was refused, None if it was not or is no longer remembered."""
        return self._refusals.get(sequence)

    def hold(self, sequence: int) -> None:
        """Let no acknowledgement pass this sequence until it is released as often as held."""
        self._held.append(sequence)

    def release(self, sequence: int) -> None:
        """Undo one hold."""
        self._held.remove(sequence)
        self._tell()

    def settle(self, sequence: int) -> None:
        """Note that the log holds what became of this sequence."""
        if sequence > self.durable_through:
            self._settled.add(sequence)
            self._advance()
        self._tell()

    def lose(self) -> None:
        """Note that the log did not confirm a frame."""
        self.lost = True
        self._tell()

    def _advance(self) -> None:
        while (last := self._next()) in self._settled:
            self._settled.discard(last)
            self._spans.pop(self.durable_through + 1, None)
            self.durable_through = last

    def _next(self) -> int:
        """Return the sequence whose fate decides about the one after the durable mark."""
        following = self.durable_through + 1
        return self._spans.get(following, following)

    def _tell(self) -> None:
        if self._listener is not None:
            self._listener()

    def _kept(self, sequence: int) -> bool:
        oldest = max(self._base, self.received_through - DIGESTS_KEPT + 1)
        return oldest <= sequence <= self.received_through

    def _place(self, sequence: int) -> int:
        return (sequence - self._base) % DIGESTS_KEPT

    def _remember(self, sequence: int, digest: int) -> None:
        self.received_through = sequence
        if len(self._digests) < DIGESTS_KEPT:
            self._digests.append(digest)
        else:
            self._digests[self._place(sequence)] = digest


class SegmentBook:
    """The segments remembered, newest opened last, at most ``SEGMENTS_KEPT``."""

    def __init__(self, kept: int = SEGMENTS_KEPT) -> None:
        self._kept = kept
        self._segments: OrderedDict[StreamKey, Segment] = OrderedDict()

    def __len__(self) -> int:
        """Return how many segments are remembered."""
        return len(self._segments)

    def open(self, key: StreamKey, next_sequence: int) -> Segment:
        """Return the segment, remembered or new, ready for frames from ``next_sequence`` on."""
        segment = self._segments.get(key)
        if segment is None or segment.lost:
            segment = self._segments[key] = Segment(next_sequence)
        else:
            segment.open_at(next_sequence)
        self._segments.move_to_end(key)
        if len(self._segments) > self._kept:
            self._segments.popitem(last=False)
        return segment
