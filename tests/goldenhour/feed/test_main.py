"""Where the feed is looked for, and what is said when it cannot be used."""

import asyncio
import json
import os
import re
from functools import partial
from pathlib import Path

import grpc
import pytest
import typer
from typer.testing import CliRunner

from clinical.alarms.priority import Priority
from clinical.alarms.recipient import Recipient
from clinical.alarms.view import AlarmState
from clinical.instant import SECOND_US
from goldenhour.feed.main import (
    _act_in_time,
    _Action,
    _as_json,
    _say_silence,
    alarm_id_of,
    alerts_address,
    app,
)
from ports.addresses import Addresses, write_addresses
from ports.clock import SystemClock, VirtualClock
from ports.log.memory_log import MemoryLog
from simulators.verdict.alert_feed import AlertFeed
from tests.command_center.night import append, latched
from tests.command_center.station import station_at
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


async def test_an_alarm_is_paused_taken_and_reset_by_its_id(tmp_path: Path) -> None:
    """A condition that holds is refused with the reason; an id that no alarm has is said."""
    log = MemoryLog()
    began, over = latched(1, 2)
    async with station_at(log, tmp_path) as station:

        async def act(action: _Action, alarm_id: bytes) -> bool:
            feed = AlertFeed(station.address, "terminal", SystemClock())
            return await _act_in_time(action, feed, alarm_id, "Li Wei")

        told = station.subscribe()
        await told.until_caught_up()
        await append(log, began)
        await told.next()
        assert not await act(AlertFeed.reset, b"0" * 16)
        assert await act(partial(AlertFeed.pause, for_us=60 * SECOND_US), began.alarm_id)
        (view,) = station.center.publisher.current()
        assert (view.pauses[0].person, view.unacknowledged) == ("Li Wei", True)
        supervisor = partial(AlertFeed.escalate, to=Recipient.SUPERVISOR, reason="help")
        assert await act(supervisor, began.alarm_id)
        (view,) = station.center.publisher.current()
        assert [(one.to, one.reason) for one in view.escalations] == [
            (Recipient.SUPERVISOR, "help")
        ]
        assert await act(AlertFeed.acknowledge, began.alarm_id)
        with pytest.raises(grpc.aio.AioRpcError, match="the condition holds"):
            await act(AlertFeed.reset, began.alarm_id)
        await append(log, over)
        while station.center.publisher.current()[0].state is not AlarmState.LATCHED:
            await told.next()
        assert await act(AlertFeed.reset, began.alarm_id)
        assert station.center.publisher.current() == []


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


@pytest.mark.parametrize(("answered", "said"), [(False, f"nobody answers at {ALERTS}"), (True, "")])
async def test_whoever_follows_a_feed_is_told_that_nobody_serves_it(
    answered: bool,  # noqa: FBT001 - a case
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """An address with a slip in it would else be a quiet night."""
    feed, clock = AlertFeed(ALERTS, "terminal", SystemClock()), VirtualClock()
    feed.caught_up = answered
    saying = asyncio.create_task(_say_silence(feed, ALERTS, clock))
    await clock.run_for(60 * SECOND_US)
    await saying
    assert capsys.readouterr().err.partition(";")[0].strip() == said
