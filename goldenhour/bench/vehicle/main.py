"""``goldenhour bench memory``, ``overload`` and ``imaging``: one vehicle at its limits."""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.measuring import (
    Figures,
    HomeFolder,
    Out,
    measured_at_broker,
    measured_in_browser,
    tell,
)
from goldenhour.bench.vehicle.imaging import ImagingOptions
from goldenhour.bench.vehicle.imaging import measure as measure_imaging
from goldenhour.bench.vehicle.memory import MemoryOptions
from goldenhour.bench.vehicle.memory import measure as measure_memory
from goldenhour.bench.vehicle.overload import measure as measure_overload
from goldenhour.broker.running import RunningBroker
from ports.clock import Clock


def memory(
    out: Out,
    seconds: Annotated[int, typer.Option(min=15, help="Measured time.")] = 180,
    home: HomeFolder = None,
) -> None:
    """What a vehicle's program and its crew's screen weigh, with vitals and two ECG leads."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        return await measure_memory(MemoryOptions(seconds, folder), broker.bootstrap, clock)

    tell(out, measured_in_browser(home, work))


def overload(out: Out, home: HomeFolder = None) -> None:
    """A thin link and ten times the waveforms: what becomes of alarms, and what is left out."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        return await measure_overload(broker.bootstrap, folder, clock)

    tell(out, measured_at_broker(home, work))


def imaging(  # noqa: PLR0917 - one per option
    out: Out,
    rounds: Annotated[int, typer.Option(min=1, help="Uploads, each beside a quiet window.")] = 20,
    rate: Annotated[float, typer.Option(min=1, help="Rate of the link, Mbit/s.")] = 50,
    delay: Annotated[int, typer.Option(min=0, help="Delay of the link each way, ms.")] = 10,
    frames: Annotated[int, typer.Option(min=1, help="Frames of vital signs per second.")] = 10,
    home: HomeFolder = None,
) -> None:
    """A CT upload beside vital signs: p99 with and without it, first image, share of the link."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        options = ImagingOptions(rounds, frames, rate, delay, folder)
        return await measure_imaging(options, broker, clock)

    tell(out, measured_at_broker(home, work))
