"""Records of bedside monitors: physical units, kinds of signal, and what is wrong with a file."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clinical.signals.alarm_window import SignalKind
from goldenhour.lab.command import UnreadableError
from goldenhour.lab.monitor_records import read_traces

COUNTS = np.array([[100, 10, 7], [-32768, 20, 7], [300, 30, 7]], np.int16)
WHOLE: dict[str, Any] = {
    "adc": COUNTS,
    "fs": 125,
    "gain": [200.0, 2.0, 1.0],
    "baseline": [0, 10, 0],
    "names": ["II", "ABP", "RESP"],
}


def _written(tmp_path: Path, **changed: object) -> Path:
    path = tmp_path / "record.npz"
    np.savez(
        path, **{name: value for name, value in (WHOLE | changed).items() if value is not None}
    )
    return path


def test_signals_come_in_their_units_with_holes_and_without_respiration(tmp_path: Path) -> None:
    ecg, abp = read_traces(_written(tmp_path))
    assert (ecg.kind, abp.kind) == (SignalKind.ECG, SignalKind.ABP)
    assert ecg.rate_hz == 125
    assert ecg.samples == pytest.approx([0.5, np.nan, 1.5], nan_ok=True)
    assert abp.samples == pytest.approx([0, 5, 10])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"adc": None}, "no adc"),
        ({"fs": 0}, "fs is 0.0"),
        ({"fs": "fast"}, "fs"),
        ({"gain": [1.0, 2.0]}, "gain"),
        ({"adc": COUNTS[:, 0]}, r"adc has shape \(3,\)"),
        ({"adc": COUNTS[:, :2]}, r"adc has shape \(3, 2\)"),
        ({"names": np.array([object()])}, "not a NumPy archive"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_traces(_written(tmp_path, **changed))
