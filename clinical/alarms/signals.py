"""How an alarm calls for somebody: bursts of pulses to hear, and a flash to see, by priority.

The patterns lie within IEC 60601-1-8:2006+A1:2012+A2:2020: bursts within Table 3, pulses within
Table 4, flashes within Table 2. Whatever plays them reads them from here. The most urgent alarm
that asks by sound (``AlarmView.sounds_at``) is the one that is heard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from types import MappingProxyType
from typing import Any, Final

from clinical.alarms.priority import Priority

HARMONICS: Final = (1.0, 0.6, 0.5, 0.4, 0.3)
"""Strength of the harmonics of a pulse, beginning with its own frequency: within 15 dB of it."""


@dataclass(frozen=True, slots=True)
class Burst:
    """A group of pulses, and how it comes again."""

    pulse_ms: int
    """Length of one pulse."""
    gaps_ms: tuple[int, ...]
    """From the end of each pulse to the beginning of the next."""
    frequency_hz: float
    """Of every pulse; the harmonics stand above it."""
    again_after_ms: int | None
    """From the end of the burst to its beginning again; None: it sounds once for each alarm."""

    @property
    def starts_ms(self) -> tuple[int, ...]:
        """When each pulse begins, from the beginning of the burst."""
        return tuple(accumulate((self.pulse_ms + gap for gap in self.gaps_ms), initial=0))

    @property
    def length_ms(self) -> int:
        """From the beginning of the first pulse to the end of the last."""
        return self.starts_ms[-1] + self.pulse_ms


@dataclass(frozen=True, slots=True)
class Flash:
    """How a mark flashes."""

    period_ms: int
    lit: float
    """Share of the period in which the mark is fully lit; 1: it is lit without a break."""


def _five(pulse_ms: int, gap_ms: int) -> tuple[int, ...]:
    """Return the gaps within five pulses of high priority: three, a breath, two."""
    return (gap_ms, gap_ms, 2 * gap_ms + pulse_ms, gap_ms)


_HIGH: Final = _five(pulse_ms=120, gap_ms=90)

BURSTS: Final[Mapping[Priority, Burst]] = MappingProxyType(
    {
        Priority.HIGH: Burst(120, (*_HIGH, 600, *_HIGH), 660.0, 5_000),
        Priority.MEDIUM: Burst(200, (200, 200), 523.25, 10_000),
        Priority.LOW: Burst(200, (200,), 392.0, None),
    }
)
"""What is heard. A low alarm is heard once: a center has many, and none of them cannot wait."""

FLASHES: Final[Mapping[Priority, Flash]] = MappingProxyType(
    {
        Priority.HIGH: Flash(500, 0.5),
        Priority.MEDIUM: Flash(1_500, 0.5),
        Priority.LOW: Flash(1_000, 1.0),
    }
)
"""What is seen of an alarm that nobody has taken: 2 Hz, 0.67 Hz, and constantly lit."""


def signals_plain() -> dict[str, Any]:
    """Return bursts and flashes as plain data, for a page that plays them."""
    return {
        "harmonics": list(HARMONICS),
        "bursts": {
            str(int(priority)): {
                "starts_ms": list(burst.starts_ms),
                "pulse_ms": burst.pulse_ms,
                "length_ms": burst.length_ms,
                "frequency_hz": burst.frequency_hz,
                "again_after_ms": burst.again_after_ms,
            }
            for priority, burst in BURSTS.items()
        },
        "flashes": {
            str(int(priority)): {"period_ms": flash.period_ms, "lit": flash.lit}
            for priority, flash in FLASHES.items()
        },
    }
