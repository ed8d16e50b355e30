"""What a record of an app's topic leads to: records for other topics, as plain values.

``facts`` are what the host concluded; ``snapshots`` rest on facts and may be sent only when the
facts are durable (``outbox``).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import EcgFinding, LeadFinding, RhythmFinding, SeriesFinding
from clinical.watch.encounter import EncounterState
from clinical.watch.picture.picture import Glance, PictureRow
from streams.engine.checkpointing import Snapshot, marker_checkpoint, snapshot_checkpoint
from streams.engine.partition_clock import Point
from streams.engine.watches import Emission
from wire.alarms import encode_entry
from wire.encounters import encode_encounter
from wire.frames import Frame
from wire.images import SeriesState, encode_series_finding, encode_series_state, study_key
from wire.limits import MAX_FRAME_BYTES
from wire.partition import partition_of
from wire.picture import Picture, encode_picture
from wire.records import (
    COVERED_KEY,
    HEADERS_ALARM_ENTRY,
    HEADERS_CHECKPOINT,
    HEADERS_DEAD_LETTER,
    HEADERS_ECG_FINDING,
    HEADERS_ENCOUNTER_STATE,
    HEADERS_LEAD_FINDING,
    HEADERS_PICTURE,
    HEADERS_RHYTHM_FINDING,
    HEADERS_SERIES_FINDING,
    HEADERS_SERIES_STATE,
    DeadLetter,
    encode_checkpoint,
    encode_dead_letter,
    encode_lead_finding,
    encounter_key,
)
from wire.rhythms import encode_rhythm_finding
from wire.synthetic import synthetic
from wire.topics import (
    ALARMS,
    CHECKPOINTS_PATIENTS_A,
    CHECKPOINTS_PATIENTS_B,
    DEAD_LETTERS,
    ENCOUNTERS,
    PATIENTS,
    PICTURE,
    STUDIES,
    Topic,
)
from wire.twelve_lead import encode_ecg_finding

PICTURE_ROWS_MAX: Final = 1_000
"""Rows of one record of ``picture``; more rows make more records."""

CHANNELS: Final = {Source.CENTER_A: "a", Source.CENTER_B: "b"}
CHECKPOINTS: Final[dict[Source, Topic]] = {
    Source.CENTER_A: CHECKPOINTS_PATIENTS_A,
    Source.CENTER_B: CHECKPOINTS_PATIENTS_B,
}

Headers = tuple[tuple[str, bytes], ...]


class Send(NamedTuple):
    """A record to write; a value of None is a tombstone."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Outputs(NamedTuple):
    """All that one record led to, and what the metrics say about it."""

    next_offset: int
    """Offset of the record after this one."""
    facts: tuple[Send, ...]
    snapshots: tuple[Snapshot, ...]
    frames: int
    """Frames judged."""
    received_us: int | None
    """When the gateway received them; None for a record without frames."""
    transitions: tuple[Transition, ...]
    dead_letters: int


def snapshot_send(partition: int, checkpoints: Topic, snapshot: Snapshot) -> Send:
    """Return the record that stores a snapshot."""
    value = encode_checkpoint(snapshot_checkpoint(snapshot))
    key = encounter_key(snapshot.encounter_id)
    return Send(checkpoints.name, partition, key, value, HEADERS_CHECKPOINT)


def marker_send(partition: int, checkpoints: Topic, covered: Point) -> Send:
    """Return the record that moves the marker."""
    value = encode_checkpoint(marker_checkpoint(covered))
    return Send(checkpoints.name, partition, COVERED_KEY, value, HEADERS_CHECKPOINT)


def dead_letter(
    program: str, description: str, raw: bytes, frame: Frame | None, stamped_us: int
) -> DeadLetter:
    """Return the letter of what an app gave up: a frame where it could be read, else a record."""
    return DeadLetter(
        reason=None,
        field_path="",
        description=description,
        unit_id=frame.unit_id if frame else "",
        lane=frame.lane if frame else 0,
        segment=frame.segment if frame else b"",
        sequence=frame.sequence if frame else 0,
        frame=raw[:MAX_FRAME_BYTES],
        stamped_us=stamped_us,
        program=program,
    )


