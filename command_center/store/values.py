"""What goes into the store and comes out of it, as frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from command_center.positions import Position
from wire.alarms import MessageReceipt
from wire.messages import Message


class StoredEntry(NamedTuple):
    """An entry as the log holds it; partition and offset name it."""

    partition: int
    offset: int
    entry: bytes
    """AlarmEntry, serialised."""


@dataclass(frozen=True, slots=True)
class StoredChange:
    """A change as subscribers get it."""

    partition: int
    offset: int
    ordinal: int
    alarm_id: bytes
    revision: int
    alarm: bytes
    """Alarm, serialised."""

    @property
    def position(self) -> Position:
        """The position of this change."""
        return Position(self.offset, self.ordinal)

    @property
    def after(self) -> Position:
        """The position of what comes next."""
        return Position(self.offset, self.ordinal + 1)


class StoredAnswer(NamedTuple):
    """How an action of the center was answered."""

    alarm: bytes
    """Alarm after it, serialised."""
    kind: str | None
    """Which action; None from a store of an earlier release."""


@dataclass(frozen=True, slots=True)
class StoredStrip:
    """The event strip of an alarm, as far as it was found in the log."""

    alarm_id: bytes
    encounter_id: str
    unit_id: str
    cause: str
    onset_us: int
    learned_us: int
    """When the center learned of the alarm."""
    due_us: int | None
    """When to look in the log next; None: finished."""
    next_offset: int | None = None
    """Where to go on in `waveforms`; None: not begun."""
    content: bytes | None = None
    """EventStrip, serialised; None: no sample is known."""


@dataclass(frozen=True, slots=True)
class Step:
    """All that one batch of entries does to the store; written in one transaction."""

    entries: Sequence[StoredEntry]
    changes: Sequence[StoredChange]
    positions: Mapping[int, int]
    """Offset of the next record, by partition."""
    answers: Mapping[str, StoredAnswer] = field(default_factory=dict)
    """By request id of an action at the center."""
    receipts: Sequence[MessageReceipt] = ()
    books: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """Snapshots that take the place of a partition's entries so far."""
    strips: Sequence[StoredStrip] = ()
    """Of alarms that began, still to be cut."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The fold as the store has it."""

    positions: Mapping[int, int]
    books: Mapping[int, Mapping[str, Any]]
    entries: Sequence[StoredEntry]
    """After the books, in the order of their offsets."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """An alarm that was put on its way to a subscriber."""

    delivery_id: bytes
    subscriber: str
    alarm_id: bytes
    revision: int


@dataclass(frozen=True, slots=True)
class Reported:
    """What became of deliveries, by the word of their subscriber."""

    subscriber: str
    delivery_ids: Sequence[bytes]
    stage: int
    person: str | None
    at_us: int


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A message that was sent to a unit, and how far it came."""

    message: Message
    receipts: Sequence[MessageReceipt]
    """Oldest first."""
