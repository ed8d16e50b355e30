"""Recordings: what a row says, and where one cannot be read."""

from pathlib import Path

import pytest

from clinical.items import Vitals
from clinical.vitals import Consciousness
from vehicle.devices.recording import BadRecording, Row, read_recording


def write(folder: Path, text: str) -> Path:
    path = folder / "numerics.csv"
    path.write_text(text)
    return path


def test_an_empty_cell_was_not_measured_and_zero_was(tmp_path: Path) -> None:
    """Missing is its own thing; other columns are passed over."""
    path = write(
        tmp_path,
        "second,heart_rate_bpm,spo2_percent,consciousness,on_oxygen,comment\n"
        "0,80,98.5,A,0,start\n"
        "1.5,0,,,,\n",
    )
    assert list(read_recording(path)) == [
        Row(
            0.0,
            Vitals(
                heart_rate_bpm=80.0,
                spo2_percent=98.5,
                consciousness=Consciousness.ALERT,
                on_oxygen=False,
            ),
        ),
        Row(1.5, Vitals(heart_rate_bpm=0.0)),
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("time,heart_rate_bpm\n0,80\n", "no column named second"),
        ("second,heart_rate_bpm\n0,80\n1,fast\n", "row 3, column heart_rate_bpm"),
        ("second,heart_rate_bpm\n,80\n", "row 2, column second"),
        ("second,consciousness\n0,X\n", "row 2, column consciousness"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, text: str, where: str) -> None:
    """Who recorded learns which cell is wrong."""
    with pytest.raises(BadRecording, match=where):
        list(read_recording(write(tmp_path, text)))
