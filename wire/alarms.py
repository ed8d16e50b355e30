"""The log of alarms: entries to and from protobuf. Key: the encounter id.

A detector's transition, what a person does about an alarm, the end of an encounter and the way of a
message are kinds of entry, and so is the death of a source; the life cycle folds all but the way of
a message. ``AlarmView`` is what the fold makes of them, and what a feed shows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ambulance.alerts.v1 import alarm_pb2
from clinical.alarms.nomenclature import EVENTS
from clinical.alarms.staff_limit import LimitSet
from clinical.alarms.transition import (
    Acknowledgement,
    Action,
    EncounterClosed,
    Escalation,
    Pause,
    Reset,
    SourceStatus,
    Transition,
)
from clinical.alarms.view import Acknowledged, AlarmView, Escalated, Paused, ResetBy
from wire.codes import (
    ALARM_STATE,
    CATEGORY,
    CREW_ANSWER,
    PHASE,
    PLACE,
    PRIORITY,
    RECEIPT_STAGE,
    RECIPIENT,
    SOURCE,
)
from wire.frames import Frame
from wire.reading import Unreadable, reading
from wire.staff_limits import from_limit_set, to_limit_set
from wire.transitions import (
    from_acknowledgement,
    from_escalation,
    from_frame_ref,
    from_pause,
    from_reason,
    from_reset,
    from_transition,
    to_acknowledgement,
    to_escalation,
    to_frame_ref,
    to_pause,
    to_reason,
    to_reset,
    to_transition,
)
from wire.unit_items import CrewAnswer, Receipt, ReceiptStage


@dataclass(frozen=True, slots=True)
class MessageReceipt:
    """A message from the center came so far on its way through a unit."""

    message_id: str
    unit_id: str
    stage: ReceiptStage
    person: str | None
    at_us: int
    """By the unit's clock."""
    answer: CrewAnswer | None = None


Entry = Transition | Action | EncounterClosed | MessageReceipt | SourceStatus | LimitSet
"""Whatever the log of alarms holds."""


def encode_entry(entry: Entry) -> bytes:
    """Return the serialised entry: of equal entries the same bytes, whoever wrote them."""
    return from_entry(entry).SerializeToString(deterministic=True)


def decode_entry(value: bytes) -> Entry:
    """Return the entry that the bytes hold; Unreadable when they hold none."""
    with reading("AlarmEntry"):
        pb = alarm_pb2.AlarmEntry.FromString(value)
    return to_entry(pb)


def entries_of(frame: Frame) -> tuple[Entry, ...]:
    """Return what a frame routed to `alarms` says: one entry for each of its items.

    Unreadable when an item is neither an action about an alarm nor a receipt.
    """
    return tuple([_entry_of(item, frame) for item in frame.items])


def _entry_of(item: object, frame: Frame) -> Entry:
    match item:
        case Acknowledgement() | Pause() | Reset() | Escalation():
            return item
        case Receipt(message_id, stage, person, answer):
            at_us = frame.captured_us
            return MessageReceipt(message_id, frame.unit_id, stage, person, at_us, answer)
        case _:
            message = f"{type(item).__name__} is no entry of the log of alarms"
            raise Unreadable(message)


def from_entry(entry: Entry) -> alarm_pb2.AlarmEntry:
    """Translate an entry for the edge that sends it on."""
    return _FROM_ENTRY[type(entry)](entry)


def to_entry(pb: alarm_pb2.AlarmEntry) -> Entry:
    """Translate an entry as an edge received it; Unreadable when it is no known kind."""
    kind = pb.WhichOneof("entry")
    if kind is None or kind not in _TO_ENTRY:
        message = "the entry is of no known kind"
        raise Unreadable(message)
    with reading("AlarmEntry"):
        return _TO_ENTRY[kind](pb)


def _from_status(status: SourceStatus) -> alarm_pb2.SourceStatus:
    return alarm_pb2.SourceStatus(
        encounter_id=status.encounter_id,
        source=SOURCE.number[status.source],
        live=status.live,
        at_us=status.at_us,
    )


