"""``goldenhour bench``: figures, always from a real Kafka."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench import board as board_of_bench
from goldenhour.bench import roles
from goldenhour.bench.board import BoardOptions
from goldenhour.bench.chromium import BrowserMissing, browser_path
from goldenhour.bench.latency import LatencyOptions, measure
from goldenhour.bench.load import Course
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging

app = typer.Typer(no_args_is_help=True, help="Measure; every figure beside its floor.")
app.add_typer(roles.floor_app, name="floor", hidden=True)
app.command("load", hidden=True)(roles.load)
app.command("listener", hidden=True)(roles.listener)
app.command("subscriber", hidden=True)(roles.subscriber)

_Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]


@app.command()
def latency(
    out: _Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 100,
    seconds: Annotated[int, typer.Option(min=6, help="Measured time.")] = 60,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """From ``capture()`` in the vehicle to the subscriber, p50 and p99, beside the floor."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = asyncio.run(_latency(units, seconds, (home or default_home(os.environ)).absolute()))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "hops"}, indent=2))


@app.command()
def board(
    out: _Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 300,
    seconds: Annotated[int, typer.Option(min=15, help="Measured time.")] = 300,
    course: Annotated[Course, typer.Option(help="How the patients fare.")] = Course.SHIFT,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
    *,
    strip: Annotated[bool, typer.Option(help="Also show a patient's live strip.")] = False,
) -> None:
    """From an alarm on the feed to its card painted in a browser, and what the page weighs."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = (home or default_home(os.environ)).absolute()
    try:
        figures = asyncio.run(_board(units, seconds, course, folder, strip=strip))
    except BrowserMissing as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from missing
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "memory_samples"}))


async def _board(
    units: int, seconds: int, course: Course, home: Path, *, strip: bool
) -> dict[str, object]:
    browser_path()
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        options = BoardOptions(units, seconds, folder, course, strip=strip)
        return await board_of_bench.measure(options, broker.bootstrap, clock)
    finally:
        await broker.stop()


async def _latency(units: int, seconds: int, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure(LatencyOptions(units, seconds, folder), broker, clock)
    finally:
        await broker.stop()
