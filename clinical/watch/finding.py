"""What a processor of the watch says: one change of one condition, before it is announced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from clinical.alarms.change import Change, Changes
from clinical.alarms.flag import FlagCondition
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase
from clinical.alarms.rule import AlarmRule

NO_VALUES: Final[Mapping[str, float | str]] = {}


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition of one patient changed."""

    rule: AlarmRule
    subject: str
    change: Change
    values: Mapping[str, float | str]
    """What was judged, by field name with unit."""
    recorded_only: bool = False
    """It was over before it was learned of; the change is its end."""


Findings = tuple[Finding, ...]

NO_FINDINGS: Final[Findings] = ()


def findings_of(
    condition: FlagCondition,
    changes: Changes,
    values: Mapping[str, float | str] = NO_VALUES,
) -> Findings:
    """Return the findings of a condition's changes, which rest on these values."""
    if not changes:
        return NO_FINDINGS
    return tuple(Finding(condition.rule, condition.subject, x, values) for x in changes)


def hold(
    condition: FlagCondition,
    at_us: int,
    frame: FrameRef,
    values: Mapping[str, float | str] = NO_VALUES,
    began_us: int | None = None,
) -> Findings:
    """Say that a condition holds from ``at_us`` on; return what changes by it.

    ``began_us`` is when it began, where that was before it could be known.
    """
    changes = condition.set(active=True, at_us=at_us, frame=frame, began_us=began_us)
    return findings_of(condition, changes, values)


def renew(
    condition: FlagCondition, since_us: int, at_us: int, values: Mapping[str, float | str]
) -> Findings:
    """Say anew why an alarm stands that began at ``since_us``, because more is known."""
    if condition.raised is None or condition.frame is None:
        return NO_FINDINGS
    change = Change(Phase.UPDATE, condition.raised, since_us, at_us, condition.frame)
    return (Finding(condition.rule, condition.subject, change, values),)


def release(condition: FlagCondition, at_us: int, frame: FrameRef) -> Findings:
    """Say that a condition is over at ``at_us``; return what changes by it."""
    return findings_of(condition, condition.set(active=False, at_us=at_us, frame=frame))


def withdraw(condition: FlagCondition, at_us: int) -> Findings:
    """End a condition because it is judged no longer; return what changes by it."""
    return findings_of(condition, condition.withdraw(at_us))
