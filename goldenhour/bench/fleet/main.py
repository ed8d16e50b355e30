"""``goldenhour bench scale``, ``soak`` and ``capacity``: what many units cost."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.fleet import scale as scale_of_bench
from goldenhour.bench.fleet import soak as soak_of_bench
from goldenhour.bench.fleet.capacity import Fleet, needs
from goldenhour.bench.fleet.scale import ScaleOptions
from goldenhour.bench.fleet.shapes import Shape
from goldenhour.bench.fleet.soak import SoakOptions
from goldenhour.bench.measuring import HomeFolder, Out, measured, root_of, tell
from ports.clock import SystemClock

_Rate = Annotated[float, typer.Option(min=1, help="Frames a second of the whole fleet.")]

_MOST_UNITS = 20_000


def scale(
    *,
    out: Out,
    units: Annotated[str, typer.Option(help="Sizes, with commas.")] = "100,1000,10000",
    seconds: Annotated[int, typer.Option(min=10, help="Time in which frames come.")] = 60,
    frames_per_s: _Rate = 400,
    shape: Annotated[Shape, typer.Option(help="How patients come.")] = Shape.CONSTANT,
    home: HomeFolder = None,
) -> None:
    """What a frame, an idle lane and a patient cost, at several sizes and one rate of frames."""
    options = ScaleOptions(sizes(units), seconds, frames_per_s, root_of(home), shape)
    tell(out, measured(scale_of_bench.measure(options, os.environ, SystemClock())))


def soak(
    *,
    out: Out,
    settle_minutes: Annotated[float, typer.Option(min=0, help="Time before that.")] = 25,
    minutes: Annotated[float, typer.Option(min=0.5, help="Measured time.")] = 30,
    units: Annotated[int, typer.Option(min=1, max=1_000, help="Units.")] = 100,
    frames_per_s: _Rate = 100,
    turns_per_s: Annotated[
        float, typer.Option(min=0.01, help="Turns for the worse of the whole fleet.")
    ] = 0.2,
    home: HomeFolder = None,
) -> None:
    """Whether any program grows: resident memory of each, minute by minute."""
    options = SoakOptions(settle_minutes, minutes, units, frames_per_s, turns_per_s, root_of(home))
    tell(out, measured(soak_of_bench.measure(options, os.environ, SystemClock())))


def capacity(
    *,
    measured: Annotated[Path, typer.Option("--from", help="What bench scale wrote.")],
    units: Annotated[int, typer.Option(min=1, help="Connected units.")] = 100_000,
    busy: Annotated[float, typer.Option(min=0, max=1, help="Part with a patient.")] = 0.3,
    period_s: Annotated[float, typer.Option(min=0.1, help="Between two frames.")] = 1,
) -> None:
    """What so many units need, by arithmetic from the costs of the largest measured size."""
    size = json.loads(measured.read_text())["sizes"][-1]
    typer.echo(json.dumps(needs(size, Fleet(units, busy, period_s)), indent=2))


def sizes(text: str) -> tuple[int, ...]:
    """Return the sizes that a list with commas names.

    Raises:
        typer.BadParameter: one of them is no number of units.
    """
    named = [part.strip() for part in text.split(",")]
    if not all(part.isdigit() and 1 <= int(part) <= _MOST_UNITS for part in named):
        message = f"--units: numbers from 1 to {_MOST_UNITS} with commas between, not {text!r}"
        raise typer.BadParameter(message)
    return tuple(int(part) for part in named)
