"""Limits that staff set for one patient, to and from protobuf."""

from ambulance.alerts.v1 import action_pb2
from clinical.alarms.staff_limit import LimitChange, LimitSet
from wire.reading import reading


def encode_limit_change(change: LimitChange) -> bytes:
    """Return the serialised change."""
    return from_limit_change(change).SerializeToString()


def from_limit_change(change: LimitChange) -> action_pb2.LimitChange:
    """Translate what a person asks."""
    return action_pb2.LimitChange(
        encounter_id=change.encounter_id,
        cause=change.cause,
        medium=change.medium,
        high=change.high,
        for_us=change.for_us,
        person=change.person,
        reason=change.reason,
        at_us=change.at_us,
        request_id=change.request_id,
    )


def decode_limit_change(value: bytes) -> LimitChange:
    """Return the change that the bytes hold; Unreadable when they hold none."""
    with reading("LimitChange"):
        pb = action_pb2.LimitChange.FromString(value)
        return to_limit_change(pb)


def to_limit_change(pb: action_pb2.LimitChange) -> LimitChange:
    """Translate what a person asks."""
    return LimitChange(
        encounter_id=pb.encounter_id,
        cause=pb.cause,
        medium=pb.medium if pb.HasField("medium") else None,
        high=pb.high if pb.HasField("high") else None,
        for_us=pb.for_us,
        person=pb.person,
        reason=pb.reason,
        at_us=pb.at_us,
        request_id=pb.request_id,
    )


def encode_limit_set(limit: LimitSet) -> bytes:
    """Return the serialised limits."""
    return from_limit_set(limit).SerializeToString()


def decode_limit_set(value: bytes) -> LimitSet:
    """Return the limits that the bytes hold; Unreadable when they hold none."""
    with reading("LimitSet"):
        pb = action_pb2.LimitSet.FromString(value)
        return to_limit_set(pb)


def from_limit_set(limit: LimitSet) -> action_pb2.LimitSet:
    """Translate what came of it."""
    return action_pb2.LimitSet(
        encounter_id=limit.encounter_id,
        cause=limit.cause,
        medium=limit.medium,
        high=limit.high,
        since_us=limit.since_us,
        until_us=limit.until_us,
        person=limit.person,
        reason=limit.reason,
        request_id=limit.request_id,
        refused=limit.refused or None,
    )


def to_limit_set(pb: action_pb2.LimitSet) -> LimitSet:
    """Translate what came of it."""
    return LimitSet(
        encounter_id=pb.encounter_id,
        cause=pb.cause,
        medium=pb.medium if pb.HasField("medium") else None,
        high=pb.high if pb.HasField("high") else None,
        since_us=pb.since_us,
        until_us=pb.until_us,
        person=pb.person,
        reason=pb.reason,
        request_id=pb.request_id,
        refused=pb.refused,
    )
