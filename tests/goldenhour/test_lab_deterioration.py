"""``goldenhour lab deterioration``: one row out for one row in, in order, whatever is in it."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from goldenhour.lab.deterioration import index_lines
from goldenhour.lab.main import app

HEADER = (
    "patient,minute,age_years,respiration_per_min,spo2_percent,spo2_scale,on_oxygen,systolic_mmhg,"
    "heart_rate_bpm,consciousness,temperature_c,gcs,fio2"
)
WELL = "{patient},{minute},50,14,98,1,0,124,72,A,36.8,,"
ILL = "{patient},{minute},50,26,90,1,1,96,128,A,39.2,,"


def run(folder: Path, content: str) -> Result:
    table = folder / "in.csv"
    table.write_text(content, encoding="utf-8")
    return CliRunner().invoke(app, ["deterioration", str(table), "--out", str(folder / "out.csv")])


def judged(*lines: str, header: str = HEADER) -> list[dict[str, str]]:
    """Return the rows that come out for these lines."""
    names, *found = index_lines([header, *lines])
    return [dict(zip(names, row, strict=True)) for row in found]


def test_the_file_has_one_row_for_each_row_in_order(tmp_path: Path) -> None:
    """Patient and minute come back as they were written, with index and alert."""
    lines = [WELL.format(patient="b", minute="7"), ILL.format(patient="a", minute="07.0")]
    assert run(tmp_path, "\n".join([HEADER, *lines]) + "\n").exit_code == 0
    out = list(csv.reader((tmp_path / "out.csv").read_text().splitlines()))
    assert out[0] == ["patient", "minute", "index", "alert"]
    assert [row[:2] for row in out[1:]] == [["b", "7"], ["a", "07.0"]]
    assert float(out[1][2]) < float(out[2][2]) < 1
    assert [row[3] for row in out[1:]] == ["0", "1"]


def test_interleaved_patients_are_as_one_after_the_other() -> None:
    """How rows of different patients lie among each other does not matter."""
    alone = {
        patient: [form.format(patient=patient, minute=60 * hour) for hour in range(5)]
        for patient, form in (("a", WELL), ("b", ILL))
    }
    mixed = [line for pair in zip(alone["a"], alone["b"], strict=True) for line in pair]
    together = judged(*mixed)
    for patient, lines in alone.items():
        assert [row for row in together if row["patient"] == patient] == judged(*lines)


def test_a_prefix_of_the_table_gives_a_prefix_of_the_answer() -> None:
    """The index is causal: what comes later changes nothing."""
    lines = [
        form.format(patient="a", minute=60 * hour)
        for hour, form in enumerate((WELL, WELL, ILL, WELL, ILL, ILL))
    ]
    whole = judged(*lines)
    for length in range(len(lines)):
        assert judged(*lines[:length]) == whole[:length]


@pytest.mark.parametrize(
    "line",
    ["a,x" + ",1" * 11, "a,", "", "a", ",60" + ",1" * 11, '"a,60,50', "a,nan,50,14", "a,1e999"],
)
def test_a_bad_row_is_one_row_and_the_next_is_judged(line: str) -> None:
    """A row without patient or minute has an empty index and no alert."""
    bad, good = judged(line or " ", WELL.format(patient="c", minute=1))
    assert (bad["index"], bad["alert"]) == ("", "0")
    assert good["index"]


def test_unreadable_cells_count_as_not_measured() -> None:
    """Words, infinities and what no human can have are no values."""
    spoiled = "p,0,50,fast,inf,1,2,-5,900,X,99,16,7"
    assert judged(spoiled)[0]["index"] == judged("p,0,50,,,,,,,,,,")[0]["index"]


def test_a_child_has_no_index() -> None:
    """The model was trained on adults; a child's row says nothing rather than something false."""
    first, later = judged("k,0,9,40,85,1,1,70,170,P,39.9,,", "k,60,,40,85,1,1,70,170,P,39.9,,")
    assert (first["index"], first["alert"], later["index"]) == ("", "0", "")


def test_vitals_without_a_column_were_never_measured() -> None:
    """A table of only some of the columns is judged by these."""
    few = judged("a,0,130,90", header="patient,minute,heart_rate_bpm,systolic_mmhg")
    every = judged("a,0,,,,,,90,130,,,,")
    assert few == every


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("patient,heart_rate_bpm", "minute"),
        ("minute,heart_rate_bpm", "patient"),
        ("patient,minute,fio2,fio2", "fio2 2 times"),
        ("patient,minute,pulse", "none of the columns"),
    ],
)
def test_a_header_at_fault_is_told_in_one_line(tmp_path: Path, header: str, told: str) -> None:
    """The message names the column, and no file is left."""
    result = run(tmp_path, header + "\n")
    assert result.exit_code == 2
    assert told in result.output
    assert not (tmp_path / "out.csv").exists()
