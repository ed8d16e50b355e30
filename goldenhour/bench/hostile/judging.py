"""Hostile and good frames through the gateway's own decoding and judgement, without a network.

Each request is serialised and parsed as gRPC would, each frame is judged by ``Ingress``; what is
refused is written as a dead letter, what is admitted goes into a record batch and is decoded as a
worker does. Any exception ends the run: there must be none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.watch.encounter import EncounterState
from goldenhour.bench.holding import held_by
from goldenhour.bench.hostile.frames import CAPTURED_US, Story, good
from goldenhour.bench.hostile.mutation import Hostile, hostile
from streams.gateway.following.ownership import Ownership
from streams.gateway.uplink.ingress import Admitted, Ingress, Rejected
from streams.gateway.uplink.segments import Segment
from wire.frames import Lane, to_frame
from wire.limits import BATCH_FRAMES, SEGMENT_BYTES
from wire.records import (
    DeadLetter,
    decode_batch,
    decode_dead_letter,
    encode_batch,
    encode_dead_letter,
    frames_of,
)
from wire.uuid7 import uuid7
from wire.validation import Refusal, RefusalReason, StreamKey

GOOD_EVERY: Final = 10
"""One frame of so many is good."""

FRAMES_PER_REQUEST: Final = 16
FRAMES_PER_STREAM: Final = 20_000
"""Then the unit begins a new segment, as after a restart."""

UNIT: Final = "HOSTILE-1"
OWNER: Final = "AMB-01"

_WITH_A_FIELD: Final = frozenset(RefusalReason) - {
    RefusalReason.UNREADABLE,
    RefusalReason.TOO_LARGE,
}


@dataclass(slots=True)
class Tally:
    """What became of the frames."""

    refused: Counter[str] = field(default_factory=Counter)
    by_way: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    not_refused: int = 0
    wrongly_refused: list[str] = field(default_factory=list)
    """Ways whose refusal had another reason than it must have, or named no field."""
    good_sent: int = 0
    good_arrived: int = 0
    frames: int = 0
    """Hostile ones."""

    def note(self, one: Hostile, refusal: Refusal | None) -> None:
        """Take note of what a hostile frame met."""
        self.frames += 1
        if refusal is None:
            self.not_refused += 1
            return
        self.refused[refusal.reason.name] += 1
        self.by_way[one.way][refusal.reason.name] += 1
        named = bool(refusal.field_path) or refusal.reason not in _WITH_A_FIELD
        if refusal.reason not in one.reasons or not named or not refusal.description:
            self.wrongly_refused.append(f"{one.way}: {refusal.reason.name} {refusal.field_path}")


def new_story(rng: Random) -> Story:
    """Return the two patients of a run."""
    own, foreign = (str(uuid7(CAPTURED_US, rng.randbytes(10))) for _ in range(2))
    return Story(own, foreign)


def owned_elsewhere(story: Story) -> EncounterState:
    """Return that another unit holds the foreign patient."""
    return held_by(OWNER, story.foreign_encounter_id)


class Judging:
    """The streams of one hostile unit, judged frame by frame."""

    def __init__(self, seed: int) -> None:
        """Prepare; the same seed makes the same frames."""
        self._rng = Random(seed)  # noqa: S311 - a seeded attack, not a secret
        self._story = new_story(self._rng)
        self._ownership = Ownership()
        self._ownership.learn(owned_elsewhere(self._story))
        self.tally = Tally()

    def stream(self, frames: int) -> None:
        """Send so many hostile frames in one segment of one lane, with good ones among them."""
        lane = self._rng.choice(list(Lane))
        key = StreamKey(UNIT, lane, self._rng.randbytes(SEGMENT_BYTES))
        segment = Segment(1)
        ingress = Ingress(key, 1, segment, self._ownership)
        sent, arrived, batch = set[int](), set[int](), list[bytes]()
        remaining = frames
        while remaining > 0:
            drawn = self._draw(key, ingress.expected, min(remaining, FRAMES_PER_REQUEST))
            remaining -= sum(isinstance(one, Hostile) for one in drawn)
            sent |= {one[0] for one in drawn if not isinstance(one, Hostile)}
            for one, sealed in zip(drawn, _as_received(drawn), strict=True):
                self._judge(one, sealed, ingress, batch)
            if len(batch) >= BATCH_FRAMES or remaining <= 0:
                arrived |= _judged_by_a_worker(batch)
                batch.clear()
        self.tally.good_sent += len(sent)
        self.tally.good_arrived += len(sent & arrived)
        if arrived - sent or ingress.acknowledgeable != ingress.expected - 1:
            self.tally.not_refused += len(arrived - sent) or 1

    def _draw(self, key: StreamKey, sequence: int, count: int) -> list[Hostile | tuple[int, bytes]]:
        drawn: list[Hostile | tuple[int, bytes]] = []
        for _ in range(count):
            if self._rng.randrange(GOOD_EVERY) == 0:
                frame = good(self._story, key, sequence, self._rng)
                drawn.append((sequence, frame.SerializeToString()))
            else:
                drawn.append(hostile(self._story, key, sequence, self._rng))
            sequence = max(sequence, _place(drawn[-1]) + 1)
        return drawn

    def _judge(
        self,
        one: Hostile | tuple[int, bytes],
        sealed: pb.SealedFrame,
        ingress: Ingress,
        batch: list[bytes],
    ) -> None:
        judgement = ingress.judge(sealed.sequence, sealed.frame)
        refusal = None
        if isinstance(judgement, Rejected):
            refusal = judgement.refusal
            _dead_letter(ingress.key, judgement)
        elif isinstance(judgement, Admitted):
            batch.append(judgement.frame)
        ingress.segment.settle(sealed.sequence)
        if isinstance(one, Hostile):
            self.tally.note(one, refusal)


def _place(one: Hostile | tuple[int, bytes]) -> int:
    return one.sequence if isinstance(one, Hostile) else one[0]


def _as_received(drawn: Sequence[Hostile | tuple[int, bytes]]) -> Iterable[pb.SealedFrame]:
    sealed = [
        pb.SealedFrame(sequence=_place(one), frame=one.data if isinstance(one, Hostile) else one[1])
        for one in drawn
    ]
    request = pb.UplinkRequest(frames=pb.Frames(frames=sealed)).SerializeToString()
    return pb.UplinkRequest.FromString(request).frames.frames


def _dead_letter(key: StreamKey, rejected: Rejected) -> None:
    letter = DeadLetter(
        reason=rejected.refusal.reason,
        field_path=rejected.refusal.field_path,
        description=rejected.refusal.description,
        unit_id=key.unit_id,
        lane=key.lane,
        segment=key.segment,
        sequence=rejected.sequence,
        frame=rejected.frame,
        stamped_us=CAPTURED_US,
        program="bench",
    )
    decode_dead_letter(encode_dead_letter(letter))


def _judged_by_a_worker(batch: Sequence[bytes]) -> set[int]:
    """Return the sequences of what a worker decodes from a record batch of these frames."""
    received = decode_batch(encode_batch(CAPTURED_US, "bench", batch))
    return {to_frame(frame).sequence for frame in frames_of(received)}
