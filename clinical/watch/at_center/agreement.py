"""Whether the vehicle's watch and the center's agree about a patient.

Both judge the same numbered frames by the same rules, so both should hold the same alarms. What the
vehicle says comes as items of the stream; what the center says is what this watch announces. They
are compared only where the center has got what the vehicle judged: frames of the segment that the
alarm is named after, up to the instant at which the vehicle decided. A cut link delays frames, not
the comparison; and of what the center judges alone (silence, leads, images) the vehicle never
speaks, so it is not compared. Waveforms have another way than all else: of the rhythm that both
judge, each may know what the other does not know yet, so a rhythm is not compared, nor what a
rhythm that the vehicle tells of holds back (``covering``). Neither is what rests on the past of a
patient (index and trend): a center that got an hour out of a backlog, and a unit that has just
taken the patient over, know another past than the other side, and both are right about their own.
A backlog is scored at its end, so a score that the vehicle raised in the dark, and that holds there
until it is clear for long enough, is one that the center never saw rise; it is not compared either.

A difference that lasts is ``EDGE_DISAGREES``, one alarm for each cause and subject in dispute. It
is about the comparison: it lasts, by the stream's time, until both say the same. With it the center
says again what it holds and the vehicle has ended: after a cut the vehicle's word is ahead of the
frames, and the fold takes the center's first word about what the vehicle has ended for a
repetition.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.change import Change
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import Cause
from clinical.alarms.transition import Transition
from clinical.instant import SECOND_US
from clinical.watch.carry import BACKLOG_US
from clinical.watch.due import EVERY_TICK
from clinical.watch.finding import (
    NO_FINDINGS,
    NO_VALUES,
    Finding,
    Findings,
    findings_of,
    hold,
    release,
    withdraw,
)
from clinical.watch.ordering import Ordering
from clinical.watch.told.rhythms import CAUSES

REACHED_US: Final = 2 * SECOND_US
"""How far before the vehicle's decision the newest frame may lie that the center has of its
segment; a monitor gives a value each second."""

DISPUTES_MAX: Final = 64
"""Causes and subjects that are compared; the one heard of longest ago is let go first, and what was
in dispute about it is over."""

OF_THE_PAST: Final = frozenset({Cause.DETERIORATION, Cause.WORSENING_IN_BAND})
"""What is not compared."""

SCORED_AT_END: Final = frozenset(
    {
        Cause.NEWS2_HIGH,
        Cause.NEWS2_MEDIUM,
        Cause.NPEWS_HIGH,
        Cause.NPEWS_MEDIUM,
        Cause.TRAUMA_CENTRE_ADVISED,
        Cause.SEPSIS_SUSPECTED,
    }
)
"""What is not compared where the vehicle's word was under way for longer than a backlog begins."""

_RULE: Final = RULES[Cause.EDGE_DISAGREES]

_Key = tuple[str, str]


def _condition(key: _Key) -> FlagCondition:
    return FlagCondition(_RULE, " ".join(filter(None, key)))


