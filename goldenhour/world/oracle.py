"""What should have happened, by the log alone: a replay of ``patients``, a fold of ``alarms``.

The replay begins at the first record with fresh hosts and knows no checkpoint, no crash and no
other channel. What it says is what every channel must have said, whatever befell it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from clinical.alarms.priority import Source
from clinical.alarms.transition import (
    EncounterClosed,
    Transition,
)
from command_center.fold import Fold
from ports.log.memory_log import MemoryLog
from ports.log.port import Record, TopicPartition
from streams.engine.host import PartitionHost
from streams.engine.watches import PatientWatches
from wire.alarms import Entry, MessageReceipt, decode_entry
from wire.topics import ALARMS, ENCOUNTERS, PATIENTS, Topic


class Said(NamedTuple):
    """Names one word of a detector."""

    encounter_id: str
    alarm_id: bytes
    source: Source
    revision: int


@dataclass(slots=True)
class Words:
    """What detectors said, each word once, and what differs under one name."""

    transitions: dict[Said, Transition] = field(default_factory=dict)
    closed: dict[str, EncounterClosed] = field(default_factory=dict)
    clashing: list[Said] = field(default_factory=list)

    def hear(self, entry: object) -> None:
        """Take in an entry; what people and the center say is passed over."""
        if isinstance(entry, EncounterClosed):
            self.closed.setdefault(entry.encounter_id, entry)
        elif isinstance(entry, Transition) and entry.source is not Source.CENTER:
            said = Said(entry.encounter_id, entry.alarm_id, entry.source, entry.revision)
            if self.transitions.setdefault(said, entry) != entry:
                self.clashing.append(said)

    def of(self, source: Source) -> dict[Said, Transition]:
        """Return the words of one source."""
        return {said: one for said, one in self.transitions.items() if said.source is source}


@dataclass(slots=True)
class Replay:
    """What a channel that never failed says."""

    words: Words = field(default_factory=Words)
    states: dict[bytes, bytes | None] = field(default_factory=dict)
    """Newest state of each encounter, serialised, by key."""


def kept(log: MemoryLog, topic: Topic) -> Iterator[Record]:
    """Go through every record of a topic, partition by partition."""
    for partition in range(topic.partitions):
        yield from log.kept(TopicPartition(topic.name, partition))


def replay(log: MemoryLog, source: Source = Source.CENTER_A) -> Replay:
    """Judge all of ``patients`` anew."""
    found = Replay()
    for partition in range(PATIENTS.partitions):
        host = PartitionHost(partition, source, PatientWatches())
        for record in log.kept(TopicPartition(PATIENTS.name, partition)):
            for fact in host.on_record(record.offset, record).facts:
                if fact.topic == ALARMS.name and fact.value is not None:
                    found.words.hear(decode_entry(fact.value))
                elif fact.topic == ENCOUNTERS.name and fact.key is not None:
                    found.states[fact.key] = fact.value
    return found


Placed = tuple[int, Entry]
"""An entry and its offset."""


def entries(log: MemoryLog) -> dict[int, list[Placed]]:
    """Return all that `alarms` holds, by partition."""
    return {
        partition: [
            (record.offset, decode_entry(record.value or b""))
            for record in log.kept(TopicPartition(ALARMS.name, partition))
        ]
        for partition in range(ALARMS.partitions)
    }


def spoken(said: Iterable[Entry]) -> Words:
    """Return what detectors did say, as the log of alarms has it."""
    words = Words()
    for entry in said:
        words.hear(entry)
    return words


def mirrored(words: dict[Said, Transition], source: Source) -> dict[Said, Transition]:
    """Return the words as another channel says them."""
    return {
        said._replace(source=source): replace(one, source=source) for said, one in words.items()
    }


class Told(NamedTuple):
    """One change of an alarm, as subscribers are told."""

    offset: int
    ordinal: int
    alarm_id: bytes
    revision: int


def folded(placed: Mapping[int, Iterable[Placed]]) -> tuple[Fold, dict[int, list[Told]]]:
    """Fold all of ``alarms`` anew; return the fold and what it changed, by partition."""
    fold = Fold()
    told: dict[int, list[Told]] = {}
    for partition, those in placed.items():
        changes = told[partition] = []
        for offset, entry in those:
            if isinstance(entry, MessageReceipt):
                continue
            for change in fold.apply(partition, offset, entry):
                view = change.view
                changes.append(Told(change.offset, change.ordinal, view.alarm_id, view.revision))
    return fold, told
