"""What each field may hold: the ranges that the proto comments state, as one table per message.

``wire.validation`` looks a message up here field by field. A comparison with nan is false, so nan
and the infinities lie outside every range. The words never hold a value.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from clinical.alarms.identity import ALARM_ID_BYTES
from clinical.alarms.transition import LONGEST_PAUSE_US
from clinical.scores import race
from clinical.scores.gcs import STEPS, GcsPart
from clinical.signals.waveform import SAMPLE_MAX, SAMPLE_MIN
from clinical.twelve_lead.pieces import ECG_ID_BYTES, PIECE_BYTES, PIECES_MAX
from wire.codes import (
    CATEGORY,
    CONSCIOUSNESS,
    CREW_ANSWER,
    CREW_FINDING,
    DISCARD_REASON,
    ENCOUNTER_CHANGE,
    INJURY,
    PHASE,
    PLACE,
    PRIORITY,
    QUALITY,
    RECEIPT_STAGE,
    RECIPIENT,
    SOURCE,
    SPO2_SCALE,
    UNIT_KIND,
    VITAL,
    WEAK_SIDE,
    Codes,
)
from wire.frames import Lane
from wire.limits import (
    MAX_AGE_YEARS,
    MAX_BAY,
    MAX_COUNT,
    MAX_INSTANT_US,
    MAX_LEAD,
    MAX_NAME,
    MAX_RATE_HZ,
    MAX_REASON,
    MAX_SCALE_UV,
    MAX_UNIT_ID,
    SEGMENT_BYTES,
    UNIT_ID,
    UUID_TEXT,
)

_LANES: Final = frozenset(map(int, Lane))
_LEAD: Final = re.compile(rf"[A-Za-z0-9_.+-]{{1,{MAX_LEAD}}}")
_CAUSE: Final = re.compile(rf"[A-Z0-9_]{{1,{MAX_NAME}}}")


@dataclass(frozen=True, slots=True)
class FieldRange:
    """What one field may hold."""

    name: str
    admits: Callable[[Any], bool]
    words: str
    """What the field must be, for the description of a refusal."""
    required: bool


def _number(name: str, lowest: float, highest: float, *, required: bool = False) -> FieldRange:
    words = f"must be {lowest} to {highest}"
    return FieldRange(name, lambda value: lowest <= value <= highest, words, required)


def _text(name: str, longest: int = MAX_NAME, *, required: bool = False) -> FieldRange:
    words = f"must have 1 to {longest} characters"
    return FieldRange(name, lambda value: 1 <= len(value) <= longest, words, required)


def _shape(name: str, shape: re.Pattern[str], words: str, *, required: bool = False) -> FieldRange:
    return FieldRange(name, lambda value: shape.fullmatch(value) is not None, words, required)


def _unit(name: str, *, required: bool = False) -> FieldRange:
    words = f"must be 1 to {MAX_UNIT_ID} characters of [A-Za-z0-9._-]"
    return _shape(name, UNIT_ID, words, required=required)


def _uuid(name: str, *, required: bool = False) -> FieldRange:
    return _shape(name, UUID_TEXT, "must be a UUID in canonical text", required=required)


def _bytes(name: str, length: int) -> FieldRange:
    return FieldRange(name, lambda value: len(value) == length, f"must be {length} bytes", True)  # noqa: FBT003 - required


def _code(name: str, codes: Codes[Any, Any], *, required: bool = False) -> FieldRange:
    return FieldRange(name, codes.known, "must be a stated member of its enumeration", required)


def _instant(name: str, *, required: bool = False) -> FieldRange:
    return _number(name, 0, MAX_INSTANT_US, required=required)


def _lane(name: str) -> FieldRange:
    return FieldRange(name, _LANES.__contains__, "must be a stated lane", required=True)


def _present(name: str) -> FieldRange:
    return FieldRange(name, lambda _: True, "must be present", True)  # noqa: FBT003 - required


FRAME: Final = (
    _unit("unit_id", required=True),
    _lane("lane"),
    _bytes("segment", SEGMENT_BYTES),
    _number("sequence", 1, MAX_COUNT, required=True),
    _instant("captured_at_us", required=True),
    _number("captured_uncertainty_us", 0, MAX_COUNT),
    _text("boot_id"),
    _uuid("encounter_id"),
)

VITALS: Final = (
    _number("heart_rate_bpm", 0, 400),
    _number("pulse_rate_bpm", 0, 400),
    _number("respiration_per_min", 0, 120),
    _number("spo2_percent", 0, 100),
    _number("systolic_mmhg", 0, 350),
    _number("diastolic_mmhg", 0, 300),
    _number("temperature_c", 10, 47),
    _code("consciousness", CONSCIOUSNESS),
    _code("spo2_scale", SPO2_SCALE),
    _text("device_id"),
)

VITAL_MARK: Final = (
    _code("vital", VITAL, required=True),
    _code("quality", QUALITY, required=True),
)

DEVICE_STATUS: Final = (
    _text("device_id", required=True),
    _code("vital", VITAL),
    _number("battery_percent", 0, 100),
)

ENCOUNTER_EVENT: Final = (
    _code("change", ENCOUNTER_CHANGE, required=True),
    _text("bay", MAX_BAY),
    _number("age_years", 0, MAX_AGE_YEARS),
    _text("reason", MAX_REASON),
    _instant("until_us"),
    _unit("to_unit_id"),
)

STANDBY: Final = (_present("reason"), _present("until_us"))
OFFERED: Final = (_present("to_unit_id"),)

CREW_EVENT: Final = (_code("finding", CREW_FINDING, required=True), _text("drug"))
DRUG_GIVEN: Final = (_present("drug"),)

CREW_EXAMINATION: Final = (
    _text("person"),
    _instant("last_known_well_us"),
    _code("injury", INJURY),
)
GCS: Final = (
    _number("eye", 1, len(STEPS[GcsPart.EYE])),
    _number("verbal", 1, len(STEPS[GcsPart.VERBAL])),
    _number("motor", 1, len(STEPS[GcsPart.MOTOR])),
)
RACE: Final = (
    _number("face", 0, race.MOST[race.FACE]),
    _number("arm", 0, race.MOST[race.ARM]),
    _number("leg", 0, race.MOST[race.LEG]),
    _number("gaze", 0, race.MOST[race.GAZE]),
    _code("weak_side", WEAK_SIDE),
    _number("aphasia", 0, race.MOST[race.APHASIA]),
    _number("agnosia", 0, race.MOST[race.AGNOSIA]),
)

CONDITION_TRANSITION: Final = (
    _uuid("encounter_id"),
    _unit("unit_id"),
    _bytes("alarm_id", ALARM_ID_BYTES),
    _shape("cause", _CAUSE, "must be 1 to 64 characters of [A-Z0-9_]", required=True),
    _text("subject"),
    _code("category", CATEGORY, required=True),
    _code("priority", PRIORITY, required=True),
    _code("phase", PHASE, required=True),
    _present("active"),
    _code("source", SOURCE, required=True),
    _number("revision", 1, MAX_COUNT, required=True),
    _instant("since_us", required=True),
    _instant("learned_us", required=True),
    _instant("until_us"),
    _present("frame"),
)

FRAME_REFERENCE: Final = (
    _unit("unit_id", required=True),
    _lane("lane"),
    _bytes("segment", SEGMENT_BYTES),
    _number("sequence", 1, MAX_COUNT, required=True),
    _present("item"),
)

ACKNOWLEDGEMENT: Final = (
    _uuid("encounter_id"),
    _bytes("alarm_id", ALARM_ID_BYTES),
    _code("priority", PRIORITY, required=True),
    _present("revision"),
    _text("person", required=True),
    _code("place", PLACE, required=True),
    _instant("at_us"),
    _text("request_id", required=True),
)

SEEN: Final = tuple(
    field for field in ACKNOWLEDGEMENT if field.name in {"alarm_id", "priority", "revision"}
)

PAUSE: Final = (*ACKNOWLEDGEMENT, _number("for_us", 0, LONGEST_PAUSE_US, required=True))

ESCALATION: Final = (
    *ACKNOWLEDGEMENT,
    _code("to", RECIPIENT, required=True),
    _text("reason", MAX_REASON, required=True),
    _number("step", 0, 0),
    _number("raised_us", 0, 0),
)
"""Of a person of the crew; steps by time are the center's."""

