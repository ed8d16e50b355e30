"""ECG leads that show nothing, as the judgement of the waveforms finds them.

Findings are repeated while a fault lasts, come from two channels, and come again after a restart
of either; so only a finding that is newer than the last one of its lead counts. Silence is no news:
while the waveforms wait on a thin link, an alarm stays, since nobody has said that it is over.
"""

from collections.abc import Mapping
from typing import Any, Final

from clinical.alarms.catalogue import RULES
from clinical.alarms.flag import FlagCondition
from clinical.alarms.rule import Cause
from clinical.items import LeadFinding
from clinical.watch.due import first_due
from clinical.watch.finding import NO_FINDINGS, Findings, findings_of, hold, release, withdraw

LEADS_MAX: Final = 16
"""Leads of one patient that are told of; of further ones nothing is said."""

_RULE: Final = RULES[Cause.ECG_LEAD_FAULT]


class Leads:
    """The leads of one patient that were heard of."""

    __slots__ = ("_at_us", "_faults", "conditions")

    def __init__(self) -> None:
        """Begin with none known."""
        self.conditions: dict[str, FlagCondition] = {}
        self._at_us: dict[str, int] = {}
        self._faults: dict[str, str] = {}

    def on_item(self, finding: LeadFinding) -> Findings:
        """Judge what is said of a lead."""
        lead, at_us = finding.lead, finding.at_us
        if at_us <= self._at_us.get(lead, 0):
            return NO_FINDINGS
        if lead not in self.conditions and len(self.conditions) >= LEADS_MAX:
            return NO_FINDINGS
        condition = self.conditions.setdefault(lead, FlagCondition(_RULE, lead))
        self._at_us[lead] = at_us
        if finding.fault is None:
            self._faults.pop(lead, None)
            return release(condition, at_us, finding.frame)
        self._faults[lead] = finding.fault.name.lower()
        return hold(condition, at_us, finding.frame, self._values(lead))

    @property
    def stand(self) -> bool:
        """Tell whether any lead gives no signal."""
        return any(condition.frame is not None for condition in self.conditions.values())

    @property
    def due_us(self) -> int | None:
        """When the next fault matures."""
        return first_due(self.conditions.values())

    def on_tick(self, now_us: int) -> Findings:
        """Let what holds mature as time passes."""
        findings = NO_FINDINGS
        for lead, condition in self.conditions.items():
            findings += findings_of(condition, condition.tick(now_us), self._values(lead))
        return findings

    def close(self, at_us: int) -> Findings:
        """End what holds."""
        findings = NO_FINDINGS
        for condition in self.conditions.values():
            findings += withdraw(condition, at_us)
        self.conditions.clear()
        self._faults.clear()
        self._at_us.clear()
        return findings

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain data; empty while no lead is known."""
        return {
            lead: [at_us, self.conditions[lead].snapshot(), self._faults.get(lead)]
            for lead, at_us in self._at_us.items()
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a state from ``snapshot``."""
        for lead, (at_us, condition, fault) in state.items():
            self._at_us[lead] = at_us
            self.conditions[lead] = FlagCondition(_RULE, lead)
            self.conditions[lead].restore(condition)
            if fault is not None:
                self._faults[lead] = fault

    def _values(self, lead: str) -> dict[str, float | str]:
        return {"lead": lead, "fault": self._faults.get(lead, "")}
