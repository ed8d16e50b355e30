"""Which lane an item travels on (docs: the lane table of ambulance.telemetry.v1.Frame)."""

from collections.abc import Sequence
from typing import Final

from clinical.alarms.transition import Acknowledgement, Escalation, Pause, Reset
from clinical.items import (
    CrewEvent,
    CrewExamination,
    DeviceStatus,
    EdgeTransition,
    EncounterEvent,
    Vitals,
)
from clinical.signals.waveform import WaveformChunk
from clinical.twelve_lead.pieces import EcgPiece
from wire.frames import Lane
from wire.unit_items import LinkState, Position, Receipt, WireItem

LANE_OF: Final[dict[type[WireItem], Lane]] = {
    EncounterEvent: Lane.ALARM,
    CrewEvent: Lane.ALARM,
    CrewExamination: Lane.ALARM,
    EdgeTransition: Lane.ALARM,
    Acknowledgement: Lane.ALARM,
    Pause: Lane.ALARM,
    Reset: Lane.ALARM,
    Escalation: Lane.ALARM,
    Receipt: Lane.ALARM,
    EcgPiece: Lane.ALARM,
    Vitals: Lane.VITALS,
    DeviceStatus: Lane.VITALS,
    Position: Lane.VITALS,
    LinkState: Lane.VITALS,
    WaveformChunk: Lane.WAVEFORM,
}


class MixedLanes(ValueError):  # noqa: N818 - named for what is wrong
    """A frame was asked for whose items travel on different lanes, or on none."""


def lane_of(items: Sequence[WireItem]) -> Lane:
    """Return the lane of a frame of these items; MixedLanes when they do not share one."""
    lanes = {LANE_OF[type(item)] for item in items}
    if len(lanes) != 1:
        message = "the items of a frame share one lane"
        raise MixedLanes(message)
    return lanes.pop()
