"""The gateway's judgement of one frame: what it is and where it goes, or exactly why not.

``check`` is pure and never raises. It reads the bytes in the envelope that the log will keep them
in, so that what is admitted decodes again as part of a record batch; a frame nested too deeply
for that is refused here instead of spoiling its neighbours. Ranges are tables (``wire.ranges``);
this module adds what spans fields: the stream, the lane, the encounter, the one topic.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any, Final

from google.protobuf.message import DecodeError, Message

from ambulance.alerts.v1 import alarm_pb2
from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import crew_pb2, frame_pb2, telemetry_service_pb2
from clinical.alarms.transition import MOST_TOGETHER
from clinical.items import Discarded
from clinical.signals.waveform import SAMPLE_MAX, SAMPLE_MIN
from wire import ranges
from wire.codes import paired
from wire.envelope import framed
from wire.examinations import contradictions, empty_part
from wire.frame_items import to_discarded
from wire.frames import Lane
from wire.limits import MAX_FRAME_BYTES, MAX_ITEMS, MAX_SAMPLES
from wire.ranges import FieldRange
from wire.synthetic import synthetic, synthetic_unit
from wire.waveforms import in_sample_range


class RefusalReason(IntEnum):
    """Why a frame was refused, numbered as on the wire."""

    UNREADABLE = 1
    MISSING_FIELD = 2
    OUT_OF_RANGE = 3
    WRONG_STREAM = 4
    FOREIGN_ENCOUNTER = 5
    SEQUENCE_REUSED = 6
    WRONG_LANE = 7
    TOO_LARGE = 8


class Route(StrEnum):
    """The one topic that a frame goes to; the value is the topic's name."""

    PATIENTS = "patients"
    """As received, in a batch of its encounter's partition."""
    WAVEFORMS = "waveforms"
    """As received, in a batch of its encounter's partition, beside the vitals."""
    IMAGES = "images"
    """As received, in a batch of its encounter's partition, beside references to images."""
    UNITS = "units"
    """As received, in a batch of its unit's partition."""
    ALARMS = "alarms"
    """One ``AlarmEntry`` per item, keyed by encounter (``wire.alarms.entries_of``)."""


@dataclass(frozen=True, slots=True)
class StreamKey:
    """One run of one lane of one unit: what a sequence counts in."""

    unit_id: str
    lane: Lane
    segment: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a frame will never be in the log as data."""

    reason: RefusalReason
    field_path: str
    """From Frame, for example "items[0].vitals.spo2_percent"; empty: the frame as a whole."""
    description: str
    """In words, without patient data."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What the gateway must know of a frame that it admits."""

    encounter_id: str | None
    sequence: int
    kinds: tuple[str, ...]
    """The kind of each item, as its field in ``Item`` is named."""
    captured_us: int
    route: Route
    discarded: Discarded | None = None
    """What the unit left out, when the frame says so and nothing else."""


