import asyncio
from itertools import pairwise

import pytest

from clinical.items import CrewEvent, CrewFinding, EncounterChange, EncounterEvent, Vitals
from clinical.signals.waveform import WaveformChunk
from simulators.fleet.fleet import RecordedMonitor, encounter_ids, monitor_of
from simulators.scenario import Encounter
from simulators.story import SECOND_US
from tests.simulators.night import SCENARIO, Night
from wire.unit_items import Position, UnitKind


async def test_every_patient_is_opened_and_shown_once_a_second() -> None:
    """The monitors are spread over the second."""
    night = Night()
    await night.fleet.start()
    await night.clock.run_for(4 * SECOND_US)
    frames = night.units["B"].frames
    opened = EncounterEvent(EncounterChange.OPENED, bay="2", age_years=60)
    assert frames[0] == (SECOND_US // 2, night.ids["well"], opened)
    shown_us = [at_us for at_us, _, item in frames if isinstance(item, Vitals)]
    assert shown_us == [SECOND_US // 2 + second * SECOND_US for second in range(4)]
    assert night.units["A"].frames[0][0] == 0
    await night.fleet.end()


async def test_nobody_gets_worse_before_the_story_begins() -> None:
    night = Night()
    await night.fleet.start()
    await night.clock.run_for(30 * SECOND_US)
    before = [it for it in night.items("A", Vitals) if isinstance(it, Vitals)]
    assert all(it.heart_rate_bpm for it in before)
    night.story.start()
    await night.clock.run_for(9 * SECOND_US)
    after = [it for it in night.items("A", Vitals) if isinstance(it, Vitals)][len(before) :]
    assert [bool(it.heart_rate_bpm) for it in after] == [True] * 4 + [False] * 5
    assert night.items("A", CrewEvent) == [CrewEvent(CrewFinding.NO_PULSE)]
    await night.fleet.end()


async def test_the_end_of_the_fleet_ends_every_encounter() -> None:
    night = Night()
    await night.fleet.start()
    await night.clock.run_for(2 * SECOND_US)
    await night.fleet.end()
    for unit in night.units.values():
        assert unit.frames[-1][2] == EncounterEvent(EncounterChange.ENDED)
    count = len(night.units["A"].frames)
    await night.clock.run_for(5 * SECOND_US)
    assert len(night.units["A"].frames) == count


async def test_the_story_waits_for_every_unit() -> None:
    night = Night()
    waiting = asyncio.ensure_future(night.fleet.reached())
    night.units["A"].reached = True
    await night.clock.run_for(SECOND_US)
    assert not waiting.done()
    night.units["B"].reached = True
    await night.clock.run_for(SECOND_US)
    assert waiting.done()


async def test_a_monitor_that_fails_is_not_silent() -> None:
    night = Night()
    await night.fleet.start()
    night.units["B"].broken = RuntimeError("broken")
    failing = asyncio.ensure_future(night.fleet.failed())
    await night.clock.run_for(2 * SECOND_US)
    with pytest.raises(RuntimeError, match="broken"):
        await failing
    await asyncio.gather(night.fleet.end(), return_exceptions=True)


def test_the_same_seed_gives_the_same_patients_under_new_ids() -> None:
    """An id begins with the moment; what follows, and the patient, come from the seed."""
    first, again = (encounter_ids(SCENARIO, 1, now_us) for now_us in (10**15, 10**15 + 10**9))
    assert first["ill"] != again["ill"]
    assert first["ill"][14:] == again["ill"][14:]
    assert first["ill"][14:] != encounter_ids(SCENARIO, 2, 10**15)["ill"][14:]
    one = SCENARIO.encounters[1]
    shown = [monitor_of(one, seed).show(None) for seed in (1, 1, 2)]
    assert shown[0] == shown[1] != shown[2]


def test_a_recording_is_played_over_and_over() -> None:
    monitor = monitor_of(Encounter(key="r", unit="A", recording="bidmc_03.csv"), 1)
    assert isinstance(monitor, RecordedMonitor)
    first = [monitor.show(None) for _ in range(481)]
    assert first[0].heart_rate_bpm
    assert monitor.show(5.0) == first[0]


async def test_leads_follow_the_heart_rate_and_the_faults_of_the_story() -> None:
    """Chunks follow on one another without a hole, whatever is wrong with the lead."""
    night = Night()
    await night.fleet.start()
    night.story.start()
    await night.clock.run_for(12 * SECOND_US)
    chunks = [it for it in night.items("B", WaveformChunk) if isinstance(it, WaveformChunk)]
    assert [chunk.first_sample for chunk in chunks] == [250 * n for n in range(len(chunks))]
    assert [len(set(chunk.samples)) == 1 for chunk in chunks][:9] == [False] * 3 + [True] * 3 + [
        False
    ] * 3
    gaps = [after.start_us - before.end_us for before, after in pairwise(chunks)]
    assert gaps == [0] * len(gaps)
    await night.fleet.end()


async def test_chunks_are_short_while_somebody_watches() -> None:
    """They still follow on one another."""
    night = Night()
    await night.fleet.start()
    await night.clock.run_for(2 * SECOND_US)
    night.units["B"].chunk_us = 200_000
    await night.clock.run_for(2 * SECOND_US)
    chunks = [it for it in night.items("B", WaveformChunk) if isinstance(it, WaveformChunk)]
    assert [len(chunk.samples) for chunk in chunks] == [250] * 2 + [50] * (len(chunks) - 2)
    assert len(chunks) >= 6
    assert all(before.end_sample == after.first_sample for before, after in pairwise(chunks))
    await night.fleet.end()


async def test_a_unit_says_once_a_second_where_it_is() -> None:
    """Of itself, without an encounter; the other unit says nothing, for it has no place."""
    night = Night()
    await night.fleet.start()
    await night.clock.run_for(3 * SECOND_US)
    said = [
        (at_us, encounter_id, item)
        for at_us, encounter_id, item in night.units["A"].frames
        if isinstance(item, Position)
    ]
    assert [(at_us, encounter_id) for at_us, encounter_id, _ in said] == [
        (second * SECOND_US, None) for second in range(4)
    ]
    assert said[0][2] == Position(23.0, 113.0, 0.0, None, UnitKind.AMBULANCE)
    assert night.items("B", Position) == []
    await night.fleet.end()


async def test_a_crew_takes_the_ecgs_of_the_story() -> None:
    """When the story says, ten seconds back from then, of the patient that it says."""
    night = Night()
    await night.fleet.start()
    night.story.start()
    started_us = night.clock.now_us()
    await night.clock.run_for(12 * SECOND_US)
    ((_, well, made),) = night.units["B"].ecgs
    ((_, ill, real),) = night.units["A"].ecgs
    assert (well, ill) == (night.ids["well"], night.ids["ill"])
    assert made.recorded_us == pytest.approx(started_us - 4_000_000, abs=1_000)
    assert (made.person.sex, made.person.age_years, real.person.age_years) == ("female", 60, 50)
    assert (made.rate_hz, real.rate_hz) == (500, 1_000)
    await night.fleet.end()
