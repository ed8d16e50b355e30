"""``goldenhour lab rhythm``: windows of four seconds in the record's own frames."""

import csv
from pathlib import Path

import numpy as np
import pytest
import wfdb
from typer.testing import CliRunner

from goldenhour.lab.main import app
from tests.clinical.signals.fibrillation import fibrillation_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv


def _record(folder: Path, leads: list[np.ndarray], rate_hz: int = 360, units: str = "mV") -> Path:
    wfdb.wrsamp(
        "r1",
        fs=rate_hz,
        units=[units] * len(leads),
        sig_name=[f"lead {index}" for index in range(len(leads))],
        p_signal=np.stack(leads, axis=1),
        fmt=["16"] * len(leads),
        adc_gain=[200.0] * len(leads),
        baseline=[0] * len(leads),
        write_dir=str(folder),
    )
    return folder / "r1"


def _rows(record: Path, out: Path) -> list[dict[str, str]]:
    outcome = CliRunner().invoke(app, ["rhythm", str(record), "--out", str(out)])
    assert outcome.exit_code == 0, outcome.output
    return list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))


def test_each_whole_window_is_a_row_and_the_rest_is_none(tmp_path: Path) -> None:
    sinus = lead_mv(beat_times_s(24.0, 5), 24.0, 5, 360)
    record = _record(tmp_path, [np.concatenate((sinus, fibrillation_mv(19.0, 5, 360)))])
    rows = _rows(record, tmp_path / "rhythm.csv")
    assert list(rows[0]) == ["start_sample", "end_sample", "label", "shockable"]
    assert [int(row["start_sample"]) for row in rows] == list(range(0, 40 * 360, 4 * 360))
    assert all(int(row["end_sample"]) - int(row["start_sample"]) == 1440 for row in rows)
    assert [row["shockable"] for row in rows[:6]] == ["0"] * 6
    assert [row["shockable"] for row in rows[7:]] == ["1"] * 3
    assert {row["label"] for row in rows[:6]} == {"SINUS_LIKE"}
    assert {row["label"] for row in rows[7:]} <= {"VF", "VT"}


def test_what_did_not_come_is_noise_without_an_answer(tmp_path: Path) -> None:
    rows = _rows(_record(tmp_path, [np.full(250 * 8, np.nan)], 250), tmp_path / "rhythm.csv")
    assert [(row["label"], row["shockable"]) for row in rows] == [("NOISE", "")] * 2


def test_a_record_shorter_than_a_window_has_no_row(tmp_path: Path) -> None:
    assert not _rows(_record(tmp_path, [np.zeros(900)], 250), tmp_path / "rhythm.csv")


@pytest.mark.parametrize(("units", "named"), [("mmHg", "ECG")])
def test_a_record_without_an_ecg_ends_the_command_with_one_line(
    tmp_path: Path, units: str, named: str
) -> None:
    record = _record(tmp_path, [np.zeros(2000)], 250, units)
    out = tmp_path / "rhythm.csv"
    outcome = CliRunner().invoke(app, ["rhythm", str(record), "--out", str(out)])
    assert outcome.exit_code == 2
    assert named in outcome.output
    assert not out.exists()
