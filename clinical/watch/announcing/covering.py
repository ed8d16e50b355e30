"""One story: while the waveforms tell of a rhythm, its signs among the vitals begin no alarm.

A heart rate of 0 beside asystole is the same news twice. What the catalogue says is suppressed by
the rhythm that holds is held back, with its rises and falls, for as long as that rhythm holds; what
still stands then begins. What began before the rhythm was known goes on as an alarm of its own.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from clinical.alarms.change import Change
from clinical.alarms.identity import frame_from_plain, frame_to_plain
from clinical.alarms.priority import Phase, Priority
from clinical.watch.finding import NO_FINDINGS, Finding, Findings
from clinical.watch.told.rhythms import Rhythms
from clinical.watch.vital_signs.limits import Limits

HELD_MAX: Final = 16
"""Conditions of one patient that are held back at once; a further one begins."""


class Covering:
    """What of one patient is held back."""

    __slots__ = ("_held", "_limits", "_rhythms")

    def __init__(self, rhythms: Rhythms, limits: Limits) -> None:
        """Begin with nothing held back; ``rhythms`` knows what the waveforms tell.

        ``limits`` knows the rules that are for this patient's age.
        """
        self._rhythms = rhythms
        self._limits = limits
        self._held: dict[tuple[str, str], Finding] = {}

    def passed(self, findings: Findings) -> Findings:
        """Return those of the findings that are not held back."""
        return tuple(finding for finding in findings if not self._hold(finding))

    def uncovered(self, at_us: int) -> Findings:
        """Return what begins, because the rhythm that covered it holds no longer."""
        if not self._held:
            return NO_FINDINGS
        begun = [key for key, finding in self._held.items() if not self._covered(finding)]
        held = [self._held.pop(key) for key in begun]
        return tuple(
            replace(finding, change=replace(finding.change, phase=Phase.START, at_us=at_us))
            for finding in held
        )

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while nothing is held back."""
        return {
            " ".join(key): [
                *key,
                int(finding.change.priority),
                finding.change.since_us,
                finding.change.at_us,
                frame_to_plain(finding.change.frame),
                finding.change.value,
                dict(finding.values),
                *filter(None, [self._limits.bounds_of(finding.rule)]),
            ]
            for key, finding in self._held.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for cause, subject, priority, since_us, at_us, frame, value, values, *own in state.values():
            change = Change(
                Phase.START, Priority(priority), since_us, at_us, frame_from_plain(frame), value
            )
            rule = self._limits.rule(cause, *own)
            self._held[cause, subject] = Finding(rule, subject, change, values)

    def _hold(self, finding: Finding) -> bool:
        """Hold a finding back if it is covered, or of a condition that is held back."""
        key = (finding.rule.cause.value, finding.subject)
        change = finding.change
        if finding.recorded_only:
            return False
        if key in self._held:
            if change.phase is Phase.END:
                del self._held[key]
            else:
                self._held[key] = replace(finding, change=replace(change, phase=Phase.START))
            return True
        begins = change.phase is Phase.START and len(self._held) < HELD_MAX
        if begins and self._covered(finding):
            self._held[key] = finding
            return True
        return False

    def _covered(self, finding: Finding) -> bool:
        return self._rhythms.cause in finding.rule.suppressed_by
