"""Items of a frame to and from protobuf: one short function per kind and direction.

The tables at the end are the only dispatch: the set member of the oneof chooses the way in, the
class of the value the way out. An unknown number raises KeyError; ``wire.frames`` says Unreadable.
"""

from collections.abc import Callable
from typing import Any, Final

from ambulance.telemetry.v1 import crew_pb2, frame_pb2
from clinical.alarms.transition import Acknowledgement, Escalation, Pause, Reset
from clinical.items import (
    CrewEvent,
    CrewExamination,
    DeviceStatus,
    Discarded,
    EdgeTransition,
    EncounterEvent,
    Vitals,
)
from clinical.signals.waveform import WaveformChunk
from clinical.twelve_lead.pieces import EcgPiece
from wire.codes import (
    CREW_ANSWER,
    CREW_FINDING,
    DISCARD_REASON,
    ENCOUNTER_CHANGE,
    RECEIPT_STAGE,
    UNIT_KIND,
    VITAL,
)
from wire.examinations import from_examination, to_examination
from wire.transitions import (
    from_acknowledgement,
    from_escalation,
    from_frame_ref,
    from_pause,
    from_reset,
    from_transition,
    to_acknowledgement,
    to_escalation,
    to_frame_ref,
    to_pause,
    to_reset,
    to_transition,
)
from wire.twelve_lead import from_piece, to_piece
from wire.unit_items import LinkState, Position, Receipt, WireItem
from wire.vitals import from_vitals, to_vitals
from wire.waveforms import from_waveform, to_waveform


def to_device_status(pb: frame_pb2.DeviceStatus) -> DeviceStatus:
    """Translate the state of a device."""
    return DeviceStatus(
        device_id=pb.device_id,
        vital=VITAL.member[pb.vital] if pb.HasField("vital") else None,
        attached=pb.attached if pb.HasField("attached") else None,
        battery_percent=pb.battery_percent if pb.HasField("battery_percent") else None,
        cuff_inflated=pb.cuff_inflated if pb.HasField("cuff_inflated") else None,
        cuff_above_oximeter=(
            pb.cuff_above_oximeter if pb.HasField("cuff_above_oximeter") else None
        ),
    )


def from_device_status(status: DeviceStatus) -> frame_pb2.DeviceStatus:
    """Translate the state of a device."""
    return frame_pb2.DeviceStatus(
        device_id=status.device_id,
        vital=None if status.vital is None else VITAL.number[status.vital],
        attached=status.attached,
        battery_percent=status.battery_percent,
        cuff_inflated=status.cuff_inflated,
        cuff_above_oximeter=status.cuff_above_oximeter,
    )


def to_encounter_event(pb: frame_pb2.EncounterEvent) -> EncounterEvent:
    """Translate a change in the episode of care."""
    return EncounterEvent(
        change=ENCOUNTER_CHANGE.member[pb.change],
        bay=pb.bay or None,
        age_years=pb.age_years if pb.HasField("age_years") else None,
        pregnant=pb.pregnant if pb.HasField("pregnant") else None,
        reason=pb.reason or None,
        until_us=pb.until_us if pb.HasField("until_us") else None,
        to_unit_id=pb.to_unit_id or None,
    )


def from_encounter_event(event: EncounterEvent) -> frame_pb2.EncounterEvent:
    """Translate a change in the episode of care."""
    return frame_pb2.EncounterEvent(
        change=ENCOUNTER_CHANGE.number[event.change],
        bay=event.bay,
        age_years=event.age_years,
        pregnant=event.pregnant,
        reason=event.reason,
        until_us=event.until_us,
        to_unit_id=event.to_unit_id,
    )


def to_crew_event(pb: crew_pb2.CrewEvent) -> CrewEvent:
    """Translate what the crew found or did."""
    return CrewEvent(
        finding=CREW_FINDING.member[pb.finding],
        drug=pb.drug or None,
        withdraws=to_frame_ref(pb.withdraws) if pb.HasField("withdraws") else None,
    )


def from_crew_event(event: CrewEvent) -> crew_pb2.CrewEvent:
    """Translate what the crew found or did."""
    return crew_pb2.CrewEvent(
        finding=CREW_FINDING.number[event.finding],
        drug=event.drug,
        withdraws=None if event.withdraws is None else from_frame_ref(event.withdraws),
    )


def to_receipt(pb: frame_pb2.Receipt) -> Receipt:
    """Translate the crew's receipt for a message."""
    return Receipt(
        pb.message_id,
        RECEIPT_STAGE.member[pb.stage],
        pb.person or None,
        CREW_ANSWER.member[pb.answer] if pb.HasField("answer") else None,
    )


def from_receipt(receipt: Receipt) -> frame_pb2.Receipt:
    """Translate the crew's receipt for a message."""
    return frame_pb2.Receipt(
        message_id=receipt.message_id,
        stage=RECEIPT_STAGE.number[receipt.stage],
        person=receipt.person,
        answer=None if receipt.answer is None else CREW_ANSWER.number[receipt.answer],
    )


def to_position(pb: frame_pb2.Position) -> Position:
    """Translate where the unit is."""
    has = pb.HasField
    return Position(
        pb.latitude_deg,
        pb.longitude_deg,
        pb.speed_kmh if has("speed_kmh") else None,
        pb.heading_deg if has("heading_deg") else None,
        UNIT_KIND.member[pb.kind] if has("kind") else None,
    )


