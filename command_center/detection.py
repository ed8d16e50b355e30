"""Failure of detection is itself an alarm, and so is what only a whole view shows.

``Watchdog`` knows when each partition was last seen. ``DetectionAlarms`` says, as entries of the
center's own partition: no picture of a partition for 3 s, or no answer to a synthetic patient
(``DETECTION_STALE``), one of two channels
lost (``DETECTION_DEGRADED``), many units silent at once (``UNITS_SILENT``). Each is one alarm at a
time that lists what it concerns. A center that starts first is not stale: a partition that it has
not seen yet has 10 s, and until then the center neither raises an alarm for it nor ends one that
stood when it was stopped.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from clinical.alarms.priority import Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US
from command_center.channels import Channels
from command_center.system_alarm import SystemAlarm, Values, listed, partitions

STALE_US: Final = 3 * SECOND_US
"""Longest silence of a partition that is judged, by the center's clock."""

GRACE_US: Final = 10 * SECOND_US
"""Time from the center's start in which a partition may be seen for the first time."""

CHANNEL_NAMES: Final = {Source.CENTER_A: "channel A", Source.CENTER_B: "channel B"}


class Watchdog:
    """When each partition was last seen, by a clock that never steps."""

    def __init__(self, partitions: int, started_us: int) -> None:
        self._due_us = [started_us + GRACE_US] * partitions
        self._unseen = set(range(partitions))

    @property
    def partitions(self) -> range:
        """Every partition that is watched."""
        return range(len(self._due_us))

    def seen(self, partition: int, now_us: int) -> None:
        """Take in that a picture of this partition arrived."""
        self._due_us[partition] = now_us + STALE_US
        self._unseen.discard(partition)

    def stale(self, now_us: int) -> tuple[int, ...]:
        """Return the partitions from which nothing has come for too long."""
        return tuple(n for n, due_us in enumerate(self._due_us) if now_us >= due_us)

    def uncertain(self, now_us: int) -> bool:
        """Tell whether a partition was never seen and still has time."""
        return any(now_us < self._due_us[partition] for partition in self._unseen)


class DetectionAlarms:
    """The center's own alarms."""

    def __init__(self, center_id: str, watchdog: Watchdog, channels: Channels) -> None:
        self._watchdog = watchdog
        self._channels = channels
        self._alarms = {
            cause: SystemAlarm(cause, center_id)
            for cause in (Cause.DETECTION_STALE, Cause.DETECTION_DEGRADED, Cause.UNITS_SILENT)
        }

    def restore(self, views: Iterable[AlarmView]) -> None:
        """Go on with the alarms that stood when the center was stopped."""
        for view in views:
            self._alarms[Cause(view.cause)].restore(view)

    def judge(self, monotonic_us: int, wall_us: int) -> list[Transition]:
        """Return what is to be said now."""
        uncertain = self._watchdog.uncertain(monotonic_us)
        numbers = self._watchdog.partitions
        stale = sorted(
            {
                *self._watchdog.stale(monotonic_us),
                *self._channels.stopped(numbers, monotonic_us),
            }
        )
        living = {number: self._channels.live(number, monotonic_us) for number in numbers}
        lost = {} if uncertain else self._channels.lost(living)
        silent = self._channels.silent_units(living)
        found: dict[Cause, Values | None] = {
            Cause.DETECTION_STALE: {"partitions": partitions(stale)} if stale else None,
            Cause.DETECTION_DEGRADED: _lost(lost) if lost else None,
            Cause.UNITS_SILENT: _silent(silent) if silent else None,
        }
        said = [
            self._alarms[cause].judge(values, wall_us, uncertain=uncertain)
            for cause, values in found.items()
        ]
        return [one for one in said if one is not None]


def _lost(lost: dict[Source, tuple[int, ...]]) -> Values:
    return {CHANNEL_NAMES[source]: partitions(numbers) for source, numbers in lost.items()}


def _silent(names: Sequence[str]) -> Values:
    return {"units": listed(names), "number": float(len(names))}
