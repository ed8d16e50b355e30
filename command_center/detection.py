"""Failure of detection is itself an alarm: no picture of a partition for 3 s.

``Watchdog`` knows when each partition was last seen; ``StaleAlarm`` says so as entries of the
center's own partition, one alarm for all partitions that are silent at once. A center that starts
first is not stale: a partition that it has not seen yet has 10 s, and until then the center neither
raises an alarm for it nor ends one that stood when it was stopped.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Reason, Transition
from clinical.alarms.view import AlarmView
from clinical.instant import SECOND_US

STALE_US: Final = 3 * SECOND_US
"""Longest silence of a partition that is judged, by the center's clock."""

GRACE_US: Final = 10 * SECOND_US
"""Time from the center's start in which a partition may be seen for the first time."""

SIGNED: Final = Source.CENTER_A
"""How the center signs; the contract has no source of its own for it."""

_SEGMENT_BYTES: Final = 16
_RULE: Final = RULES[Cause.DETECTION_STALE]


class Watchdog:
    """When each partition was last seen, by a clock that never steps."""

    def __init__(self, partitions: int, started_us: int) -> None:
        self._due_us = [started_us + GRACE_US] * partitions
        self._unseen = set(range(partitions))

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


class StaleAlarm:
    """The one alarm about silent partitions; what it says are entries for the fold."""

    def __init__(self, center_id: str) -> None:
        self._center_id = center_id
        self._said: Transition | None = None

    def restore(self, view: AlarmView) -> None:
        """Go on with an alarm that stood when the center was stopped."""
        self._said = Transition(
            encounter_id="",
            unit_id="",
            alarm_id=view.alarm_id,
            cause=view.cause,
            subject=view.subject,
            category=view.category,
            priority=view.priority,
            phase=view.phase,
            active=True,
            source=SIGNED,
            revision=view.revision,
            since_us=view.active_since_us,
            learned_us=view.learned_us,
            until_us=None,
            recorded_only=False,
            late=False,
            frame=view.frame,
            reason=view.reason,
        )

    def judge(
        self, stale: Sequence[int], now_us: int, *, uncertain: bool = False
    ) -> Transition | None:
        """Return what is to be said at this wall time, or None when nothing changed."""
        said = self._said
        if said is None:
            self._said = self._begun(stale, now_us) if stale else None
            return self._said
        if uncertain or (stale and _reason(stale) == said.reason):
            return None
        if stale:
            self._said = _further(said, Phase.UPDATE, _reason(stale), now_us)
            return self._said
        self._said = None
        return _further(said, Phase.END, None, now_us)

    def _begun(self, stale: Sequence[int], now_us: int) -> Transition:
        segment = now_us.to_bytes(_SEGMENT_BYTES, "big")
        frame = FrameRef(self._center_id, 0, segment, 1, 0)
        return Transition(
            encounter_id="",
            unit_id="",
            alarm_id=alarm_id("", Cause.DETECTION_STALE, frame),
            cause=Cause.DETECTION_STALE,
            subject="",
            category=Category.TECHNICAL,
            priority=Priority.HIGH,
            phase=Phase.START,
            active=True,
            source=SIGNED,
            revision=1,
            since_us=now_us,
            learned_us=now_us,
            until_us=None,
            recorded_only=False,
            late=False,
            frame=frame,
            reason=_reason(stale),
        )


def _reason(stale: Sequence[int]) -> Reason:
    return Reason(_RULE.condition, {"partitions": _listed(stale)})


def _listed(stale: Sequence[int]) -> str:
    """Name the partitions so that a list of one reads back as text, as a longer one does."""
    return "partition " + str(stale[0]) if len(stale) == 1 else ",".join(map(str, stale))


def _further(said: Transition, phase: Phase, reason: Reason | None, now_us: int) -> Transition:
    over = phase is Phase.END
    return replace(
        said,
        phase=phase,
        active=not over,
        revision=said.revision + 1,
        learned_us=now_us,
        until_us=now_us if over else None,
        reason=reason,
    )
