"""What all findings of an ECG cost: quality, beats, shock and rhythm of many patients on one core.

Chunks of a second go to the beds of ``clinical.rhythm`` and are judged as the center judges them,
so many patients together. What a gateway, the log and the reading of frames cost is not in it. CPU
time of one thread.
"""

import time
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.rhythm.bed import Bed
from clinical.rhythm.plain import from_plain
from clinical.rhythm.ward import judge
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.waveform import WaveformChunk

LEADS: Final = ("I", "II")
SCALE_UV: Final = 5.0
WARMING_S: Final = 6
"""Until a shock window is whole and a run has begun."""

FEW: Final = 4
"""Patients judged together where two hundred send a chunk a second: those of one round."""

Samples = NDArray[np.float64]


def findings_of(made: Samples, patients: int, seconds: int, together: int) -> dict[str, float]:
    """Return what patients of two leads cost, so many of them judged together.

    Args:
        made: leads in mV at the working rate, shape (leads, samples); patients take them in turn,
            each from another second on.
        patients: how many there are.
        seconds: measured stream time.
        together: patients of a round.
    """
    counts = np.rint(made * 1_000 / SCALE_UV).astype(int)
    places = counts.shape[1] // WORKING_RATE_HZ - WARMING_S - seconds
    beds = [Bed() for _ in range(patients)]
    spent_s = 0.0
    for second in range(WARMING_S + seconds):
        for begin in range(0, patients, together):
            some = range(begin, min(begin + together, patients))
            chunks = [_chunks(counts, patient, second, places) for patient in some]
            begun_s = time.process_time()
            for patient, leads in zip(some, chunks, strict=True):
                for chunk in leads:
                    beds[patient].push(chunk)
            for _, said in judge([beds[patient] for patient in some]):
                if isinstance(said, Exception):
                    raise said
            if second >= WARMING_S:
                spent_s += time.process_time() - begun_s
    leads_s = len(LEADS) * patients * seconds
    held = sum(bytes_of(from_plain(bed.snapshot())) for bed in beds)
    return {
        "patients_together": together,
        "cpu_us_per_lead_second": round(spent_s / leads_s * 1e6, 1),
        "leads_per_core": int(leads_s / spent_s),
        "bytes_per_lead": held // (len(LEADS) * patients),
    }


def bytes_of(memory: object) -> int:
    """Return the bytes of all arrays in what something remembers, and eight for each number."""
    if isinstance(memory, np.ndarray):
        return memory.nbytes
    if isinstance(memory, Mapping):
        return sum(map(bytes_of, memory.values()))
    return sum(map(bytes_of, memory)) if isinstance(memory, list | tuple) else 8


def _chunks(
    counts: NDArray[np.int_], patient: int, second: int, places: int
) -> list[WaveformChunk]:
    first = len(LEADS) * patient
    begin = (second + first // len(counts) % places) * WORKING_RATE_HZ
    return [
        WaveformChunk(
            name,
            WORKING_RATE_HZ,
            SCALE_UV,
            second * SECOND_US,
            second * WORKING_RATE_HZ,
            tuple(counts[(first + at) % len(counts), begin : begin + WORKING_RATE_HZ].tolist()),
        )
        for at, name in enumerate(LEADS)
    ]
