"""Where the feed is looked for, and what is said when it cannot be used."""

import json
import os
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from clinical.alarms.priority import Priority
from goldenhour.feed.main import _as_json, alarm_id_of, alerts_address, app
from ports.addresses import Addresses, write_addresses
from tests.goldenhour.feed.alarms import NOON_US, alarm

ALERTS = "127.0.0.1:4711"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home of a running stack."""
    write_addresses(tmp_path, Addresses(gateway="127.0.0.1:1", alerts=ALERTS, kafka=None))
    return tmp_path


def test_a_given_address_is_taken_whatever_runs(home: Path) -> None:
    assert alerts_address("center.example:7410", home) == "center.example:7410"


def test_without_one_the_running_stack_says_it(home: Path) -> None:
    assert alerts_address(None, home) == ALERTS


def test_without_a_home_the_environment_says_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(os.environ, "GOLDENHOUR_HOME", str(home))
    assert alerts_address(None, None) == ALERTS


def test_where_nothing_runs_it_says_how_to_start_it(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="Give --address, or start one with 'make demo'"):
        alerts_address(None, tmp_path)


def test_tail_says_so_and_does_not_trace_back(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["tail", "--home", str(tmp_path)])
    assert result.exit_code == 2
    assert "make demo" in re.sub(r"\W+", " ", result.output)


def test_an_unknown_language_is_refused(home: Path) -> None:
    result = CliRunner().invoke(app, ["tail", "--home", str(home), "--language", "xx"])
    assert result.exit_code == 2


def test_an_alarm_id_is_hexadecimal() -> None:
    assert alarm_id_of("00ff") == b"\x00\xff"
    with pytest.raises(typer.BadParameter, match="no-id is not hexadecimal"):
        alarm_id_of("no-id")


def test_json_names_the_alarm_as_acknowledge_wants_it() -> None:
    said = json.loads(_as_json(alarm(alarm_id=b"\x01" * 16, priority=Priority.MEDIUM)))
    assert alarm_id_of(said["alarm_id"]) == b"\x01" * 16
    assert (said["cause"], said["priority"], said["state"]) == (
        "HEART_RATE_LOW",
        "MEDIUM",
        "ACTIVE",
    )
    assert said["since_us"] == NOON_US
    assert said["unacknowledged"] is True
    assert said["reason"] == {"heart_rate_bpm": 36.0}
