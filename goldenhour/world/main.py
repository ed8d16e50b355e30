"""``goldenhour world``: many nights from many seeds, every promise checked after each."""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from goldenhour.home import replace_file

_GRID_US: Final = 250_000
"""Grid of the timers of vehicles and center."""

_CALM_S: Final = 5
_CALM_GRID_US: Final = 1_000_000
"""The grid where vital signs come this rarely."""


def world(  # noqa: PLR0917 - the options of a command
    seeds: Annotated[int, typer.Option(min=1, help="How many seeds.")] = 50,
    first: Annotated[int, typer.Option("--from", min=0, help="The first seed.")] = 0,
    bug: Annotated[str | None, typer.Option(help="A deliberate bug to be found, by name.")] = None,
    case: Annotated[Path | None, typer.Option(help="A case as written to a figures file.")] = None,
    units: Annotated[int, typer.Option(min=1, help="Units of a night.")] = 4,
    seconds: Annotated[int, typer.Option(min=10, help="Virtual seconds of a night.")] = 90,
    frame_every_s: Annotated[float, typer.Option(min=0.1, help="Between two vital signs.")] = 1.0,
    well_most_s: Annotated[int, typer.Option(min=2, help="Longest a patient is well.")] = 90,
    faults: Annotated[int, typer.Option(min=0, help="Most faults of a night.")] = 12,
    jobs: Annotated[int, typer.Option(min=0, help="Processes; 0: one per core.")] = 0,
    shrink: Annotated[bool, typer.Option(help="Make the first failing case smaller.")] = True,  # noqa: FBT002
    *,
    every_bug: Annotated[bool, typer.Option(help="Each bug in turn, until found.")] = False,
    out: Annotated[Path, typer.Option(help="File for the figures, JSON.")],
) -> None:
    """Play the whole system in one process, on virtual time, with everything going wrong.

    A seed that breaks a promise is printed with the command that replays it. Exits 1 when a
    promise was broken, or when a deliberate bug was not found.
    """
    from goldenhour.world.bugs import BUGS  # noqa: PLC0415 - a quick --help
    from goldenhour.world.case import Size, draw, from_plain  # noqa: PLC0415
    from goldenhour.world.playing import play_aside  # noqa: PLC0415

    if bug is not None and bug not in BUGS:
        words = f"one of {', '.join(BUGS)}"
        raise typer.BadParameter(words, param_hint="--bug")
    grid_us = _CALM_GRID_US if frame_every_s >= _CALM_S else _GRID_US
    size = Size(units, seconds, frame_every_s, faults, grid_us, well_most_s)
    if every_bug:
        _find_each(size, first, seeds, jobs or os.cpu_count() or 1, out)
        return
    if case is None:
        cases = [draw(seed, size, bug) for seed in range(first, first + seeds)]
    else:
        cases = [from_plain(json.loads(case.read_text(encoding="utf-8")))]
    began_s = time.perf_counter()
    outcomes = []
    for outcome in play_aside(cases, jobs or os.cpu_count() or 1):
        outcomes.append(outcome)
        if not outcome.clean:
            _say(outcome, size)
    wall_s = time.perf_counter() - began_s
    outcomes.sort(key=lambda one: one.case.seed)
    failed = [one for one in outcomes if not one.clean]
    figures = _figures(outcomes, wall_s, bug)
    if failed and shrink:
        figures["smallest"] = _smallest(failed[0])
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(
        f"{len(outcomes)} seeds, {len(failed)} broke a promise,"
        f" {figures['unit_hours_per_minute']:.0f} unit-hours per minute"
    )
    if bool(failed) == (bug is None):
        raise typer.Exit(1)


def _find_each(size: Any, first: int, seeds: int, jobs: int, out: Path) -> None:  # noqa: ANN401 - as above
    """Say after how many ordinary nights each bug is found, and write that down."""
    from goldenhour.world.finding import find_each  # noqa: PLC0415 - a quick --help

    figures: dict[str, Any] = {}
    for one in find_each(size, first, seeds, jobs):
        figures[one.bug] = {"seed": one.seed, "nights": one.nights, "promise": one.promise}
        said = "not found" if one.seed is None else f"found in seed {one.seed}: {one.promise}"
        typer.echo(f"{one.bug}: {said}")
        replace_file(out, json.dumps({"seeds": seeds, "bugs": figures}, indent=2) + "\n")
    if any(one["seed"] is None for one in figures.values()):
        raise typer.Exit(1)


def _say(outcome: Any, size: Any) -> None:  # noqa: ANN401 - imported when called
    case = outcome.case
    typer.echo(f"seed {case.seed}: {case.bug or 'broken'}", err=True)
    for promise, words in outcome.broken.items():
        typer.echo(f"  {promise}: {words[0]}", err=True)
    bug = f" --bug {case.bug}" if case.bug else ""
    typer.echo(
        f"  goldenhour world --from {case.seed} --seeds 1{bug} --units {size.units}"
        f" --seconds {size.seconds} --frame-every-s {size.frame_every_s}"
        f" --faults {size.faults_most} --well-most-s {size.well_most_s} --out world.json",
        err=True,
    )


def _smallest(outcome: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Return the smallest case found that breaks the same promise."""
    from goldenhour.world.case import Case, to_plain  # noqa: PLC0415
    from goldenhour.world.playing import play_aside  # noqa: PLC0415
    from goldenhour.world.shrinking import shrink  # noqa: PLC0415

    promise = next(iter(outcome.broken))

    def fails(case: Case) -> bool:
        return promise in next(iter(play_aside([case], 1))).broken

    return {"promise": promise, "case": to_plain(shrink(outcome.case, fails))}


def _figures(outcomes: Sequence[Any], wall_s: float, bug: str | None) -> dict[str, Any]:
    failed = [one for one in outcomes if not one.clean]
    hours = sum(one.unit_hours for one in outcomes)
    return {
        "seeds": len(outcomes),
        "bug": bug,
        "seeds_broken": len(failed),
        "broken": {
            str(one.case.seed): {"promises": one.broken, "digest": one.digest} for one in failed
        },
        "unit_hours": hours,
        "frames": sum(one.frames for one in outcomes),
        "wall_s": wall_s,
        "cpu_s": sum(one.cpu_s for one in outcomes),
        "unit_hours_per_minute": hours / wall_s * 60,
        "unit_hours_per_cpu_minute": hours / sum(one.cpu_s for one in outcomes) * 60,
    }