RESET: Final = tuple(field for field in ACKNOWLEDGEMENT if field.name != "priority")

RECEIPT: Final = (
    _uuid("message_id", required=True),
    _code("stage", RECEIPT_STAGE, required=True),
    _text("person"),
    _code("answer", CREW_ANSWER),
)

POSITION: Final = (
    _number("latitude_deg", -90, 90, required=True),
    _number("longitude_deg", -180, 180, required=True),
    _number("speed_kmh", 0, 400),
    _number("heading_deg", 0, 360),
    _code("kind", UNIT_KIND),
)

LINK_STATE: Final = (
    _number("spool_depth_frames", 0, MAX_COUNT),
    _number("spool_oldest_us", 0, MAX_COUNT),
    _number("quarantine_frames", 0, MAX_COUNT),
    _number("battery_percent", 0, 100),
)

DISCARDED: Final = (
    _number("from_sequence", 1, MAX_COUNT, required=True),
    _number("to_sequence", 1, MAX_COUNT, required=True),
    _code("reason", DISCARD_REASON, required=True),
    _instant("from_captured_at_us", required=True),
)

ECG_PIECE: Final = (
    FieldRange(
        "ecg_id",
        lambda value: len(value) == ECG_ID_BYTES,
        f"must be {ECG_ID_BYTES} bytes",
        required=True,
    ),
    _number("count", 1, PIECES_MAX, required=True),
    _number("index", 0, PIECES_MAX - 1, required=True),
    FieldRange(
        "content",
        lambda value: 1 <= len(value) <= PIECE_BYTES,
        f"must be 1 to {PIECE_BYTES} bytes",
        required=True,
    ),
)

WAVEFORM_CHUNK: Final = (
    _shape("lead", _LEAD, "must be 1 to 16 characters of [A-Za-z0-9_.+-]", required=True),
    _number("rate_hz", 1, MAX_RATE_HZ, required=True),
    FieldRange(
        "scale_uv_per_bit",
        lambda value: 0 < value <= MAX_SCALE_UV,
        f"must be above 0, up to {MAX_SCALE_UV}",
        required=True,
    ),
    _instant("start_us", required=True),
    _number("first_sample", 0, MAX_COUNT, required=True),
    _number("lowest", SAMPLE_MIN, SAMPLE_MAX),
    _number("highest", SAMPLE_MIN, SAMPLE_MAX),
)
