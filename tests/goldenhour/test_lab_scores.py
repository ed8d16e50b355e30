"""``goldenhour lab scores``: one row out for one row in, whatever is in it."""

import csv
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from goldenhour.lab.main import app
from goldenhour.lab.whole_file import write_whole

HEADER = (
    "id,score,age_years,respiration_per_min,spo2_percent,spo2_scale,on_oxygen,"
    "systolic_mmhg,heart_rate_bpm,consciousness,temperature_c,gcs,fio2"
)
WELL = {
    "id": "p1",
    "score": "NEWS2",
    "age_years": "40",
    "respiration_per_min": "16",
    "spo2_percent": "97",
    "spo2_scale": "1",
    "on_oxygen": "0",
    "systolic_mmhg": "120",
    "heart_rate_bpm": "70",
    "consciousness": "A",
    "temperature_c": "37.0",
    "gcs": "",
    "fio2": "",
}


def run(folder: Path, content: str | bytes) -> Result:
    """Score a table with this content into ``out.csv``."""
    table = folder / "in.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    arguments = ["scores", str(table), "--out", str(folder / "out.csv")]
    return CliRunner().invoke(app, arguments)


def scored(folder: Path, content: str | bytes) -> list[dict[str, str]]:
    """Score a table and return its rows."""
    result = run(folder, content)
    assert result.exit_code == 0, result.output
    with (folder / "out.csv").open(newline="") as rows:
        return list(csv.DictReader(rows))


def row(**changes: str) -> str:
    """Return a well patient's row with some cells changed."""
    return ",".join({**WELL, **changes}.values())


def one(folder: Path, **changes: str) -> dict[str, str]:
    """Score a single row."""
    (answer,) = scored(folder, f"{HEADER}\n{row(**changes)}\n")
    return answer


def test_a_well_patient(tmp_path: Path) -> None:
    """Total, band and parts by input column."""
    answer = one(tmp_path)
    assert list(answer) == ["id", "score", "total", "band", "parts", "refusal"]
    assert (answer["id"], answer["score"]) == ("p1", "NEWS2")
    assert (answer["total"], answer["band"], answer["refusal"]) == ("0", "low", "")
    assert json.loads(answer["parts"]) == {
        "respiration_per_min": 0,
        "spo2_percent": 0,
        "on_oxygen": 0,
        "systolic_mmhg": 0,
        "heart_rate_bpm": 0,
        "consciousness": 0,
        "temperature_c": 0,
    }


# Per column: printed step, edges of the chart as (first value, its points), and the other cells.
BOUNDARIES = [
    ("respiration_per_min", 1, [(0, 3), (9, 1), (12, 0), (21, 2), (25, 3)], {}),
    ("spo2_percent", 1, [(0, 3), (92, 2), (94, 1), (96, 0)], {}),
    ("spo2_percent", 1, [(0, 3), (84, 2), (86, 1), (88, 0)], {"spo2_scale": "2"}),
    (
        "spo2_percent",
        1,
        [(0, 3), (84, 2), (86, 1), (88, 0), (93, 1), (95, 2), (97, 3)],
        {"spo2_scale": "2", "on_oxygen": "1"},
    ),
    ("systolic_mmhg", 1, [(0, 3), (91, 2), (101, 1), (111, 0), (220, 3)], {}),
    ("heart_rate_bpm", 1, [(0, 3), (41, 1), (51, 0), (91, 1), (111, 2), (131, 3)], {}),
    ("temperature_c", 10, [(100, 3), (351, 1), (361, 0), (381, 1), (391, 2)], {}),
]


@pytest.mark.parametrize(("column", "per_unit", "edges", "others"), BOUNDARIES)
def test_every_boundary(
    tmp_path: Path,
    column: str,
    per_unit: int,
    edges: list[tuple[int, int]],
    others: dict[str, str],
) -> None:
    """One printed step below, on and above each edge of the chart, and half a step below."""
    cells: list[tuple[str, int]] = []
    for (_, below), (first, points) in pairwise(edges):
        cells += [
            (f"{(first - 1) / per_unit:.2f}", below),
            (f"{(first - 0.51) / per_unit:.3f}", below),
            (f"{(first - 0.5) / per_unit:.2f}", points),
            (f"{first / per_unit:.1f}", points),
        ]
    lines = [row(**others, **{column: cell}) for cell, _ in cells]
    answers = scored(tmp_path, "\n".join([HEADER, *lines]))
    found = [
        (cell, json.loads(a["parts"])[column]) for (cell, _), a in zip(cells, answers, strict=True)
    ]
    assert found == cells


