"""Frames that must be refused are refused, for the right reason, whatever else is on the stream."""

from random import Random

import pytest

from goldenhour.bench.hostile.frames import KINDS, good
from goldenhour.bench.hostile.judging import Judging, new_story
from goldenhour.bench.hostile.measure import good as shows_what_it_must
from goldenhour.bench.hostile.measure import in_process
from goldenhour.bench.hostile.mutation import WAYS, hostile
from goldenhour.bench.hostile.streams import HostileUnit
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from tests.streams.gateway.station import station_at
from wire.frames import Lane
from wire.validation import Checked, StreamKey, check

SEGMENT = bytes(16)


@pytest.mark.parametrize("seed", range(3))
def test_every_hostile_frame_is_refused_rightly_and_every_good_one_arrives(seed: int) -> None:
    """Each way to spoil a frame on each lane, with good frames among them."""
    judging = Judging(seed)
    for _ in range(6):
        judging.stream(500)
    tally = judging.tally
    assert tally.frames == 3_000
    assert (tally.not_refused, tally.wrongly_refused) == (0, [])
    assert tally.good_arrived == tally.good_sent > 200
    assert set(tally.by_way) == set(WAYS)


def test_the_same_seed_makes_the_same_frames() -> None:
    """A frame that broke something can be made again."""

    def made(seed: int) -> list[bytes]:
        rng = Random(seed)  # noqa: S311 - a seeded attack
        story, stream = new_story(rng), StreamKey("A", Lane.VITALS, SEGMENT)
        return [hostile(story, stream, sequence, rng).data for sequence in range(1, 200)]

    assert made(7) == made(7) != made(8)


@pytest.mark.parametrize("lane", Lane)
def test_what_is_not_spoiled_is_admitted(lane: Lane) -> None:
    """Otherwise a refusal would prove nothing."""
    rng = Random(1)  # noqa: S311 - a seeded attack
    story, stream = new_story(rng), StreamKey("A", lane, SEGMENT)
    seen = set()
    for sequence in range(1, 200):
        frame = good(story, stream, sequence, rng)
        seen.add(frame.items[0].WhichOneof("item"))
        assert isinstance(check(frame.SerializeToString(), stream, sequence), Checked)
    assert seen == set(KINDS[lane])


def test_a_run_that_shows_less_is_not_good() -> None:
    """The bench fails on one frame that was let in, one wrong reason, one good frame lost."""
    figures = in_process(200, 1, SystemClock())
    assert shows_what_it_must(figures)
    for name, value in (("not_refused", 1), ("wrongly_refused", 1), ("good_arrived", 0)):
        assert not shows_what_it_must({**figures, name: value})
    unnamed = {"gap": {"code": "OUT_OF_RANGE", "fields": []}}
    assert not shows_what_it_must({**figures, "broken_calls": unnamed})


async def test_over_grpc_it_is_the_same(log: MemoryLog) -> None:
    """Refusals come back with reason and field; the log has good frames and dead letters."""
    unit = HostileUnit(1)
    await unit.plant(log)
    async with station_at(log) as station:
        calls = await unit.attack(station.server.address, 400)
    held = await unit.arrived(log)
    tally = unit.tally
    assert (tally.frames, tally.not_refused, tally.wrongly_refused) == (400, 0, [])
    assert tally.good_arrived == tally.good_sent > 20
    assert held["dead_letters"] == 400
    assert {call["code"] for call in calls.values()} == {"INVALID_ARGUMENT", "OUT_OF_RANGE"}
    assert all(call["fields"] for call in calls.values())


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()
