"""The section on the pulse rate compares with the monitor second by second."""

from pathlib import Path

import numpy as np

from goldenhour.bench.accuracy.pleth import RATE_HZ, section
from tests.clinical.signals.monitored import every, pulse


def _recorded(folder: Path, name: str, pleth: np.ndarray, monitor_bpm: float) -> None:
    seconds = len(pleth) // RATE_HZ
    signals = [f"{at / RATE_HZ},{value}" for at, value in enumerate(pleth)]
    (folder / f"{name}_Signals.csv").write_text("\n".join(["Time [s], PLETH", *signals]))
    numerics = [f"{second},{monitor_bpm}" for second in range(seconds)]
    (folder / f"{name}_Numerics.csv").write_text("\n".join(["Time [s], PULSE", *numerics]))


def test_the_error_is_against_the_monitor_and_no_pulse_is_no_rate(tmp_path: Path) -> None:
    _recorded(tmp_path, "steady", pulse(every(0.8, 40), 40, RATE_HZ), 78)
    _recorded(tmp_path, "flat", np.zeros(40 * RATE_HZ), 78)
    text = section(tmp_path)
    assert "2 patients, 24 comparisons" in text
    assert "mean absolute error **3.0" in text
    assert "0.0 % wrong" in text
    assert "no rate given in 12" in text
