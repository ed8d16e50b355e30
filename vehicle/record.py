"""What the crew of a unit entered: the newest events, kept over a restart, each to be withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.items import CrewEvent, CrewFinding
from wire.frames import Frame

EVENTS_KEPT: Final = 200
"""Newest events of a unit; an older one stands, but can be withdrawn no more."""


class UnknownEvent(LookupError):  # noqa: N818 - named for what is wrong
    """No such event is kept, or it was withdrawn before."""


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as the crew entered it."""

    encounter_id: str
    frame: FrameRef
    finding: CrewFinding
    drug: str | None
    at_us: int
    withdrawn: bool = False


class CrewRecord:
    """The events of one unit, oldest first."""

    def __init__(self) -> None:
        """Begin with none."""
        self._events: tuple[RecordedEvent, ...] = ()

    def events(self, encounter_id: str) -> Sequence[RecordedEvent]:
        """Return what was entered about one encounter, withdrawn events too, oldest first."""
        return [event for event in self._events if event.encounter_id == encounter_id]

    def standing(self, frame: FrameRef) -> RecordedEvent:
        """Return the event of this frame; UnknownEvent when there is none that stands."""
        for event in self._events:
            if event.frame == frame and not event.withdrawn:
                return event
        raise UnknownEvent(frame)

    def take(self, frame: Frame) -> bool:
        """Note the crew's events of a captured frame; say whether it held any."""
        entered = [(at, item) for at, item in enumerate(frame.items) if isinstance(item, CrewEvent)]
        for index, item in entered:
            self._note(frame, index, item)
        return bool(entered)

    def snapshot(self) -> bytes:
        """Return the record as bytes for the spool."""
        return msgspec.msgpack.encode([_plain(event) for event in self._events])

    def restore(self, state: bytes) -> None:
        """Take over a record from ``snapshot``; what another version wrote is passed over."""
        try:
            self._events = tuple(_event(plain) for plain in msgspec.msgpack.decode(state))
        except (ValueError, TypeError):
            self._events = ()

    def _note(self, frame: Frame, index: int, item: CrewEvent) -> None:
        if item.withdraws is not None:
            self._events = tuple(
                replace(event, withdrawn=True) if event.frame == item.withdraws else event
                for event in self._events
            )
            return
        ref = FrameRef(frame.unit_id, int(frame.lane), frame.segment, frame.sequence, index)
        encounter_id = frame.encounter_id or ""
        event = RecordedEvent(encounter_id, ref, item.finding, item.drug, frame.captured_us)
        self._events = (*self._events, event)[-EVENTS_KEPT:]


def _plain(event: RecordedEvent) -> list[object]:
    return [
        event.encounter_id,
        frame_to_plain(event.frame),
        event.finding.value,
        event.drug,
        event.at_us,
        event.withdrawn,
    ]


def _event(plain: list[object]) -> RecordedEvent:
    encounter_id, frame, finding, drug, at_us, withdrawn = msgspec.convert(
        plain, tuple[str, list[object], int, str | None, int, bool]
    )
    ref = frame_from_plain(frame)
    return RecordedEvent(encounter_id, ref, CrewFinding(finding), drug, at_us, withdrawn)
