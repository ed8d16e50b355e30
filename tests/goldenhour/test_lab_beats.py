"""``goldenhour lab beats``: the beats of a record, in its own frames."""

import csv
from pathlib import Path

import numpy as np
import pytest
import wfdb
from typer.testing import CliRunner

from goldenhour.lab.main import app
from tests.clinical.signals.hearts import beat_times_s, lead_mv

TIMES_S = beat_times_s(12.0, 5)


def _record(folder: Path, units: str = "mV", rate_hz: int = 360) -> Path:
    lead = lead_mv(TIMES_S, 12.0, 5, rate_hz)
    wfdb.wrsamp(
        "r1",
        fs=rate_hz,
        units=[units, "NU"],
        sig_name=["II", "PLETH"],
        p_signal=np.stack((lead, lead), axis=1),
        fmt=["16", "16"],
        adc_gain=[200.0, 200.0],
        baseline=[0, 0],
        write_dir=str(folder),
    )
    return folder / "r1"


def test_every_beat_is_a_row_in_the_record_s_own_frames(tmp_path: Path) -> None:
    out = tmp_path / "beats.csv"
    outcome = CliRunner().invoke(app, ["beats", str(_record(tmp_path)), "--out", str(out)])
    assert outcome.exit_code == 0, outcome.output
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["sample", "lead_quality"]
    assert [int(row["sample"]) / 360 for row in rows] == pytest.approx(TIMES_S, abs=0.04)
    assert all(float(row["lead_quality"]) > 0.9 for row in rows)


@pytest.mark.parametrize(("units", "rate_hz", "named"), [("mmHg", 360, "ECG"), ("mV", 10, "rate")])
def test_a_record_without_an_ecg_ends_the_command_with_one_line(
    tmp_path: Path, units: str, rate_hz: int, named: str
) -> None:
    out = tmp_path / "beats.csv"
    record = _record(tmp_path, units, rate_hz)
    outcome = CliRunner().invoke(app, ["beats", str(record), "--out", str(out)])
    assert outcome.exit_code == 2
    assert named in outcome.output
    assert not out.exists()
