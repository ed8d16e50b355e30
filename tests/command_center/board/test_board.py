"""What every open board is told beside patients and alarms."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from ports.clock import VirtualClock
from ports.log.memory_log import MemoryLog
from tests.command_center.night import append, at, transition
from tests.command_center.station import Station, station_at
from tests.patience import PATIENCE_S
from wire.synthetic import encounter_of


async def _first(station: Station) -> dict[str, Any]:
    """Return the first message to a board that is opened now."""
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    viewer = station.center.board.admit()
    assert viewer is not None
    telling = asyncio.create_task(station.center.board.tell(viewer, told.put))
    async with asyncio.timeout(PATIENCE_S):
        message = await told.get()
    telling.cancel()
    station.center.board.dismiss(viewer)
    return message


async def test_the_load_of_ten_minutes_is_told_to_boards_and_metrics(
    log: MemoryLog, tmp_path: Path
) -> None:
    """Alarms that began count once each; older ones and those of synthetic patients do not."""
    old, fresh = transition(1, 50), transition(2, 650)
    nobody = replace(fresh, encounter_id=encounter_of("center", 0, 4))
    over = transition(2, 660, active=False, revision=2)
    async with station_at(log, tmp_path, VirtualClock(at(700))) as station:
        feed = station.subscribe()
        await feed.until_caught_up()
        await append(log, old, nobody, fresh, over)
        for _ in range(3):
            await feed.next()
        assert (await _first(station))["load"] == 1
        assert station.figure("alarms_in_10_min") == 1
        begun = station.figure("alarms_begun_total", priority="HIGH", category="PHYSIOLOGICAL")
        assert begun == 2
        assert station.figure("alarms_chattering") == 0
        assert station.figure("alarms_stale") == 0
