"""``goldenhour bench``: figures, always from a real Kafka."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench import defences
from goldenhour.bench.accuracy import main as accuracy_of_bench
from goldenhour.bench.attack import roles as attack_roles
from goldenhour.bench.board import measure as board_of_bench
from goldenhour.bench.board.measure import BoardOptions
from goldenhour.bench.crash.main import crash
from goldenhour.bench.ecg import measure as ecg
from goldenhour.bench.fleet import main as fleet
from goldenhour.bench.herd import program as herd_program
from goldenhour.bench.herd import return_watcher
from goldenhour.bench.judgement import main as judgement
from goldenhour.bench.latency import rhythm as rhythm_of_bench
from goldenhour.bench.latency import roles
from goldenhour.bench.latency.measure import LatencyOptions, measure
from goldenhour.bench.load.clients import Course
from goldenhour.bench.programs.chromium import BrowserMissing, browser_path
from goldenhour.bench.vehicle import imaging as imaging_of_bench
from goldenhour.bench.vehicle import memory as memory_of_bench
from goldenhour.bench.vehicle import overload as overload_of_bench
from goldenhour.bench.vehicle.memory import MemoryOptions
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import Clock, SystemClock
from ports.logging import configure_logging

app = typer.Typer(no_args_is_help=True, help="Measure; every figure beside its floor.")
app.add_typer(roles.floor_app, name="floor", hidden=True)
app.command()(judgement.judgement)
app.command()(judgement.alarms)
app.command()(crash)
app.command("load", hidden=True)(roles.load)
app.command("listener", hidden=True)(roles.listener)
app.command("subscriber", hidden=True)(roles.subscriber)
app.command()(defences.attack)
app.command()(defences.hostile)
app.command("healthy", hidden=True)(attack_roles.healthy)
app.command("attacker", hidden=True)(attack_roles.attacker)
app.command("return-watcher", hidden=True)(return_watcher.return_watcher)
app.command("herd-units", hidden=True)(herd_program.herd_units)
app.command("herd")(fleet.herd)
app.command("capacity")(fleet.capacity)
app.command("scale")(fleet.scale)
app.command("soak")(fleet.soak)
app.command("ecg")(ecg.ecg)
app.command("accuracy")(accuracy_of_bench.accuracy)

_Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]
_Work = Callable[[Path, str, Clock], Awaitable[dict[str, Any]]]
"""Measures in a folder, over a broker."""


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
    waveforms: Annotated[
        bool, typer.Option("--waveforms", help="Two ECG leads at 250 Hz beside the vital signs.")
    ] = False,
) -> None:
    """From ``capture()`` in the vehicle to the subscriber, p50 and p99, beside the floor."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = LatencyOptions(units, seconds, Path(), waveforms, channels, idle_minutes, kill_worker)
    figures = asyncio.run(_latency(options, (home or default_home(os.environ)).absolute()))
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
    figures = _with_broker(
        home,
        lambda folder, bootstrap, clock: board_of_bench.measure(
            BoardOptions(units, seconds, folder, course, strip=strip), bootstrap, clock
        ),
    )
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps({key: figures[key] for key in figures if key != "memory_samples"}))


@app.command()
def memory(
    out: _Out,
    seconds: Annotated[int, typer.Option(min=15, help="Measured time.")] = 180,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """What a vehicle's program and its crew's screen weigh, with vitals and two ECG leads."""
    figures = _with_broker(
        home,
        lambda folder, bootstrap, clock: memory_of_bench.measure(
            MemoryOptions(seconds, folder), bootstrap, clock
        ),
    )
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def overload(
    out: _Out,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """A thin link and ten times the waveforms: what becomes of alarms, and what is left out."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = asyncio.run(_overload((home or default_home(os.environ)).absolute()))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


async def _overload(home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await overload_of_bench.measure(broker.bootstrap, folder, clock)
    finally:
        await broker.stop()


def _with_broker(home: Path | None, work: _Work) -> dict[str, Any]:
    """Do what needs a browser and a broker; without a browser, say what mends it."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    root = (home or default_home(os.environ)).absolute()

    try:
        browser_path()
        return asyncio.run(_at_broker(root, work))
    except BrowserMissing as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from missing


async def _at_broker(root: Path, work: _Work) -> dict[str, Any]:
    clock = SystemClock()
    folder = await fresh_folder(Home(root), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await work(folder, broker.bootstrap, clock)
    finally:
        await broker.stop()


async def _latency(options: LatencyOptions, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure(replace(options, folder=folder), broker, clock)
    finally:
        await broker.stop()


@app.command()
def rhythm(
    out: _Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each with a patient.")] = 200,
    seconds: Annotated[
        int, typer.Option(min=30, help="Measured time without waveforms, and again with them.")
    ] = 120,
    onsets: Annotated[int, typer.Option(min=1, help="Hearts that fibrillate in turn.")] = 20,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """From the onset of fibrillation to the alarm on the feed; the vital signs beside it."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    root = (home or default_home(os.environ)).absolute()

    async def work(folder: Path, bootstrap: str, clock: Clock) -> dict[str, Any]:
        options = rhythm_of_bench.RhythmOptions(units, seconds, onsets, folder)
        return await rhythm_of_bench.measure(options, bootstrap, clock)

    figures = asyncio.run(_at_broker(root, work))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


@app.command()
def imaging(  # noqa: PLR0917 - one per option
    out: _Out,
    rounds: Annotated[int, typer.Option(min=1, help="Uploads, each beside a quiet window.")] = 20,
    rate: Annotated[float, typer.Option(min=1, help="Rate of the link, Mbit/s.")] = 50,
    delay: Annotated[int, typer.Option(min=0, help="Delay of the link each way, ms.")] = 10,
    frames: Annotated[int, typer.Option(min=1, help="Frames of vital signs per second.")] = 10,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """A CT upload beside vital signs: p99 with and without it, first image, share of the link."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    root = (home or default_home(os.environ)).absolute()

    async def run() -> dict[str, object]:
        clock = SystemClock()
        folder = await fresh_folder(Home(root), "bench", clock)
        broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
        options = imaging_of_bench.ImagingOptions(rounds, frames, rate, delay, folder)
        try:
            return await imaging_of_bench.measure(options, broker, clock)
        finally:
            await broker.stop()

    figures = asyncio.run(run())
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))