@pytest.mark.parametrize(
    ("column", "lowest", "highest"),
    [
        ("respiration_per_min", 0, 120),
        ("spo2_percent", 0, 100),
        ("systolic_mmhg", 0, 350),
        ("heart_rate_bpm", 0, 400),
        ("temperature_c", 10, 47),
    ],
)
def test_the_limits_of_what_is_plausible(
    tmp_path: Path, column: str, lowest: int, highest: int
) -> None:
    """The limits themselves are measurements, zero too; a hundredth beyond is none."""
    cells = [str(lowest), str(highest), f"{lowest - 0.01:.2f}", f"{highest + 0.01:.2f}"]
    lines = [row(**{column: cell}) for cell in cells]
    answers = scored(tmp_path, "\n".join([HEADER, *lines]))
    refused = f"IMPLAUSIBLE:{column}"
    assert [answer["refusal"] for answer in answers] == ["", "", refused, refused]


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"temperature_c": ""}, "MISSING:temperature_c"),
        ({"temperature_c": "  "}, "MISSING:temperature_c"),
        ({"on_oxygen": ""}, "MISSING:on_oxygen"),
        ({"on_oxygen": "2"}, "IMPLAUSIBLE:on_oxygen"),
        ({"on_oxygen": "yes"}, "IMPLAUSIBLE:on_oxygen"),
        ({"spo2_scale": "3"}, "IMPLAUSIBLE:spo2_scale"),
        ({"spo2_scale": "x"}, "IMPLAUSIBLE:spo2_scale"),
        ({"consciousness": "X"}, "IMPLAUSIBLE:consciousness"),
        ({"consciousness": ""}, "MISSING:consciousness"),
        ({"heart_rate_bpm": "nan"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "inf"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "-inf"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "1e999"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "7_0"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "seventy"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"heart_rate_bpm": "0x46"}, "IMPLAUSIBLE:heart_rate_bpm"),
        ({"age_years": "15"}, "AGE:age_years"),
        ({"age_years": "15.99"}, "AGE:age_years"),
        ({"age_years": "old"}, "IMPLAUSIBLE:age_years"),
        ({"age_years": "inf"}, "IMPLAUSIBLE:age_years"),
        ({"score": "NEWS3"}, "UNKNOWN_SCORE:score"),
        ({"score": ""}, "UNKNOWN_SCORE:score"),
        (
            {"systolic_mmhg": "400", "temperature_c": ""},
            "IMPLAUSIBLE:systolic_mmhg;MISSING:temperature_c",
        ),
    ],
)
def test_refusals_name_reason_and_column(
    tmp_path: Path, changes: dict[str, str], refusal: str
) -> None:
    """No total, no band, and exactly why."""
    answer = one(tmp_path, **changes)
    assert (answer["total"], answer["band"], answer["refusal"]) == ("", "", refusal)
    assert "at_least" in json.loads(answer["parts"])


@pytest.mark.parametrize(
    "changes",
    [
        {"age_years": ""},
        {"age_years": "16"},
        {"spo2_scale": ""},
        {"gcs": "rubbish"},
        {"heart_rate_bpm": " 70 "},
        {"heart_rate_bpm": "+7.0e1"},
    ],
)
def test_what_is_no_reason_to_refuse(tmp_path: Path, changes: dict[str, str]) -> None:
    """Empty age is an adult, empty scale is scale 1; other scores' columns do not matter."""
    assert one(tmp_path, **changes)["total"] == "0"


def test_the_lower_bound_of_a_refusal(tmp_path: Path) -> None:
    """What is known stays in the parts."""
    answer = one(tmp_path, respiration_per_min="25", temperature_c="", consciousness="")
    parts = json.loads(answer["parts"])
    assert parts["at_least"] == 3
    assert parts["respiration_per_min"] == 3
    assert "temperature_c" not in parts


def test_an_unreadable_scale_leaves_the_saturation_unknown(tmp_path: Path) -> None:
    """Nothing is scored on a scale that nobody named."""
    assert "spo2_percent" not in json.loads(one(tmp_path, spo2_scale="9")["parts"])


def test_bad_rows_spoil_no_other(tmp_path: Path) -> None:
    """Short, long, quoted, over-long and undecodable rows are rows, in their order."""
    rows = [
        row(id="a").encode(),
        b"b,NEWS2",
        row(id="c").encode() + b",extra,cells",
        b'd,NEWS2,"40,16,97',
        b"e,NEWS2," + b"9" * 200_000,
        b"f,NEWS2,\xff\xfe\x00",
        row(id="g").encode(),
    ]
    answers = scored(tmp_path, b"\r\n".join([HEADER.encode(), *rows]))
    assert [answer["id"] for answer in answers] == list("abcdefg")
    assert [answer["total"] for answer in answers] == ["0", "", "0", "", "", "", "0"]


def test_marks_and_line_ends_of_other_systems(tmp_path: Path) -> None:
    """A byte-order mark, CRLF, further columns and another order of columns are fine."""
    names = ["note", *reversed(WELL)]
    cells = ["hello", *reversed(WELL.values())]
    content = "\ufeff" + ",".join(names) + "\r\n" + ",".join(cells) + "\r\n\r\n"
    (answer,) = scored(tmp_path, content)
    assert (answer["id"], answer["total"]) == ("p1", "0")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (HEADER.replace("temperature_c,", ""), "the header has column temperature_c 0 times"),
        (HEADER + ",score", "the header has column score 2 times"),
        ("", "the header has column id 0 times"),
    ],
)
def test_a_bad_header_is_one_clear_error(tmp_path: Path, header: str, message: str) -> None:
    """The error names the column, and nothing is written."""
    result = run(tmp_path, f"{header}\n{row()}\n")
    assert result.exit_code == 2
    assert message in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_missing_table_is_one_clear_error(tmp_path: Path) -> None:
    """The error names the file."""
    missing = tmp_path / "none.csv"
    arguments = ["scores", str(missing), "--out", str(tmp_path / "out.csv")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert str(missing) in result.output


def test_what_breaks_off_leaves_the_old_file(tmp_path: Path) -> None:
    """A file appears under its name complete or not at all."""
    out = tmp_path / "out.csv"
    out.write_text("old")

    def rows() -> Iterator[list[str]]:
        yield ["a"]
        message = "broken off"
        raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="broken off"):
        write_whole(out, rows())
    assert out.read_text() == "old"
    assert list(tmp_path.iterdir()) == [out]
