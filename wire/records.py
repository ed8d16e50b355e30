"""What the log's records hold, and the headers that say so.

Every record has two headers, ``type`` (the full name of its message) and ``v``; ``decode_record``
reads any record by them. A record of `patients`, `waveforms` or `units` is a micro-batch: the
gateway appends frames as received, and one call into protobuf's C code decodes them all. Frames of
a decoded batch are handles; ``wire.frames.to_frame`` turns each into a value by itself, so that one
bad frame costs its neighbours nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import frame_pb2
from clinical.alarms.identity import FrameRef
from clinical.alarms.staff_limit import LimitChange
from clinical.items import EcgFinding, ForeignFrame, LeadFinding, RhythmFinding, SeriesFinding
from clinical.watch.encounter import EncounterState
from wire.alarms import Entry, decode_entry
from wire.codes import LEAD_FAULT
from wire.encounters import decode_encounter
from wire.envelope import framed
from wire.images import (
    ImageStored,
    SeriesAnnounced,
    SeriesState,
    decode_image_stored,
    decode_series_announced,
    decode_series_finding,
    decode_series_state,
)
from wire.limits import MAX_FRAME_BYTES
from wire.messages import Message, decode_message
from wire.picture import Picture, decode_picture
from wire.reading import Unreadable, reading
from wire.rhythms import decode_rhythm_finding
from wire.staff_limits import decode_limit_change
from wire.twelve_lead import decode_ecg_finding
from wire.validation import REFUSAL_REASON, RefusalReason

VERSION: Final = b"1"
"""Header ``v``: the version of how records are laid out."""

COVERED_KEY: Final = b"covered"
"""Key of the checkpoint that covers a whole partition."""

_ENCOUNTER_KEY: Final = b"e/"

Headers = tuple[tuple[str, bytes], ...]


def type_header(full_name: str) -> Headers:
    """Return the headers of a record whose value is this message."""
    return (("type", full_name.encode()), ("v", VERSION))


HEADERS_BATCH: Final = type_header("ambulance.log.v1.RecordBatch")
BATCH: Final = HEADERS_BATCH[0][1]
"""The full name of a micro-batch."""
HEADERS_TICK: Final = type_header("ambulance.log.v1.Tick")
HEADERS_FOREIGN_FRAME: Final = type_header("ambulance.log.v1.ForeignFrame")
HEADERS_LEAD_FINDING: Final = type_header("ambulance.log.v1.LeadFinding")
HEADERS_ECG_FINDING: Final = type_header("ambulance.log.v1.EcgFinding")
HEADERS_LIMIT_CHANGE: Final = type_header("ambulance.alerts.v1.LimitChange")
HEADERS_RHYTHM_FINDING: Final = type_header("ambulance.log.v1.RhythmFinding")
HEADERS_DEAD_LETTER: Final = type_header("ambulance.log.v1.DeadLetter")
HEADERS_ENCOUNTER_STATE: Final = type_header("ambulance.log.v1.EncounterState")
HEADERS_PICTURE: Final = type_header("ambulance.log.v1.Picture")
PICTURE_KIND: Final = HEADERS_PICTURE[0][1]
HEADERS_CHECKPOINT: Final = type_header("ambulance.log.v1.Checkpoint")
HEADERS_ALARM_ENTRY: Final = type_header("ambulance.alerts.v1.AlarmEntry")
HEADERS_MESSAGE: Final = type_header("ambulance.command.v1.Message")
HEADERS_SERIES_ANNOUNCED: Final = type_header("ambulance.log.v1.SeriesAnnounced")
HEADERS_IMAGE_STORED: Final = type_header("ambulance.log.v1.ImageStored")
HEADERS_SERIES_FINDING: Final = type_header("ambulance.log.v1.SeriesFinding")
HEADERS_SERIES_STATE: Final = type_header("ambulance.log.v1.SeriesState")


@dataclass(frozen=True, slots=True)
class Batch:
    """A micro-batch: frames and when a gateway received them."""

    stamped_us: int
    gateway_id: str
    frames: Sequence[frame_pb2.Frame]
    """Handles for ``to_frame``, in the order of their acknowledgement."""


class Tick(NamedTuple):
    """Time as data: one gateway's clock, each second, in every partition of `patients`."""

    gateway_id: str
    stamped_us: int
    healthy: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A frame that a gateway refused or that poisoned a judgement."""

    reason: RefusalReason | None
    """None: it failed in judgement."""
    field_path: str
    """Empty: the frame as a whole."""
    description: str
    """What was wrong, in words, without patient data."""
    unit_id: str
    lane: int
    segment: bytes
    sequence: int
    frame: bytes
    """As received; only the first 65,536 bytes are kept."""
    stamped_us: int
    program: str
    """Who gave up on it: "gateway", or the app of the worker."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A point to resume judgement from."""

    version: int
    next_offset: int
    """Of the first record of the app's topic that the state has not seen."""
    state: bytes | None
    """Of the encounter, or of the partition's clock for the marker; None deletes."""


