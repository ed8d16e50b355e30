"""Made-up monitors for the tests of the rhythm: leads with a story, cut into chunks."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.bed import Bed
from clinical.rhythm.ward import judge
from clinical.signals.waveform import WaveformChunk
from tests.clinical.signals.fibrillation import fibrillation_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv

START_US = 1_700_000_000_000_000
SCALE_UV = 5.0

Counts = NDArray[np.int64]


def counts(lead: NDArray[np.float64]) -> Counts:
    """A lead in mV as its converter gives it."""
    return np.round(lead * 1000 / SCALE_UV).astype(np.int64)


def chunk(lead: str, samples: Counts, first: int, rate_hz: float = 250) -> WaveformChunk:
    """Samples that a lead gives from its sample ``first`` on."""
    start_us = START_US + round(first * 1_000_000 / rate_hz)
    return WaveformChunk(lead, rate_hz, SCALE_UV, start_us, first, tuple(samples.tolist()))


def cut(
    lead: str, samples: Counts, sizes: Iterable[int], rate_hz: float = 250
) -> Iterator[WaveformChunk]:
    """A whole lead in chunks of these sizes, the last one for as long as there is anything."""
    first, size = 0, 250
    steps = iter(sizes)
    while first < len(samples):
        size = next(steps, size)
        yield chunk(lead, samples[first : first + size], first, rate_hz)
        first += size


@cache
def falling_ill(seed: int, well_s: float = 12, ill_s: float = 14, rate_hz: float = 250) -> Counts:
    """A heart at 75/min that begins to fibrillate."""
    beats = lead_mv(beat_times_s(well_s, seed), well_s, seed, rate_hz)
    return counts(np.concatenate((beats, fibrillation_mv(ill_s, seed, rate_hz))))


@cache
def beating(seed: int, seconds: float, per_min: float = 75.0, rate_hz: float = 250) -> Counts:
    """A heart that goes on."""
    return counts(lead_mv(beat_times_s(seconds, seed, per_min), seconds, seed, rate_hz))


@cache
def stopping(seed: int, beats_s: float = 12, still_s: float = 12) -> Counts:
    """A heart that stops; the lead goes on with its noise and drift."""
    times = beat_times_s(beats_s + still_s, seed)
    return counts(lead_mv(times[times < beats_s], beats_s + still_s, seed))


def told(bed: Bed, frames: Iterable[Sequence[WaveformChunk]]) -> list[Call]:
    """What is said of a patient whose chunks come in these frames."""
    heard = []
    for frame in frames:
        for each in frame:
            bed.push(each)
        heard += said([bed])
    return heard


def said(beds: Sequence[Bed]) -> list[Call]:
    """What is said of some patients; nothing of them may have broken the judgement."""
    calls = [call for _, call in judge(beds)]
    assert all(isinstance(call, Call) for call in calls)
    return [call for call in calls if isinstance(call, Call)]
