"""The commands of the benches that attack: ``attack`` and ``hostile``."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench.attack.measure import AttackOptions
from goldenhour.bench.attack.measure import measure as measure_attack
from goldenhour.bench.hostile import measure as hostile_frames
from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import Clock, SystemClock
from ports.logging import configure_logging

_Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]
_Work = Callable[[RunningBroker, Path, Clock], Awaitable[dict[str, Any]]]


def attack(
    out: _Out,
    half_open: Annotated[int, typer.Option(min=0, help="Connections that say nothing.")] = 10_000,
    units: Annotated[int, typer.Option(min=1, help="Healthy units, ten frames a second.")] = 20,
    seconds: Annotated[int, typer.Option(min=5, help="Measured time without, and with.")] = 20,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Healthy units without an attack and with one; who may not come in must be refused.

    Exits 1 when somebody was let in, was refused for another reason than what is wrong with them,
    or never for that.
    """
    figures = _with_broker(
        home,
        lambda broker, folder, clock: measure_attack(
            AttackOptions(half_open, units, seconds, folder), broker, clock
        ),
    )
    _write(out, figures)
    wrong = figures["admitted"] or figures["refused_otherwise"] or figures["never_refused"]
    raise typer.Exit(1 if wrong else 0)


def hostile(
    out: _Out,
    frames: Annotated[int, typer.Option(min=1, help="Hostile frames in process.")] = 1_000_000,
    over_grpc: Annotated[int, typer.Option(min=0, help="And so many over gRPC.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same frames.")] = 1,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Malformed, truncated, oversize, lying frames: each refused rightly, good ones all there."""
    figures = hostile_frames.in_process(frames, seed, SystemClock())
    right = hostile_frames.good(figures)
    if over_grpc:
        sent = _with_broker(
            home,
            lambda broker, folder, clock: hostile_frames.over_grpc(
                over_grpc, seed, broker, folder, clock
            ),
        )
        figures["over_grpc"] = sent
        right = right and hostile_frames.good(sent)
    _write(out, figures)
    raise typer.Exit(0 if right else 1)


def _with_broker(home: Path | None, work: _Work) -> dict[str, Any]:
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    root = (home or default_home(os.environ)).absolute()

    async def run() -> dict[str, Any]:
        clock = SystemClock()
        folder = await fresh_folder(Home(root), "bench-defences", clock)
        broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
        try:
            return await work(broker, folder, clock)
        finally:
            await broker.stop()

    return asyncio.run(run())


def _write(out: Path, figures: dict[str, Any]) -> None:
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))
