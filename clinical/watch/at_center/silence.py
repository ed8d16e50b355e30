"""Nothing is heard from the unit of an open encounter.

Silence is judged on healthy ingress time alone, which the host advances only while ticks of a
healthy gateway arrive: when the center itself is deaf, no unit is called silent. Any frame of the
owning unit counts, however old; a standby expects silence. The alarm is named after the last
frame received, and is about arrival: it lasts from that frame's receipt to the next one's.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.rule import Cause
from clinical.items import Capture, VitalsRow, frame_of
from clinical.watch.due import EVERY_TICK
from clinical.watch.encounter import EncounterState, EncounterStatus
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, hold, release, withdraw

_RULE: Final = RULES[Cause.UNIT_SILENT]
SILENT_AFTER_US: Final = _RULE.levels[0].delay_us


class Silence:
    """When the unit of one patient was last heard."""

    __slots__ = (
        "_condition",
        "_counting",
        "_frame",
        "_heard_ingress_us",
        "_ingress_us",
        "received_us",
    )

    def __init__(self) -> None:
        """Begin with nothing heard and no ingress time passed."""
        self._condition = FlagCondition(_RULE)
        self._frame: FrameRef | VitalsRow | None = None
        """The last frame; a row is named when the name is asked for."""
        self.received_us = 0
        self._ingress_us: int | None = None
        self._heard_ingress_us: int | None = None
        self._counting = False
        """Whether this host's ingress time is known: not before its first tick."""

    def on_item(self, capture: Capture) -> Findings:
        """Take note of a frame of the owning unit."""
        self._frame = capture.frame
        self.received_us = capture.received_us
        self._heard_ingress_us = self._ingress_us
        if self._condition.raised is None:
            return NO_FINDINGS
        return release(self._condition, capture.received_us, capture.frame)

    @property
    def stands(self) -> bool:
        """Tell whether the unit is called silent."""
        return self._condition.raised is not None

    def on_row(self, row: VitalsRow, received_us: int, ingress_us: int | None) -> None:
        """Take note of a row of the owning unit, which is not called silent.

        ``ingress_us`` is that of the newest tick that was passed over until now, if any was.
        """
        if ingress_us is not None:
            self._ingress_us = ingress_us
        self._frame = row
        self.received_us = received_us
        self._heard_ingress_us = self._ingress_us

    def on_tick(self, state: EncounterState, now_us: int, ingress_us: int) -> Findings:
        """Judge the silence at ``ingress_us`` of healthy ingress time.

        Counting begins at the last tick before the frame, at the first tick of a host that counts
        its ingress time anew, and at the last tick of a standby.
        """
        frame, heard_us = self._frame, self._count(state, ingress_us)
        if frame is None or heard_us is None:
            return NO_FINDINGS
        if min(ingress_us - heard_us, now_us - self.received_us) < SILENT_AFTER_US:
            return NO_FINDINGS
        hold(self._condition, self.received_us, _name(frame))
        return findings_of(self._condition, self._condition.tick(now_us))

    @property
    def due_us(self) -> int | None:
        """When it may become silence, of an encounter that expects none."""
        if self.stands:
            return None
        return self.received_us + SILENT_AFTER_US if self._counting else EVERY_TICK

    def pass_over(self, state: EncounterState, ingress_us: int) -> None:
        """Take note of ticks before ``due_us``; this is the ingress time at the newest."""
        self._count(state, ingress_us)

    @property
    def quiet_us(self) -> int:
        """Healthy ingress time without a frame, at the last tick."""
        if self._ingress_us is None or self._heard_ingress_us is None:
            return 0
        return max(0, self._ingress_us - self._heard_ingress_us)

    @property
    def told(self) -> bool:
        """Tell whether the unit is called silent."""
        return self._condition.raised is not None

    def close(self, at_us: int) -> Findings:
        """End what holds, because the encounter is over or expects silence."""
        return withdraw(self._condition, at_us)

    def _count(self, state: EncounterState, ingress_us: int) -> int | None:
        """Go on to this ingress time; return when the unit was heard, None if it cannot be silent.

        However many ticks go by without anything between them, the last one leaves the same.
        """
        self._ingress_us, self._counting = ingress_us, True
        if self._frame is None or self.stands:
            return None
        heard_us = self._heard_ingress_us
        if heard_us is None or heard_us > ingress_us or state.status is not EncounterStatus.OPEN:
            heard_us = self._heard_ingress_us = ingress_us
        return heard_us

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "condition": self._condition.snapshot(),
            "frame": None if self._frame is None else frame_to_plain(_name(self._frame)),
            "received_us": self.received_us,
            "ingress_us": self._ingress_us,
            "heard_ingress_us": self._heard_ingress_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._condition.restore(state["condition"])
        self._frame = None if state["frame"] is None else frame_from_plain(state["frame"])
        self.received_us = state["received_us"]
        self._ingress_us = state["ingress_us"]
        self._heard_ingress_us = state["heard_ingress_us"]


def _name(frame: FrameRef | VitalsRow) -> FrameRef:
    return frame if isinstance(frame, FrameRef) else frame_of(frame)
