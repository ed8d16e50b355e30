"""How far each channel of detection has come, by the pictures that it writes.

A channel is live in a partition while its pictures keep coming and keep up with the newest of the
partition: one that judges what lies seconds back, since it stalled or has just been restored, is
not; nor is one that lets the alarm of a synthetic patient wait. All of it is by the center's clock
that never steps, and by the stamps in the pictures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.priority import CHANNELS, Source
from clinical.instant import SECOND_US
from command_center.heartbeat.beats import Beats
from wire.picture import Picture

CHANNEL_LOST_US: Final = 3 * SECOND_US
"""Silence of a channel in a partition, or its distance from the newest stamp: it is not live."""


@dataclass(frozen=True, slots=True)
class _Seen:
    at_us: int
    """When its newest picture came, by the center's clock."""
    judged_us: int
    """The stamp of that picture: up to here the partition is judged."""
    silent_units: tuple[str, ...]


@dataclass(slots=True)
class Channels:
    """Both channels in every partition."""

    expected: set[Source]
    """Channels whose absence is worth an alarm; whoever was seen once is expected from then on."""
    beats: Beats = field(default_factory=Beats)
    """What the synthetic patients have to say about each."""
    _seen: dict[tuple[int, Source], _Seen] = field(default_factory=dict)

    def seen(self, picture: Picture, now_us: int) -> None:
        """Take in a picture."""
        key = (picture.partition, picture.source)
        before = self._seen.get(key)
        judged_us = max(picture.stamped_us, 0 if before is None else before.judged_us)
        self._seen[key] = _Seen(now_us, judged_us, picture.silent_units)
        self.expected.add(picture.source)

    def judged_us(self, partition: int, source: Source) -> int:
        """Return up to when a channel has judged a partition; 0 when it was never seen."""
        seen = self._seen.get((partition, source))
        return 0 if seen is None else seen.judged_us

    def live(self, partition: int, now_us: int) -> frozenset[Source]:
        """Return the channels that judge this partition now."""
        found = [(source, self._seen.get((partition, source))) for source in CHANNELS]
        known = [(source, seen) for source, seen in found if seen is not None]
        newest_us = max([seen.judged_us for _, seen in known], default=0)
        judging = [
            source
            for source, seen in known
            if now_us - seen.at_us < CHANNEL_LOST_US
            and newest_us - seen.judged_us < CHANNEL_LOST_US
        ]
        return frozenset(judging) - self.beats.deaf(partition, now_us)

    def stopped(self, partitions: Iterable[int], now_us: int) -> tuple[int, ...]:
        """Return the partitions where no channel that was seen answers a synthetic patient."""
        return tuple(
            partition
            for partition in partitions
            if (deaf := self.beats.deaf(partition, now_us))
            and (known := {s for s in CHANNELS if (partition, s) in self._seen})
            and known <= deaf
        )

    def lost(self, living: Mapping[int, frozenset[Source]]) -> dict[Source, tuple[int, ...]]:
        """Return each expected channel that is lost, with the partitions that only another judges.

        ``living`` is who is live in each partition. Where none is nothing is degraded: detection
        has stopped there, and that is said.
        """
        lost: dict[Source, tuple[int, ...]] = {}
        for partition, live in living.items():
            for source in sorted(self.expected - live) if live else ():
                lost[source] = (*lost.get(source, ()), partition)
        return lost

    def silent_units(self, living: Mapping[int, frozenset[Source]]) -> tuple[str, ...]:
        """Return the units that fell silent together, as the channels see it that are live."""
        names: set[str] = set()
        for partition, live in living.items():
            for source in live:
                names.update(self._seen[partition, source].silent_units)
        return tuple(sorted(names))
