"""Vitals that cannot be judged although frames keep coming.

Heart rate, respiration and oxygen saturation must each have a good value every 30 s of event time
once they have been measured in this encounter. A missing value, an artefact and an implausible
number are the same here: nobody is watching that vital. The alarm is medium while something else
shows life within the last minute - another vital above zero, or a patient who is awake or answers
- and high when nothing does. Event time only advances with frames: when none come, the unit is
silent, and that is another alarm. A backlog is let in first: what was not judged in a tunnel is
over. Only on a link that is always slow is it judged like live data. A vital that is left out on
purpose (``interventions``) is told of there: here it is excused, and waits anew from then on.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Priority
from clinical.alarms.rule import Cause
from clinical.instant import MINUTE_US
from clinical.vitals import Consciousness, Vital
from clinical.watch.carry import (
    BACKLOG_US,
    DIASTOLIC,
    HEART_RATE,
    PULSE_RATE,
    RESPIRATION,
    SPO2,
    SYSTOLIC,
    VITALS,
    Carry,
)
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, release, withdraw
from clinical.watch.late import OVERDUE_AFTER_US

LIFE_WINDOW_US: Final = MINUTE_US
"""A sign of life counts for so long."""

_RULE: Final = RULES[Cause.VITAL_NOT_JUDGED]
NOT_JUDGED_AFTER_US: Final = min(level.delay_us for level in _RULE.levels)

WATCHED: Final = (HEART_RATE, RESPIRATION, SPO2)
_SIGNS_OF_LIFE: Final = (HEART_RATE, PULSE_RATE, RESPIRATION, SPO2, SYSTOLIC, DIASTOLIC)
_RESPONSIVE: Final = frozenset(
    {Consciousness.ALERT, Consciousness.NEW_CONFUSION, Consciousness.VOICE}
)


class Judging:
    """How long each watched vital of one patient has gone unjudged."""

    __slots__ = ("_carry", "_conditions", "_excused_us", "backlog_us", "now_us", "stirred")

    def __init__(self, carry: Carry) -> None:
        """Begin with nothing measured; ``carry`` holds the newest values."""
        self._carry = carry
        self._conditions = tuple(FlagCondition(_RULE, str(VITALS[x])) for x in WATCHED)
        self.stirred = False
        self.now_us = 0
        self.backlog_us: int | None = None
        self._excused_us = [0] * len(WATCHED)

    def excuse(self, vitals: Iterable[Vital], captured_us: int) -> None:
        """Ask nothing of these vitals of what was captured up to this instant."""
        for place, watched in enumerate(WATCHED):
            if VITALS[watched] in vitals:
                self._excused_us[place] = max(self._excused_us[place], captured_us)

    def on_item(self, captured_us: int, received_us: int, frame: FrameRef) -> Findings:
        """Judge after any item of the encounter, once ``carry`` has taken over its values."""
        if captured_us <= self.now_us or self._held_back(captured_us, received_us):
            return NO_FINDINGS
        self.now_us = captured_us
        newest_us = self._carry.captured_us
        missed = (
            newest_us[HEART_RATE] != captured_us
            or newest_us[RESPIRATION] != captured_us
            or newest_us[SPO2] != captured_us
        )
        if not (missed or self.stirred):
            return NO_FINDINGS
        return self._judge(captured_us, frame)

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        findings = NO_FINDINGS
        for condition in self._conditions:
            findings += withdraw(condition, at_us)
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "conditions": [x.snapshot() for x in self._conditions],
            "now_us": self.now_us,
            "stirred": self.stirred,
            "backlog_us": self.backlog_us,
            **({"excused_us": list(self._excused_us)} if any(self._excused_us) else {}),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self.now_us = state["now_us"]
        self.stirred = state["stirred"]
        self.backlog_us = state["backlog_us"]
        self._excused_us = list(state.get("excused_us", self._excused_us))
        for condition, plain in zip(self._conditions, state["conditions"], strict=True):
            condition.restore(plain)

    def _held_back(self, captured_us: int, received_us: int) -> bool:
        """Tell whether the item is of a backlog that has only begun to come in."""
        if received_us - captured_us <= BACKLOG_US:
            self.backlog_us = None
            return False
        if self.backlog_us is None:
            self.backlog_us = received_us
        return received_us - self.backlog_us < OVERDUE_AFTER_US

    def _judge(self, now_us: int, frame: FrameRef) -> Findings:
        findings = NO_FINDINGS
        self.stirred = False
        watched = zip(WATCHED, self._conditions, self._excused_us, strict=True)
        for vital, condition, excused_us in watched:
            last_us = self._carry.captured_us[vital]
            if not last_us:
                continue
            if excused_us >= now_us:
                self.stirred = self.stirred or condition.raised is not None
                if condition.raised is None:
                    withdraw(condition, now_us)
            elif last_us < now_us:
                self.stirred = True
                last_us = max(last_us, excused_us)
                findings += self._missing(vital, condition, last_us, now_us, frame)
            elif condition.frame is not None:
                findings += release(condition, now_us, frame)
        return findings

    def _missing(
        self, vital: int, condition: FlagCondition, last_us: int, now_us: int, frame: FrameRef
    ) -> Findings:
        """Keep the run that began when the vital was judged, or excused, last.

        It is named after the first frame without it.
        """
        level = Priority.MEDIUM if self._life_beside(vital, now_us) else Priority.HIGH
        changes = condition.set_level(level, last_us if condition.frame is None else now_us, frame)
        changes += condition.tick(now_us)
        return findings_of(condition, changes, {"seconds_unjudged": (now_us - last_us) / 1e6})

    def _life_beside(self, vital: int, now_us: int) -> bool:
        """Tell whether anything but this vital has shown life recently."""
        carry = self._carry
        answered_us = now_us - carry.consciousness_us
        if carry.consciousness in _RESPONSIVE and answered_us <= LIFE_WINDOW_US:
            return True
        return any(
            (carry.values[sign] or 0) > 0 and now_us - carry.captured_us[sign] <= LIFE_WINDOW_US
            for sign in _SIGNS_OF_LIFE
            if sign != vital
        )
