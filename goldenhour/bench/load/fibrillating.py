"""The hearts of the rhythm bench: some of many begin to fibrillate, one after another.

For the first half of the measured time there are no waveforms. Then every unit's leads come, and
seeded units take their turns: fibrillation of a real heart (``simulators.patients.rhythms``), each
from another place of the recording and at another moment of a second, for ``LASTS_S``.
"""

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Final

import numpy as np

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from goldenhour.bench.load.leads import LeadBank
from simulators.patients.ecg import HIGHEST, LOWEST, RATE_HZ, SCALE_UV
from simulators.patients.rhythms import HeartRhythm, played_uv, recorded_uv

SETTLED_S: Final = 10
"""From the first chunk until the first heart may fibrillate."""

LASTS_S: Final = 12
"""How long each fibrillates."""

_SEED: Final = 7


def onsets_of(units: int, number: int, begin_s: int, end_s: int) -> dict[int, int]:
    """Return at which sample of its lead each of so many units begins to fibrillate.

    Evenly over the time in which there is room, each at a moment of its own; ``begin_s`` is when
    the waveforms begin.
    """
    rng = Random(_SEED)  # noqa: S311 - a load, not a secret
    room_s = max(0, end_s - begin_s - SETTLED_S - LASTS_S)
    chosen = rng.sample(range(units), min(number, units))
    return {
        unit: (begin_s + SETTLED_S + place * room_s // len(chosen)) * RATE_HZ
        + rng.randrange(RATE_HZ)
        for place, unit in enumerate(chosen)
    }


class FibrillatingBank:
    """The leads of every unit; those of some fibrillate for a while."""

    def __init__(self, begin_s: int, onsets: Mapping[int, int]) -> None:
        """Prepare; before ``begin_s`` there is no lead."""
        self._hearts = LeadBank()
        self._begin_s = begin_s
        self._onsets = onsets
        rng = Random(_SEED)  # noqa: S311 - a load, not a secret
        whole = len(recorded_uv(HeartRhythm.FIBRILLATION))
        self._places = {unit: rng.randrange(whole) for unit in sorted(onsets)}
        self.onsets_us: dict[int, int] = {}
        """When each that has begun to fibrillate did."""

    def second(self, unit: int, second: int, end_us: int) -> list[WaveformChunk]:
        """Return a chunk of each lead of a unit, the last sample captured at ``end_us``."""
        if second < self._begin_s:
            return []
        chunks = self._hearts.second(unit, second, end_us)
        onset = self._onsets.get(unit)
        first = second * RATE_HZ
        if onset is None or not onset - RATE_HZ < first < onset + LASTS_S * RATE_HZ:
            return chunks
        if first <= onset:
            since_us = (onset - first) * SECOND_US // RATE_HZ
            self.onsets_us[unit] = chunks[0].start_us + since_us
        return [self._played(chunk, onset, self._places[unit]) for chunk in chunks]

    def _played(self, chunk: WaveformChunk, onset: int, place: int) -> WaveformChunk:
        since = chunk.first_sample - onset + np.arange(len(chunk.samples))
        played = played_uv(HeartRhythm.FIBRILLATION, chunk.lead, since + place)
        counts = np.clip(np.rint(played / SCALE_UV), LOWEST, HIGHEST).astype(int)
        ill = np.where(since >= 0, counts, np.asarray(chunk.samples))
        return replace(chunk, samples=tuple(ill.tolist()))
