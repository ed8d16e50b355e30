"""Sensors that came off the patient, as devices report it and as marks on the values show it.

A device that reports its sensor off is believed until it, or another sensor of the same vital,
reports itself attached, or until a named other device measures that vital. A mark is believed
until the next value without it. Word of either kind that comes after a later good value is over
already and changes nothing. The subject of the alarm is the vital, or the device where the
report names no vital.
"""

from collections.abc import Mapping
from typing import Any

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.rule import Cause
from clinical.items import DeviceStatus, Vitals
from clinical.vitals import Quality, Vital
from clinical.watch.carry import VITALS, Carry, Taken
from clinical.watch.due import first_due
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, hold, release, withdraw

_MARKED = ""
"""Stands for the device where the values themselves are marked."""


class Sensors:
    """The sensors of one patient that are, or have been, off."""

    __slots__ = ("_carry", "_newest_us", "_off", "conditions")

    def __init__(self, carry: Carry) -> None:
        """Begin with no sensor known to be off; ``carry`` holds the newest values."""
        self._carry = carry
        self.conditions: dict[str, FlagCondition] = {}
        self._off: dict[str, list[str]] = {}
        self._newest_us = 0

    def on_vitals(self, item: Vitals, taken: Taken, captured_us: int, frame: FrameRef) -> Findings:
        """Judge the marks of an item, and end what its good values disprove."""
        if not item.marks and not self.conditions:
            return NO_FINDINGS
        if captured_us < self._newest_us:
            return NO_FINDINGS
        findings = NO_FINDINGS
        for vital, quality in item.marks.items():
            if quality is Quality.SENSOR_OFF and not self._disproved(vital, captured_us):
                findings += self._came_off(vital, _MARKED, captured_us, frame)
        for index, _ in taken.live + taken.backlog:
            findings += self._measured(VITALS[index], item.device_id, captured_us, frame)
        return findings + self.on_tick(captured_us)

    def on_status(self, item: DeviceStatus, captured_us: int, frame: FrameRef) -> Findings:
        """Judge a device's report; one without a word on attachment changes nothing."""
        if item.attached is None or captured_us < self._newest_us:
            return NO_FINDINGS
        subject = item.device_id if item.vital is None else str(item.vital)
        if not item.attached:
            if item.vital is not None and self._disproved(item.vital, captured_us):
                return NO_FINDINGS
            return self._came_off(subject, item.device_id, captured_us, frame)
        return self._attached(subject, captured_us, frame)

    @property
    def due_us(self) -> int | None:
        """When the next that is off matures."""
        return first_due(self.conditions.values())

    def on_tick(self, now_us: int) -> Findings:
        """Let what is off mature as time passes."""
        findings = NO_FINDINGS
        for condition in self.conditions.values():
            findings += findings_of(condition, condition.tick(now_us))
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        findings = NO_FINDINGS
        for condition in self.conditions.values():
            findings += withdraw(condition, at_us)
        self.conditions.clear()
        self._off.clear()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data."""
        return {
            "off": [
                [subject, self.conditions[subject].snapshot(), devices]
                for subject, devices in self._off.items()
            ],
            "newest_us": self._newest_us,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        self._newest_us = state["newest_us"]
        for subject, condition, devices in state["off"]:
            self._condition(subject).restore(condition)
            self._off[subject] = list(devices)

    def _disproved(self, vital: Vital, captured_us: int) -> bool:
        """Tell whether a good value of this vital was captured after the word that it is off."""
        return self._carry.captured_us[VITALS.index(vital)] > captured_us

    def _condition(self, subject: str) -> FlagCondition:
        fresh = FlagCondition(RULES[Cause.SENSOR_OFF], subject)
        return self.conditions.setdefault(subject, fresh)

    def _came_off(self, subject: str, device: str, at_us: int, frame: FrameRef) -> Findings:
        self._newest_us = at_us
        condition = self._condition(subject)
        devices = self._off.setdefault(subject, [])
        if device not in devices:
            devices.append(device)
        return hold(condition, at_us, frame, {"sensor": subject})

    def _measured(
        self, subject: str, device_id: str | None, at_us: int, frame: FrameRef
    ) -> Findings:
        """Believe a good value against its own earlier marks, and against another device."""
        devices = self._off.get(subject)
        if devices is None:
            return NO_FINDINGS
        if _MARKED in devices:
            devices.remove(_MARKED)
        if device_id is not None and device_id not in devices:
            devices.clear()
        return NO_FINDINGS if devices else self._attached(subject, at_us, frame)

    def _attached(self, subject: str, at_us: int, frame: FrameRef) -> Findings:
        if subject not in self._off:
            return NO_FINDINGS
        self._newest_us = at_us
        del self._off[subject]
        condition = self.conditions.pop(subject)
        return release(condition, at_us, frame)
