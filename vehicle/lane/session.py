"""One lane of one unit, without I/O: numbers frames, decides what to send, learns what is durable.

A *segment* is an append-only run of numbered frames. Captures go to the ``live`` segment, always.
Each dial offers a segment to stream: a fresh one, unless the live one never was on a stream and is
short. When the gateway opens a fresh one it becomes the live segment, and what the former one
still has to deliver joins ``older``, whose members drain on a stream of their own, oldest first,
a small window at a time, so that they never hold up what is captured now. Until then captures
stay where they were, so a long tunnel makes one segment, however often the unit dials.

    dial() -> run ---- opened(run) ---- take(run) ... acknowledged(run) ... lost(run) -> dial()

A run remembers the newest acknowledgement and what was sent on the present stream; a lost stream
forgets what was sent, so everything after the acknowledgement goes out again, in order. Frames
that were left out under pressure are one frame, at the last of their sequences: a *span*. While
the shedder writes one to the spool, nothing from there on may be sent: the run is *pinned*.
Bytes of frames are held in memory only while a stream is open, at most ``HELD_FRAMES``; beyond
that ``take`` asks for them to be loaded from the spool.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from vehicle.lane.flight import FLIGHT_LEAST
from vehicle.spool.store import SegmentProgress
from wire.frames import Lane
from wire.limits import MAX_FRAMES_PER_REQUEST

HELD_FRAMES: Final = 512
"""Frames of a segment kept in memory; later ones are read back from the spool."""

REQUEST_BYTES: Final = 1_000_000
"""Frame bytes of one request, well below gRPC's 4 MB."""

BACKLOG_WINDOW: Final = 64
"""Frames of an older segment in flight, whatever credit the gateway gives."""

FIRST_SEGMENT_FRAMES: Final = 256
"""A segment of alarms that was never on a stream goes out as the live one up to this length. Below
the ALARM lane, where it is order that counts, it is what may be in flight at once, and no more
(``FLIGHT_LEAST``): in a longer one the first live frame would wait for the past."""


class SequenceRef(NamedTuple):
    """Names one frame."""

    unit_id: str
    lane: Lane
    segment: bytes
    sequence: int


class SealedFrame(NamedTuple):
    """A serialised frame beside its sequence."""

    sequence: int
    frame: bytes


@dataclass(frozen=True, slots=True)
class Load:
    """These frames must be read from the spool before anything can be sent."""

    first: int
    last: int


