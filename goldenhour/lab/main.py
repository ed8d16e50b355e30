"""``goldenhour lab``: the live detectors over files, so that anyone can score them.

A command exits 0 only when it wrote its whole output. What a command needs to compute is imported
when it runs, so that ``--help`` answers at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.lab.command import told
from goldenhour.lab.whole_file import write_whole

app = typer.Typer(
    name="lab", help="The live detectors over files.", no_args_is_help=True, add_completion=False
)


@app.callback()
def lab() -> None:
    """Run the live detectors over files, so that anyone can score them."""


@app.command()
def scores(
    table: Annotated[Path, typer.Argument(metavar="IN.csv", help="Table of measurements.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the scores, as CSV.")],
) -> None:
    """Score every row of a table: total, band, parts, or exactly why not."""
    from goldenhour.lab.scores import score_lines  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        write_whole(out, score_lines(lines))


@app.command()
def deterioration(
    table: Annotated[Path, typer.Argument(metavar="IN.csv", help="Patients by minute.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write the index, as CSV.")],
) -> None:
    """Follow patients through a table: the deterioration index after every row, and its alerts."""
    from goldenhour.lab.deterioration import index_lines  # noqa: PLC0415

    with told(table, out), table.open(encoding="utf-8-sig", errors="replace") as lines:
        write_whole(out, index_lines(lines))
