"""Items of a frame that are about the unit or its messages, not about how the patient is."""

from dataclasses import dataclass
from enum import IntEnum

from clinical.alarms.transition import Action
from clinical.items import Item
from clinical.signals.waveform import WaveformChunk
from clinical.twelve_lead.pieces import EcgPiece


class ReceiptStage(IntEnum):
    """How far a message from the center came, numbered as on the wire."""

    DELIVERED = 1
    """The unit holds it."""
    VIEWED = 2
    """A person has seen it."""
    ANSWERED = 3
    """A person has answered it."""
    EXPIRED = 4
    """It came after its time and was shown as expired."""


class CrewAnswer(IntEnum):
    """What a crew can answer with one tap, numbered as on the wire."""

    WILL_DO = 1
    SAY_AGAIN = 2
    CANNOT = 3
    CALL_ME = 4


@dataclass(frozen=True, slots=True)
class Receipt:
    """The crew's receipt for a message from the center."""

    message_id: str
    stage: ReceiptStage
    person: str | None = None
    """Who read or answered; None where no person did."""
    answer: CrewAnswer | None = None
    """None: nobody answered, or the unit does not say what."""


class UnitKind(IntEnum):
    """What a unit is, numbered as on the wire."""

    AMBULANCE = 1
    MOBILE_CT = 2
    TENT_HOSPITAL = 3
    COMMAND_SITE = 4


@dataclass(frozen=True, slots=True)
class Position:
    """Where the unit is, WGS 84."""

    latitude_deg: float
    longitude_deg: float
    speed_kmh: float | None = None
    heading_deg: float | None = None
    """Course over ground, clockwise from true north; None is unknown or standing."""
    kind: UnitKind | None = None
    """What the unit is; None is not stated."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """How the unit's link and spool are; None is not known."""

    spool_depth_frames: int | None = None
    spool_oldest_us: int | None = None
    quarantine_frames: int | None = None
    clock_offset_us: int | None = None
    """Unit clock minus gateway clock."""
    battery_percent: float | None = None


WireItem = Item | Action | Receipt | Position | LinkState | WaveformChunk | EcgPiece
"""Whatever a frame can carry."""
