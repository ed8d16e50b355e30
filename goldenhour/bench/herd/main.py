"""``goldenhour bench herd``: every link is cut for so long, and all units come back at once."""

import os
from typing import Annotated

import typer

from goldenhour.bench.herd.measure import HerdOptions, measure
from goldenhour.bench.measuring import HomeFolder, Out, measured, root_of, tell
from ports.clock import SystemClock


def herd(
    *,
    out: Out,
    units: Annotated[int, typer.Option(min=10, max=2_000, help="Units.")] = 1_000,
    cut_minutes: Annotated[float, typer.Option(min=0.5, help="Length of the tunnel.")] = 30,
    period_s: Annotated[int, typer.Option(min=1, help="Between two frames of a unit.")] = 1,
    return_period_s: Annotated[
        int | None, typer.Option(min=1, help="The same after the return; unless given, equal.")
    ] = None,
    drain_s: Annotated[int, typer.Option(min=20, help="Longest wait for the backlog.")] = 900,
    real_time: Annotated[bool, typer.Option(help="Spend the tunnel's time for real.")] = False,
    edge: Annotated[bool, typer.Option(help="Run the edge watch of each unit.")] = True,
    home: HomeFolder = None,
) -> None:
    """Every link cut for so long, and all back at once: what is lost, stale, or late."""
    periods_s = (period_s, return_period_s or period_s)
    options = HerdOptions(units, cut_minutes, *periods_s, drain_s, root_of(home), real_time, edge)
    tell(out, measured(measure(options, os.environ, SystemClock())))
