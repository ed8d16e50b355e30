"""One alarm of the center's own, about the system: what it says are entries of its own partition.

Detection that stopped, detection without its spare, many units silent at once: each is one alarm
at a time that lists what it concerns, follows the list, and ends by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Phase, Source
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Reason, Transition
from clinical.alarms.view import AlarmView

LISTED_MAX: Final = 200
"""Names that an alarm lists; of further ones it says how many."""

_SEGMENT_BYTES: Final = 16

Values = Mapping[str, float | str]


class SystemAlarm:
    """One cause; ``judge`` says whether it holds, and for what."""

    def __init__(self, cause: Cause, center_id: str) -> None:
        self._rule = RULES[cause]
        self._center_id = center_id
        self._said: Transition | None = None

    @property
    def cause(self) -> Cause:
        """What the alarm is about."""
        return self._rule.cause

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
            source=view.sources[0],
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
        self, values: Values | None, now_us: int, *, uncertain: bool = False
    ) -> Transition | None:
        """Return what is to be said at this wall time, or None when nothing changed.

        ``values`` is what it concerns, or None when it does not hold.
        """
        said = self._said
        reason = None if values is None else Reason(self._rule.condition, values)
        if said is None:
            self._said = None if reason is None else self._begun(reason, now_us)
            return self._said
        if uncertain or reason == said.reason:
            return None
        if reason is not None:
            self._said = _further(said, Phase.UPDATE, reason, now_us)
            return self._said
        self._said = None
        return _further(said, Phase.END, None, now_us)

    def _begun(self, reason: Reason, now_us: int) -> Transition:
        segment = now_us.to_bytes(_SEGMENT_BYTES, "big")
        frame = FrameRef(self._center_id, 0, segment, 1, 0)
        return Transition(
            encounter_id="",
            unit_id="",
            alarm_id=alarm_id("", self.cause, frame),
            cause=self.cause,
            subject="",
            category=self._rule.category,
            priority=self._rule.levels[-1].priority,
            phase=Phase.START,
            active=True,
            source=Source.CENTER,
            revision=1,
            since_us=now_us,
            learned_us=now_us,
            until_us=None,
            recorded_only=False,
            late=False,
            frame=frame,
            reason=reason,
        )


def partitions(numbers: Sequence[int]) -> str:
    """Name partitions so that a list of one reads back as text, as a longer one does."""
    return "partition " + str(numbers[0]) if len(numbers) == 1 else ",".join(map(str, numbers))


def listed(names: Sequence[str]) -> str:
    """Name up to ``LISTED_MAX`` of these, and say how many more there are."""
    more = len(names) - LISTED_MAX
    said = ", ".join(names[:LISTED_MAX])
    return said if more <= 0 else f"{said}, and {more} more"


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
