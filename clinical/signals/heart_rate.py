"""Intervals between beats, and the heart rate they give, with how far it can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from clinical.signals.beats import Beat
from clinical.signals.resampling import WORKING_RATE_HZ

INTERVALS: Final = 8
"""The newest intervals that a rate is taken from."""

INTERVALS_MIN: Final = 3
"""Fewer give no rate."""

SILENT_S: Final = 4.0
"""After the newest beat a rate is not given any longer: that is asystole, or a lost lead."""


@dataclass(frozen=True, slots=True)
class HeartRate:
    """A heart rate from the newest intervals."""

    bpm: float
    confidence: float
    """0 to 1: the quality of the leads at its beats, less where intervals are few."""


def intervals_s(beats: Sequence[Beat]) -> tuple[float, ...]:
    """Return the seconds from each beat to the next."""
    return tuple(
        (after.sample - before.sample) / WORKING_RATE_HZ for before, after in pairwise(beats)
    )


def heart_rate(beats: Sequence[Beat], now_sample: int) -> HeartRate | None:
    """Return the rate of the newest beats; None: too few, or none lately.

    Args:
        beats: ascending.
        now_sample: until when beats have been looked for, at the working rate.
    """
    newest = beats[-INTERVALS - 1 :]
    if len(newest) <= INTERVALS_MIN:
        return None
    if now_sample - newest[-1].sample > SILENT_S * WORKING_RATE_HZ:
        return None
    span_s = (newest[-1].sample - newest[0].sample) / WORKING_RATE_HZ
    quality = sum(beat.quality for beat in newest) / len(newest)
    return HeartRate(
        bpm=60 * (len(newest) - 1) / span_s,
        confidence=quality * (len(newest) - 1) / INTERVALS,
    )
