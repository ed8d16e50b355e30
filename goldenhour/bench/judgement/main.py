"""``goldenhour bench judgement`` and ``alarms``: what judgement costs, and what it spares."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from goldenhour.bench.judgement import alarm_load, worker_rate
from goldenhour.bench.judgement.measure import JudgementOptions, loads, measure
from goldenhour.bench.measuring import HomeFolder, Out, root_of, tell
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home
from goldenhour.lab.whole_file import write_whole_text
from ports.clock import SystemClock
from ports.logging import configure_logging
from simulators.scenario import RECORDINGS


def judgement(
    out: Out,
    patients: Annotated[int, typer.Option(min=1, help="Patients, or encounters.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=8, help="Stream time, at 1 Hz.")] = 60,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each figure is taken.")] = 5,
    home: HomeFolder = None,
) -> None:
    """Frames per CPU-second of judgement and of the vitals job, beside a bare decode."""
    configure_logging(json=False, level="WARNING")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = JudgementOptions(patients, seconds, repeats)
    root = root_of(home)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = {**measure(options), "worker": runner.run(_worker(options, root))}
    tell(out, figures)


def alarms(
    out: Out,
    recordings: Annotated[
        Path, typer.Option(help="Folder of recordings, bidmc_NN.csv, one row a second.")
    ] = RECORDINGS,
    hours: Annotated[float, typer.Option(min=0.5, help="Made of each recording.")] = 6,
    seed: Annotated[int, typer.Option(help="Of what is done to them.")] = 1,
    replay: Annotated[
        Path | None, typer.Option(help="Also write the input, for `lab alarms-replay`.")
    ] = None,
) -> None:
    """Alarms of the live watch on hard nights with their truth, beside fixed delays."""
    found = alarm_load.read_recordings(recordings)
    if not found:
        typer.echo(f"{recordings}: no bidmc_*.csv", err=True)
        raise typer.Exit(2)
    figures = alarm_load.measure(found, hours, seed)
    if replay is not None:
        lines = alarm_load.table(alarm_load.nights(found, hours, seed))
        write_whole_text(replay, "".join(f"{line}\n" for line in lines))
    tell(out, figures)


async def _worker(options: JudgementOptions, home: Path) -> dict[str, int]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await worker_rate.measure(broker.bootstrap, clock, folder, loads(options))
    finally:
        await broker.stop()