class Draft:
    """The outputs of one record while it is being judged."""

    def __init__(self, partition: int, source: Source) -> None:
        self._partition = partition
        self._source = source
        self._facts: list[Send] = []
        self._snapshots: list[Snapshot] = []
        self._transitions: list[Transition] = []
        self._frames = 0
        self._dead_letters = 0
        self._received_us: int | None = None

    def received(self, frames: int, received_us: int) -> None:
        """Note the frames of the record."""
        self._frames = frames
        self._received_us = received_us

    def say(self, emission: Emission) -> None:
        """Add what a watch said; all of it is keyed by the encounter."""
        key = emission.encounter_id.encode()
        if isinstance(emission, EncounterState):
            value = encode_encounter(emission)
            self._add(ENCOUNTERS, key, value, HEADERS_ENCOUNTER_STATE)
            return
        self._add(ALARMS, key, encode_entry(emission), HEADERS_ALARM_ENTRY)
        if isinstance(emission, Transition) and not synthetic(emission.encounter_id):
            self._transitions.append(emission)

    def show(
        self,
        stamped_us: int,
        rows: Sequence[PictureRow | Glance],
        silent_units: tuple[str, ...] = (),
    ) -> None:
        """Add the picture of a tick, empty or not."""
        key = CHANNELS[self._source].encode()
        picture = Picture(self._partition, stamped_us, self._source, (), silent_units)
        for start in range(0, max(1, len(rows)), PICTURE_ROWS_MAX):
            value = encode_picture(picture, rows[start : start + PICTURE_ROWS_MAX])
            self._add(PICTURE, key, value, HEADERS_PICTURE)

    def find(self, finding: LeadFinding) -> None:
        """Add what the waveforms say of a lead; its patient is in the partition of this number."""
        value = encode_lead_finding(finding)
        self._facts.append(Send(PATIENTS.name, self._partition, None, value, HEADERS_LEAD_FINDING))

    def find_rhythm(self, finding: RhythmFinding) -> None:
        """Add what the waveforms say of a rhythm; its patient is in the partition likewise."""
        value = encode_rhythm_finding(finding)
        self._facts.append(
            Send(PATIENTS.name, self._partition, None, value, HEADERS_RHYTHM_FINDING)
        )

    def find_series(self, finding: SeriesFinding) -> None:
        """Add what the images say of a series; its patient lies in the partition of this number."""
        value = encode_series_finding(finding)
        self._facts.append(
            Send(PATIENTS.name, self._partition, None, value, HEADERS_SERIES_FINDING)
        )

    def find_ecg(self, finding: EcgFinding) -> None:
        """Add what is read off an ECG; its patient lies in the partition of this number."""
        value = encode_ecg_finding(finding)
        self._facts.append(Send(PATIENTS.name, self._partition, None, value, HEADERS_ECG_FINDING))

    def study(self, state: SeriesState) -> None:
        """Add how far a series has come."""
        key = study_key(state.encounter_id, state.series_uid)
        self._add(STUDIES, key, encode_series_state(state), HEADERS_SERIES_STATE)

    def bury(self, letter: DeadLetter) -> None:
        """Add a dead letter, keyed by unit; one without a unit stays in this partition."""
        self._dead_letters += 1
        key = letter.unit_id.encode() if letter.unit_id else None
        partition = (
            partition_of(letter.unit_id, DEAD_LETTERS.partitions)
            if letter.unit_id
            else self._partition
        )
        value = encode_dead_letter(letter)
        self._facts.append(Send(DEAD_LETTERS.name, partition, key, value, HEADERS_DEAD_LETTER))

    def store(self, snapshot: Snapshot) -> None:
        """Add a snapshot."""
        self._snapshots.append(snapshot)

    def forget(self, encounter_id: str) -> None:
        """Delete what is stored about an encounter that has long been closed."""
        checkpoints = CHECKPOINTS[self._source]
        self._add(checkpoints, encounter_key(encounter_id), None, HEADERS_CHECKPOINT)
        self._add(ENCOUNTERS, encounter_id.encode(), None, HEADERS_ENCOUNTER_STATE)

    def let_go(self, checkpoints: Topic, encounter_id: str) -> None:
        """Delete a snapshot of an encounter, of which nothing has come for long."""
        self._add(checkpoints, encounter_key(encounter_id), None, HEADERS_CHECKPOINT)

    def finished(self, next_offset: int) -> Outputs:
        """Return all that was added, in order."""
        return Outputs(
            next_offset=next_offset,
            facts=tuple(self._facts),
            snapshots=tuple(self._snapshots),
            frames=self._frames,
            received_us=self._received_us,
            transitions=tuple(self._transitions),
            dead_letters=self._dead_letters,
        )

    def _add(self, topic: Topic, key: bytes, value: bytes | None, headers: Headers) -> None:
        self._facts.append(Send(topic.name, self._partition, key, value, headers))
