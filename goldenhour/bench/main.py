"""``goldenhour bench``: figures, always from a real Kafka."""

import asyncio
import json
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench import roles
from goldenhour.bench.crash.run import CrashOptions
from goldenhour.bench.crash.run import crash as run_crash
from goldenhour.bench.crash.victims import Kind
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
def latency(  # noqa: PLR0917 - options have names where they are given
    out: _Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 100,
    seconds: Annotated[int, typer.Option(min=6, help="Measured time.")] = 60,
    channels: Annotated[int, typer.Option(min=1, max=2, help="Channels of detection.")] = 1,
    idle_minutes: Annotated[
        int, typer.Option(min=0, help="Nobody says anything for so long before the measured time.")
    ] = 0,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    *,
    kill_worker: Annotated[bool, typer.Option(help="Kill the worker of channel A midway.")] = False,
) -> None:
    """From ``capture()`` in the vehicle to the subscriber, p50 and p99, beside the floor."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = Path()
    options = LatencyOptions(units, seconds, folder, channels, idle_minutes, kill_worker)
    figures = asyncio.run(_latency(options, (home or default_home(os.environ)).absolute()))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "hops"}, indent=2))


@app.command()
def crash(
    out: _Out,
    kill: Annotated[Kind, typer.Option(help="What is killed with SIGKILL.")],
    times: Annotated[int, typer.Option(min=1, help="How often.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides which process is killed when.")] = 1,
    channels: Annotated[int, typer.Option(min=1, max=2, help="Channels of detection.")] = 2,
    *,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 40,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Kill one kind of process under load: what is lost or told twice, how long the gap is."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = CrashOptions(kill, times, seed, units, channels, Path())
    figures = asyncio.run(_crash(options, (home or default_home(os.environ)).absolute()))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "kills"}, indent=2))


async def _crash(options: CrashOptions, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    settings = settings_from(os.environ, home=folder, port=None)
    return await run_crash(replace(options, folder=folder), settings, clock)


async def _latency(options: LatencyOptions, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure(replace(options, folder=folder), broker, clock)
    finally:
        await broker.stop()
