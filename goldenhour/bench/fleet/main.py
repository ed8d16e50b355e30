"""``goldenhour bench scale``, ``soak``, ``herd``: what many units cost, and how they return."""

import asyncio
import json
import logging
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench.fleet import scale as scale_of_bench
from goldenhour.bench.fleet import soak as soak_of_bench
from goldenhour.bench.fleet.capacity import Fleet, needs
from goldenhour.bench.fleet.scale import ScaleOptions
from goldenhour.bench.fleet.shapes import Shape
from goldenhour.bench.fleet.soak import SoakOptions
from goldenhour.bench.herd import measure as herd_of_bench
from goldenhour.bench.herd.measure import HerdOptions
from goldenhour.home import default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging

_Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]
_HomeFolder = Annotated[Path | None, typer.Option(help="Folder of run state.")]
_Rate = Annotated[float, typer.Option(min=1, help="Frames a second of the whole fleet.")]

_MOST_UNITS = 20_000


def scale(
    *,
    out: _Out,
    units: Annotated[str, typer.Option(help="Sizes, with commas.")] = "100,1000,10000",
    seconds: Annotated[int, typer.Option(min=10, help="Time in which frames come.")] = 60,
    frames_per_s: _Rate = 400,
    shape: Annotated[Shape, typer.Option(help="How patients come.")] = Shape.CONSTANT,
    home: _HomeFolder = None,
) -> None:
    """What a frame, an idle lane and a patient cost, at several sizes and one rate of frames."""
    options = ScaleOptions(sizes(units), seconds, frames_per_s, _folder(home), shape)
    _write(out, scale_of_bench.measure(options, os.environ, SystemClock()))


def soak(
    *,
    out: _Out,
    minutes: Annotated[float, typer.Option(min=0.5, help="Measured time.")] = 30,
    units: Annotated[int, typer.Option(min=1, max=1_000, help="Units.")] = 100,
    frames_per_s: _Rate = 100,
    home: _HomeFolder = None,
) -> None:
    """Whether any program grows: resident memory of each, minute by minute."""
    options = SoakOptions(minutes, units, frames_per_s, _folder(home))
    _write(out, soak_of_bench.measure(options, os.environ, SystemClock()))


def herd(
    *,
    out: _Out,
    units: Annotated[int, typer.Option(min=10, max=2_000, help="Units.")] = 1_000,
    cut_minutes: Annotated[float, typer.Option(min=0.5, help="Length of the tunnel.")] = 30,
    period_s: Annotated[int, typer.Option(min=1, help="Between two frames of a unit.")] = 1,
    drain_s: Annotated[int, typer.Option(min=20, help="Longest wait for the backlog.")] = 900,
    real_time: Annotated[bool, typer.Option(help="Spend the tunnel's time for real.")] = False,
    home: _HomeFolder = None,
) -> None:
    """Every link cut for so long, and all back at once: what is lost, stale, or late."""
    options = HerdOptions(units, cut_minutes, period_s, drain_s, _folder(home), real_time)
    _write(out, herd_of_bench.measure(options, os.environ, SystemClock()))


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


def _folder(home: Path | None) -> Path:
    return (home or default_home(os.environ)).absolute()


def _write(out: Path, work: Coroutine[Any, Any, dict[str, Any]]) -> None:
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    figures = asyncio.run(work)
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))
