"""What one ECG lead of an alarm's window shows: beats, the usual beat, noise and oscillation.

- **Beats** from the QRS band (5-20 Hz), and again from a lower band (1.5-9 Hz): where both find the
  same beats the lead is clean.
- **The usual beat**: the mean of the beats like the median beat, from before the evidence. A beat
  of the evidence is compared with it by correlation, shifted by up to 32 ms.
- **Oscillation**, window of 3 s by window: ventricular tachycardia and fibrillation put most of the
  power near one frequency between 1.3 and 9 Hz; sinus rhythm spreads it over the QRS complex's
  harmonics, noise over everything. Leakage is what remains of the signal when it is added to itself
  half a mean period later (Kuo S, Dillman R, Comput Cardiol 1978:347-349): near 0 for a sine wave.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from clinical.signals.alarm_window import EVIDENCE_S, RATE_HZ, USUAL_UNTIL_S, Positions, Samples
from clinical.signals.window_beats import (
    QRS_HZ,
    agreement,
    band,
    beats_of,
    energy,
    longest_gap_s,
    rates_bpm,
    ratio,
    smoothed,
    usual_height,
)

BEFORE: Final = int(0.16 * RATE_HZ)
AFTER: Final = int(0.24 * RATE_HZ)
_SHIFT: Final = int(0.032 * RATE_HZ)
_LEAST_USUAL_BEATS: Final = 5
_BAND_HZ: Final = (0.7, 40.0)
_RHYTHM_HZ: Final = (1.3, 9.0)
_LOW_HZ: Final = (1.0, 5.0)
_LEAST_SQUARES: Final = 1e-12
_WINDOW: Final = 3 * RATE_HZ
_STEP: Final = RATE_HZ // 2
LEAST_SIZE_MV: Final = 0.01
"""A lead that usually moves less shows noise of its own; what it does later is measured by this."""

_UNKNOWN: Final = float("nan")


@dataclass(frozen=True, slots=True)
class Lead:
    """One lead, analysed."""

    shape: Samples
    """Shape (n,): the lead between 0.5 and 40 Hz, millivolts."""
    qrs_energy: Samples
    usual_energy: float
    """The QRS energy of a usual beat."""
    beats: Positions
    template: Samples | None
    """The usual beat, shape (BEFORE + AFTER,); None: fewer than five beats to learn it from."""
    sameness: float
    """Median correlation of the usual beats with their median; NaN without a template."""
    size: float
    """Usual greatest deflection, millivolts."""


def analyse_lead(samples: Samples) -> Lead:
    """Find what is usual in a lead, and its beats."""
    shape = band(samples, 0.5, 40.0)
    qrs_energy = energy(samples, *QRS_HZ, 0.12)
    beats = beats_of(qrs_energy)
    usual_end = len(samples) - USUAL_UNTIL_S * RATE_HZ
    template, sameness = _usual_beat(shape, beats[beats < usual_end])
    return Lead(
        shape=shape,
        qrs_energy=qrs_energy,
        usual_energy=usual_height(qrs_energy),
        beats=beats,
        template=template,
        sameness=sameness,
        size=max(usual_height(np.abs(shape[: max(usual_end, 2 * RATE_HZ)])), LEAST_SIZE_MV),
    )


def cut_out(shape: Samples, places: Positions, before: int, after: int) -> NDArray[np.float64]:
    """Return the stretches around places, shape (n, before + after); NaN beyond the ends."""
    padded = np.pad(shape, (before, after), constant_values=np.nan)
    return np.asarray(padded[places[:, None] + np.arange(before + after)], np.float64)


def correlations(rows: NDArray[np.float64], pattern: Samples) -> Samples:
    """Return the correlation of each row with a pattern; 0 for a row without variation or whole."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    against = pattern - pattern.mean()
    scale = np.sqrt((centred**2).sum(axis=1) * (against**2).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(
            np.nan_to_num((centred @ against) / scale, nan=0.0, posinf=0.0, neginf=0.0), np.float64
        )


def _usual_beat(shape: Samples, beats: Positions) -> tuple[Samples | None, float]:
    rows = cut_out(shape, beats, BEFORE, AFTER)
    rows = rows[np.isfinite(rows).all(axis=1)]
    if len(rows) < _LEAST_USUAL_BEATS:
        return None, _UNKNOWN
    likeness = correlations(rows, np.median(rows, axis=0))
    typical = float(np.median(likeness))
    return rows[likeness >= typical - 0.05].mean(axis=0), typical


def likeness_to_usual(lead: Lead, beats: Positions) -> Samples:
    """Return how each beat correlates with the lead's usual beat; NaN without one."""
    if lead.template is None or not len(beats):
        return np.full(len(beats), _UNKNOWN)
    rows = cut_out(lead.shape, beats, BEFORE + _SHIFT, AFTER + _SHIFT)
    length = BEFORE + AFTER
    shifted = [
        correlations(rows[:, shift : shift + length], lead.template)
        for shift in range(0, 2 * _SHIFT + 1, 2)
    ]
    return np.asarray(np.max(shifted, axis=0), np.float64)


def widths(lead: Lead, beats: Positions) -> Samples:
    """Return the part of the 0.5 s around each beat that lies over a third of its greatest."""
    rows = cut_out(lead.shape, beats, int(0.2 * RATE_HZ), int(0.3 * RATE_HZ))
    rows = np.nan_to_num(rows)
    heights = np.abs(rows - np.median(rows, axis=1, keepdims=True))
    return np.asarray(
        (heights > 0.35 * heights.max(axis=1, keepdims=True)).mean(axis=1), np.float64
    )


def lead_evidence(lead: Lead, samples: Samples) -> dict[str, float]:
    """Return what a lead shows of the evidence, by name."""
    length = len(samples)
    start = length - EVIDENCE_S * RATE_HZ
    newest = samples[start:]
    low = beats_of(energy(samples, 1.5, 9.0, 0.16))
    sway = np.sqrt(smoothed(band(samples, 0.05, 0.7) ** 2, 1.0))
    slow, fast = rates_bpm(lead.beats, length, 16, 5), rates_bpm(lead.beats, length, 16, 17)
    short = rates_bpm(lead.beats, length, EVIDENCE_S, 5)
    return {
        "gap_s": longest_gap_s(lead.beats, length, USUAL_UNTIL_S),
        "slow5_bpm": float(slow.min()) if len(slow) else _UNKNOWN,
        "fast17_bpm": float(fast.max()) if len(fast) else _UNKNOWN,
        "fast5_bpm": float(short.max()) if len(short) else _UNKNOWN,
        "sameness": lead.sameness,
        "bands_agree": agreement(lead.beats[lead.beats >= start], low[low >= start]),
        "flat": float((np.abs(np.diff(newest)) <= 1e-6 * np.ptp(samples)).mean()),
        "noise": _noise(samples, start) / lead.size,
        "sway": float(sway[start:].max()) / lead.size,
        **_oscillation(lead),
    }


def _noise(samples: Samples, start: int) -> float:
    """Return the median root mean square above 40 Hz over the evidence."""
    sections = scipy.signal.butter(4, 40.0, "highpass", fs=RATE_HZ, output="sos")
    fine = np.asarray(scipy.signal.sosfiltfilt(sections, samples), np.float64)
    return float(np.median(np.sqrt(smoothed(fine * fine, 1.0))[start:]))


def _oscillation(lead: Lead) -> dict[str, float]:
    """Return what the 3 s windows of the evidence show at their most and least."""
    first = len(lead.shape) - EVIDENCE_S * RATE_HZ
    starts = np.arange(first, len(lead.shape) - _WINDOW + 1, _STEP)
    rows = lead.shape[starts[:, None] + np.arange(_WINDOW)]
    dominant, low, centre = _spectrum(rows)
    periodic = np.array([periodicity(row, 0.25, 0.65) for row in rows])
    leakage = np.array([_leakage(row) for row in rows])
    strength = np.sqrt((rows**2).mean(axis=1)) / lead.size
    heights = lead.qrs_energy[starts[:, None] + np.arange(_WINDOW)].max(axis=1)
    tachycardic = dominant * low
    most = int(np.argmax(tachycardic))
    return {
        "one_frequency_most": float(dominant.max()),
        "low_power_most": float(low.max()),
        "centre_hz_least": float(centre.min()),
        "periodic_most": float(periodic.max()),
        "leakage_least": float(leakage.min()),
        "strength_least": float(strength.min()),
        "strength_most": float(strength.max()),
        "energy_least": ratio(float(heights.min()), lead.usual_energy),
        "tachycardic": float(tachycardic[most]),
        "tachycardic_periodic": float(periodic[most]),
        "tachycardic_leakage": float(leakage[most]),
    }


def _spectrum(rows: NDArray[np.float64]) -> tuple[Samples, Samples, Samples]:
    """Return the power near the dominant frequency and in 1-5 Hz (parts), and the mean in hertz."""
    centred = (rows - rows.mean(axis=1, keepdims=True)) * np.hanning(rows.shape[1])
    power = np.abs(np.fft.rfft(centred, axis=1)) ** 2
    hz = np.fft.rfftfreq(rows.shape[1], 1 / RATE_HZ)
    within = (hz >= _BAND_HZ[0]) & (hz < _BAND_HZ[1])
    total = power[:, within].sum(axis=1) + 1e-18
    rhythm = (hz >= _RHYTHM_HZ[0]) & (hz < _RHYTHM_HZ[1])
    peak = hz[rhythm][np.argmax(power[:, rhythm], axis=1)]
    near = (hz > 0.75 * peak[:, None]) & (hz < 1.25 * peak[:, None])
    low = (hz >= _LOW_HZ[0]) & (hz < _LOW_HZ[1])
    return (
        (power * near).sum(axis=1) / total,
        power[:, low].sum(axis=1) / total,
        (power * hz)[:, within].sum(axis=1) / total,
    )


def periodicity(samples: Samples, shortest_s: float, longest_s: float) -> float:
    """Return the highest peak of the autocorrelation between two lags, corrected for length."""
    centred = samples - samples.mean()
    squares = float((centred**2).sum())
    if squares <= _LEAST_SQUARES:
        return 0.0
    count = len(centred)
    spectrum = np.fft.rfft(centred, 2 * count)
    product = np.fft.irfft(np.abs(spectrum) ** 2)[:count] / squares
    product *= count / (count - np.arange(count))
    lags = product[int(shortest_s * RATE_HZ) : int(longest_s * RATE_HZ)]
    peaks, _ = scipy.signal.find_peaks(lags)
    return float(lags[peaks].max()) if len(peaks) else 0.0


def _leakage(samples: Samples) -> float:
    slopes = float(np.abs(np.diff(samples)).sum())
    half = int(np.clip(np.pi * np.abs(samples[1:]).sum() / (slopes + 1e-12) + 0.5, 2, 200))
    early, late = samples[:-half], samples[half:]
    size = float((np.abs(early) + np.abs(late)).sum())
    return float(np.abs(early + late).sum()) / size if size else 1.0
