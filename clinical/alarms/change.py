"""What a condition says of itself when it begins, changes its priority, or ends."""

from dataclasses import dataclass
from typing import Any, Final

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Phase, Priority

Plain = dict[str, Any]
"""Numbers, texts, lists and None only, so that it survives JSON."""


@dataclass(frozen=True, slots=True)
class Change:
    """A condition began, changed its priority, or ended."""

    phase: Phase
    priority: Priority
    """From now on; at the end the last one."""
    since_us: int
    """When the condition began."""
    at_us: int
    """When this change came about; at the end, when the condition was over."""
    frame: FrameRef
    """The frame that names the alarm."""
    value: float | None = None
    """The newest value judged, for a threshold."""


Changes = tuple[Change, ...]

NOTHING: Final[Changes] = ()


def phase_between(before: Priority | None, after: Priority | None) -> Phase:
    """Return what a condition does that goes from one priority to another; None: no alarm."""
    if before is None:
        return Phase.START
    if after is None:
        return Phase.END
    return Phase.ESCALATE if after > before else Phase.DEESCALATE
