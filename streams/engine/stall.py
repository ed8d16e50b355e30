"""The worker's own watchdog, outside Faust: partitions that grow and are not judged. Pure.

A consumer can stop fetching without a word and keep its partitions. The end of a partition that has
not moved between two looks is asked of the log, by a connection of its own each time. Where the end
lies ahead and the position has not moved for too long, the worker is stalled and ends itself with
``STALLED``, and whoever supervises it starts it again. Gateways tick each second, so a partition
that is judged always moves, and nothing is asked.

A loop that is stuck cannot ask anything. ``LoopWatch`` runs in a thread of its own and ends the
process when the loop has not turned for too long, also when the process was stopped and continued:
by then its partitions are another's.
"""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from clinical.instant import SECOND_US

STALLED: Final = 70
"""Exit code of a worker that ended itself because it did not get on."""

STALLED_US: Final = 6 * SECOND_US
"""Longest time without progress although there is something to judge."""

ASKED_EVERY_US: Final = SECOND_US
"""Between two looks at the ends of the partitions."""

LOOP_STUCK_US: Final = 10 * SECOND_US
"""Longest time without a turn of the event loop."""


@dataclass(frozen=True, slots=True)
class _Standing:
    next_offset: int
    since_us: int


@dataclass(slots=True)
class Stall:
    """Since when each partition stands still."""

    _standing: dict[int, _Standing] = field(default_factory=dict)

    def still(self, positions: Mapping[int, int]) -> tuple[int, ...]:
        """Return the partitions that stand where they stood when they were judged last."""
        return tuple(
            partition
            for partition, next_offset in positions.items()
            if partition in self._standing and self._standing[partition].next_offset == next_offset
        )

    def judge(
        self, positions: Mapping[int, int], ends: Mapping[int, int], now_us: int
    ) -> tuple[int, ...]:
        """Return the partitions that have something to judge and stood still for too long.

        ``positions`` are the next offsets of those held now; the rest is forgotten. ``ends`` are
        needed of those that are ``still``.
        """
        standing: dict[int, _Standing] = {}
        for partition, next_offset in positions.items():
            before = self._standing.get(partition)
            moved = before is None or before.next_offset != next_offset
            behind = ends.get(partition, 0) > next_offset
            if before is None or moved or not behind:
                standing[partition] = _Standing(next_offset, now_us)
            else:
                standing[partition] = before
        self._standing = standing
        return tuple(
            partition for partition, one in standing.items() if now_us - one.since_us >= STALLED_US
        )


def _leave() -> None:
    os._exit(STALLED)


class LoopWatch:
    """Ends the process when nobody has said ``beat`` for too long."""

    def __init__(
        self,
        now_us: Callable[[], int],
        *,
        stuck_us: int = LOOP_STUCK_US,
        leave: Callable[[], None] = _leave,
    ) -> None:
        self._now_us = now_us
        self._stuck_us = stuck_us
        self._leave = leave
        self._beat_us = now_us()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def beat(self) -> None:
        """Say that the loop turns."""
        self._beat_us = self._now_us()

    def stop(self) -> None:
        """Watch no more."""
        self._stopped.set()

    def _watch(self) -> None:
        while not self._stopped.wait(self._stuck_us / 4 / SECOND_US):
            if self._now_us() - self._beat_us > self._stuck_us:
                self._leave()
                return
