"""``goldenhour bench alarms``: the live watch on hard nights, beside fixed delays."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldenhour.bench.judgement.alarm_load import measure, read_recordings
from goldenhour.bench.main import app
from simulators.scenario import RECORDINGS


@pytest.mark.parametrize("seed", [1, 2])
def test_the_watch_is_quieter_than_any_delay_as_late_and_misses_nothing(seed: int) -> None:
    """What issue 6 asks: two thirds fewer than plain limits, nothing sustained missed."""
    figures = measure(read_recordings(RECORDINGS), 1, seed)
    watch = figures["watch"]
    assert (watch["missed"], watch["fatigue"]["chattering"]) == (0, 0)
    assert watch["fewer_than_plain"] >= 0.67
    assert watch["alarms"] < figures["fixed_as_late"]["alarms"]
    nuisances = [x["alarms"] * x["nuisance_share"] for x in (watch, figures["fixed_as_late"])]
    assert nuisances[0] < nuisances[1]


def test_figures_and_the_replay_are_written_whole(tmp_path: Path) -> None:
    """The replay is the input of ``lab alarms-replay``, one row a second and patient."""
    figures, replay = tmp_path / "f.json", tmp_path / "r.csv"
    arguments = ["alarms", "--out", str(figures), "--hours", "0.5", "--replay", str(replay)]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert json.loads(figures.read_text())["patients"] == 4
    assert len(replay.read_text().splitlines()) == 1 + 4 * 1800


def test_a_folder_without_recordings_is_told(tmp_path: Path) -> None:
    """One line, exit code 2."""
    arguments = ["alarms", "--out", str(tmp_path / "f.json"), "--recordings", str(tmp_path)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, result.output) == (2, f"{tmp_path}: no bidmc_*.csv\n")
