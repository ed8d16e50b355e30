"""What the crew found by hand: no pulse alarms at once, a pulse felt again ends it.

A finding counts by when it was made, not by when it arrives: "no pulse" sounds however late it
comes, unless a pulse is known to have been felt after it; then it is recorded only.

A finding that was entered by mistake is withdrawn by naming its frame: from then on the pulse is
what the remaining findings say, as if it had never been entered. The withdrawal may come first,
because the vehicle's backlog drains beside what is new. What the crew does (compressions, airway)
is no finding, but says what may be judged (``interventions``); drugs are for the record.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.change import Change
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import Cause
from clinical.items import CrewEvent, CrewFinding
from clinical.watch.finding import (
    NO_FINDINGS,
    NO_VALUES,
    Finding,
    Findings,
    hold,
    release,
    withdraw,
)

PULSES_KEPT: Final = 64
"""Newest findings of the pulse, and newest withdrawals, that are remembered; a withdrawal that
names an older finding has no effect."""

_OF_PULSE: Final = frozenset({CrewFinding.NO_PULSE, CrewFinding.PULSE_FELT})
_Pulse = tuple[int, CrewFinding, FrameRef]


class Crew:
    """The pulse of one patient, as the crew feels it."""

    __slots__ = ("_condition", "_felt_us", "_missed_us", "_pulses", "_withdrawn")

    def __init__(self) -> None:
        """Begin with nothing found."""
        self._condition = FlagCondition(RULES[Cause.NO_PULSE])
        self._felt_us: int | None = None
        self._missed_us: int | None = None
        self._pulses: list[_Pulse] = []
        self._withdrawn: list[FrameRef] = []

    def on_item(self, item: CrewEvent, captured_us: int, frame: FrameRef) -> Findings:
        """Judge a finding made at ``captured_us``, or the withdrawal of an earlier one."""
        if item.withdraws is not None:
            return self._withdraw(item.withdraws, captured_us, frame)
        if item.finding not in _OF_PULSE or frame in self._withdrawn:
            return NO_FINDINGS
        self._pulses = [*self._pulses, (captured_us, item.finding, frame)][-PULSES_KEPT:]
        if item.finding is CrewFinding.PULSE_FELT:
            return self._feel(captured_us, frame)
        if self._felt_us is not None and captured_us < self._felt_us:
            return self._record(captured_us, self._felt_us, frame)
        self._missed_us = max(captured_us, self._missed_us or captured_us)
        return hold(self._condition, captured_us, frame)

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        return withdraw(self._condition, at_us)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "condition": self._condition.snapshot(),
            "felt_us": self._felt_us,
            "missed_us": self._missed_us,
            "pulses": [[at, said.value, frame_to_plain(ref)] for at, said, ref in self._pulses],
            "withdrawn": [frame_to_plain(ref) for ref in self._withdrawn],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``; an earlier release wrote no single findings."""
        self._condition.restore(state["condition"])
        self._felt_us = state["felt_us"]
        self._missed_us = state["missed_us"]
        self._pulses = [
            (at, CrewFinding(said), frame_from_plain(ref))
            for at, said, ref in state.get("pulses", ())
        ]
        self._withdrawn = [frame_from_plain(ref) for ref in state.get("withdrawn", ())]

    def _feel(self, captured_us: int, frame: FrameRef) -> Findings:
        self._felt_us = max(captured_us, self._felt_us or captured_us)
        if self._missed_us is not None and captured_us < self._missed_us:
            return NO_FINDINGS
        return release(self._condition, captured_us, frame)

    def _withdraw(self, withdrawn: FrameRef, at_us: int, frame: FrameRef) -> Findings:
        self._withdrawn = [*self._withdrawn, withdrawn][-PULSES_KEPT:]
        remaining = [pulse for pulse in self._pulses if pulse[2] != withdrawn]
        if len(remaining) == len(self._pulses):
            return NO_FINDINGS
        self._pulses = remaining
        felt = self._newest(CrewFinding.PULSE_FELT)
        missed = self._newest(CrewFinding.NO_PULSE)
        self._felt_us = None if felt is None else felt[0]
        self._missed_us = None if missed is None else missed[0]
        if missed is None or (felt is not None and felt[0] > missed[0]):
            return release(self._condition, at_us, frame)
        return hold(self._condition, missed[0], missed[2])

    def _newest(self, finding: CrewFinding) -> _Pulse | None:
        said = [pulse for pulse in self._pulses if pulse[1] is finding]
        return max(said, key=lambda pulse: pulse[0], default=None)

    def _record(self, since_us: int, until_us: int, frame: FrameRef) -> Findings:
        over = Change(Phase.END, Priority.HIGH, since_us, until_us, frame)
        return (Finding(self._condition.rule, "", over, NO_VALUES, recorded_only=True),)
