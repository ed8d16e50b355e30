"""A synthetic ECG lead that follows a heart rate: a sum of Gaussians around the angle of the beat.

The waves P, Q, R, S and T stand at the angles and widths of McSharry, Clifford, Tarassenko and
Smith, "A dynamical model for generating synthetic electrocardiogram signals", IEEE Trans Biomed Eng
2003;50:289, table I; their heights are those of a common lead II. To this come the rise and fall of
the rate with breathing, the wander of the baseline and the noise of electrodes. A lead is a pure
function of its seed and of the rates that it is asked for. A heart rate of 0 leaves wander and
noise: asystole is not a flat line. A rhythm that kills is played from a recording (``rhythms``).
"""

from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from simulators.patients.rhythms import HeartRhythm, played_uv

RATE_HZ: Final = 250
SCALE_UV: Final = 5.0
"""Microvolts of one count."""

LOWEST, HIGHEST = -2_048, 2_047
"""Range of a 12-bit converter, counts."""

_ANGLES: Final = np.radians([-70.0, -15.0, 0.0, 15.0, 100.0])
_WIDTHS: Final = np.array([0.25, 0.1, 0.1, 0.1, 0.4])
_HEIGHTS_UV: Final = np.array([150.0, -100.0, 1_100.0, -250.0, 300.0])

_BREATHS_PER_S: Final = 0.25
_RATE_SWING: Final = 0.04
"""How much of the rate comes and goes with breathing."""
_WANDER_UV: Final = 60.0
_NOISE_UV: Final = 8.0

_Signal = NDArray[np.float64]


class LeadTrouble(StrEnum):
    """What can be wrong with a simulated lead."""

    FLAT = "FLAT"
    """The cable is broken: the converter sees nothing."""
    SATURATED = "SATURATED"
    """An electrode has lost contact: the amplifier is at its end."""
    DETACHED = "DETACHED"
    """The device sees that the electrodes are off."""


class SimulatedLead:
    """One lead of one patient, sample after sample."""

    def __init__(self, lead: str, seed: int) -> None:
        """Begin between two beats."""
        self._lead = lead
        self._chance = np.random.default_rng(seed)
        self._gain = float(self._chance.uniform(0.8, 1.2))
        self._angle = -np.pi
        self._next = 0
        self._rhythm: HeartRhythm | None = None
        self._rhythm_began = 0

    def record(
        self,
        samples: int,
        heart_rate_bpm: float,
        end_us: int,
        trouble: LeadTrouble | None = None,
        rhythm: HeartRhythm | None = None,
    ) -> WaveformChunk:
        """Return the next samples of the lead, the last of which was captured at ``end_us``."""
        places = self._next + np.arange(samples)
        if rhythm is not self._rhythm:
            self._rhythm, self._rhythm_began = rhythm, self._next
        counts = self._counts(places, heart_rate_bpm)
        if trouble is LeadTrouble.SATURATED:
            counts = np.full(samples, HIGHEST)
        elif trouble is not None:
            counts = np.zeros(samples, np.int64)
        first, self._next = self._next, self._next + samples
        return WaveformChunk(
            lead=self._lead,
            rate_hz=RATE_HZ,
            scale_uv_per_bit=SCALE_UV,
            start_us=end_us - samples * SECOND_US // RATE_HZ,
            first_sample=first,
            samples=tuple(counts.tolist()),
            lowest=LOWEST,
            highest=HIGHEST,
            attached=trouble is not LeadTrouble.DETACHED,
        )

    def _counts(self, places: NDArray[np.int64], heart_rate_bpm: float) -> NDArray[np.int64]:
        breath = 2 * np.pi * _BREATHS_PER_S * places / RATE_HZ
        turns = heart_rate_bpm / 60 / RATE_HZ * (1 + _RATE_SWING * np.sin(breath))
        angles = self._angle + 2 * np.pi * np.cumsum(turns)
        self._angle = float(_wrapped(angles[-1:])[0])
        signal = _WANDER_UV * np.sin(breath) + self._chance.normal(0, _NOISE_UV, len(places))
        if self._rhythm is not None:
            signal += played_uv(self._rhythm, self._lead, places - self._rhythm_began)
        elif heart_rate_bpm > 0:
            signal += self._gain * _beats(angles)
        counts: NDArray[np.int64] = np.clip(np.rint(signal / SCALE_UV), LOWEST, HIGHEST).astype(int)
        return counts


def _beats(angles: _Signal) -> _Signal:
    away = _wrapped(angles[:, None] - _ANGLES)
    signal: _Signal = np.exp(-0.5 * (away / _WIDTHS) ** 2) @ _HEIGHTS_UV
    return signal


def _wrapped(angles: _Signal) -> _Signal:
    """Return angles between -pi and pi."""
    return (angles + np.pi) % (2 * np.pi) - np.pi
