"""Who is told of a change: the subscriptions, each with a bounded queue of its own.

What is published is in the store. A new subscription takes the alarms of this moment, or the store
up to this moment, and everything published after it: nothing between is lost or told twice. A
subscription whose queue is full is ended; its subscriber can resume, and the others never wait.
Of CT series only the newest word waits, so they never fill a queue.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

from clinical.alarms.view import AlarmState, AlarmView
from command_center.fold import by_urgency
from command_center.positions import OWN, START, Position, Vector
from command_center.store.values import StoredChange
from wire.series import SeriesWord

SERIES_TOLD: Final = 1_000
"""CT series of which subscribers are told; beyond, the one that changed longest ago is left out."""

SeriesKey = tuple[str, str]
"""Encounter and series."""

_GONE = frozenset({AlarmState.ENDED, AlarmState.RECORDED})


class Closing(Enum):
    """Why the center ends a subscription."""

    OVERFLOWN = "too many changes wait for this subscriber: resume with the newest token"
    STOPPING = "the command center stops"


@dataclass(slots=True, eq=False)
class Subscription:
    """What waits for one subscriber, and how far it has come."""

    subscriber: str
    vector: list[Position]
    """Positions of the next changes that it has not been given."""
    most_waiting: int
    waiting: deque[tuple[StoredChange, int]] = field(default_factory=deque)
    """Changes, and when they were published, by a clock that never steps."""
    series: dict[SeriesKey, SeriesWord] = field(default_factory=dict)
    """The newest word of each CT series that it has not been given."""
    stirred: asyncio.Event = field(default_factory=asyncio.Event)
    closing: Closing | None = None

    def offer(self, change: StoredChange, at_us: int = 0) -> None:
        """Queue a change unless the subscriber has it; end the subscription if it lags."""
        if change.position < self.vector[change.partition] or self.closing is not None:
            return
        if len(self.waiting) >= self.most_waiting:
            self.close(Closing.OVERFLOWN)
            return
        self.waiting.append((change, at_us))
        self.stirred.set()

    def offer_series(self, word: SeriesWord) -> None:
        """Let a word of a series wait, in the place of an older one of the same."""
        if self.closing is None:
            self.series[_key(word)] = word
            self.stirred.set()

    def take_series(self) -> SeriesWord:
        """Take the word that waits longest; KeyError when there is none."""
        return self.series.pop(next(iter(self.series), ("", "")))

    def advance(self, change: StoredChange) -> None:
        """Note that the subscriber was given this change."""
        self.vector[change.partition] = max(self.vector[change.partition], change.after)

    def close(self, closing: Closing) -> None:
        """End the subscription; what waits is for the next one."""
        self.closing = closing
        self.waiting.clear()
        self.series.clear()
        self.stirred.set()


class Publisher:
    """Every subscription, and the alarms as published last."""

    def __init__(self, most_waiting: int) -> None:
        self._most_waiting = most_waiting
        self._subscriptions: set[Subscription] = set()
        self._current: dict[bytes, AlarmView] = {}
        self._series: dict[SeriesKey, SeriesWord] = {}
        """As told last, the one that changed longest ago first."""
        self.vector: Vector = START
        """Where what was published ends."""
        self._stopping = False
        self._watchers: list[Callable[[AlarmView], None]] = []

    def watch(self, changed: Callable[[AlarmView], None]) -> None:
        """Name who, within the center, is told of each change."""
        self._watchers.append(changed)

    def __len__(self) -> int:
        """Return how many subscriptions there are."""
        return len(self._subscriptions)

    def restore(self, current: Iterable[AlarmView], vector: Vector) -> None:
        """Begin with these alarms, published long ago."""
        self._current = {view.alarm_id: view for view in current}
        self.vector = vector

    def publish(
        self,
        changes: Iterable[tuple[AlarmView, StoredChange]],
        vector: Vector,
        at_us: int = 0,
    ) -> None:
        """Tell every subscription of changes that are in the store; ``vector`` is after them."""
        for view, change in changes:
            if view.state in _GONE:
                self._current.pop(view.alarm_id, None)
            else:
                self._current[view.alarm_id] = view
            for subscription in self._subscriptions:
                subscription.offer(change, at_us)
            for changed in self._watchers:
                changed(view)
        self.vector = vector

    def publish_series(self, word: SeriesWord) -> None:
        """Tell every subscription of a series, unless it only says again what was said."""
        key = _key(word)
        said = self._series.get(key)
        if said is not None and replace(said, at_us=word.at_us) == word:
            return
        self._series.pop(key, None)
        self._series[key] = word
        if len(self._series) > SERIES_TOLD:
            del self._series[next(iter(self._series))]
        for subscription in self._subscriptions:
            subscription.offer_series(word)

    def forget_series(self, encounter_id: str) -> None:
        """Tell of the series of this patient no more."""
        for key in [key for key in self._series if key[0] == encounter_id]:
            del self._series[key]

    def current(self) -> list[AlarmView]:
        """Return active and latched alarms as published, in the order of ``by_urgency``."""
        return by_urgency(self._current.values())

    def views(self) -> Iterator[AlarmView]:
        """Return active and latched alarms as published, in no order."""
        return iter(self._current.values())

    def subscribe(self, subscriber: str, token: Vector | None) -> Subscription:
        """Begin to queue changes; those before ``token`` are known to the subscriber.

        The center's own entries are not in the log: where a token is ahead of them it belongs to a
        store that was lost, and holds nothing back.
        """
        vector = list(self.vector)
        if token is not None:
            vector = [max(*both) for both in zip(vector, token, strict=True)]
            vector[OWN] = self.vector[OWN]
        subscription = Subscription(subscriber, vector, self._most_waiting)
        subscription.series.update(self._series)
        self._subscriptions.add(subscription)
        if self._stopping:
            subscription.close(Closing.STOPPING)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        self._subscriptions.discard(subscription)

    def stop(self) -> None:
        """End every subscription, and each that is still to come."""
        self._stopping = True
        for subscription in self._subscriptions:
            subscription.close(Closing.STOPPING)


def _key(word: SeriesWord) -> SeriesKey:
    return (word.encounter_id, word.series_uid)
