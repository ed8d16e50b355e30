"""What a request must be like: violations as pairs of field path and description."""

from typing import Final

from ambulance.alerts.v1 import action_pb2, alarm_pb2, alert_service_pb2
from ambulance.command.v1 import message_pb2
from clinical.alarms.identity import ALARM_ID_BYTES
from clinical.alarms.staff_limit import LONGEST_LIMIT_US
from clinical.alarms.transition import LONGEST_PAUSE_US, MOST_TOGETHER
from wire.codes import PRIORITY, RECIPIENT
from wire.limits import (
    MAX_INSTANT_US,
    MAX_LIVE_CHUNK_MS,
    MAX_MESSAGE_TEXT,
    MAX_NAME,
    MAX_REASON,
    MIN_LIVE_CHUNK_MS,
    is_unit_id,
    is_uuid_text,
)

Violations = list[tuple[str, str]]

MAX_DELIVERIES: Final = 1_000
"""Deliveries named in one report."""

DELIVERY_ID_BYTES: Final = 16

_NAME: Final = f"must be 1 to {MAX_NAME} characters, not blanks alone"
_UUID: Final = "must be a UUID in canonical text"


def name_violations(path: str, text: str) -> Violations:
    """Check a required name."""
    return [] if text.strip() and len(text) <= MAX_NAME else [(path, _NAME)]


def acknowledgement_violations(pb: alarm_pb2.Acknowledgement) -> Violations:
    """Check an acknowledgement as a person asks for it."""
    root = "acknowledgement."
    return _action_violations(root, pb) + _also_violations(root, pb)


def pause_violations(pb: alarm_pb2.Pause) -> Violations:
    """Check a pause of the sound as a person asks for it."""
    root = "pause."
    found = _action_violations(root, pb)
    if not pb.HasField("for_us") or not 0 <= pb.for_us <= LONGEST_PAUSE_US:
        found.append((root + "for_us", f"must be 0 to {LONGEST_PAUSE_US}"))
    return found + _also_violations(root, pb)


def reset_violations(pb: alarm_pb2.Reset) -> Violations:
    """Check a reset as a person asks for it."""
    return _action_violations("reset.", pb)


def escalation_violations(pb: alarm_pb2.Escalation) -> Violations:
    """Check an escalation as a person asks for it."""
    root = "escalation."
    found = _action_violations(root, pb)
    if not RECIPIENT.known(pb.to):
        found.append((root + "to", "must be a recipient"))
    if not 1 <= len(pb.reason) <= MAX_REASON:
        found.append((root + "reason", f"must be 1 to {MAX_REASON} characters"))
    return found


def limit_violations(pb: action_pb2.LimitChange) -> Violations:
    """Check the setting of a limit as a person asks for it; whether it is safe is asked later."""
    root = "change."
    found: Violations = []
    if not is_uuid_text(pb.encounter_id):
        found.append((root + "encounter_id", _UUID))
    for field in ("cause", "person", "request_id"):
        found += name_violations(root + field, getattr(pb, field))
    if not 1 <= len(pb.reason) <= MAX_REASON:
        found.append((root + "reason", f"must be 1 to {MAX_REASON} characters"))
    if not 1 <= pb.for_us <= LONGEST_LIMIT_US:
        found.append((root + "for_us", f"must be 1 to {LONGEST_LIMIT_US}"))
    return found


_Alone = alarm_pb2.Escalation | alarm_pb2.Reset
_Together = alarm_pb2.Acknowledgement | alarm_pb2.Pause


def _also_violations(root: str, pb: _Together) -> Violations:
    if len(pb.also) > MOST_TOGETHER:
        return [(root + "also", f"must be at most {MOST_TOGETHER} further alarms")]
    return [
        violation
        for index, seen in enumerate(pb.also)
        for violation in _seen_violations(f"{root}also[{index}].", seen)
    ]


def _seen_violations(root: str, pb: _Together | _Alone | alarm_pb2.Seen) -> Violations:
    found: Violations = []
    if len(pb.alarm_id) != ALARM_ID_BYTES:
        found.append((root + "alarm_id", f"must be {ALARM_ID_BYTES} bytes"))
    if not isinstance(pb, alarm_pb2.Reset) and not PRIORITY.known(pb.priority):
        found.append((root + "priority", "must be the priority that was seen"))
    if not pb.revision:
        found.append((root + "revision", "must be the revision that was seen, from 1"))
    return found


def _action_violations(root: str, pb: _Together | _Alone) -> Violations:
    found = _seen_violations(root, pb)
    found += name_violations(root + "person", pb.person)
    found += name_violations(root + "request_id", pb.request_id)
    if pb.encounter_id and not is_uuid_text(pb.encounter_id):
        found.append((root + "encounter_id", _UUID))
    return found


def strip_violations(pb: alert_service_pb2.GetStripRequest) -> Violations:
    """Check the request for an event strip."""
    if len(pb.alarm_id) == ALARM_ID_BYTES:
        return []
    return [("alarm_id", f"must be {ALARM_ID_BYTES} bytes")]


def report_violations(pb: alert_service_pb2.ReportRequest) -> Violations:
    """Check a report."""
    found = name_violations("subscriber", pb.subscriber)
    if not 1 <= len(pb.delivery_ids) <= MAX_DELIVERIES:
        found.append(("delivery_ids", f"must be 1 to {MAX_DELIVERIES}"))
    found += [
        (f"delivery_ids[{index}]", f"must be {DELIVERY_ID_BYTES} bytes")
        for index, delivery_id in enumerate(pb.delivery_ids[:MAX_DELIVERIES])
        if len(delivery_id) != DELIVERY_ID_BYTES
    ]
    stages = alert_service_pb2.DeliveryStage.values()
    if pb.stage not in stages or pb.stage == alert_service_pb2.DELIVERY_STAGE_UNSPECIFIED:
        found.append(("stage", "must be a stage of delivery"))
    if pb.HasField("person"):
        found += name_violations("person", pb.person)
    return found


def message_violations(pb: message_pb2.Message, now_us: int) -> Violations:
    """Check a message to a unit as a person asks for it."""
    root = "message."
    found: Violations = []
    if not is_unit_id(pb.unit_id):
        found.append((root + "unit_id", f"must be 1 to {MAX_NAME} characters of [A-Za-z0-9._-]"))
    live = pb.HasField("live_chunk_ms")
    if live and not MIN_LIVE_CHUNK_MS <= pb.live_chunk_ms <= MAX_LIVE_CHUNK_MS:
        words = f"must be {MIN_LIVE_CHUNK_MS} to {MAX_LIVE_CHUNK_MS}"
        found.append((root + "live_chunk_ms", words))
    if not (live or pb.text) or len(pb.text) > MAX_MESSAGE_TEXT:
        found.append((root + "text", f"must be 1 to {MAX_MESSAGE_TEXT} characters"))
    found += name_violations(root + "person", pb.person)
    if not now_us < pb.expires_at_us <= MAX_INSTANT_US:
        found.append((root + "expires_at_us", "must be an instant in the future"))
    for field in ("supersedes", "encounter_id"):
        if pb.HasField(field) and not is_uuid_text(getattr(pb, field)):
            found.append((root + field, _UUID))
    return found
