"""Recordings are read as what they are."""

from pathlib import Path

import numpy as np
import pytest
import wfdb

from goldenhour.lab.command import UnreadableError
from goldenhour.lab.recordings import read_recording


def _written(folder: Path, units: list[str], second: float = 1.0) -> Path:
    samples = np.array([[0.5, 80.0], [second, 81.0], [-0.5, 82.0]])
    wfdb.wrsamp(
        "r1",
        fs=250,
        units=units,
        sig_name=["II", "ABP"],
        p_signal=samples,
        fmt=["16", "16"],
        adc_gain=[200.0, 10.0],
        baseline=[0, 0],
        write_dir=str(folder),
    )
    return folder / "r1"


def test_voltages_are_millivolts_whatever_the_record_calls_them(tmp_path: Path) -> None:
    record = read_recording(_written(tmp_path, ["uV", "mmHg"]))
    assert [signal.name for signal in record.voltages] == ["II"]
    assert record.voltages[0].samples == pytest.approx([0.0005, 0.001, -0.0005])
    assert record.signals[1].units == "mmHg"
    assert record.signals[1].samples == pytest.approx([80.0, 81.0, 82.0])


def test_a_missing_sample_is_not_a_number(tmp_path: Path) -> None:
    record = read_recording(_written(tmp_path, ["mV", "mmHg"], second=np.nan))
    assert np.isnan(record.signals[0].samples).tolist() == [False, True, False]


def test_the_header_s_name_serves_as_well(tmp_path: Path) -> None:
    base = _written(tmp_path, ["mV", "mmHg"])
    assert read_recording(base.with_suffix(".hea")).frames == 3


def test_a_file_that_is_no_record_is_the_sender_s_fault(tmp_path: Path) -> None:
    (tmp_path / "r2.hea").write_text("nothing of the kind\n")
    with pytest.raises(UnreadableError, match="not a WFDB record"):
        read_recording(tmp_path / "r2")


def test_a_record_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_recording(tmp_path / "r3")
