"""The command ``goldenhour bench moves``."""

import os
from typing import Annotated

import typer

from goldenhour.bench.measuring import HomeFolder, Out, measured, root_of, tell
from goldenhour.bench.moves.run import MovesOptions, measure
from ports.clock import SystemClock


def moves(
    *,
    out: Out,
    encounters: Annotated[int, typer.Option(min=1, max=20_000, help="Who rests.")] = 10_000,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 40,
    times: Annotated[int, typer.Option(min=1, help="How often each move is made.")] = 3,
    seed: Annotated[int, typer.Option(help="Decides when.")] = 1,
    home: HomeFolder = None,
) -> None:
    """Kill, add, roll and remove workers of one channel: how long an alarm waits for each."""
    options = MovesOptions(encounters, units, times, seed, root_of(home))
    tell(out, measured(measure(options, os.environ, SystemClock())), unsaid="each")
