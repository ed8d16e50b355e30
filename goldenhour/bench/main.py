"""``goldenhour bench``: figures, always from a real Kafka."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from goldenhour.bench import roles, worker_rate
from goldenhour.bench.judgement import JudgementOptions, loads
from goldenhour.bench.judgement import measure as measure_judgement
from goldenhour.bench.latency import LatencyOptions, measure
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging

app = typer.Typer(no_args_is_help=True, help="Measure; every figure beside its floor.")
app.add_typer(roles.floor_app, name="floor", hidden=True)
app.command("load", hidden=True)(roles.load)
app.command("subscriber", hidden=True)(roles.subscriber)

_Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]


@app.command()
def latency(
    out: _Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 100,
    seconds: Annotated[int, typer.Option(min=6, help="Measured time.")] = 60,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    *,
    waveforms: Annotated[
        bool, typer.Option("--waveforms", help="Two ECG leads at 250 Hz beside the vital signs.")
    ] = False,
) -> None:
    """From ``capture()`` in the vehicle to the subscriber, p50 and p99, beside the floor."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    root = (home or default_home(os.environ)).absolute()
    figures = asyncio.run(_latency(units, seconds, root, waveforms=waveforms))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "hops"}, indent=2))


@app.command()
def judgement(
    out: _Out,
    patients: Annotated[int, typer.Option(min=1, help="Patients, or encounters.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=8, help="Stream time, at 1 Hz.")] = 60,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each figure is taken.")] = 5,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Frames per CPU-second of judgement and of the vitals job, beside a bare decode."""
    configure_logging(json=False, level="WARNING")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = JudgementOptions(patients, seconds, repeats)
    root = (home or default_home(os.environ)).absolute()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = {**measure_judgement(options), "worker": runner.run(_worker(options, root))}
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


async def _worker(options: JudgementOptions, home: Path) -> dict[str, int]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await worker_rate.measure(broker.bootstrap, clock, folder, loads(options))
    finally:
        await broker.stop()


async def _latency(units: int, seconds: int, home: Path, *, waveforms: bool) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure(LatencyOptions(units, seconds, folder, waveforms), broker, clock)
    finally:
        await broker.stop()
