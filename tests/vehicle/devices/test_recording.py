"""Recordings: what a row says, and where one cannot be read."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
import structlog

from clinical.instant import SECOND_US
from clinical.items import Vitals
from clinical.vitals import Consciousness
from ports.clock import VirtualClock
from vehicle.devices.recording import (
    BadRecording,
    BadRow,
    Row,
    check_recording,
    play,
    read_recording,
)

if TYPE_CHECKING:
    from vehicle.client import VehicleClient


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
    ("bad", "where"),
    [
        ("1,fast,,", "line 3, column heart_rate_bpm: no number"),
        ("1,nan,,", "line 3, column heart_rate_bpm: no number"),
        ("1,8\xff0,,", "line 3, column heart_rate_bpm: no number"),
        ('1,"80,,', "line 3, column heart_rate_bpm: no number"),
        (",80,,", "line 3, column second: no number"),
        ("inf,80,,", "line 3, column second: no number"),
        ("1,,X,", "line 3, column consciousness: none of A, C, V, P and U"),
        ("1,80,,2", "line 3, column on_oxygen: neither 0 nor 1"),
        ("1,80,5,A,0", "line 3: no row of 4 cells"),
    ],
)
def test_a_bad_row_is_named_and_the_next_one_is_read(tmp_path: Path, bad: str, where: str) -> None:
    """Who recorded learns which cell is wrong, not what is in it; a quote swallows no line."""
    path = tmp_path / "numerics.csv"
    text = f"second,heart_rate_bpm,consciousness,on_oxygen\n0,79,,\n{bad}\n\n2,81,,\n"
    path.write_bytes(text.encode("latin-1"))
    first, middle, last = read_recording(path)
    assert (first, last) == (
        Row(0.0, Vitals(heart_rate_bpm=79.0)),
        Row(2.0, Vitals(heart_rate_bpm=81.0)),
    )
    assert isinstance(middle, BadRow)
    assert str(middle) == where


def test_a_file_that_is_no_recording_is_told_by_its_header(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"^numerics.csv has no column named second$"):
        check_recording(write(tmp_path, "time,heart_rate_bpm\n0,80\n"))
    check_recording(write(tmp_path, "second,heart_rate_bpm\n"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match=r"^night.csv cannot be read behind line 0: No such"):
        check_recording(tmp_path / "night.csv")


class Captures:
    """Stands for the client: takes note of what is captured."""

    def __init__(self) -> None:
        self.vitals: list[Vitals] = []

    def capture(self, encounter_id: str, items: Sequence[Vitals]) -> None:
        del encounter_id
        self.vitals += items


async def test_a_recording_that_is_bad_in_its_middle_is_played_to_its_end(tmp_path: Path) -> None:
    """The first bad row of a column is said with file, line and column, the others are counted."""
    rows = ["0,80,", "1,fast,36.9", "2,82,", "3,faster,", "4,84,warm", "5,85,"]
    path = write(tmp_path, "\n".join(["second,heart_rate_bpm,temperature_c", *rows]))
    client, clock = Captures(), VirtualClock()
    with structlog.testing.capture_logs() as said:
        playing = asyncio.create_task(play(path, cast("VehicleClient", client), "e", clock))
        await clock.run_for(5 * SECOND_US)
        await playing
    assert [one.heart_rate_bpm for one in client.vitals] == [80, 82, 85]
    by_column = {"heart_rate_bpm": 2, "temperature_c": 1}
    here = {"event": "row passed over", "log_level": "error", "file": "numerics.csv"}
    assert said == [
        {**here, "line": 3, "column": "heart_rate_bpm", "error": "no number"},
        {**here, "line": 6, "column": "temperature_c", "error": "no number"},
        {
            "event": "rows passed over",
            "log_level": "warning",
            "file": "numerics.csv",
            "by_column": by_column,
        },
    ]
