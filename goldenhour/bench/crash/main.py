"""The command ``goldenhour bench crash``."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench.crash.run import CrashOptions
from goldenhour.bench.crash.run import crash as run_crash
from goldenhour.bench.crash.victims import Kind
from goldenhour.bench.measuring import HomeFolder, Out, measured, root_of, tell
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home
from ports.clock import SystemClock


def crash(
    out: Out,
    kill: Annotated[Kind, typer.Option(help="What is killed with SIGKILL.")],
    times: Annotated[int, typer.Option(min=1, help="How often.")] = 20,
    seed: Annotated[int, typer.Option(help="Decides which process is killed when.")] = 1,
    channels: Annotated[int, typer.Option(min=1, max=2, help="Channels of detection.")] = 2,
    *,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 40,
    spare: Annotated[bool, typer.Option(help="Keep spares, as the demo does.")] = True,
    home: HomeFolder = None,
) -> None:
    """Kill one kind of process under load: what is lost or told twice, how long the gap is."""
    options = CrashOptions(kill, times, seed, units, channels, Path(), spare)
    tell(out, measured(_crash(options, root_of(home))), unsaid="kills")


async def _crash(options: CrashOptions, home: Path) -> dict[str, Any]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    settings = settings_from(os.environ, home=folder, port=None)
    return await run_crash(replace(options, folder=folder), settings, clock)