RecordValue = (
    Batch
    | Tick
    | ForeignFrame
    | LeadFinding
    | RhythmFinding
    | DeadLetter
    | EncounterState
    | Picture
    | Checkpoint
    | Entry
    | Message
    | SeriesAnnounced
    | ImageStored
    | SeriesState
    | SeriesFinding
    | EcgFinding
    | LimitChange
)
"""Whatever a record of the log can hold."""


def encode_batch(stamped_us: int, gateway_id: str, frames: Iterable[bytes]) -> bytes:
    """Return a batch of frames as received, by concatenation, without decoding any."""
    head = record_pb2.RecordBatch(stamped_at_us=stamped_us, gateway_id=gateway_id)
    return b"".join([head.SerializeToString(), *map(framed, frames)])


def decode_batch(value: bytes) -> Batch:
    """Return the batch that the bytes hold; Unreadable when they hold none."""
    with reading("RecordBatch"):
        pb = record_pb2.RecordBatch.FromString(value)
        return Batch(pb.stamped_at_us, pb.gateway_id, pb.frames)


def frames_of(batch: Batch) -> Sequence[frame_pb2.Frame]:
    """Return the frames of a batch as handles; ``to_frame`` may refuse each by itself."""
    return batch.frames


def encode_tick(tick: Tick) -> bytes:
    """Return the serialised tick."""
    return record_pb2.Tick(
        gateway_id=tick.gateway_id, stamped_at_us=tick.stamped_us, healthy=tick.healthy
    ).SerializeToString()


def decode_tick(value: bytes) -> Tick:
    """Return the tick that the bytes hold; Unreadable when they hold none."""
    with reading("Tick"):
        pb = record_pb2.Tick.FromString(value)
        return Tick(pb.gateway_id, pb.stamped_at_us, pb.healthy)


def encode_foreign_frame(foreign: ForeignFrame) -> bytes:
    """Return the serialised word of a foreign frame."""
    frame = foreign.frame
    return record_pb2.ForeignFrame(
        encounter_id=foreign.encounter_id,
        unit_id=frame.unit_id,
        lane=frame.lane,
        segment=frame.segment,
        sequence=frame.sequence,
        stamped_at_us=foreign.stamped_us,
    ).SerializeToString()


def decode_foreign_frame(value: bytes) -> ForeignFrame:
    """Return the word of a foreign frame that the bytes hold; Unreadable when they hold none."""
    with reading("ForeignFrame"):
        pb = record_pb2.ForeignFrame.FromString(value)
        frame = FrameRef(pb.unit_id, pb.lane, pb.segment, pb.sequence, item=0)
        return ForeignFrame(pb.encounter_id, frame, pb.stamped_at_us)


def encode_lead_finding(finding: LeadFinding) -> bytes:
    """Return the serialised finding."""
    frame = finding.frame
    return record_pb2.LeadFinding(
        encounter_id=finding.encounter_id,
        lead=finding.lead,
        fault=None if finding.fault is None else LEAD_FAULT.number[finding.fault],
        at_us=finding.at_us,
        unit_id=frame.unit_id,
        lane=frame.lane,
        segment=frame.segment,
        sequence=frame.sequence,
        item=frame.item,
        stamped_at_us=finding.stamped_us,
    ).SerializeToString()


def decode_lead_finding(value: bytes) -> LeadFinding:
    """Return the finding that the bytes hold; Unreadable when they hold none."""
    with reading("LeadFinding"):
        pb = record_pb2.LeadFinding.FromString(value)
        return LeadFinding(
            encounter_id=pb.encounter_id,
            lead=pb.lead,
            fault=LEAD_FAULT.member[pb.fault] if pb.HasField("fault") else None,
            at_us=pb.at_us,
            frame=FrameRef(pb.unit_id, pb.lane, pb.segment, pb.sequence, pb.item),
            stamped_us=pb.stamped_at_us,
        )