class Agreement:
    """What vehicle and center hold of one patient."""

    __slots__ = ("_center", "_conditions", "_edge", "_ordering")

    def __init__(self, ordering: Ordering) -> None:
        """Begin with nothing said; ``ordering`` knows what has arrived."""
        self._ordering = ordering
        self._edge: dict[_Key, tuple[bool | None, FrameRef, int]] = {}
        """Whether the vehicle holds it (None: not to be compared), by which frame, since when."""
        self._center: dict[_Key, tuple[Priority, int, FrameRef]] = {}
        """Priority, beginning and frame of what this watch holds."""
        self._conditions: dict[_Key, FlagCondition] = {}

    def on_edge(self, said: Transition, now_us: int) -> None:
        """Take in what the vehicle says, and when it is heard."""
        if said.recorded_only or said.cause in OF_THE_PAST:
            return
        key = (said.cause, said.subject)
        unseen = said.cause in SCORED_AT_END and now_us - said.learned_us > BACKLOG_US
        self._edge.pop(key, None)
        self._edge[key] = (None if unseen else said.active, said.frame, said.learned_us)
        if len(self._edge) > DISPUTES_MAX:
            del self._edge[next(iter(self._edge))]

    def on_center(self, said: Transition) -> None:
        """Take in what this watch says; what it records of the past ends nothing that holds."""
        if said.recorded_only:
            return
        key = (said.cause, said.subject)
        if said.active:
            self._center[key] = (said.priority, said.since_us, said.frame)
        else:
            self._center.pop(key, None)

    @property
    def due_us(self) -> int | None:
        """Each tick while they differ, even if what the vehicle judged has still to arrive."""
        if not self._edge:
            return None
        differ = any(self._differs(key, said[0]) for key, said in self._edge.items())
        return EVERY_TICK if differ or self._conditions else None

    def on_tick(self, now_us: int) -> Findings:
        """Compare, at this instant of the stream."""
        findings = NO_FINDINGS
        for key in [key for key in self._conditions if key not in self._edge]:  # let go for others
            findings += withdraw(self._conditions.pop(key), now_us)
        for key, (active, frame, decided_us) in self._edge.items():
            differ = self._differs(key, active) and self._has(frame, decided_us)
            differ = differ and not self._held_back(key[0])
            condition = self._conditions.get(key)
            if differ and condition is None:
                condition = self._conditions[key] = _condition(key)
            if condition is None:
                continue
            if differ:
                values = {"alarms": "vehicle" if active else "center"}
                matured = hold(condition, now_us, frame, values)
                matured += findings_of(condition, condition.tick(now_us), values)
                findings += matured
                if matured and key in self._center:
                    findings += (self._still_held(key, now_us),)
            else:
                findings += release(condition, now_us, frame)
                del self._conditions[key]
        return findings

    def _still_held(self, key: _Key, now_us: int) -> Finding:
        """Say again what this watch holds, which the fold took for over by the vehicle's word."""
        cause, subject = key
        priority, since_us, frame = self._center[key]
        change = Change(Phase.UPDATE, priority, since_us, now_us, frame)
        return Finding(RULES[cause], subject, change, NO_VALUES)

    def close(self, at_us: int) -> Findings:
        """End what holds, and forget what the vehicle said: it is over, or another one's turn."""
        findings = NO_FINDINGS
        for condition in self._conditions.values():
            findings += withdraw(condition, at_us)
        self._conditions.clear()
        self._edge.clear()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing is known."""
        if not (self._edge or self._center):
            return {}
        return {
            "edge": [
                [cause, subject, active, frame_to_plain(frame), decided_us]
                for (cause, subject), (active, frame, decided_us) in self._edge.items()
            ],
            "center": [
                [cause, subject, int(priority), since_us, frame_to_plain(frame)]
                for (cause, subject), (priority, since_us, frame) in self._center.items()
            ],
            "conditions": [
                [cause, subject, condition.snapshot()]
                for (cause, subject), condition in self._conditions.items()
            ],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        if not state:
            return
        self._edge = {
            (cause, subject): (active, frame_from_plain(frame), decided_us)
            for cause, subject, active, frame, decided_us in state["edge"]
        }
        self._center = {
            (cause, subject): (Priority(priority), since_us, frame_from_plain(frame))
            for cause, subject, priority, since_us, frame in state["center"]
        }
        for cause, subject, condition in state["conditions"]:
            restored = _condition((cause, subject))
            restored.restore(condition)
            self._conditions[cause, subject] = restored

    def _differs(self, key: _Key, active: bool | None) -> bool:  # noqa: FBT001 - what was said
        return active is not None and active != (key in self._center)

    def _held_back(self, cause: str) -> bool:
        """Tell whether a rhythm that the vehicle tells of holds this cause back."""
        covered_by = CAUSES.intersection(RULES[cause].suppressed_by)
        return any(said[0] and key[0] in covered_by for key, said in self._edge.items())

    def _has(self, frame: FrameRef, decided_us: int) -> bool:
        """Tell whether the center has what the vehicle decided on."""
        newest_us = self._ordering.newest_us(frame.unit_id, frame.lane, frame.segment)
        return newest_us >= decided_us - REACHED_US
