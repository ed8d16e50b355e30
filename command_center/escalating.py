"""Alarms that nobody at the center answers are told to somebody further, again and again.

How long each may wait is data (``clinical.alarms.recipient``). The wait begins when this center
learned of the alarm at its present priority, by its own clock: what a unit brings after a cut is
not late here. After a start it begins with what the log says, so that a restart gives nobody more
time. What is due is written to the log of alarms as an entry; its request id says which call of
which alarm it is about and how often nobody had answered. So every center may write it, the first
one counts, and there is nothing to lease.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.recipient import UNANSWERED, step_due, told
from clinical.alarms.transition import Escalation, Place
from clinical.alarms.view import AlarmState, AlarmView
from clinical.instant import SECOND_US

WRITTEN_AGAIN_US: Final = 2 * SECOND_US
"""Time after which an escalation that has not come back from the log is written again."""

Call = tuple[bytes, int]
"""An alarm, and since when it asks for somebody at its present priority."""


@dataclass(slots=True)
class Escalating:
    """The waits of every alarm that nobody has answered."""

    _began_us: Mapping[Call, int] | None = None
    """When each call began, by this center's clock; None before the first look."""
    _written_us: dict[str, int] = field(default_factory=dict)
    """When each step was written that the fold does not show yet."""

    def judge(self, views: Iterable[AlarmView], now_us: int) -> list[Escalation]:
        """Return what is due now, of these current alarms."""
        calls = {_call(view): view for view in views if _waits(view)}
        known = self._began_us
        self._began_us = {
            call: min(now_us, view.called_us) if known is None else known.get(call, now_us)
            for call, view in calls.items()
        }
        due = [
            entry
            for call, view in calls.items()
            if (entry := _due(view, self._began_us[call], now_us)) is not None
        ]
        fresh = [
            entry
            for entry in due
            if now_us - self._written_us.get(entry.request_id, -WRITTEN_AGAIN_US)
            >= WRITTEN_AGAIN_US
        ]
        self._written_us = {
            entry.request_id: self._written_us.get(entry.request_id, now_us) for entry in due
        }
        self._written_us.update({entry.request_id: now_us for entry in fresh})
        return fresh


def _waits(view: AlarmView) -> bool:
    active = view.state is AlarmState.ACTIVE
    return active and view.unacknowledged and view.priority in UNANSWERED


def _call(view: AlarmView) -> Call:
    return (view.alarm_id, view.called_us)


def _due(view: AlarmView, began_us: int, now_us: int) -> Escalation | None:
    step = step_due(view.priority, view.steps_done, now_us - began_us)
    to = told(view.category, view.priority, step)
    if to is None:
        return None
    return Escalation(
        encounter_id=view.encounter_id,
        alarm_id=view.alarm_id,
        priority=view.priority,
        revision=view.revision,
        to=to,
        person="",
        reason="",
        place=Place.CENTER,
        at_us=now_us,
        request_id=f"{view.alarm_id.hex()}/{view.called_us:x}/{step}",
        step=step,
        raised_us=view.called_us,
    )
