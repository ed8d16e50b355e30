"""The soak bench: one load for a long time, and what every program weighs, minute by minute.

A program that has just started fills what it keeps: minutes of trend, alarms that are over. So the
load runs for a while first, and growth is judged in the time after that.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clinical.instant import SECOND_US
from goldenhour.bench.fleet.growth import slope_per_hour
from goldenhour.bench.fleet.shapes import Shape, carried
from goldenhour.bench.fleet.units import Fleet, FleetOptions
from goldenhour.bench.programs.spending import Spent, spent
from goldenhour.bench.programs.standing_stack import standing_stack
from ports.clock import Clock

MINUTE_S: Final = 60
FEWEST_SAMPLES: Final = 10
"""A run of less than ten minutes is sampled ten times."""


@dataclass(frozen=True, slots=True)
class SoakOptions:
    """What to measure."""

    settle_minutes: float
    minutes: float
    units: int
    frames_per_s: float
    turns_per_s: float
    home: Path


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at every program."""

    at_s: float
    spent: Mapping[str, Spent]


async def measure(
    options: SoakOptions, environment: Mapping[str, str], clock: Clock
) -> dict[str, Any]:
    """Run the load, look at the programs once a minute, and return the figures."""
    settle_s = options.settle_minutes * MINUTE_S
    seconds = settle_s + options.minutes * MINUTE_S
    async with standing_stack(environment, options.home, clock) as standing:
        fleet = Fleet(
            FleetOptions(standing.gateway, options.units, standing.folder, options.turns_per_s),
            clock,
        )
        await fleet.connect()
        looking = asyncio.create_task(_look(standing.pids, seconds, clock))
        trips = carried(Shape.CONSTANT, options.units, seconds, seed=1)
        frames = await fleet.send(trips, seconds, options.frames_per_s)
        samples = await looking
        await fleet.drained()
        await fleet.stop()
        refused = fleet.recorder.refusals
    return {
        "units": options.units,
        "settle_minutes": options.settle_minutes,
        "minutes": options.minutes,
        "frames": frames,
        "frames_per_s": round(frames / seconds, 1),
        "turns_per_s": options.turns_per_s,
        "frames_refused": refused,
        "programs": {name: grown(name, samples, settle_s) for name in samples[0].spent},
    }


def grown(program: str, samples: Sequence[Sample], settle_s: float) -> dict[str, Any]:
    """Return what a program weighed, and by how much it grows in an hour once it has settled."""
    settled = [it for it in samples if it.at_s >= settle_s]
    slope = slope_per_hour(
        [it.at_s for it in settled], [it.spent[program].resident_mb for it in settled]
    )
    used_s = samples[-1].spent[program].processor_s - samples[0].spent[program].processor_s
    return {
        "resident_mb": [round(it.spent[program].resident_mb, 1) for it in samples],
        "slope_mb_per_h": round(slope, 2),
        "processor_share": round(used_s / (samples[-1].at_s - samples[0].at_s), 4),
    }


async def _look(pids: Mapping[str, int], seconds: float, clock: Clock) -> list[Sample]:
    every_s = min(MINUTE_S, seconds / FEWEST_SAMPLES)
    began_us = clock.monotonic_us()
    samples: list[Sample] = []
    while not samples or samples[-1].at_s + every_s <= seconds:
        due_us = began_us + int(len(samples) * every_s * SECOND_US)
        await clock.sleep_us(due_us - clock.monotonic_us())
        at_s = (clock.monotonic_us() - began_us) / SECOND_US
        samples.append(Sample(at_s, await spent(pids)))
    return samples
