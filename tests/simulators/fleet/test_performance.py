import asyncio
import json
from pathlib import Path

import pytest

from clinical.items import EncounterChange, EncounterEvent
from simulators.fleet.links import Links
from simulators.fleet.performance import NotConnected, Performance, story_file
from simulators.settings import SimulateSettings
from simulators.story import SECOND_US
from tests.simulators.night import Night

NOBODY = "127.0.0.1:1"


async def performance(night: Night, home: Path, **settings: object) -> Performance:
    chosen = SimulateSettings.model_validate({"home": home} | settings)
    await night.fleet.start()
    links = Links((), NOBODY, night.clock)
    return Performance(chosen, night.fleet, links, None, night.story)


def reach(night: Night) -> None:
    for unit in night.units.values():
        unit.reached = True


async def test_the_story_begins_when_every_unit_is_there_and_lasts_its_length(
    tmp_path: Path,
) -> None:
    night = Night()
    playing = asyncio.ensure_future(
        (await performance(night, tmp_path, seconds=5)).play(asyncio.Event())
    )
    await night.clock.run_for(3 * SECOND_US)
    assert not story_file(tmp_path).exists()
    reach(night)
    await night.clock.run_for(SECOND_US)
    written = json.loads(story_file(tmp_path).read_text())
    assert written == {"story_started_us": night.story.started_us}
    await night.clock.run_for(3 * SECOND_US)
    assert not playing.done()
    await night.clock.run_for(2 * SECOND_US)
    assert await playing == pytest.approx(5, abs=1)


async def test_a_stop_ends_the_story_early(tmp_path: Path) -> None:
    night = Night()
    stop = asyncio.Event()
    reach(night)
    playing = asyncio.ensure_future((await performance(night, tmp_path)).play(stop))
    await night.clock.run_for(4 * SECOND_US)
    stop.set()
    assert await playing == pytest.approx(4, abs=1)


async def test_what_fails_in_the_fleet_ends_the_story_with_its_error(tmp_path: Path) -> None:
    night = Night()
    night.units["A"].broken = RuntimeError("broken")
    playing = asyncio.ensure_future((await performance(night, tmp_path)).play(asyncio.Event()))
    await night.clock.run_for(2 * SECOND_US)
    with pytest.raises(RuntimeError, match="broken"):
        await playing


async def test_units_that_stay_away_are_not_waited_for_for_ever(tmp_path: Path) -> None:
    night = Night()
    told = await performance(night, tmp_path, connect_s=0.05)
    with pytest.raises(NotConnected):
        await told.play(asyncio.Event())


async def test_winding_down_ends_encounters_and_waits_no_longer_than_allowed(
    tmp_path: Path,
) -> None:
    night = Night()
    told = await performance(night, tmp_path)
    night.units["A"].draining = False
    await told.wind_down(0.05)
    assert night.units["B"].frames[-1][2] == EncounterEvent(EncounterChange.ENDED)
