"""A recording of one heart with its beats annotated, as the recordings that are measured are."""

from pathlib import Path

import numpy as np
import wfdb
from numpy.typing import NDArray

from tests.clinical.signals.hearts import lead_mv


def annotated_heart(folder: Path, beats_s: NDArray[np.float64], seconds: float) -> Path:
    """Write one lead of a heart that beats at these times; return the base of its files."""
    lead = lead_mv(beats_s, seconds, 5)
    wfdb.wrsamp(
        "r1", 250, ["mV"], ["II"], lead[:, None], fmt=["16"], adc_gain=[200.0], baseline=[0],
        write_dir=str(folder),
    )  # fmt: skip
    marks = np.round(beats_s * 250).astype(int)
    wfdb.wrann("r1", "atr", marks, ["N"] * len(marks), write_dir=str(folder))
    return folder / "r1"
