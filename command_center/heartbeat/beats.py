"""Which beats of the synthetic patients have come back, and from whom. Pure.

A beat that the gateway has acknowledged is in the log, so each channel must answer it with an entry
of `alarms` soon. A channel that does not is deaf in that partition, whatever its pictures say. A
beat that no gateway takes says nothing about detection.
"""

from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.priority import CHANNELS, Source
from clinical.instant import SECOND_US

BEAT_US: Final = 2 * SECOND_US
"""Between two beats of a partition."""

DEAF_US: Final = 6 * SECOND_US
"""Longest time from an acknowledged beat to the answer of a channel."""

_NOBODY: Final[frozenset[Source]] = frozenset()


@dataclass(slots=True)
class Beats:
    """What each channel still owes, by the center's clock that never steps."""

    _owed_us: dict[tuple[int, Source], int] = field(default_factory=dict)
    """When the oldest beat that a channel has not answered was acknowledged."""
    _sent_us: dict[int, int] = field(default_factory=dict)
    """When the newest beat of each partition was handed over."""

    def sent(self, partition: int, now_us: int) -> None:
        """Take note of a beat that is handed to the gateway."""
        self._sent_us[partition] = now_us

    def acknowledged(self, now_us: int) -> None:
        """Take note that the log holds the beats sent so far."""
        for partition in self._sent_us:
            for source in CHANNELS:
                self._owed_us.setdefault((partition, source), now_us)

    def answered(self, partition: int, source: Source, now_us: int) -> int | None:
        """Take note of an answer; return how long it took, None when nothing was sent."""
        self._owed_us.pop((partition, source), None)
        sent_us = self._sent_us.get(partition)
        return None if sent_us is None else now_us - sent_us

    def deaf(self, partition: int, now_us: int) -> frozenset[Source]:
        """Return the channels that have owed an answer for too long."""
        if not self._owed_us:
            return _NOBODY
        return frozenset(
            source
            for source in CHANNELS
            if now_us - self._owed_us.get((partition, source), now_us) >= DEAF_US
        )
