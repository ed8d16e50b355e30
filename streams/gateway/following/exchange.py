"""What the center has for the units: kept in memory for all, handed out to each.

One tail per process (``tails``) reads `downlink` and `alarms` and posts every record here, so that
a thousand vehicles that come back at once cost no read of the log. Of `downlink` every living
message is kept, which its compaction bounds; of `alarms` the newest entries of each partition.
Only a unit that was away for longer than those reach back has the rest read for it from the log.

An alarm entry goes to the unit that owns its encounter, as the ownership cache has it; while that
does not know the encounter, to the unit that the entry itself names.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter
from typing import Final

from streams.gateway.following.ownership import Ownership
from streams.gateway.following.positions import Positions
from wire.messages import Message
from wire.partition import partition_of
from wire.synthetic import synthetic
from wire.topics import DOWNLINK

ENTRIES_KEPT: Final = 5_000
"""Newest entries of each partition of `alarms` in memory; older ones are read from the log."""

POSTS_WAITING: Final = 1_000
"""Posts that may wait for a slow unit; beyond it the stream ends and the unit resumes."""


@dataclass(frozen=True, slots=True)
class PostedMessage:
    """A message, and where it lies in the unit's partition of `downlink`."""

    offset: int
    message: Message


@dataclass(frozen=True, slots=True)
class PostedEntry:
    """An entry of the log of alarms as it was stored, and where it lies."""

    partition: int
    offset: int
    encounter_id: str
    value: bytes


Post = PostedMessage | PostedEntry


class Closing(Enum):
    """Why the gateway ends a downlink."""

    OVERFLOWN = "the unit did not keep up; resume by the token"
    SUPERSEDED = "a newer downlink of this unit took its place"
    STOPPING = "the gateway stops"


@dataclass(slots=True, eq=False)
class Subscription:
    """One open downlink: what waits to be sent to its unit."""

    unit_id: str
    waiting: deque[Post] = field(default_factory=deque)
    closing: Closing | None = None
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def post(self, post: Post) -> None:
        """Let the unit have this next."""
        if len(self.waiting) < POSTS_WAITING:
            self.waiting.append(post)
            self.stirred.set()
        else:
            self.close(Closing.OVERFLOWN)

    def close(self, closing: Closing) -> None:
        """Send nothing more."""
        self.closing = self.closing or closing
        self.stirred.set()


class History:
    """The newest entries of one partition of `alarms`, by encounter and by age."""

    def __init__(self, start: int, *, whole: bool, kept: int = ENTRIES_KEPT) -> None:
        self.start = start
        """Everything that the log has from this offset on is here."""
        self.next = start
        self._whole = whole
        self._kept = kept
        self._by_age: deque[PostedEntry] = deque()
        self._by_encounter: defaultdict[str, deque[PostedEntry]] = defaultdict(deque)

    def reaches(self, position: int) -> bool:
        """Say whether nothing from this position on has to be read from the log."""
        return self._whole or position >= self.start

    def add(self, entry: PostedEntry) -> None:
        """Keep an entry, and let go of the oldest."""
        self.next = entry.offset + 1
        self._by_age.append(entry)
        self._by_encounter[entry.encounter_id].append(entry)
        if len(self._by_age) > self._kept:
            oldest = self._by_age.popleft()
            self.start, self._whole = oldest.offset + 1, False
            entries = self._by_encounter[oldest.encounter_id]
            entries.popleft()
            if not entries:
                del self._by_encounter[oldest.encounter_id]

    def of(self, encounter_ids: set[str], position: int) -> list[PostedEntry]:
        """Return the entries of these encounters from a position on, in order."""
        found = [
            entry
            for encounter_id in encounter_ids & self._by_encounter.keys()
            for entry in self._by_encounter[encounter_id]
            if entry.offset >= position
        ]
        return sorted(found, key=attrgetter("offset"))


class Exchange:
    """Everything posted, and who listens."""

    def __init__(self, ownership: Ownership, histories: Sequence[History]) -> None:
        self._ownership = ownership
        self._histories = histories
        self._messages: defaultdict[str, dict[str, PostedMessage]] = defaultdict(dict)
        self._messages_next = [0] * DOWNLINK.partitions
        self._subscriptions: dict[str, Subscription] = {}

    def __len__(self) -> int:
        """Return how many units listen."""
        return len(self._subscriptions)

    def __iter__(self) -> Iterator[Subscription]:
        """Go through all open downlinks."""
        return iter(list(self._subscriptions.values()))

    def post_message(self, partition: int, offset: int, message: Message) -> None:
        """Keep a message for its unit until it is buried."""
        self._messages_next[partition] = offset + 1
        posted = PostedMessage(offset, message)
        self._messages[message.unit_id][message.message_id] = posted
        self._hand_out(message.unit_id, posted)

    def bury_message(self, partition: int, offset: int, unit_id: str, message_id: str) -> None:
        """Let go of a message that its unit has."""
        self._messages_next[partition] = offset + 1
        messages = self._messages[unit_id]
        messages.pop(message_id, None)
        if not messages:
            del self._messages[unit_id]

    def post_entry(self, posted: PostedEntry) -> None:
        """Keep an entry and hand it to the unit that it concerns; that of a heartbeat is none."""
        if synthetic(posted.encounter_id):
            self._histories[posted.partition].next = posted.offset + 1
            return
        self._histories[posted.partition].add(posted)
        self._hand_out(self._ownership.recipient(posted.encounter_id), posted)

    def subscribe(self, unit_id: str) -> Subscription:
        """Listen for a unit from now on, in place of whoever did."""
        older = self._subscriptions.get(unit_id)
        if older is not None:
            older.close(Closing.SUPERSEDED)
        subscription = self._subscriptions[unit_id] = Subscription(unit_id)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Listen no longer, unless somebody else does already."""
        if self._subscriptions.get(subscription.unit_id) is subscription:
            del self._subscriptions[subscription.unit_id]

    def adjusted(self, unit_id: str, positions: Positions) -> Positions:
        """Return the positions, starting over where they lie beyond the end: another log's."""
        ends = self.ends(unit_id)
        return Positions(
            positions.downlink if positions.downlink <= ends.downlink else -1,
            tuple(
                position if position <= end else -1
                for position, end in zip(positions.alarms, ends.alarms, strict=True)
            ),
        )

    def missing(self, positions: Positions) -> dict[int, int]:
        """Return, by partition of `alarms`, up to where the log has to be read for a unit."""
        return {
            partition: history.start
            for partition, (history, position) in enumerate(
                zip(self._histories, positions.alarms, strict=True)
            )
            if not history.reaches(position)
        }

    def since(self, unit_id: str, positions: Positions) -> list[Post]:
        """Return what memory has for a unit from these positions on, in the order of each topic."""
        messages = sorted(self._messages.get(unit_id, {}).values(), key=attrgetter("offset"))
        posts: list[Post] = [posted for posted in messages if posted.offset >= positions.downlink]
        encounter_ids = self._ownership.encounters_of(unit_id)
        for history, position in zip(self._histories, positions.alarms, strict=True):
            posts += history.of(encounter_ids, position)
        return posts

    def ends(self, unit_id: str) -> Positions:
        """Return the positions behind everything posted so far."""
        downlink = self._messages_next[partition_of(unit_id, DOWNLINK.partitions)]
        return Positions(downlink, tuple(history.next for history in self._histories))

    def _hand_out(self, unit_id: str | None, post: Post) -> None:
        subscription = None if unit_id is None else self._subscriptions.get(unit_id)
        if subscription is not None:
            subscription.post(post)