def from_position(position: Position) -> frame_pb2.Position:
    """Translate where the unit is."""
    return frame_pb2.Position(
        latitude_deg=position.latitude_deg,
        longitude_deg=position.longitude_deg,
        speed_kmh=position.speed_kmh,
        heading_deg=position.heading_deg,
        kind=None if position.kind is None else UNIT_KIND.number[position.kind],
    )


def to_link_state(pb: frame_pb2.LinkState) -> LinkState:
    """Translate how the unit's link and spool are."""
    has = pb.HasField
    return LinkState(
        pb.spool_depth_frames if has("spool_depth_frames") else None,
        pb.spool_oldest_us if has("spool_oldest_us") else None,
        pb.quarantine_frames if has("quarantine_frames") else None,
        pb.clock_offset_us if has("clock_offset_us") else None,
        pb.battery_percent if has("battery_percent") else None,
    )


def from_link_state(state: LinkState) -> frame_pb2.LinkState:
    """Translate how the unit's link and spool are."""
    return frame_pb2.LinkState(
        spool_depth_frames=state.spool_depth_frames,
        spool_oldest_us=state.spool_oldest_us,
        quarantine_frames=state.quarantine_frames,
        clock_offset_us=state.clock_offset_us,
        battery_percent=state.battery_percent,
    )


def to_discarded(pb: frame_pb2.Discarded) -> Discarded:
    """Translate what a unit left out."""
    return Discarded(
        pb.from_sequence,
        pb.to_sequence,
        DISCARD_REASON.member[pb.reason],
        pb.from_captured_at_us,
    )


def from_discarded(discarded: Discarded) -> frame_pb2.Discarded:
    """Translate what a unit left out."""
    return frame_pb2.Discarded(
        from_sequence=discarded.from_sequence,
        to_sequence=discarded.to_sequence,
        reason=DISCARD_REASON.number[discarded.reason],
        from_captured_at_us=discarded.from_captured_us,
    )


def to_item(pb: frame_pb2.Item, frame: frame_pb2.Frame) -> WireItem:
    """Translate an item; what the frame says for all its items completes it.

    KeyError when no known member of the oneof is set, or for an unknown number.
    """
    kind = pb.WhichOneof("item")
    if kind == "vitals":
        return to_vitals(pb.vitals)
    return _TO_ITEM[kind or ""](pb, frame)


def from_item(item: WireItem) -> frame_pb2.Item:
    """Translate an item."""
    return _FROM_ITEM[type(item)](item)


_TO_ITEM: Final[dict[str, Callable[[frame_pb2.Item, frame_pb2.Frame], WireItem]]] = {
    "device_status": lambda pb, _: to_device_status(pb.device_status),
    "encounter_event": lambda pb, _: to_encounter_event(pb.encounter_event),
    "crew_event": lambda pb, _: to_crew_event(pb.crew_event),
    "crew_examination": lambda pb, _: to_examination(pb.crew_examination),
    "edge_transition": lambda pb, frame: EdgeTransition(
        to_transition(pb.edge_transition, encounter_id=frame.encounter_id, unit_id=frame.unit_id)
    ),
    "acknowledgement": lambda pb, frame: to_acknowledgement(
        pb.acknowledgement, encounter_id=frame.encounter_id, at_us=frame.captured_at_us
    ),
    "pause": lambda pb, frame: to_pause(
        pb.pause, encounter_id=frame.encounter_id, at_us=frame.captured_at_us
    ),
    "reset": lambda pb, frame: to_reset(
        pb.reset, encounter_id=frame.encounter_id, at_us=frame.captured_at_us
    ),
    "escalation": lambda pb, frame: to_escalation(
        pb.escalation, encounter_id=frame.encounter_id, at_us=frame.captured_at_us
    ),
    "receipt": lambda pb, _: to_receipt(pb.receipt),
    "position": lambda pb, _: to_position(pb.position),
    "link_state": lambda pb, _: to_link_state(pb.link_state),
    "waveform": lambda pb, _: to_waveform(pb.waveform),
    "discarded": lambda pb, _: to_discarded(pb.discarded),
    "ecg_piece": lambda pb, _: to_piece(pb.ecg_piece),
}

_FROM_ITEM: Final[dict[type[WireItem], Callable[[Any], frame_pb2.Item]]] = {
    Vitals: lambda item: frame_pb2.Item(vitals=from_vitals(item)),
    DeviceStatus: lambda item: frame_pb2.Item(device_status=from_device_status(item)),
    EncounterEvent: lambda item: frame_pb2.Item(encounter_event=from_encounter_event(item)),
    CrewEvent: lambda item: frame_pb2.Item(crew_event=from_crew_event(item)),
    CrewExamination: lambda item: frame_pb2.Item(crew_examination=from_examination(item)),
    EdgeTransition: lambda item: frame_pb2.Item(edge_transition=from_transition(item.transition)),
    Acknowledgement: lambda item: frame_pb2.Item(acknowledgement=from_acknowledgement(item)),
    Pause: lambda item: frame_pb2.Item(pause=from_pause(item)),
    Reset: lambda item: frame_pb2.Item(reset=from_reset(item)),
    Escalation: lambda item: frame_pb2.Item(escalation=from_escalation(item)),
    Receipt: lambda item: frame_pb2.Item(receipt=from_receipt(item)),
    Position: lambda item: frame_pb2.Item(position=from_position(item)),
    LinkState: lambda item: frame_pb2.Item(link_state=from_link_state(item)),
    WaveformChunk: lambda item: frame_pb2.Item(waveform=from_waveform(item)),
    EcgPiece: lambda item: frame_pb2.Item(ecg_piece=from_piece(item)),
    Discarded: lambda item: frame_pb2.Item(discarded=from_discarded(item)),
}
