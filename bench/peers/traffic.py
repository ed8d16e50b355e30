"""The seeded frames that every peer reads, and what must be said of them.

A ``Traffic`` can be laid into topics as one frame a record, keyed by encounter, or as micro-batches
of one partition with no key, as a gateway writes them. An encounter always lies in the partition
that Kafka's default partitioner gives its key.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, NamedTuple

from clinical.instant import SECOND_US
from clinical.items import Vitals
from goldenhour.bench.judgement.vitals_job import VitalsJob
from goldenhour.bench.judgement.ward import BATCH_FRAMES, job_frame, job_vitals
from wire.frames import to_frame
from wire.partition import partition_of
from wire.records import decode_batch, encode_batch
from wire.topics import ENCOUNTER_PARTITIONS

SEED: Final = 1

Said = tuple[bytes, bytes]
"""Key and value of a record that says a change of band."""


class Sent(NamedTuple):
    """One frame, and where it goes."""

    partition: int
    encounter_id: str
    captured_us: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """A record to append."""

    partition: int
    key: bytes | None
    value: bytes


def at_leisure(encounters: int, seconds: int) -> list[Sent]:
    """Return the frames of a topic that is full before a peer starts; their time begins at zero."""
    return [
        sent(encounter_id, second * SECOND_US, item)
        for second, items in enumerate(job_vitals(encounters, seconds, seed=SEED))
        for encounter_id, item in items
    ]


def sent(encounter_id: str, captured_us: int, item: Vitals) -> Sent:
    """Return a frame as it is sent."""
    partition = partition_of(encounter_id, ENCOUNTER_PARTITIONS)
    return Sent(partition, encounter_id, captured_us, job_frame(encounter_id, captured_us, item))


def single(frames: Iterable[Sent]) -> Iterator[Entry]:
    """Give a record for each frame."""
    return (Entry(it.partition, it.encounter_id.encode(), it.data) for it in frames)


def batched(frames: Iterable[Sent], size: int = BATCH_FRAMES) -> Iterator[Entry]:
    """Give micro-batches of one partition each, in the order in which they are full."""
    waiting: dict[int, list[Sent]] = {}
    for frame in frames:
        batch = waiting.setdefault(frame.partition, [])
        batch.append(frame)
        if len(batch) == size:
            yield _batch(waiting.pop(frame.partition))
    yield from map(_batch, waiting.values())


def expected(frames: Iterable[Sent]) -> set[Said]:
    """Return what must be said of the frames, by the reference."""
    job = VitalsJob()
    said: set[Said] = set()
    for frame in frames:
        for handle in decode_batch(encode_batch(0, "", [frame.data])).frames:
            for change in job.on_item(to_frame(handle)):
                value = f"{change.captured_us} {change.total} {change.band}".encode()
                said.add((change.encounter_id.encode(), value))
    return said


def digest(said: Iterable[Said]) -> str:
    """Return a name for what was said, whatever its order and however often."""
    lines = sorted(key + b" " + value for key, value in set(said))
    return blake2b(b"\n".join(lines), digest_size=8).hexdigest()


def _batch(frames: Sequence[Sent]) -> Entry:
    value = encode_batch(frames[-1].captured_us, "", [frame.data for frame in frames])
    return Entry(frames[0].partition, None, value)
