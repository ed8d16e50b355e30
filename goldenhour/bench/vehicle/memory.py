"""The memory bench: what the two programs of a vehicle weigh while its monitor speaks.

One vehicle takes vitals and two ECG leads at 250 Hz, once a second, on its standard input and sends
them through a real gateway into a real Kafka. Beside it runs the crew's screen, with one tablet's
page open in a browser.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent
from goldenhour.bench.load.shift import vitals_at
from goldenhour.bench.programs.chromium import chromium
from goldenhour.bench.programs.weighing import Weight, weigh
from goldenhour.bench.vehicle.monitored import Monitored, monitored
from goldenhour.broker.free_port import free_port
from goldenhour.demo import plan
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from wire.uuid7 import RANDOM_BYTES, uuid7

UNIT: Final = "BENCH-MEMORY"
LEADS: Final = ("II", "V5")
HEART_RATE_BPM: Final = 72.0
MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """What to measure."""

    seconds: int
    folder: Path


async def measure(options: MemoryOptions, bootstrap: str, clock: Clock) -> dict[str, Any]:
    """Run vehicle and screen, and return what they weighed."""
    stack = Stack(options.folder, clock)
    try:
        gateway = await stack.start(plan.gateway(bootstrap, free_port(), 0, options.folder))
        screen = await stack.start(_screen(options.folder))
        async with (
            monitored(UNIT, gateway["address"], options.folder) as vehicle,
            chromium() as browser,
        ):
            page = await browser.new_page()
            await page.goto(screen["address"])
            pids = {"vehicle": vehicle.pid, "crew_screen": stack.named("crew-screen").pid}
            weights = await _drive(options, vehicle, pids, clock)
    finally:
        await stack.stop()
    return {
        "seconds": options.seconds,
        "vitals_hz": 1,
        "ecg_leads": len(LEADS),
        "ecg_hz": RATE_HZ,
        "frames_captured": vehicle.captured,
        **{name: resident_summary([second[name] for second in weights]) for name in pids},
    }


def resident_summary(weights: Sequence[Weight]) -> dict[str, float]:
    """Return the last minute's mean, its growth over the first minute's, and the peak.

    Of less than two minutes the halves are compared.
    """
    window = min(MINUTE_S, len(weights) // 2)
    first = _mean([weight.resident_mb for weight in weights[:window]])
    last = _mean([weight.resident_mb for weight in weights[-window:]])
    return {
        "resident_mb": round(last, 1),
        "growth_mb": round(last - first, 1),
        "peak_mb": round(weights[-1].peak_mb, 1),
    }


async def _drive(
    options: MemoryOptions, vehicle: Monitored, pids: Mapping[str, int], clock: Clock
) -> list[dict[str, Weight]]:
    """Let the monitor speak once a second, and weigh as often."""
    encounter = str(uuid7(clock.now_us(), os.urandom(RANDOM_BYTES)))
    leads = [SimulatedLead(lead, seed) for seed, lead in enumerate(LEADS)]
    hearing = asyncio.create_task(vehicle.hear())
    weights = []
    vehicle.say(encounter, [EncounterEvent(EncounterChange.OPENED, age_years=60)])
    began_us = clock.monotonic_us()
    for second in range(options.seconds):
        await clock.sleep_us(began_us + second * SECOND_US - clock.monotonic_us())
        vehicle.say(encounter, [vitals_at(0, second)])
        for lead in leads:
            vehicle.say(encounter, [lead.record(RATE_HZ, HEART_RATE_BPM, clock.now_us())])
        weights.append({name: await weigh(pid) for name, pid in pids.items()})
    await vehicle.end()
    await hearing
    return weights


def _screen(home: Path) -> Program:
    return Program("crew-screen", ("crew-screen", "--home", str(home), "--port", "0"))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
