"""The course of each patient for the crew's eyes: a sample every few seconds, bounded, in memory.

It begins anew when the vehicle program does; judgement does not rest on it.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final, NamedTuple

from clinical.instant import SECOND_US
from clinical.vitals import Vital
from clinical.watch.picture.picture import PictureRow
from vehicle.cabin.contract import Trend, Trends

TREND_STEP_US: Final = 5 * SECOND_US
"""Between two samples."""

TREND_SAMPLES: Final = 360
"""Samples kept per patient: 30 minutes; the oldest go first."""


class _Sample(NamedTuple):
    at_us: int
    values: dict[Vital, float]
    news2: int | None


class TrendBook:
    """The trends of the patients of one unit."""

    def __init__(self) -> None:
        """Begin with none."""
        self._samples: dict[str, deque[_Sample]] = {}
        self._sampled_us: int | None = None
        self.version = 0
        """Grows with each sample."""

    def sample(self, rows: Sequence[PictureRow], now_us: int) -> None:
        """Take a sample if it is time; patients that are gone are forgotten."""
        if self._sampled_us is not None and 0 <= now_us - self._sampled_us < TREND_STEP_US:
            return
        self._sampled_us = now_us
        self.version += 1
        kept = {row.encounter_id: self._samples.get(row.encounter_id) for row in rows}
        self._samples = {
            name: deque(maxlen=TREND_SAMPLES) if samples is None else samples
            for name, samples in kept.items()
        }
        for row in rows:
            values = {one.vital: one.value for one in row.vitals}
            self._samples[row.encounter_id].append(_Sample(now_us, values, row.news2_total))

    def trends(self) -> Trends:
        """Return everything sampled, for the screen."""
        return Trends({name: _trend(samples) for name, samples in self._samples.items()})


def _trend(samples: Sequence[_Sample]) -> Trend:
    return Trend(
        at_us=[one.at_us for one in samples],
        vitals={str(vital): [one.values.get(vital) for one in samples] for vital in Vital},
        news2=[one.news2 for one in samples],
    )
