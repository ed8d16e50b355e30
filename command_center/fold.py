"""The fold of the log of alarms, one book for each partition.

An encounter's entries lie in one partition, so partitions do not concern one another; each has a
book of its own, and the same entries in the same order give the same alarms in every instance,
however the partitions interleave. The center's own entries are one more partition.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from clinical.alarms.lifecycle import ActionRefusal, AlarmBook
from clinical.alarms.transition import Action, AlarmEntry, Transition
from clinical.alarms.view import AlarmView
from command_center.positions import OWN, PARTITIONS, Position


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm after one entry; partition, offset and ordinal name the change for good."""

    partition: int
    offset: int
    ordinal: int
    view: AlarmView

    @property
    def position(self) -> Position:
        """The position of this change."""
        return Position(self.offset, self.ordinal)


class Fold:
    """Every alarm that is active or latched."""

    def __init__(self) -> None:
        self._books = tuple(AlarmBook() for _ in range(PARTITIONS))

    def apply(self, partition: int, offset: int, entry: AlarmEntry) -> list[Change]:
        """Take in the next entry of a partition and return what it changes."""
        views = self._books[partition].apply(entry, learned_us(entry))
        return [Change(partition, offset, ordinal, view) for ordinal, view in enumerate(views)]

    def find(self, alarm_id: bytes) -> tuple[int, AlarmView] | None:
        """Return partition and alarm of this id or alias, if it is active or latched."""
        for partition, book in enumerate(self._books):
            view = book.alarm(alarm_id)
            if view is not None:
                return partition, view
        return None

    def refusal(self, partition: int, entry: Action) -> ActionRefusal | None:
        """Return why an action would have no effect, or None when it has."""
        return self._books[partition].refusal(entry)

    def ended(self, entry: Action) -> bool:
        """Tell whether the alarm is known to be over."""
        over = ActionRefusal.ALARM_ENDED
        return any(book.refusal(entry) is over for book in self._books)

    def own(self) -> list[AlarmView]:
        """Return the alarms that the center itself has raised."""
        return self._books[OWN].current()

    def current(self) -> list[AlarmView]:
        """Return active and latched alarms in the order of ``by_urgency``."""
        return by_urgency(view for book in self._books for view in book.current())

    def book(self, partition: int) -> AlarmBook:
        """Return the book of one partition, to look into."""
        return self._books[partition]

    def snapshot(self, partition: int) -> dict[str, Any]:
        """Return one partition's book as plain data."""
        return self._books[partition].snapshot()

    def restore(self, partition: int, state: Mapping[str, Any]) -> None:
        """Take over one partition's book from ``snapshot``.

        Raises:
            ValueError: the snapshot is of another version.
        """
        self._books[partition].restore(state)


def learned_us(entry: AlarmEntry) -> int:
    """Return when the center learned of an entry, by the entry itself."""
    return entry.learned_us if isinstance(entry, Transition) else entry.at_us


def by_urgency(views: Iterable[AlarmView]) -> list[AlarmView]:
    """Order alarms: most urgent first, then unacknowledged, then newest."""
    return sorted(
        views, key=lambda view: (-view.priority, not view.unacknowledged, -view.learned_us)
    )
