"""An independent reader of the log: which frames are there, found by nothing but reading it.

A frame counts as present in `patients`, `waveforms`, `images` or `units` (inside a batch) or in
`dead_letters`. What a unit says that it left out is not present; it is told apart from what is
lost. What the gateway writes to `alarms` for a frame of receipts or acknowledgements no
longer names the frame, so these are counted by their content: receipts per unit. The simulated
crews acknowledge nothing.
"""

from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from ports.log.port import Log, Record, TopicPartition
from simulators.verdict.ledger import FrameKey
from wire.alarms import MessageReceipt
from wire.images import SeriesState
from wire.reading import Unreadable
from wire.records import Batch, DeadLetter, decode_record, frames_of
from wire.topics import ALARMS, DEAD_LETTERS, IMAGES, PATIENTS, STUDIES, UNITS, WAVEFORMS

_TOPICS: Final = (PATIENTS, WAVEFORMS, IMAGES, UNITS, DEAD_LETTERS, ALARMS, STUDIES)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Consecutive frames of a segment that a unit left out under pressure."""

    unit_id: str
    lane: int
    segment: bytes
    first: int
    last: int


@dataclass(slots=True)
class Present:
    """What the log holds."""

    frames: set[FrameKey] = field(default_factory=set)
    """What the log holds as data, or as a dead letter."""
    discarded: list[LeftOut] = field(default_factory=list)
    """What units say that they left out."""
    dead_letters: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    """Receipts in `alarms`, by unit."""
    studies: dict[tuple[str, str], SeriesState] = field(default_factory=dict)
    """The newest state of each series, by encounter and Series Instance UID."""


def left_out(frames: Iterable[FrameKey], said: Sequence[LeftOut]) -> set[FrameKey]:
    """Return those of the frames that their units say they left out.

    A night has many of both: each frame is looked up among the stretches of its own segment. Where
    they overlap, what has begun ends at the latest end.
    """
    stretches: dict[tuple[str, int, bytes], tuple[list[int], list[int]]] = {}
    for one in sorted(said, key=attrgetter("first")):
        stream = (one.unit_id, one.lane, one.segment)
        begins, ends = stretches.setdefault(stream, ([], []))
        begins.append(one.first)
        ends.append(max(one.last, ends[-1]) if ends else one.last)
    found = set()
    for frame in frames:
        begins, ends = stretches.get(frame[:3], ([], []))
        begun = bisect(begins, frame[3])
        if begun and frame[3] <= ends[begun - 1]:
            found.add(frame)
    return found


async def present(log: Log) -> Present:
    """Read the log from its oldest record to its end."""
    found = Present()
    for topic in _TOPICS:
        for partition in range(topic.partitions):
            for record in await log.read_to_end(TopicPartition(topic.name, partition)):
                _note(record, found)
    return found


def _note(record: Record, found: Present) -> None:
    if record.value is None:
        return
    try:
        value = decode_record(record.headers, record.value)
    except Unreadable:
        return
    match value:
        case Batch():
            _note_batch(value, found)
        case DeadLetter():
            found.dead_letters += 1
            found.frames.add((value.unit_id, value.lane, value.segment, value.sequence))
        case SeriesState():
            found.studies[value.encounter_id, value.series_uid] = value
        case MessageReceipt():
            found.receipts[value.unit_id] += 1
        case _:
            return


def _note_batch(batch: Batch, found: Present) -> None:
    for frame in frames_of(batch):
        stream = (frame.unit_id, int(frame.lane), frame.segment)
        if frame.items[0].HasField("discarded"):
            said = frame.items[0].discarded
            found.discarded.append(LeftOut(*stream, said.from_sequence, said.to_sequence))
        else:
            found.frames.add((*stream, frame.sequence))
