"""Synthetic twelve-lead tracings whose ST levels are known."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from clinical.twelve_lead.leads import INDEPENDENT, Lead, TwelveLead, twelve_lead
from clinical.twelve_lead.measurement import Measurement, measure
from clinical.twelve_lead.median_beat import median_beat

RATE_HZ = 500.0
BEATS_AT_S = tuple(0.6 + 0.8 * beat for beat in range(11))
QRS_S = 0.08

R_MV: Mapping[Lead, float] = {
    Lead.I: 0.6,
    Lead.II: 1.0,
    Lead.V1: 0.2,
    Lead.V2: 0.4,
    Lead.V3: 0.7,
    Lead.V4: 1.2,
    Lead.V5: 1.2,
    Lead.V6: 0.9,
}
S_MV: Mapping[Lead, float] = {Lead.V1: 0.8, Lead.V2: 1.0, Lead.V3: 0.6}


def beat(
    at_s: NDArray[np.float64],
    r_mv: float,
    s_mv: float,
    st_mv: float,
    qrs_s: float = QRS_S,
) -> NDArray[np.float64]:
    """One beat about time 0: P, R, S, then ST at ``st_mv`` that a T wave ends."""

    def wave(height: float, centre_s: float, width_s: float) -> NDArray[np.float64]:
        return height * np.exp(-0.5 * ((at_s - centre_s) / width_s) ** 2)

    half = qrs_s / 2
    r = np.clip(1 - np.abs(at_s + half / 2) / (half / 2), 0, None) * r_mv
    s = np.clip(1 - np.abs(at_s - half / 2) / (half / 2), 0, None) * s_mv
    rise = np.clip((at_s - half + 0.012) / 0.012, 0, 1)
    fall = np.clip((0.24 - at_s) / 0.06, 0, 1)
    return wave(0.1, -0.18, 0.02) + r - s + st_mv * rise * fall + wave(0.2, 0.27, 0.03)


def tracing(
    st_mv: Mapping[Lead, float] | None = None,
    *,
    r_mv: Mapping[Lead, float] = R_MV,
    s_mv: Mapping[Lead, float] = S_MV,
    qrs_s: float = QRS_S,
    noise_mv: float = 0.005,
    rate_hz: float = RATE_HZ,
) -> TwelveLead:
    """Ten seconds of 75 beats per minute. ``st_mv`` gives independent leads only."""
    levels = st_mv or {}
    time_s = np.arange(round(10 * rate_hz)) / rate_hz
    noise = np.random.default_rng(7)
    measured = {}
    for lead in INDEPENDENT:
        signal = noise.normal(0, noise_mv, len(time_s))
        for beat_s in BEATS_AT_S:
            signal += beat(
                time_s - beat_s,
                r_mv.get(lead, 0.0),
                s_mv.get(lead, 0.0),
                levels.get(lead, 0.0),
                qrs_s,
            )
        measured[lead] = signal
    return twelve_lead(rate_hz, measured)


def measured(recording: TwelveLead) -> Measurement:
    """Measure a tracing at its own beats."""
    common = median_beat(recording, [round(at * recording.rate_hz) for at in BEATS_AT_S])
    assert common is not None
    return measure(common, 75.0)
