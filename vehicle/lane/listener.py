"""Who hears what becomes of a unit's frames."""

from typing import Protocol

from vehicle.lane.session import SequenceRef
from vehicle.spool.store import Refusal
from wire.frames import Lane


class ClientListener(Protocol):
    """Called on the event loop; must not block."""

    def captured(self, ref: SequenceRef) -> None:
        """The spool has committed this frame."""
        ...

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """The center's log holds everything of the segment through this sequence."""
        ...

    def refused(self, refusal: Refusal) -> None:
        """The gateway will never take this frame; the quarantine keeps it."""
        ...


class Unheard:
    """A listener that does nothing."""

    def captured(self, ref: SequenceRef) -> None:
        """Do nothing."""

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Do nothing."""

    def refused(self, refusal: Refusal) -> None:
        """Do nothing."""
