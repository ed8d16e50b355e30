"""``goldenhour bench latency`` and ``rhythm``: from a vehicle to the feed, beside the floor."""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.latency.measure import LatencyOptions
from goldenhour.bench.latency.measure import measure as measure_latency
from goldenhour.bench.latency.rhythm import RhythmOptions
from goldenhour.bench.latency.rhythm import measure as measure_rhythm
from goldenhour.bench.load.clients import Course
from goldenhour.bench.measuring import Figures, HomeFolder, Out, measured_at_broker, tell
from goldenhour.broker.running import RunningBroker
from ports.clock import Clock


def latency(  # noqa: PLR0917 - options have names where they are given
    out: Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 100,
    seconds: Annotated[int, typer.Option(min=6, help="Measured time.")] = 60,
    channels: Annotated[int, typer.Option(min=1, max=2, help="Channels of detection.")] = 1,
    idle_minutes: Annotated[
        int, typer.Option(min=0, help="Nobody says anything for so long before the measured time.")
    ] = 0,
    course: Annotated[Course, typer.Option(help="How the patients fare.")] = Course.FLIPPING,
    home: HomeFolder = None,
    *,
    kill_worker: Annotated[bool, typer.Option(help="Kill the worker of channel A midway.")] = False,
    waveforms: Annotated[
        bool, typer.Option("--waveforms", help="Two ECG leads at 250 Hz beside the vital signs.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Vehicles with their edge watch and a spool on disk.")
    ] = False,
) -> None:
    """From ``capture()`` in the vehicle to the subscriber, p50 and p99, beside the floor."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        options = LatencyOptions(
            units, seconds, folder, waveforms, channels, idle_minutes, kill_worker, course, whole
        )
        return await measure_latency(options, broker, clock)

    tell(out, measured_at_broker(home, work), unsaid="hops")


def rhythm(
    out: Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each with a patient.")] = 200,
    seconds: Annotated[
        int, typer.Option(min=30, help="Measured time without waveforms, and again with them.")
    ] = 120,
    onsets: Annotated[int, typer.Option(min=1, help="Hearts that fibrillate in turn.")] = 20,
    home: HomeFolder = None,
) -> None:
    """From the onset of fibrillation to the alarm on the feed; the vital signs beside it."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        options = RhythmOptions(units, seconds, onsets, folder)
        return await measure_rhythm(options, broker.bootstrap, clock)

    tell(out, measured_at_broker(home, work))