def encode_dead_letter(letter: DeadLetter) -> bytes:
    """Return the serialised dead letter, its frame cut to 65,536 bytes."""
    return record_pb2.DeadLetter(
        reason=None if letter.reason is None else REFUSAL_REASON.number[letter.reason],
        field_path=letter.field_path or None,
        description=letter.description,
        unit_id=letter.unit_id,
        lane=letter.lane,
        segment=letter.segment,
        sequence=letter.sequence,
        frame=letter.frame[:MAX_FRAME_BYTES],
        stamped_at_us=letter.stamped_us,
        program=letter.program,
    ).SerializeToString()


def decode_dead_letter(value: bytes) -> DeadLetter:
    """Return the dead letter that the bytes hold; Unreadable when they hold none."""
    with reading("DeadLetter"):
        pb = record_pb2.DeadLetter.FromString(value)
        return DeadLetter(
            reason=REFUSAL_REASON.member[pb.reason] if pb.HasField("reason") else None,
            field_path=pb.field_path,
            description=pb.description,
            unit_id=pb.unit_id,
            lane=pb.lane,
            segment=pb.segment,
            sequence=pb.sequence,
            frame=pb.frame,
            stamped_us=pb.stamped_at_us,
            program=pb.program,
        )


def encounter_key(encounter_id: str) -> bytes:
    """Return the key of one encounter's checkpoint."""
    return _ENCOUNTER_KEY + encounter_id.encode()


def encounter_of_key(key: bytes) -> str | None:
    """Return the encounter id of a checkpoint's key; None for any other key."""
    if not key.startswith(_ENCOUNTER_KEY):
        return None
    return key.removeprefix(_ENCOUNTER_KEY).decode(errors="replace")


def encode_checkpoint(checkpoint: Checkpoint) -> bytes:
    """Return the serialised checkpoint."""
    return record_pb2.Checkpoint(
        version=checkpoint.version,
        next_offset=checkpoint.next_offset,
        state=checkpoint.state,
    ).SerializeToString()


def decode_checkpoint(value: bytes) -> Checkpoint:
    """Return the checkpoint that the bytes hold; Unreadable when they hold none."""
    with reading("Checkpoint"):
        pb = record_pb2.Checkpoint.FromString(value)
        return Checkpoint(pb.version, pb.next_offset, pb.state if pb.HasField("state") else None)


def decode_record(headers: Iterable[tuple[str, bytes]], value: bytes) -> RecordValue:
    """Return what a record holds, by its headers; Unreadable for an unknown type or bad bytes."""
    kind = kind_of(headers)
    if kind is None:
        message = "the record has no type header"
        raise Unreadable(message)
    decode = _DECODERS.get(kind)
    if decode is None:
        message = "the record is of an unknown type"
        raise Unreadable(message)
    return decode(value)


def kind_of(headers: Iterable[tuple[str, bytes]]) -> bytes | None:
    """Return the full name of the message that a record holds, as its first type header says."""
    for name, content in headers:
        if name == "type":
            return content
    return None


def _by_type(
    decoders: Mapping[Headers, Callable[[bytes], RecordValue]],
) -> dict[bytes, Callable[[bytes], RecordValue]]:
    return {headers[0][1]: decode for headers, decode in decoders.items()}


_DECODERS: Final = _by_type(
    {
        HEADERS_BATCH: decode_batch,
        HEADERS_TICK: decode_tick,
        HEADERS_FOREIGN_FRAME: decode_foreign_frame,
        HEADERS_LEAD_FINDING: decode_lead_finding,
        HEADERS_ECG_FINDING: decode_ecg_finding,
        HEADERS_RHYTHM_FINDING: decode_rhythm_finding,
        HEADERS_LIMIT_CHANGE: decode_limit_change,
        HEADERS_DEAD_LETTER: decode_dead_letter,
        HEADERS_ENCOUNTER_STATE: decode_encounter,
        HEADERS_PICTURE: decode_picture,
        HEADERS_CHECKPOINT: decode_checkpoint,
        HEADERS_ALARM_ENTRY: decode_entry,
        HEADERS_MESSAGE: decode_message,
        HEADERS_SERIES_ANNOUNCED: decode_series_announced,
        HEADERS_IMAGE_STORED: decode_image_stored,
        HEADERS_SERIES_STATE: decode_series_state,
        HEADERS_SERIES_FINDING: decode_series_finding,
    }
)
