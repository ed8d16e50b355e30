"""An event strip as a file, and how a dispatcher asks for it."""

import json
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from typer.testing import CliRunner

from clinical.instant import SECOND_US
from goldenhour.feed.main import _strip_in_time, app
from goldenhour.feed.strip import written
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from simulators.verdict.alert_feed import AlertFeed
from tests.browser.bedside import append_chunks
from tests.clinical.signals.test_event_strip import ONSET_US, lead, strip_of
from tests.command_center.night import append, transition
from tests.command_center.station import station_at
from wire.strips import AlarmStrip

TOLD = AlarmStrip(b"a" * 16, "patient", "AMB-05", "ASYSTOLE", strip_of(lead(), lead("V5", 500)))


def test_json_has_every_sample() -> None:
    """With rate, scale and beginning of each stretch, and the alarm it belongs to."""
    said = json.loads(written(TOLD, Path("strip.json")))
    assert (said["alarm_id"], said["cause"], said["onset_us"]) == ("61" * 16, "ASYSTOLE", ONSET_US)
    assert said["whole"] is True
    assert {one["lead"]: len(one["samples"]) for one in said["stretches"]} == {
        "II": 7_500,
        "V5": 15_000,
    }


def test_svg_is_the_sheet_of_the_board_and_nothing_else_is_written() -> None:
    """Its words in both languages; another ending is refused by name."""
    sheet = written(TOLD, Path("strip.svg"))
    assert sheet.count("<polyline") == 6
    assert "Asystole" in sheet
    assert "AMB-05" in sheet
    with pytest.raises(ValueError, match=r"strip.pdf ends neither"):
        written(TOLD, Path("strip.pdf"))


async def test_the_strip_of_an_alarm_is_had_from_the_feed(tmp_path: Path) -> None:
    """Also when nobody watched and the unit has gone; of another alarm there is none."""
    log, now_us = MemoryLog(), SystemClock().now_us()
    onset_us = now_us - 20 * SECOND_US
    alarm = replace(
        transition(1, 0, cause="ASYSTOLE"), since_us=onset_us, learned_us=onset_us + 5 * SECOND_US
    )
    for chunk in lead():
        moved = replace(chunk, start_us=chunk.start_us + onset_us - ONSET_US)
        await append_chunks(log, alarm.encounter_id, [moved], moved.end_us)
    async with station_at(log, tmp_path) as station:
        feed = AlertFeed(station.address, "terminal", SystemClock())
        await append(log, alarm)
        while await station.center.event_strips.of_alarm(alarm.alarm_id) is None:
            await SystemClock().sleep_us(10_000)
        told = await _strip_in_time(feed, alarm.alarm_id)
        assert (told.unit_id, told.cause, told.strip.whole) == ("unit-1", "ASYSTOLE", True)
        for alarm_id, code in (
            (b"b" * 16, grpc.StatusCode.NOT_FOUND),
            (b"b", grpc.StatusCode.INVALID_ARGUMENT),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await _strip_in_time(feed, alarm_id)
            assert refused.value.code() is code


def test_an_id_that_is_none_is_refused() -> None:
    """Before anybody is asked."""
    asked = ["strip", "no-id", "--out", "strip.svg", "--address", "127.0.0.1:1"]
    assert CliRunner().invoke(app, asked).exit_code == 2
