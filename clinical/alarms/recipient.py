"""Whom an alarm goes to, and who is told next while nobody at the center answers it.

The waits are this project's starting values. They begin when the center learned of the alarm at
its present priority, so a rise begins them anew. Audio paused stops none of them; only an
acknowledgement at the center, or the end of the condition, does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.instant import SECOND_US


class Recipient(StrEnum):
    """Whom an alarm goes to."""

    CREW = "crew"
    CLINICIAN = "center clinician"
    DISPATCHER = "dispatcher"
    ENGINEER = "system engineer"
    SUPERVISOR = "shift supervisor"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an alarm of one priority may stand without an answer."""

    waits_us: tuple[int, ...]
    """From the beginning until each further recipient is told."""
    again_us: int
    """From then on, until the last one is told again, and again."""


UNANSWERED: Final[Mapping[Priority, Patience]] = MappingProxyType(
    {
        Priority.HIGH: Patience((30 * SECOND_US, 90 * SECOND_US), 120 * SECOND_US),
        Priority.MEDIUM: Patience((180 * SECOND_US, 480 * SECOND_US), 600 * SECOND_US),
    }
)
"""A low alarm waits until somebody looks: awareness is all that it asks for."""

_LADDERS: Final[Mapping[Category, tuple[Recipient, ...]]] = MappingProxyType(
    {
        Category.PHYSIOLOGICAL: (Recipient.CLINICIAN, Recipient.SUPERVISOR),
        Category.TECHNICAL: (Recipient.ENGINEER, Recipient.SUPERVISOR),
    }
)
"""Who is told next, at the center. The first is told again of an alarm that was theirs already."""


def told(category: Category, priority: Priority, step: int) -> Recipient | None:
    """Return whom this step tells, from 1; None for a priority that waits."""
    if priority not in UNANSWERED or step < 1:
        return None
    ladder = _LADDERS[category]
    return ladder[min(step, len(ladder)) - 1]


def further(category: Category, asked: int) -> Recipient | None:
    """Return whom a crew that has asked for so many asks for next; None: all were asked."""
    ladder = _LADDERS[category]
    return ladder[asked] if asked < len(ladder) else None


def due_us(priority: Priority, step: int) -> int:
    """Return how long after the beginning this step, from 1, is due; KeyError where none is."""
    patience = UNANSWERED[priority]
    beyond = step - len(patience.waits_us)
    if beyond <= 0:
        return patience.waits_us[step - 1]
    return patience.waits_us[-1] + beyond * patience.again_us


def step_due(priority: Priority, done: int, waited_us: int) -> int:
    """Return the step that is due after so many were done and so long a wait; 0: none.

    Each further recipient is told; of reminders that were missed, only the last.
    """
    patience = UNANSWERED.get(priority)
    if patience is None or waited_us < due_us(priority, done + 1):
        return 0
    if done < len(patience.waits_us):
        return done + 1
    reminders = (waited_us - patience.waits_us[-1]) // patience.again_us
    return len(patience.waits_us) + reminders
