"""``goldenhour lab``: the live detectors over files, so that anyone can score them.

A command exits 0 only when it wrote its whole output: it writes beside the file asked for and
renames at the end.
"""

import csv
import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from goldenhour.lab.scores import HeaderError, score_lines

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
    try:
        with table.open(encoding="utf-8-sig", errors="replace") as lines:
            write_whole(out, score_lines(lines))
    except HeaderError as error:
        typer.echo(f"{table}: {error}", err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"{error.filename or out}: {error.strerror}", err=True)
        raise typer.Exit(2) from error


def write_whole(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file so that it appears under its name complete or not at all."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    partial = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
            stream.flush()
            os.fsync(stream.fileno())
        partial.chmod(_ordinary_mode())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _ordinary_mode() -> int:
    """Return the mode that a newly created file would have."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