REFUSAL_REASON: Final = paired(
    RefusalReason, telemetry_service_pb2.RefusalReason.items(), "REFUSAL_REASON_"
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of item travels."""

    lane: Lane
    encounter: bool | None
    """True: needs one. False: must have none. None: either."""
    check: Callable[[Any, frame_pb2.Frame, str], Refusal | None]
    alarm_log: bool = False
    also: Lane | None = None
    """A second lane that it may travel on."""
    route: Route | None = None
    """Where it goes, when not where its lane goes; it then stands alone in its frame."""


def check(data: bytes, stream: StreamKey, sequence: int | None = None) -> Checked | Refusal:
    """Judge the bytes of one frame that came by this stream.

    ``sequence`` is the number that the frame was sealed with outside, when there is one.
    """
    if len(data) > MAX_FRAME_BYTES:
        return Refusal(RefusalReason.TOO_LARGE, "", f"must be up to {MAX_FRAME_BYTES} bytes")
    try:
        (frame,) = record_pb2.RecordBatch.FromString(framed(data)).frames
    except DecodeError:
        return Refusal(RefusalReason.UNREADABLE, "", "the bytes are not a Frame")
    return (
        _out_of_range(frame, ranges.FRAME, "")
        or _wrong_stream(frame, stream, sequence)
        or _wrong_count(frame)
        or _wrong_items(frame)
        or _wrong_patient(frame)
        or _checked(frame)
    )


def _checked(frame: frame_pb2.Frame) -> Checked:
    kinds = tuple([item.WhichOneof("item") or "" for item in frame.items])
    encounter_id = frame.encounter_id or None
    route = Route.UNITS if encounter_id is None else _route(_KINDS[kinds[0]])
    discarded = to_discarded(frame.items[0].discarded) if "discarded" in kinds else None
    return Checked(encounter_id, frame.sequence, kinds, frame.captured_at_us, route, discarded)


def _route(kind: _Kind) -> Route:
    if kind.alarm_log:
        return Route.ALARMS
    return kind.route or _ROUTE_OF_LANE.get(kind.lane, Route.PATIENTS)


def _out_of_range(message: Message, fields: Iterable[FieldRange], path: str) -> Refusal | None:
    has = message.HasField
    for field in fields:
        name = field.name
        if not has(name):
            if field.required:
                return _missing(path + name)
        elif not field.admits(getattr(message, name)):
            return Refusal(RefusalReason.OUT_OF_RANGE, path + name, field.words)
    return None


def _missing(path: str) -> Refusal:
    return Refusal(RefusalReason.MISSING_FIELD, path, "must be present")


def _wrong_stream(
    frame: frame_pb2.Frame, stream: StreamKey, sequence: int | None
) -> Refusal | None:
    expected = (
        ("unit_id", frame.unit_id, stream.unit_id),
        ("lane", frame.lane, stream.lane),
        ("segment", frame.segment, stream.segment),
        ("sequence", frame.sequence, frame.sequence if sequence is None else sequence),
    )
    for name, stated, of_stream in expected:
        if stated != of_stream:
            return Refusal(RefusalReason.WRONG_STREAM, name, "differs from its stream's")
    return None


def _wrong_patient(frame: frame_pb2.Frame) -> Refusal | None:
    """Refuse a synthetic patient of a real unit, and a real one of a heartbeat."""
    if synthetic(frame.encounter_id) == synthetic_unit(frame.unit_id):
        return None
    words = "is kept for the center's heartbeat, and for that alone"
    return Refusal(RefusalReason.OUT_OF_RANGE, "encounter_id", words)


def _wrong_count(frame: frame_pb2.Frame) -> Refusal | None:
    if not frame.items:
        return _missing("items")
    if len(frame.items) > MAX_ITEMS:
        return Refusal(RefusalReason.TOO_LARGE, "items", f"must be up to {MAX_ITEMS} items")
    return None


def _wrong_items(frame: frame_pb2.Frame) -> Refusal | None:
    previous: _Kind | None = None
    for index, item in enumerate(frame.items):
        name = item.WhichOneof("item")
        if name is None:
            return _missing(f"items[{index}]")
        kind = _KINDS[name]
        refusal = _misplaced(frame, kind, previous, f"items[{index}]") or kind.check(
            getattr(item, name), frame, f"items[{index}].{name}."
        )
        if refusal is not None:
            return refusal
        previous = kind
    return None


def _misplaced(
    frame: frame_pb2.Frame, kind: _Kind, previous: _Kind | None, path: str
) -> Refusal | None:
    if int(frame.lane) not in {kind.lane, kind.also}:
        words = f"travels on the {kind.lane.name} lane"
        return Refusal(RefusalReason.WRONG_LANE, path, words)
    if kind.encounter and not frame.encounter_id:
        return _missing("encounter_id")
    if kind.encounter is False and frame.encounter_id:
        words = "must be absent for items about the unit"
        return Refusal(RefusalReason.OUT_OF_RANGE, "encounter_id", words)
    if previous is not None and (
        previous.alarm_log != kind.alarm_log or previous.route != kind.route
    ):
        words = "must not share a frame with items of another topic"
        return Refusal(RefusalReason.WRONG_LANE, path, words)
    return None


def _plain(
    fields: tuple[FieldRange, ...],
) -> Callable[[Message, frame_pb2.Frame, str], Refusal | None]:
    return lambda message, _, path: _out_of_range(message, fields, path)


def _check_vitals(vitals: frame_pb2.Vitals, _: frame_pb2.Frame, path: str) -> Refusal | None:
    refusal = _out_of_range(vitals, ranges.VITALS, path)
    for index, mark in enumerate(vitals.marks):
        refusal = refusal or _out_of_range(mark, ranges.VITAL_MARK, f"{path}marks[{index}].")
    return refusal


def _check_waveform(
    chunk: frame_pb2.WaveformChunk, _: frame_pb2.Frame, path: str
) -> Refusal | None:
    refusal = _out_of_range(chunk, ranges.WAVEFORM_CHUNK, path)
    if refusal is None and not 1 <= len(chunk.deltas) <= MAX_SAMPLES:
        words = f"must be 1 to {MAX_SAMPLES} samples"
        refusal = Refusal(RefusalReason.OUT_OF_RANGE, path + "deltas", words)
    if refusal is None and not in_sample_range(chunk.deltas):
        words = f"must keep every sample within {SAMPLE_MIN} to {SAMPLE_MAX}"
        refusal = Refusal(RefusalReason.OUT_OF_RANGE, path + "deltas", words)
    return refusal


def _check_ecg_piece(
    piece: frame_pb2.EcgPiece, frame: frame_pb2.Frame, path: str
) -> Refusal | None:
    refusal = _out_of_range(piece, ranges.ECG_PIECE, path)
    if refusal is None and piece.index >= piece.count:
        refusal = Refusal(RefusalReason.OUT_OF_RANGE, f"{path}index", "must be under count")
    if refusal is None and len(frame.items) > 1:
        words = "must be the only item of its frame"
        refusal = Refusal(RefusalReason.OUT_OF_RANGE, path.rstrip("."), words)
    return refusal


def _check_discarded(
    discarded: frame_pb2.Discarded, frame: frame_pb2.Frame, path: str
) -> Refusal | None:
    """It stands alone, at the last of the sequences that it stands for."""
    refusal = _out_of_range(discarded, ranges.DISCARDED, path)
    if refusal is not None:
        return refusal
    if discarded.to_sequence != frame.sequence:
        words = "must be the frame's own"
        return Refusal(RefusalReason.OUT_OF_RANGE, f"{path}to_sequence", words)
    if discarded.from_sequence > discarded.to_sequence:
        words = "must be up to to_sequence"
        return Refusal(RefusalReason.OUT_OF_RANGE, f"{path}from_sequence", words)
    if len(frame.items) > 1:
        words = "must be the only item of its frame"
        return Refusal(RefusalReason.OUT_OF_RANGE, path.rstrip("."), words)
    return None


def _check_encounter_event(
    event: frame_pb2.EncounterEvent, _: frame_pb2.Frame, path: str
) -> Refusal | None:
    further = _FURTHER_REQUIRED.get(event.change, ())
    return _out_of_range(event, ranges.ENCOUNTER_EVENT, path) or _out_of_range(event, further, path)


def _check_crew_event(
    event: crew_pb2.CrewEvent, frame: frame_pb2.Frame, path: str
) -> Refusal | None:
    given = event.finding == crew_pb2.CREW_FINDING_DRUG_GIVEN
    refusal = _out_of_range(event, ranges.CREW_EVENT, path)
    refusal = refusal or _out_of_range(event, ranges.DRUG_GIVEN if given else (), path)
    if refusal is not None or not event.HasField("withdraws"):
        return refusal
    withdrawn = f"{path}withdraws."
    return _out_of_range(event.withdraws, ranges.FRAME_REFERENCE, withdrawn) or _other_than(
        event.withdraws, "unit_id", frame.unit_id, withdrawn
    )


def _check_crew_examination(
    examination: crew_pb2.CrewExamination, frame: frame_pb2.Frame, path: str
) -> Refusal | None:
    empty = empty_part(examination)
    if empty is not None:
        return _missing(f"{path}{empty}".rstrip("."))
    refusal = (
        _out_of_range(examination, ranges.CREW_EXAMINATION, path)
        or _out_of_range(examination.gcs, ranges.GCS, f"{path}gcs.")
        or _out_of_range(examination.race, ranges.RACE, f"{path}race.")
    )
    if refusal is not None:
        return refusal
    for field, words in contradictions(examination, frame.captured_at_us):
        return Refusal(RefusalReason.OUT_OF_RANGE, path + field, words)
    return None


def _check_transition(
    transition: alarm_pb2.ConditionTransition, frame: frame_pb2.Frame, path: str
) -> Refusal | None:
    return (
        _out_of_range(transition, ranges.CONDITION_TRANSITION, path)
        or _out_of_range(transition.frame, ranges.FRAME_REFERENCE, f"{path}frame.")
        or _other_than(transition, "encounter_id", frame.encounter_id, path)
        or _other_than(transition, "unit_id", frame.unit_id, path)
        or _other_than(transition, "source", alarm_pb2.SOURCE_EDGE, path)
    )


def _action(
    fields: tuple[FieldRange, ...],
) -> Callable[[Message, frame_pb2.Frame, str], Refusal | None]:
    """Check what a person of the crew does about an alarm."""
    return lambda action, frame, path: (
        _out_of_range(action, fields, path)
        or _other_than(action, "encounter_id", frame.encounter_id, path)
        or _other_than(action, "place", alarm_pb2.PLACE_VEHICLE, path)
    )


def _together(
    fields: tuple[FieldRange, ...],
) -> Callable[[Message, frame_pb2.Frame, str], Refusal | None]:
    """Check the same about several alarms at once."""
    alone = _action(fields)
    return lambda action, frame, path: (
        alone(action, frame, path) or _check_also(action, f"{path}also")
    )


def _check_also(action: Any, path: str) -> Refusal | None:  # noqa: ANN401 - a message with it
    if len(action.also) > MOST_TOGETHER:
        words = f"must name at most {MOST_TOGETHER} further alarms"
        return Refusal(RefusalReason.OUT_OF_RANGE, path, words)
    refusals = (
        _out_of_range(seen, ranges.SEEN, f"{path}[{index}].")
        for index, seen in enumerate(action.also)
    )
    return next((refusal for refusal in refusals if refusal is not None), None)


def _other_than(message: Message, name: str, only: object, path: str) -> Refusal | None:
    """Refuse a field that is present with anything but the one value that this unit may state."""
    if message.HasField(name) and getattr(message, name) != only:
        words = "must be the frame's own, or what a vehicle may state"
        return Refusal(RefusalReason.OUT_OF_RANGE, path + name, words)
    return None


_FURTHER_REQUIRED: Final[dict[int, tuple[FieldRange, ...]]] = {
    frame_pb2.ENCOUNTER_CHANGE_STANDBY: ranges.STANDBY,
    frame_pb2.ENCOUNTER_CHANGE_OFFERED: ranges.OFFERED,
}

_ROUTE_OF_LANE: Final = {Lane.WAVEFORM: Route.WAVEFORMS}

_KINDS: Final = {
    "vitals": _Kind(Lane.VITALS, encounter=True, check=_check_vitals),
    "device_status": _Kind(Lane.VITALS, encounter=True, check=_plain(ranges.DEVICE_STATUS)),
    "encounter_event": _Kind(Lane.ALARM, encounter=True, check=_check_encounter_event),
    "crew_event": _Kind(Lane.ALARM, encounter=True, check=_check_crew_event),
    "crew_examination": _Kind(Lane.ALARM, encounter=True, check=_check_crew_examination),
    "edge_transition": _Kind(Lane.ALARM, encounter=True, check=_check_transition),
    "acknowledgement": _Kind(
        Lane.ALARM, encounter=True, check=_together(ranges.ACKNOWLEDGEMENT), alarm_log=True
    ),
    "pause": _Kind(Lane.ALARM, encounter=True, check=_together(ranges.PAUSE), alarm_log=True),
    "reset": _Kind(Lane.ALARM, encounter=True, check=_action(ranges.RESET), alarm_log=True),
    "escalation": _Kind(
        Lane.ALARM, encounter=True, check=_action(ranges.ESCALATION), alarm_log=True
    ),
    "receipt": _Kind(Lane.ALARM, encounter=None, check=_plain(ranges.RECEIPT), alarm_log=True),
    "position": _Kind(Lane.VITALS, encounter=False, check=_plain(ranges.POSITION)),
    "link_state": _Kind(Lane.VITALS, encounter=False, check=_plain(ranges.LINK_STATE)),
    "discarded": _Kind(Lane.VITALS, encounter=None, check=_check_discarded, also=Lane.WAVEFORM),
    "ecg_piece": _Kind(Lane.ALARM, encounter=True, check=_check_ecg_piece, route=Route.IMAGES),
    "waveform": _Kind(Lane.WAVEFORM, encounter=True, check=_check_waveform),
}
