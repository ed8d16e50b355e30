"""Twelve-lead ECGs for the traffic: made up with a known answer, or a recorded one from a file.

A made-up ECG has beats of P, R, S, ST and T in the eight independent leads, the ST segment raised
over the wall that is asked for and lowered opposite to it. It is no model of a heart; its answer by
the published criteria is known because its ST levels are set.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.leads import Lead, lead_named, twelve_lead

RATE_HZ: Final = 500
SECONDS: Final = 10
SCALE_UV: Final = 5.0
_NOISE_MV: Final = 0.005
_BEAT_S: Final = 0.8
_HALF_S: Final = 0.04

_R_S_MV: Final[Mapping[Lead, tuple[float, float]]] = {
    Lead.I: (0.6, 0.0),
    Lead.II: (1.0, 0.0),
    Lead.V1: (0.2, 0.8),
    Lead.V2: (0.4, 1.0),
    Lead.V3: (0.7, 0.6),
    Lead.V4: (1.2, 0.1),
    Lead.V5: (1.2, 0.1),
    Lead.V6: (0.9, 0.0),
}


class MadeUp(StrEnum):
    """What a made-up ECG shows."""

    NORMAL = "NORMAL"
    INFERIOR = "INFERIOR"
    ANTERIOR = "ANTERIOR"


_ST_MV: Final[Mapping[MadeUp, Mapping[Lead, float]]] = {
    MadeUp.NORMAL: {},
    MadeUp.INFERIOR: {Lead.I: -0.1, Lead.II: 0.2},
    MadeUp.ANTERIOR: {Lead.V1: 0.15, Lead.V2: 0.35, Lead.V3: 0.4, Lead.V4: 0.25},
}


def made_up(
    shows: MadeUp, recorded_us: int, seed: int, person: Person | None = None
) -> EcgRecording:
    """Return ten seconds of 75 beats per minute."""
    chance = np.random.default_rng(seed)
    at_s = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    measured = {}
    for lead, (r_mv, s_mv) in _R_S_MV.items():
        signal = chance.normal(0, _NOISE_MV, len(at_s))
        for beat in range(int(SECONDS / _BEAT_S)):
            since_s = at_s - 0.5 - beat * _BEAT_S
            signal += _beat(since_s, r_mv, s_mv, _ST_MV[shows].get(lead, 0.0))
        measured[lead] = signal
    whole = twelve_lead(RATE_HZ, measured)
    counts = {
        lead: tuple(np.rint(samples * 1_000 / SCALE_UV).astype(int).tolist())
        for lead, samples in whole.leads.items()
    }
    return EcgRecording(recorded_us, RATE_HZ, SCALE_UV, counts, person or Person(Sex.MALE, 61))


def recorded(record: Path, recorded_us: int, person: Person) -> EcgRecording:
    """Return the recording of a WFDB record with all twelve leads at one scale."""
    import wfdb  # noqa: PLC0415 - brings pandas with it, and no other traffic needs either

    found = wfdb.rdrecord(str(record), physical=False)
    scale_uv = 1_000 / found.adc_gain[0]
    leads = {
        lead: tuple((found.d_signal[:, column] - found.baseline[column]).tolist())
        for column, name in enumerate(found.sig_name)
        if (lead := lead_named(name)) is not None
    }
    return EcgRecording(recorded_us, float(found.fs), scale_uv, leads, person)


def _beat(at_s: NDArray[np.float64], r_mv: float, s_mv: float, st_mv: float) -> NDArray[np.float64]:
    """One beat about time 0."""
    r = np.clip(1 - np.abs(at_s + _HALF_S / 2) / (_HALF_S / 2), 0, None) * r_mv
    s = np.clip(1 - np.abs(at_s - _HALF_S / 2) / (_HALF_S / 2), 0, None) * s_mv
    rise = np.clip((at_s - _HALF_S + 0.012) / 0.012, 0, 1)
    fall = np.clip((0.24 - at_s) / 0.06, 0, 1)
    return (
        _wave(at_s, 0.1, -0.18, 0.02) + r - s + st_mv * rise * fall + _wave(at_s, 0.2, 0.27, 0.03)
    )


def _wave(
    at_s: NDArray[np.float64], height_mv: float, centre_s: float, width_s: float
) -> NDArray[np.float64]:
    wave: NDArray[np.float64] = height_mv * np.exp(-0.5 * ((at_s - centre_s) / width_s) ** 2)
    return wave
