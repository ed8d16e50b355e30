"""An independent reader of the log: which frames are there, found by nothing but reading it.

A frame counts as present in `patients`, `waveforms` or `units` (inside a batch) or in
`dead_letters`. What the gateway writes to `alarms` for a frame of receipts or acknowledgements no
longer names the frame, so these are counted by their content: receipts per unit. The simulated
crews acknowledge nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ports.log.port import Log, Record, TopicPartition
from simulators.ledger import FrameKey
from wire.alarms import MessageReceipt
from wire.images import SeriesState
from wire.reading import Unreadable
from wire.records import Batch, DeadLetter, decode_record, frames_of
from wire.topics import ALARMS, DEAD_LETTERS, PATIENTS, STUDIES, UNITS, WAVEFORMS

_TOPICS: Final = (PATIENTS, WAVEFORMS, UNITS, DEAD_LETTERS, ALARMS, STUDIES)


@dataclass(slots=True)
class Present:
    """What the log holds."""

    frames: set[FrameKey] = field(default_factory=set)
    dead_letters: int = 0
    receipts: Counter[str] = field(default_factory=Counter)
    """Receipts in `alarms`, by unit."""
    studies: dict[tuple[str, str], SeriesState] = field(default_factory=dict)
    """The newest state of each series, by encounter and Series Instance UID."""


async def frames_present(log: Log) -> set[FrameKey]:
    """Return every frame in the log, as unit, lane, segment and sequence."""
    return (await present(log)).frames


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
            found.frames.update(_keys(value))
        case DeadLetter():
            found.dead_letters += 1
            found.frames.add((value.unit_id, value.lane, value.segment, value.sequence))
        case SeriesState():
            found.studies[value.encounter_id, value.series_uid] = value
        case MessageReceipt():
            found.receipts[value.unit_id] += 1
        case _:
            return


def _keys(batch: Batch) -> Iterator[FrameKey]:
    for frame in frames_of(batch):
        yield (frame.unit_id, int(frame.lane), frame.segment, frame.sequence)
