"""``goldenhour bench``: figures, always from a real Kafka."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench import attack_roles, roles
from goldenhour.bench.attack import AttackOptions
from goldenhour.bench.attack import measure as measure_attack
from goldenhour.bench.hostile import measure as hostile_bench
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
app.command("healthy", hidden=True)(attack_roles.healthy)
app.command("attacker", hidden=True)(attack_roles.attacker)

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


async def _latency(units: int, seconds: int, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure(LatencyOptions(units, seconds, folder), broker, clock)
    finally:
        await broker.stop()


@app.command()
def attack(
    out: _Out,
    half_open: Annotated[int, typer.Option(min=0, help="Connections that say nothing.")] = 10_000,
    units: Annotated[int, typer.Option(min=1, help="Healthy units, ten frames a second.")] = 20,
    seconds: Annotated[int, typer.Option(min=5, help="Measured time without, and with.")] = 20,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Healthy units without an attack and with one; who may not come in must be refused."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    folder = (home or default_home(os.environ)).absolute()
    figures = asyncio.run(_attack(half_open, units, seconds, folder))
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))
    raise typer.Exit(1 if figures["admitted"] else 0)


async def _attack(half_open: int, units: int, seconds: int, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench-attack", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await measure_attack(AttackOptions(half_open, units, seconds, folder), broker, clock)
    finally:
        await broker.stop()


@app.command()
def hostile(
    out: _Out,
    frames: Annotated[int, typer.Option(min=1, help="Hostile frames in process.")] = 1_000_000,
    over_grpc: Annotated[int, typer.Option(min=0, help="And so many over gRPC.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same frames.")] = 1,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Malformed, truncated, oversize, lying frames: each refused rightly, good ones all there."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = hostile_bench.in_process(frames, seed, SystemClock())
    right = hostile_bench.good(figures)
    if over_grpc:
        folder = (home or default_home(os.environ)).absolute()
        figures["over_grpc"] = asyncio.run(_hostile(over_grpc, seed, folder))
        right = right and hostile_bench.good(figures["over_grpc"])
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))
    raise typer.Exit(0 if right else 1)


async def _hostile(frames: int, seed: int, home: Path) -> dict[str, object]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench-hostile", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await hostile_bench.over_grpc(frames, seed, broker, folder, clock)
    finally:
        await broker.stop()
