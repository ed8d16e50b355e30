"""``goldenhour lab alarms-replay``: the live watch over a table, its alarms from when to when."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from goldenhour.lab.main import app

HEADER = "patient,second,heart_rate_bpm,pulse_bpm,respiration_per_min,spo2_percent"
WELL = "80,80,16,97"


def run(folder: Path, lines: Iterable[str], header: str = HEADER) -> Result:
    """Replay a table of these lines into ``out.csv``."""
    table = folder / "in.csv"
    table.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    arguments = ["alarms-replay", str(table), "--out", str(folder / "out.csv")]
    return CliRunner().invoke(app, arguments)


def alarms(folder: Path, lines: Iterable[str]) -> list[list[str]]:
    """Replay a table and return its alarms as rows without the header."""
    result = run(folder, lines)
    assert result.exit_code == 0, result.output
    with (folder / "out.csv").open(newline="") as rows:
        header, *said = csv.reader(rows)
    assert header == ["patient", "raised_s", "ended_s", "cause", "priority"]
    return said


def stay(patient: str, first: int, last: int, cells: str) -> list[str]:
    """Return one row a second with the same vital signs."""
    return [f"{patient},{second},{cells}" for second in range(first, last)]


def test_an_alarm_is_told_with_begin_end_and_the_highest_priority(tmp_path: Path) -> None:
    """Two signals agree, so eight seconds are enough; it is over with the first well value."""
    lines = stay("a", 0, 20, WELL) + stay("a", 20, 60, "150,149,16,97") + stay("a", 60, 90, WELL)
    assert alarms(tmp_path, lines) == [["a", "28", "60", "HEART_RATE_HIGH", "high"]]


def test_motion_at_the_finger_is_no_desaturation(tmp_path: Path) -> None:
    """Fifteen seconds of a pulse that the ECG contradicts pass in silence."""
    lines = stay("a", 0, 20, WELL) + stay("a", 20, 35, "80,150,16,75") + stay("a", 35, 60, WELL)
    assert alarms(tmp_path, lines) == []


def test_a_sensor_that_is_off_is_a_technical_alarm(tmp_path: Path) -> None:
    """Missing is not zero, and not unseen: after thirty seconds it is said, medium."""
    lines = stay("a", 0, 10, WELL) + stay("a", 10, 60, "80,,16,") + stay("a", 60, 70, WELL)
    assert alarms(tmp_path, lines) == [["a", "39", "60", "VITAL_NOT_JUDGED", "medium"]]


def test_what_holds_at_the_end_ends_with_the_last_row(tmp_path: Path) -> None:
    """Every alarm has an end."""
    lines = stay("a", 0, 40, "0,0,16,97")
    assert alarms(tmp_path, lines) == [["a", "5", "39", "HEART_RATE_ZERO", "high"]]


def test_patients_are_judged_apart_however_their_rows_are_mixed(tmp_path: Path) -> None:
    """A row more of one is no time of the other; patients come in order of appearance."""
    ill, well = stay("b", 0, 40, "80,80,16,80"), stay("a", 0, 40, WELL)
    mixed = [line for pair in zip(ill, well, strict=True) for line in pair]
    expected = [["b", "8", "39", "SPO2_LOW", "high"]]
    assert alarms(tmp_path, mixed) == alarms(tmp_path, ill + well) == expected


@pytest.mark.parametrize("cell", ["nan", "x", "inf", "-5", "900"])
def test_a_cell_that_is_no_measurement_is_never_taken_for_one(tmp_path: Path, cell: str) -> None:
    """It is missing or an artefact, and after thirty seconds that is said."""
    lines = stay("a", 0, 10, WELL) + stay("a", 10, 50, f"{cell},{cell},16,97")
    assert alarms(tmp_path, lines) == [["a", "39", "49", "VITAL_NOT_JUDGED", "medium"]]


@pytest.mark.parametrize(
    ("header", "line", "message"),
    [
        (HEADER.replace("pulse_bpm", "pulse"), f"a,0,{WELL}", "column pulse_bpm 0 times"),
        (HEADER, f",0,{WELL}", "line 2 has no usable patient"),
        (HEADER, f"a,soon,{WELL}", "line 2 has no usable second"),
    ],
)
def test_a_table_at_fault_is_told_in_one_line_and_nothing_is_written(
    tmp_path: Path, header: str, line: str, message: str
) -> None:
    """The field is named."""
    result = run(tmp_path, [line], header)
    assert result.exit_code == 2
    assert message in result.output
    assert not (tmp_path / "out.csv").exists()
