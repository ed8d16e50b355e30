"""Limits that staff have set for one patient: since when, until when, and by whom.

At the center a change comes through the partition of the patient, like everything that judgement
depends on; what it leads to is written to the log of alarms, and the vehicle's watch takes that
over. So both judge by the same limits, from when each has heard of them. A change that is not safe
for this patient is refused here too: whoever asked may not have known the age.

A limit is over when the stream's time, or a capture, has reached its end: the catalogue's counts
again. An alarm that stands is ended by neither (``limits.py``).
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.staff_limit import LONGEST_LIMIT_US, LimitChange, LimitSet
from clinical.watch.finding import NO_FINDINGS, Findings
from clinical.watch.vital_signs.limits import Limits

REQUESTS_KEPT: Final = 16
"""Newest changes of one patient whose request id is remembered; one of these that comes again has
no effect."""


class StaffLimits:
    """What staff have set for one patient."""

    __slots__ = ("_limits", "_requests", "_sets")

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing set; ``limits`` judges by what is."""
        self._limits = limits
        self._sets: dict[str, LimitSet] = {}
        self._requests: list[str] = []

    @property
    def current(self) -> tuple[LimitSet, ...]:
        """What is in effect, the oldest first."""
        if not self._sets:
            return ()
        return tuple(
            one
            for one in self._sets.values()
            if not one.withdrawn and self._limits.refusal(one.cause, one.medium, one.high) is None
        )

    def on_change(self, change: LimitChange, now_us: int) -> tuple[LimitSet | None, Findings]:
        """Take in what a person asks; return what comes of it, and what is recorded by it."""
        if change.request_id in self._requests:
            return None, NO_FINDINGS
        self._requests = [*self._requests, change.request_id][-REQUESTS_KEPT:]
        wrong = self._limits.refusal(change.cause, change.medium, change.high)
        answer = LimitSet(
            encounter_id=change.encounter_id,
            cause=change.cause,
            medium=change.medium,
            high=change.high,
            since_us=now_us,
            until_us=now_us + min(change.for_us, LONGEST_LIMIT_US),
            person=change.person,
            reason=change.reason,
            request_id=change.request_id,
            refused="" if wrong is None else " ".join(wrong),
        )
        return answer, self.on_set(answer, now_us)

    def on_set(self, answer: LimitSet, now_us: int) -> Findings:
        """Judge by what is in effect from now on, unless something newer is."""
        known = self._sets.get(answer.cause)
        old = known is not None and known.since_us >= answer.since_us
        if answer.refused or old or answer.until_us <= now_us:
            return NO_FINDINGS
        self._sets.pop(answer.cause, None)
        self._sets[answer.cause] = answer
        return self._limits.use(dict(self._sets))

    def on_tick(self, now_us: int) -> Findings:
        """Let go of what is over."""
        due_us = self.due_us
        if due_us is None or now_us < due_us:
            return NO_FINDINGS
        self._sets = {c: one for c, one in self._sets.items() if one.until_us > now_us}
        return self._limits.use(dict(self._sets))

    @property
    def due_us(self) -> int | None:
        """When the first of them is over."""
        if not self._sets:
            return None
        return min((one.until_us for one in self._sets.values()), default=None)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing was asked."""
        if not self._sets and not self._requests:
            return {}
        return {
            "sets": [
                [
                    one.encounter_id,
                    one.cause,
                    one.medium,
                    one.high,
                    one.since_us,
                    one.until_us,
                    one.person,
                    one.reason,
                    one.request_id,
                ]
                for one in self._sets.values()
            ],
            "requests": list(self._requests),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; the limits restore theirs after it."""
        if not state:
            return
        sets = [LimitSet(*plain) for plain in state["sets"]]
        self._sets = {one.cause: one for one in sets}
        self._requests = list(state["requests"])
        self._limits.use(dict(self._sets))
