"""Condition transitions, what people do about alarms, and frame references, to and from protobuf.

They travel in two envelopes, as items of a frame and as entries of the log of alarms; both
translators build on this one. An unknown number raises KeyError; the envelope says Unreadable.
"""

import re
from typing import Final

from ambulance.alerts.v1 import alarm_pb2
from clinical.alarms.identity import FrameRef
from clinical.alarms.transition import (
    Acknowledgement,
    Escalation,
    Pause,
    Reason,
    Reset,
    Seen,
    Transition,
)
from wire.codes import CATEGORY, PHASE, PLACE, PRIORITY, RECIPIENT, SOURCE

_DECIMAL: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]+)?")


def from_frame_ref(frame: FrameRef) -> alarm_pb2.FrameReference:
    """Translate where a judgement comes from."""
    return alarm_pb2.FrameReference(
        unit_id=frame.unit_id,
        lane=frame.lane,
        segment=frame.segment,
        sequence=frame.sequence,
        item=frame.item,
    )


def to_frame_ref(pb: alarm_pb2.FrameReference) -> FrameRef:
    """Translate where a judgement comes from."""
    return FrameRef(pb.unit_id, pb.lane, pb.segment, pb.sequence, pb.item)


def from_reason(reason: Reason) -> alarm_pb2.Reason:
    """Translate a reason; numbers become decimal text that reads back as the same number."""
    return alarm_pb2.Reason(
        rule=reason.rule,
        values={
            name: value if isinstance(value, str) else repr(value)
            for name, value in reason.values.items()
        },
        citation=reason.citation or None,
    )


def to_reason(pb: alarm_pb2.Reason) -> Reason:
    """Translate a reason; decimal text becomes a number, and names come in their own order."""
    values = {name: _number_or_text(text) for name, text in sorted(pb.values.items())}
    return Reason(pb.rule, values, pb.citation)


def _number_or_text(text: str) -> float | str:
    return float(text) if _DECIMAL.fullmatch(text) else text


def from_transition(transition: Transition) -> alarm_pb2.ConditionTransition:
    """Translate a detector's word."""
    return alarm_pb2.ConditionTransition(
        encounter_id=transition.encounter_id or None,
        unit_id=transition.unit_id or None,
        alarm_id=transition.alarm_id,
        cause=transition.cause,
        subject=transition.subject or None,
        category=CATEGORY.number[transition.category],
        priority=PRIORITY.number[transition.priority],
        phase=PHASE.number[transition.phase],
        active=transition.active,
        source=SOURCE.number[transition.source],
        revision=transition.revision,
        since_us=transition.since_us,
        learned_us=transition.learned_us,
        until_us=transition.until_us,
        recorded_only=transition.recorded_only,
        late=transition.late,
        frame=from_frame_ref(transition.frame),
        reason=from_reason(transition.reason) if transition.reason else None,
    )


def to_transition(
    pb: alarm_pb2.ConditionTransition, *, encounter_id: str = "", unit_id: str = ""
) -> Transition:
    """Translate a detector's word; the envelope's encounter and unit stand in for absent ones."""
    return Transition(
        encounter_id=pb.encounter_id or encounter_id,
        unit_id=pb.unit_id or unit_id,
        alarm_id=pb.alarm_id,
        cause=pb.cause,
        subject=pb.subject,
        category=CATEGORY.member[pb.category],
        priority=PRIORITY.member[pb.priority],
        phase=PHASE.member[pb.phase],
        active=pb.active,
        source=SOURCE.member[pb.source],
        revision=pb.revision,
        since_us=pb.since_us,
        learned_us=pb.learned_us,
        until_us=pb.until_us if pb.HasField("until_us") else None,
        recorded_only=pb.recorded_only,
        late=pb.late,
        frame=to_frame_ref(pb.frame),
        reason=to_reason(pb.reason) if pb.HasField("reason") else None,
    )


def from_acknowledgement(acknowledgement: Acknowledgement) -> alarm_pb2.Acknowledgement:
    """Translate a person's word."""
    return alarm_pb2.Acknowledgement(
        encounter_id=acknowledgement.encounter_id or None,
        alarm_id=acknowledgement.alarm_id,
        priority=PRIORITY.number[acknowledgement.priority],
        revision=acknowledgement.revision,
        person=acknowledgement.person,
        place=PLACE.number[acknowledgement.place],
        at_us=acknowledgement.at_us,
        request_id=acknowledgement.request_id,
        also=[_from_seen(seen) for seen in acknowledgement.also],
    )


