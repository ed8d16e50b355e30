"""What is measured on the median beat: where QRS begins and ends, and the ST level of each lead.

Onset and end of QRS are one for all leads: where the spatial velocity of the independent leads
leaves and returns to what it is between waves. Levels are taken against the voltage just before the
onset of QRS, as the Universal Definition asks (Thygesen 2018, J Am Coll Cardiol 72:2231).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.twelve_lead.leads import INDEPENDENT, Lead
from clinical.twelve_lead.median_beat import WORKING_RATE_HZ, MedianBeat

_LONGEST_HALF_S: Final = 0.15
"""QRS reaches no further than this from its fastest point."""

_STILL_S: Final = 0.016
"""So long the heart's vector moves slowly before and after QRS."""

_SLOW_PART: Final = 0.06
"""Slow: this part of the fastest movement in QRS, above what noise moves."""

_BASELINE_S: Final = 0.02
_LEVEL_S: Final = 0.008


@dataclass(frozen=True, slots=True)
class LeadMeasurement:
    """One lead, against its voltage before QRS."""

    j_mv: float
    """ST level at the J point."""
    st60_mv: float
    """ST level 60 ms after the J point."""
    r_mv: float
    """Greatest voltage in QRS, 0 or more."""
    s_mv: float
    """Least voltage in QRS, 0 or less."""
    late_r: bool
    """Whether QRS ends upward: its last part is above the baseline."""
    t_mv: float
    """The voltage of T furthest from the baseline."""
    noise_mv: float
    """How far noise alone may move a level: the standard error of the median beat."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """A twelve-lead ECG in figures."""

    heart_rate_bpm: float
    qrs_ms: float
    leads: Mapping[Lead, LeadMeasurement]


def measure(beat: MedianBeat, heart_rate_bpm: float) -> Measurement:
    """Measure a median beat."""
    onset, end = _qrs(beat)
    return Measurement(
        heart_rate_bpm=heart_rate_bpm,
        qrs_ms=(end - onset) * 1000 / WORKING_RATE_HZ,
        leads={
            lead: _lead(samples, onset, end, beat.noise_mv[lead])
            for lead, samples in beat.leads.items()
        },
    )


def _qrs(beat: MedianBeat) -> tuple[int, int]:
    """Return onset and end of QRS, in samples of the beat."""
    vector = np.stack([beat.leads[lead] for lead in INDEPENDENT])
    speed = np.sqrt((np.gradient(vector, axis=1) ** 2).sum(axis=0))
    speed = np.convolve(speed, np.full(5, 0.2), "same")
    reach = round(_LONGEST_HALF_S * WORKING_RATE_HZ)
    near = slice(max(0, beat.peak - reach // 2), beat.peak + reach // 2)
    fastest = near.start + int(np.argmax(speed[near]))
    rest = float(np.percentile(speed, 20))
    slow = speed < rest + _SLOW_PART * (float(speed[fastest]) - rest)
    still = round(_STILL_S * WORKING_RATE_HZ)
    onset = _first_still(slow[: fastest + 1][::-1], still, reach)
    end = _first_still(slow[fastest:], still, reach)
    return fastest - onset, fastest + end


def _first_still(slow: NDArray[np.bool_], still: int, reach: int) -> int:
    """Return after how many samples the movement first stays slow, at most ``reach``."""
    for start in range(min(reach, len(slow) - still)):
        if slow[start : start + still].all():
            return start
    return min(reach, len(slow) - 1)


def _lead(samples: NDArray[np.float64], onset: int, end: int, noise_mv: float) -> LeadMeasurement:
    base = float(np.median(samples[max(0, onset - _samples(_BASELINE_S)) : onset]))
    level = samples - base
    qrs = level[onset : end + 1]
    last = qrs[-max(1, round(0.4 * len(qrs))) :]
    wave = level[end + _samples(0.08) : end + _samples(0.36)]
    return LeadMeasurement(
        j_mv=_mean(level, end),
        st60_mv=_mean(level, end + _samples(0.06)),
        r_mv=max(0.0, float(qrs.max())),
        s_mv=min(0.0, float(qrs.min())),
        late_r=bool(last[np.argmax(np.abs(last))] > 0),
        t_mv=float(wave[np.argmax(np.abs(wave))]),
        noise_mv=noise_mv,
    )


def _mean(level: NDArray[np.float64], at: int) -> float:
    return float(level[at : at + max(1, _samples(_LEVEL_S))].mean())


def _samples(seconds: float) -> int:
    return round(seconds * WORKING_RATE_HZ)
