"""The event strip: what each lead showed from 20 s before an arrhythmia began to 10 s after it.

It is gathered from chunks in any order, as often as they come: what is known is never told twice,
and what is missing stays a gap. A chunk that goes on where another ended, by the device's own count
of samples, is joined to it, so that samples stay equally spaced whatever the clock of the unit
does. A lead that changes its rate or its scale, or counts anew, goes on in a stretch of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.signals.waveform import WaveformChunk

BEFORE_US: Final = 20 * SECOND_US
"""How much of a strip lies before the onset."""

AFTER_US: Final = 10 * SECOND_US
"""How much of it lies behind."""

JOIN_US: Final = 100_000
"""A stretch that begins further than this from where the last one ended does not continue it."""

STRIP_LEADS: Final = 12
"""Leads of a strip; of further ones nothing is kept."""

CAUSES: Final = frozenset(Cause[arrhythmia.name] for arrhythmia in Arrhythmia)
"""Alarms that have a strip: those that are told from a waveform."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of a lead without a hole."""

    start_us: int
    """When the first sample was captured."""
    rate_hz: float
    scale_uv_per_bit: float
    """Microvolts of one count."""
    first_sample: int
    """Position of the first sample by the device's count."""
    samples: Sequence[int]
    """Counts."""

    @property
    def end_us(self) -> int:
        """When the first sample after the stretch is captured."""
        return self.at_us(len(self.samples))

    def at_us(self, place: int) -> int:
        """Return when a sample was captured, by its place in the stretch."""
        return self.start_us + round(place * SECOND_US / self.rate_hz)

    def place_at(self, instant_us: int) -> int:
        """Return the place of the first sample at an instant or later, within the stretch."""
        place = ceil((instant_us - self.start_us) * self.rate_hz / SECOND_US)
        return min(len(self.samples), max(0, place))

    def part(self, first: int, end: int) -> "Stretch":
        """Return the samples of these places."""
        return replace(
            self,
            start_us=self.at_us(first),
            first_sample=self.first_sample + first,
            samples=self.samples[first:end],
        )


Leads = Mapping[str, tuple[Stretch, ...]]
"""The stretches of each lead, in the order of time."""


@dataclass(frozen=True, slots=True)
class EventStrip:
    """What is known of the waveforms about an onset."""

    onset_us: int
    leads: Leads = field(default_factory=dict)

    @property
    def from_us(self) -> int:
        """When the strip begins."""
        return self.onset_us - BEFORE_US

    @property
    def to_us(self) -> int:
        """When it ends."""
        return self.onset_us + AFTER_US

    @property
    def whole(self) -> bool:
        """Tell whether every lead that is there is there from beginning to end."""
        return bool(self.leads) and all(map(self._covered, self.leads.values()))

    def overlaps(self, chunk: WaveformChunk) -> bool:
        """Tell whether a chunk has something of the strip."""
        return chunk.start_us < self.to_us and chunk.end_us > self.from_us

    def extended(self, chunks: Iterable[WaveformChunk]) -> "EventStrip":
        """Return the strip with what these chunks add to it."""
        found = {lead: list(stretches) for lead, stretches in self.leads.items()}
        for chunk in chunks:
            if chunk.lead not in found and len(found) >= STRIP_LEADS:
                continue
            stretch = self._within(_stretch(chunk))
            if stretch.samples:
                found.setdefault(chunk.lead, []).append(stretch)
        return replace(self, leads={lead: _joined(stretches) for lead, stretches in found.items()})

    def _within(self, stretch: Stretch) -> Stretch:
        return stretch.part(stretch.place_at(self.from_us), stretch.place_at(self.to_us))

    def _covered(self, stretches: Sequence[Stretch]) -> bool:
        reached_us = self.from_us
        for stretch in stretches:
            if stretch.start_us - reached_us > JOIN_US:
                return False
            reached_us = stretch.end_us
        return self.to_us - reached_us <= JOIN_US


def _stretch(chunk: WaveformChunk) -> Stretch:
    return Stretch(
        chunk.start_us,
        chunk.rate_hz,
        chunk.scale_uv_per_bit,
        chunk.first_sample,
        tuple(chunk.samples),
    )


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    """Put stretches of a lead in order and join those that continue one another."""
    joined: list[Stretch] = []
    for stretch in sorted(stretches, key=lambda it: (it.start_us, it.first_sample)):
        if not joined:
            joined.append(stretch)
            continue
        last = joined[-1]
        if _continues(last, stretch):
            new = last.first_sample + len(last.samples) - stretch.first_sample
            joined[-1] = replace(last, samples=(*last.samples, *stretch.samples[new:]))
        else:
            rest = stretch.part(stretch.place_at(last.end_us), len(stretch.samples))
            if rest.samples:
                joined.append(rest)
    return tuple(joined)


def _continues(last: Stretch, stretch: Stretch) -> bool:
    """Tell whether a stretch goes on where another ended, or repeats a part of it."""
    if (last.rate_hz, last.scale_uv_per_bit) != (stretch.rate_hz, stretch.scale_uv_per_bit):
        return False
    place = stretch.first_sample - last.first_sample
    near = abs(last.at_us(place) - stretch.start_us) <= JOIN_US
    return near and 0 <= place <= len(last.samples)
