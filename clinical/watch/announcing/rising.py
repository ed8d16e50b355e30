"""Alarms that rise because they stand, and go down because the patient gets better.

Most alarms say at once how urgent they are. Of some causes that depends on how long they stand: the
catalogue says so (``Rise``), "warn now, high after a minute". What the processors find passes
through here on its way to be announced:

- an alarm that stands at the priority before for ``after_us`` rises, by the passing of time alone;
- once its own level has fallen, it goes on at the higher one for ``ebbs_us``, then falls too, and
  time raises it no more before its own level rises again;
- when the condition is over, an alarm that has risen falls to its lowest level at once and ends
  ``ebbs_us`` later; a condition that comes back before then goes on under the same name.

An alarm that time has not raised ends as ever. Whoever holds the alarm sees one episode. Telling
somebody further is another matter (``command_center.escalating``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from clinical.alarms.change import Change
from clinical.alarms.identity import FrameRef, frame_from_plain, frame_to_plain
from clinical.alarms.priority import Phase, Priority
from clinical.alarms.rule import STANDING, AlarmRule, Rise
from clinical.instant import SECOND_US
from clinical.watch.due import earliest
from clinical.watch.finding import NO_FINDINGS, Finding, Findings
from clinical.watch.vital_signs.limits import Limits

STANDING_MAX: Final = 16
"""Alarms of one patient that time can raise at once; a further one keeps its own levels."""

Key = tuple[str, str]

_PLAIN: Final = 8
"""What a snapshot has of an alarm behind its frame; then its bounds, if they are its own."""


@dataclass(slots=True)
class _Standing:
    """One alarm that time can raise, as it was announced."""

    rule: AlarmRule
    rise: Rise
    own: Priority
    """The level that the condition itself has."""
    told: Priority
    frame: FrameRef
    since_us: int
    at_us: int
    """When it came to the level from which it rises; of one that is over, when it was so."""
    value: float | None
    values: Mapping[str, float | str]
    risen: bool = False
    """Whether time has raised it."""
    spent: bool = False
    """Whether time raises it no more."""
    better_us: int | None = None
    """When its own level fell, of one that has risen."""
    over: bool = False

    @property
    def due_us(self) -> int | None:
        """When time alone changes it."""
        if self.over:
            return self.at_us + self.rise.ebbs_us
        if self.better_us is not None:
            return self.better_us + self.rise.ebbs_us
        if self.risen or self.spent or self.told >= self.rise.to:
            return None
        return self.at_us + self.rise.after_us


class Rising:
    """The alarms of one patient that time can raise."""

    __slots__ = ("_alarms", "_limits")

    def __init__(self, limits: Limits) -> None:
        """Begin with none; ``limits`` knows the rules that are for this patient."""
        self._limits = limits
        self._alarms: dict[Key, _Standing] = {}

    @property
    def stand(self) -> bool:
        """Tell whether there is any."""
        return bool(self._alarms)

    def passed(self, findings: Findings) -> Findings:
        """Return findings as they are announced: at the priority that time has given them."""
        said = NO_FINDINGS
        for finding in findings:
            rises = finding.rule.rise is not None and not finding.recorded_only
            said += self._pass(finding) if rises else (finding,)
        return said

    def on_tick(self, now_us: int) -> Findings:
        """Let time raise, lower and end what it is due for."""
        said = NO_FINDINGS
        for key, alarm in list(self._alarms.items()):
            due_us = alarm.due_us
            if due_us is None or now_us < due_us:
                continue
            if alarm.over:
                del self._alarms[key]
                said += (_said(alarm, key, Phase.END, alarm.at_us),)
            elif alarm.better_us is not None:
                alarm.risen, alarm.spent, alarm.better_us = False, True, None
                said += self._tell(alarm, key, alarm.own, now_us)
            else:
                alarm.risen = True
                stood_s = (due_us - alarm.at_us) / SECOND_US
                alarm.values = {**alarm.values, STANDING: stood_s}
                said += self._tell(alarm, key, alarm.rise.to, now_us)
        return said

    @property
    def due_us(self) -> int | None:
        """When the first of them is due."""
        return earliest(*(alarm.due_us for alarm in self._alarms.values()))

    def closed(self, findings: Findings) -> Findings:
        """Return the last findings of a patient who is judged no longer: what stands ends."""
        said = NO_FINDINGS
        for finding in findings:
            alarm = self._alarms.get((finding.rule.cause.value, finding.subject))
            if alarm is not None and not finding.recorded_only:
                change = replace(
                    finding.change,
                    priority=alarm.told,
                    frame=alarm.frame,
                    since_us=alarm.since_us,
                )
                finding = replace(finding, change=change)  # noqa: PLW2901 - under its own name
            said += (finding,)
        ebbing = [(key, alarm) for key, alarm in self._alarms.items() if alarm.over]
        self._alarms.clear()
        return said + tuple(_said(alarm, key, Phase.END, alarm.at_us) for key, alarm in ebbing)

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while there is no such alarm."""
        return {
            " ".join(key): [
                *key,
                int(alarm.own),
                int(alarm.told),
                frame_to_plain(alarm.frame),
                alarm.since_us,
                alarm.at_us,
                alarm.value,
                dict(alarm.values),
                alarm.risen,
                alarm.spent,
                alarm.better_us,
                alarm.over,
                *filter(None, [self._limits.bounds_of(alarm.rule)]),
            ]
            for key, alarm in self._alarms.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for cause, subject, own, told, frame, *rest in state.values():
            rule = self._limits.rule(cause, *rest[_PLAIN:])
            if rule.rise is not None:
                self._alarms[cause, subject] = _Standing(
                    rule,
                    rule.rise,
                    Priority(own),
                    Priority(told),
                    frame_from_plain(frame),
                    *rest[:_PLAIN],
                )

    def _pass(self, finding: Finding) -> Findings:
        key = (finding.rule.cause.value, finding.subject)
        alarm, change = self._alarms.get(key), finding.change
        if alarm is None:
            self._begin(key, finding)
            return (finding,)
        if change.phase is Phase.END:
            return self._end(key, alarm, finding)
        graver = change.priority > alarm.own and not alarm.over
        alarm.rule, alarm.value, alarm.values = finding.rule, change.value, finding.values
        if alarm.over:
            alarm.over, alarm.spent, alarm.at_us = False, False, change.at_us
        elif graver:
            alarm.spent, alarm.better_us = False, None
        elif change.priority < alarm.own and alarm.risen:
            alarm.better_us = change.at_us
        if not alarm.risen and change.priority != alarm.own:
            alarm.at_us = change.at_us
        alarm.own = change.priority
        level = max(alarm.own, alarm.rise.to) if alarm.risen else alarm.own
        if graver and level is alarm.told:
            return (_said(alarm, key, Phase.UPDATE, change.at_us),)
        return self._tell(alarm, key, level, change.at_us)

    def _begin(self, key: Key, finding: Finding) -> None:
        rise, change = finding.rule.rise, finding.change
        if rise is None or change.phase is Phase.END or len(self._alarms) >= STANDING_MAX:
            return
        self._alarms[key] = _Standing(
            finding.rule,
            rise,
            change.priority,
            change.priority,
            change.frame,
            change.since_us,
            change.at_us,
            change.value,
            finding.values,
        )

    def _end(self, key: Key, alarm: _Standing, finding: Finding) -> Findings:
        """End an alarm as ever, or let one that time has raised ebb."""
        over_us = finding.change.at_us
        if not alarm.risen:
            del self._alarms[key]
            change = replace(finding.change, frame=alarm.frame, since_us=alarm.since_us)
            return (replace(finding, change=change),)
        alarm.over, alarm.risen, alarm.better_us, alarm.at_us = True, False, None, over_us
        alarm.own = alarm.rule.levels[0].priority
        alarm.value, alarm.values = finding.change.value, finding.values
        return self._tell(alarm, key, alarm.own, over_us)

    def _tell(self, alarm: _Standing, key: Key, level: Priority, at_us: int) -> Findings:
        """Return what is said of an alarm that is of this priority from now on."""
        before, alarm.told = alarm.told, level
        if level is before:
            return NO_FINDINGS
        phase = Phase.ESCALATE if level > before else Phase.DEESCALATE
        return (_said(alarm, key, phase, at_us),)


def _said(alarm: _Standing, key: Key, phase: Phase, at_us: int) -> Finding:
    change = Change(phase, alarm.told, alarm.since_us, at_us, alarm.frame, alarm.value)
    return Finding(alarm.rule, key[1], change, alarm.values)