def to_acknowledgement(
    pb: alarm_pb2.Acknowledgement, *, encounter_id: str = "", at_us: int = 0
) -> Acknowledgement:
    """Translate a person's word; the envelope's encounter and instant stand in for absent ones."""
    return Acknowledgement(
        encounter_id=pb.encounter_id or encounter_id,
        alarm_id=pb.alarm_id,
        priority=PRIORITY.member[pb.priority],
        revision=pb.revision,
        person=pb.person,
        place=PLACE.member[pb.place],
        at_us=pb.at_us if pb.HasField("at_us") else at_us,
        request_id=pb.request_id,
        also=tuple([_to_seen(seen) for seen in pb.also]),
    )


def from_pause(pause: Pause) -> alarm_pb2.Pause:
    """Translate a pause of the sound."""
    return alarm_pb2.Pause(
        encounter_id=pause.encounter_id or None,
        alarm_id=pause.alarm_id,
        priority=PRIORITY.number[pause.priority],
        revision=pause.revision,
        person=pause.person,
        place=PLACE.number[pause.place],
        at_us=pause.at_us,
        for_us=pause.for_us,
        request_id=pause.request_id,
        also=[_from_seen(seen) for seen in pause.also],
    )


def to_pause(pb: alarm_pb2.Pause, *, encounter_id: str = "", at_us: int = 0) -> Pause:
    """Translate a pause of the sound, as ``to_acknowledgement``."""
    return Pause(
        encounter_id=pb.encounter_id or encounter_id,
        alarm_id=pb.alarm_id,
        priority=PRIORITY.member[pb.priority],
        revision=pb.revision,
        person=pb.person,
        place=PLACE.member[pb.place],
        at_us=pb.at_us if pb.HasField("at_us") else at_us,
        for_us=pb.for_us,
        request_id=pb.request_id,
        also=tuple([_to_seen(seen) for seen in pb.also]),
    )


def from_escalation(escalation: Escalation) -> alarm_pb2.Escalation:
    """Translate that somebody further is told."""
    return alarm_pb2.Escalation(
        encounter_id=escalation.encounter_id or None,
        alarm_id=escalation.alarm_id,
        priority=PRIORITY.number[escalation.priority],
        revision=escalation.revision,
        to=RECIPIENT.number[escalation.to],
        person=escalation.person or None,
        reason=escalation.reason or None,
        place=PLACE.number[escalation.place],
        at_us=escalation.at_us,
        request_id=escalation.request_id,
        step=escalation.step or None,
        raised_us=escalation.raised_us or None,
    )


def to_escalation(
    pb: alarm_pb2.Escalation, *, encounter_id: str = "", at_us: int = 0
) -> Escalation:
    """Translate that somebody further is told; what the frame says completes it."""
    return Escalation(
        encounter_id=pb.encounter_id or encounter_id,
        alarm_id=pb.alarm_id,
        priority=PRIORITY.member[pb.priority],
        revision=pb.revision,
        to=RECIPIENT.member[pb.to],
        person=pb.person,
        reason=pb.reason,
        place=PLACE.member[pb.place],
        at_us=pb.at_us if pb.HasField("at_us") else at_us,
        request_id=pb.request_id,
        step=pb.step,
        raised_us=pb.raised_us,
    )


def _from_seen(seen: Seen) -> alarm_pb2.Seen:
    return alarm_pb2.Seen(
        alarm_id=seen.alarm_id, priority=PRIORITY.number[seen.priority], revision=seen.revision
    )


def _to_seen(pb: alarm_pb2.Seen) -> Seen:
    return Seen(pb.alarm_id, PRIORITY.member[pb.priority], pb.revision)


def from_reset(reset: Reset) -> alarm_pb2.Reset:
    """Translate the reset of a latched alarm."""
    return alarm_pb2.Reset(
        encounter_id=reset.encounter_id or None,
        alarm_id=reset.alarm_id,
        revision=reset.revision,
        person=reset.person,
        place=PLACE.number[reset.place],
        at_us=reset.at_us,
        request_id=reset.request_id,
    )


def to_reset(pb: alarm_pb2.Reset, *, encounter_id: str = "", at_us: int = 0) -> Reset:
    """Translate the reset of a latched alarm, as ``to_acknowledgement``."""
    return Reset(
        encounter_id=pb.encounter_id or encounter_id,
        alarm_id=pb.alarm_id,
        revision=pb.revision,
        person=pb.person,
        place=PLACE.member[pb.place],
        at_us=pb.at_us if pb.HasField("at_us") else at_us,
        request_id=pb.request_id,
    )