class SegmentRun:
    """A segment with what is durable, what was sent, and what may be sent."""

    __slots__ = (
        "_credit_end",
        "_held",
        "_pinned_from",
        "_spans",
        "acknowledged",
        "last",
        "offered",
        "segment",
        "sent",
    )

    def __init__(
        self,
        segment: bytes,
        acknowledged: int = 0,
        last: int = 0,
        spans: Iterable[tuple[int, int]] = (),
    ) -> None:
        """Start at what the spool knows of this segment."""
        self.segment = segment
        self.acknowledged = acknowledged
        self.last = last
        self.sent = acknowledged
        self.offered = False
        self._credit_end: int | None = None
        self._held: dict[int, bytes] = {}
        self._spans = dict(spans)
        """First to last sequence of what one frame stands for."""
        self._pinned_from: int | None = None

    @property
    def depth(self) -> int:
        """Frames that nobody acknowledged."""
        return self.last - self.acknowledged

    @property
    def open(self) -> bool:
        """Whether a stream of this segment is open."""
        return self._credit_end is not None

    @property
    def sendable(self) -> bool:
        """Whether a frame waits and may be sent."""
        return self._credit_end is not None and self.sent < min(self._end, self._credit_end)

    @property
    def _end(self) -> int:
        """The last sequence that may be sent at all."""
        return self.last if self._pinned_from is None else self._pinned_from - 1

    def append(self, frame: bytes) -> None:
        """Take the frame numbered ``last + 1``."""
        self.last += 1
        if self.open and len(self._held) < HELD_FRAMES:
            self._held[self.last] = frame

    def load(self, frames: Iterable[SealedFrame]) -> None:
        """Hold frames that were read from the spool."""
        self._held.update({one.sequence: one.frame for one in frames})

    def grant(self, credit: int) -> None:
        """Allow this many frames beyond the newest acknowledgement."""
        self._credit_end = self.acknowledged + credit

    def take(self) -> Sequence[SealedFrame] | Load:
        """Return the frames of the next request, which count as sent; empty when none may go."""
        if not self.sendable or self._credit_end is None:
            return ()
        first, end = self.sent + 1, min(self._end, self._credit_end)
        end = min(end, self.sent + MAX_FRAMES_PER_REQUEST)
        standing = self._spans.get(first, first)
        if standing not in self._held:
            return Load(standing, max(standing, end))
        return self._take_held(first, end)

    def _take_held(self, first: int, end: int) -> Sequence[SealedFrame]:
        taken: list[SealedFrame] = []
        size = 0
        while first <= end:
            sequence = self._spans.get(first, first)
            frame = self._held.get(sequence)
            if frame is None or (taken and size + len(frame) > REQUEST_BYTES):
                break
            taken.append(SealedFrame(sequence, frame))
            size += len(frame)
            first = sequence + 1
        self.sent = taken[-1].sequence
        return taken

    def advance(self, through: int) -> int:
        """Note that everything through a sequence is durable; return how many frames newly are."""
        through = min(through, self.last)
        newly = through - self.acknowledged
        if newly <= 0:
            return 0
        for sequence in range(self.acknowledged + 1, through + 1):
            self._held.pop(sequence, None)
        self.acknowledged = through
        spans, self._spans = self._spans, {}
        for first, last in spans.items():
            self._leave_out(first, last)
        self.sent = max(self.sent, through)
        return newly

    def pin(self, most: int, after: int = 0) -> tuple[int, int] | None:
        """Let nothing that waits be sent; return first and last of at most so many sequences.

        None when nothing waits ``after`` this sequence, or the run is pinned. What waits was never
        on the present stream.
        """
        first = max(self.sent, after) + 1
        if self._pinned_from is not None or first > self.last:
            return None
        self._pinned_from = first
        return first, min(self.last, first + most - 1)

    def unpin(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        """Let what waits be sent, with these sequences each left out for one frame."""
        for first, last in spans:
            for sequence in range(first, last + 1):
                self._held.pop(sequence, None)
                self._spans.pop(sequence, None)
            self._leave_out(first, last)
        self._pinned_from = None

    def _leave_out(self, first: int, last: int) -> None:
        """Let one frame stand for these sequences, as far as nobody acknowledged them.

        Of what was left out a gateway may hold some: it came on a stream before.
        """
        if last > self.acknowledged:
            self._spans[max(first, self.acknowledged + 1)] = last

    def lose(self) -> None:
        """Forget the stream: what was not acknowledged goes out again."""
        self.sent = self.acknowledged
        self._credit_end = None
        self._held.clear()


class LaneSession:
    """The segments of one lane of one unit."""

    def __init__(
        self,
        unit_id: str,
        lane: Lane,
        new_segment: Callable[[], bytes],
        older: Iterable[SegmentProgress] = (),
    ) -> None:
        """Start with a segment of its own beside those that the spool still holds."""
        self.unit_id = unit_id
        self.lane = lane
        self._new_segment = new_segment
        self.live = SegmentRun(new_segment())
        self.older = deque(
            SegmentRun(run.segment, run.acknowledged, run.last, run.spans) for run in older
        )

    @property
    def depth(self) -> int:
        """Frames of this lane that nobody acknowledged."""
        return self.live.depth + sum(run.depth for run in self.older)

    def next_ref(self) -> SequenceRef:
        """Name the frame that will be appended next."""
        return SequenceRef(self.unit_id, self.lane, self.live.segment, self.live.last + 1)

    def append(self, frame: bytes) -> None:
        """Take the frame that ``next_ref`` named."""
        self.live.append(frame)

    def dial(self) -> SegmentRun:
        """Return the segment to offer on the next stream for live data."""
        live = self.live
        longest = FLIGHT_LEAST.get(self.lane, FIRST_SEGMENT_FRAMES)
        if live.last == 0 or (not live.offered and live.last <= longest):
            return live
        return SegmentRun(self._new_segment())

    def opened(self, run: SegmentRun, credit: int) -> None:
        """Note that the gateway opened this segment, live or older."""
        if run is not self.live and run not in self.older:
            self._retire()
            self.live = run
        run.offered = True
        self._grant(run, credit)

    def _retire(self) -> None:
        self.live.lose()
        if self.live.depth:
            self.older.append(self.live)

    def _grant(self, run: SegmentRun, credit: int) -> None:
        run.grant(credit if run is self.live else min(credit, BACKLOG_WINDOW))

    def acknowledged(self, run: SegmentRun, through: int, credit: int) -> int:
        """Note what is durable and what may follow; return how many frames newly are durable."""
        newly = run.advance(through)
        self._grant(run, credit)
        return newly

    def finish(self, run: SegmentRun) -> bool:
        """Drop an older segment when nothing is left of it; say whether it was dropped."""
        if run is self.live or run.depth or run not in self.older:
            return False
        self.older.remove(run)
        return True
