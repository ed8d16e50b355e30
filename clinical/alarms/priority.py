"""The words in which an alarm is graded: priority, category, source, phase.

Priorities and categories are those of IEC 60601-1-8:2006+A1:2012+A2:2020 (6.1.2, 3.9, 3.36),
phases those of the IHE Devices profile Alert Communication Management (MDC_ATTR_EVT_PHASE).
"""

from enum import IntEnum, StrEnum
from typing import Final


class Priority(IntEnum):
    """How urgent an alarm condition is; the greater number is the more urgent."""

    LOW = 1
    """Awareness is required."""
    MEDIUM = 2
    """Prompt response is required."""
    HIGH = 3
    """Immediate response is required."""


class Category(StrEnum):
    """What an alarm condition is about."""

    PHYSIOLOGICAL = "PHYSIOLOGICAL"
    """The patient."""
    TECHNICAL = "TECHNICAL"
    """A sensor, a unit, a link, or this system."""


class Source(StrEnum):
    """Who detected a condition."""

    EDGE = "EDGE"
    """The watch in the vehicle."""
    CENTER_A = "CENTER_A"
    """The center's workers, channel A."""
    CENTER_B = "CENTER_B"
    """The center's workers, channel B."""
    CENTER = "CENTER"
    """The command center itself, about what it alone can see."""


CHANNELS: Final = (Source.CENTER_A, Source.CENTER_B)
"""The two channels of detection; each reads everything and judges alike."""


class Phase(StrEnum):
    """What happened to a condition."""

    START = "START"
    UPDATE = "UPDATE"
    ESCALATE = "ESCALATE"
    DEESCALATE = "DEESCALATE"
    END = "END"
