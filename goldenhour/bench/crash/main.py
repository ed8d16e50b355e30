"""The command ``goldenhour bench crash``."""

import asyncio
import json
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench.crash.run import CrashOptions
from goldenhour.bench.crash.run import crash as run_crash
from goldenhour.bench.crash.victims import Kind
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging


def crash(
    out: Annotated[Path, typer.Option(help="File for the figures, JSON.")],
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


async def _crash(options: CrashOptions, home: Path) -> dict[str, Any]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    settings = settings_from(os.environ, home=folder, port=None)
    return await run_crash(replace(options, folder=folder), settings, clock)
