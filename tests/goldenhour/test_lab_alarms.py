"""`goldenhour lab alarms`: a row out for a row in, and in doubt the alarm is kept."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from goldenhour.lab.main import app

RECORDS = Path(__file__).parent / "fixtures" / "alarms"


def _run(folder: Path, out: Path) -> tuple[int, list[list[str]], str]:
    result = CliRunner().invoke(app, ["alarms", str(folder), "--out", str(out)])
    rows = list(csv.reader(out.read_text().splitlines())) if out.exists() else []
    return result.exit_code, rows, result.stderr


def _folder(tmp_path: Path, alarms: str) -> Path:
    folder = tmp_path / "records"
    shutil.copytree(RECORDS, folder)
    (folder / "alarms.csv").write_text(alarms)
    return folder


def test_plain_alarms_are_judged_as_the_experts_did(tmp_path: Path) -> None:
    code, rows, said = _run(RECORDS, tmp_path / "out.csv")
    with (RECORDS / "alarms.csv").open() as lines:
        expected = [
            [row["record"], row["alarm"], row["true_alarm"]] for row in csv.DictReader(lines)
        ]
    assert (code, said) == (0, "")
    assert rows == [["record", "alarm", "keep"], *expected]


def test_only_record_and_alarm_are_needed_in_any_order(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "note,alarm,record\nx,Asystole,a306s\n,Asystole,a161l\n")
    assert _run(folder, tmp_path / "out.csv")[1][1:] == [
        ["a306s", "Asystole", "0"],
        ["a161l", "Asystole", "1"],
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("gone,Asystole", "gone: No such file or directory; the alarm is kept"),
        ("spoiled,Asystole", "spoiled: not a NumPy archive of a record"),
        ("empty,Asystole", "empty: not a NumPy archive of a record"),
        ("array,Asystole", "array: not a NumPy archive of a record"),
        ("bare,Asystole", "bare: the archive has no gain; the alarm is kept"),
        ("short,Asystole", "short: no ECG lead is long enough to judge; the alarm is kept"),
        ("b184s,Gallop", "b184s: alarm 'Gallop' is not one that can be judged; the alarm is kept"),
        ("../b184s,Bradycardia", "record is not the name of a file in the folder"),
        ("b184s", "b184s: alarm '' is not one that can be judged; the alarm is kept"),
    ],
)
def test_what_cannot_be_judged_is_kept_and_told_in_one_line(
    tmp_path: Path, row: str, said: str
) -> None:
    folder = _folder(tmp_path, f"record,alarm\n{row}\na306s,Asystole\n")
    (folder / "spoiled.npz").write_bytes((RECORDS / "a161l.npz").read_bytes()[:5000])
    (folder / "empty.npz").write_bytes(b"")
    with (folder / "array.npz").open("wb") as stream:
        np.save(stream, np.zeros(3))
    np.savez(folder / "bare.npz", adc=np.zeros((9000, 1), np.int16), fs=250, names=["II"])
    np.savez(
        folder / "short.npz", adc=np.zeros((900, 1), np.int16), fs=250, names=["II"], gain=[1.0]
    )
    code, rows, told = _run(folder, tmp_path / "out.csv")
    assert code == 0
    assert [kept for *_, kept in rows[1:]] == ["1", "0"]
    assert len(told.splitlines()) == 1
    assert said in told


def test_without_the_table_or_its_columns_nothing_is_written(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "record,kind\na161l,Asystole\n")
    code, rows, said = _run(folder, tmp_path / "out.csv")
    assert (code, rows) == (2, [])
    assert "the header has no column alarm" in said
    code, rows, said = _run(tmp_path / "nowhere", tmp_path / "out.csv")
    assert (code, rows) == (2, [])
    assert "nowhere" in said