def _to_status(pb: alarm_pb2.SourceStatus) -> SourceStatus:
    return SourceStatus(pb.encounter_id, SOURCE.member[pb.source], pb.live, pb.at_us)


def _from_receipt(receipt: MessageReceipt) -> alarm_pb2.MessageReceipt:
    return alarm_pb2.MessageReceipt(
        message_id=receipt.message_id,
        unit_id=receipt.unit_id,
        stage=receipt.stage,
        person=receipt.person,
        at_us=receipt.at_us,
        answer=receipt.answer,
    )


def _to_receipt(pb: alarm_pb2.MessageReceipt) -> MessageReceipt:
    return MessageReceipt(
        message_id=pb.message_id,
        unit_id=pb.unit_id,
        stage=RECEIPT_STAGE.member[pb.stage],
        person=pb.person or None,
        at_us=pb.at_us,
        answer=CREW_ANSWER.member.get(pb.answer),
    )


def encode_alarm(view: AlarmView) -> bytes:
    """Return the serialised alarm of a feed: of equal alarms the same bytes."""
    return alarm_message(view).SerializeToString(deterministic=True)


def alarm_message(view: AlarmView) -> alarm_pb2.Alarm:
    """Translate an alarm for a feed, with the catalogue's words beside it."""
    return alarm_pb2.Alarm(
        alarm_id=view.alarm_id,
        aliases=view.aliases,
        revision=view.revision,
        encounter_id=view.encounter_id or None,
        unit_id=view.unit_id or None,
        cause=view.cause,
        subject=view.subject or None,
        category=CATEGORY.number[view.category],
        priority=PRIORITY.number[view.priority],
        state=ALARM_STATE.number[view.state],
        phase=PHASE.number[view.phase],
        since_us=view.active_since_us,
        learned_us=view.learned_us,
        until_us=view.ended_us,
        late=view.late,
        sources=[SOURCE.number[source] for source in view.sources],
        reason=from_reason(view.reason) if view.reason else None,
        acknowledgements=[_from_acknowledged(ack) for ack in view.acknowledgements],
        unacknowledged=view.unacknowledged,
        words_en=view.words_en,
        words_zh=view.words_zh,
        frame=from_frame_ref(view.frame),
        reset=_from_reset_by(view.reset) if view.reset else None,
        pauses=[_from_paused(one) for one in view.pauses],
        escalations=[_from_escalated(one) for one in view.escalations],
        raised_us=view.raised_us or None,
        mdc_event=EVENTS[view.cause].triplet if view.cause in EVENTS else None,
    )


def alarm_view(pb: alarm_pb2.Alarm) -> AlarmView:
    """Translate an alarm as a client received it; Unreadable for what this client cannot know."""
    with reading("Alarm"):
        return AlarmView(
            alarm_id=pb.alarm_id,
            aliases=tuple(pb.aliases),
            revision=pb.revision,
            encounter_id=pb.encounter_id,
            unit_id=pb.unit_id,
            cause=pb.cause,
            subject=pb.subject,
            category=CATEGORY.member[pb.category],
            priority=PRIORITY.member[pb.priority],
            state=ALARM_STATE.member[pb.state],
            phase=PHASE.member[pb.phase],
            active_since_us=pb.since_us,
            learned_us=pb.learned_us,
            ended_us=pb.until_us if pb.HasField("until_us") else None,
            late=pb.late,
            sources=tuple([SOURCE.member[source] for source in pb.sources]),
            reason=to_reason(pb.reason) if pb.HasField("reason") else None,
            frame=to_frame_ref(pb.frame),
            acknowledgements=tuple([_to_acknowledged(ack) for ack in pb.acknowledgements]),
            reset=_to_reset_by(pb.reset) if pb.HasField("reset") else None,
            pauses=tuple([_to_paused(one) for one in pb.pauses]),
            escalations=tuple([_to_escalated(one) for one in pb.escalations]),
            raised_us=pb.raised_us,
        )


def _from_acknowledged(acknowledged: Acknowledged) -> alarm_pb2.Acknowledged:
    return alarm_pb2.Acknowledged(
        place=PLACE.number[acknowledged.place],
        person=acknowledged.person,
        priority=PRIORITY.number[acknowledged.priority],
        at_us=acknowledged.at_us,
    )


def _to_acknowledged(pb: alarm_pb2.Acknowledged) -> Acknowledged:
    return Acknowledged(PLACE.member[pb.place], pb.person, PRIORITY.member[pb.priority], pb.at_us)


def _from_paused(paused: Paused) -> alarm_pb2.Paused:
    return alarm_pb2.Paused(
        place=PLACE.number[paused.place],
        person=paused.person,
        priority=PRIORITY.number[paused.priority],
        at_us=paused.at_us,
        until_us=paused.until_us,
    )


def _to_paused(pb: alarm_pb2.Paused) -> Paused:
    place, priority = PLACE.member[pb.place], PRIORITY.member[pb.priority]
    return Paused(place, pb.person, priority, pb.at_us, pb.until_us)


def _from_escalated(escalated: Escalated) -> alarm_pb2.Escalated:
    return alarm_pb2.Escalated(
        to=RECIPIENT.number[escalated.to],
        person=escalated.person or None,
        reason=escalated.reason or None,
        place=PLACE.number[escalated.place],
        priority=PRIORITY.number[escalated.priority],
        at_us=escalated.at_us,
        step=escalated.step or None,
        raised_us=escalated.raised_us or None,
    )


def _to_escalated(pb: alarm_pb2.Escalated) -> Escalated:
    return Escalated(
        to=RECIPIENT.member[pb.to],
        person=pb.person,
        reason=pb.reason,
        place=PLACE.member[pb.place],
        priority=PRIORITY.member[pb.priority],
        at_us=pb.at_us,
        step=pb.step,
        raised_us=pb.raised_us,
    )


def _from_reset_by(by: ResetBy) -> alarm_pb2.ResetBy:
    return alarm_pb2.ResetBy(place=PLACE.number[by.place], person=by.person, at_us=by.at_us)


def _to_reset_by(pb: alarm_pb2.ResetBy) -> ResetBy:
    return ResetBy(PLACE.member[pb.place], pb.person, pb.at_us)


_FROM_ENTRY: Final[dict[type[Entry], Callable[[Any], alarm_pb2.AlarmEntry]]] = {
    Transition: lambda it: alarm_pb2.AlarmEntry(transition=from_transition(it)),
    Acknowledgement: lambda it: alarm_pb2.AlarmEntry(acknowledgement=from_acknowledgement(it)),
    Escalation: lambda it: alarm_pb2.AlarmEntry(escalation=from_escalation(it)),
    Pause: lambda it: alarm_pb2.AlarmEntry(pause=from_pause(it)),
    Reset: lambda it: alarm_pb2.AlarmEntry(reset=from_reset(it)),
    EncounterClosed: lambda it: alarm_pb2.AlarmEntry(
        encounter_closed=alarm_pb2.EncounterClosed(encounter_id=it.encounter_id, at_us=it.at_us)
    ),
    MessageReceipt: lambda it: alarm_pb2.AlarmEntry(receipt=_from_receipt(it)),
    LimitSet: lambda it: alarm_pb2.AlarmEntry(limit_set=from_limit_set(it)),
    SourceStatus: lambda it: alarm_pb2.AlarmEntry(source_status=_from_status(it)),
}

_TO_ENTRY: Final[dict[str, Callable[[alarm_pb2.AlarmEntry], Entry]]] = {
    "transition": lambda pb: to_transition(pb.transition),
    "acknowledgement": lambda pb: to_acknowledgement(pb.acknowledgement),
    "escalation": lambda pb: to_escalation(pb.escalation),
    "pause": lambda pb: to_pause(pb.pause),
    "reset": lambda pb: to_reset(pb.reset),
    "encounter_closed": lambda pb: EncounterClosed(
        pb.encounter_closed.encounter_id, pb.encounter_closed.at_us
    ),
    "receipt": lambda pb: _to_receipt(pb.receipt),
    "limit_set": lambda pb: to_limit_set(pb.limit_set),
    "source_status": lambda pb: _to_status(pb.source_status),
}
