"""``goldenhour doctor``: looks, examines, and prints what it found."""

import os
from typing import Annotated

import typer

from goldenhour.doctor.examination import examine

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def doctor(
    home: Annotated[
        str | None, typer.Option("--home", help="Folder of run state [GOLDENHOUR_HOME].")
    ] = None,
) -> None:
    """Say what this machine lacks and what mends it; exit 1 if `make demo` would fail."""
    from goldenhour.doctor.probing import probe  # noqa: PLC0415 - keeps --help quick

    environment = {**os.environ, **({"GOLDENHOUR_HOME": home} if home else {})}
    findings = examine(probe(environment))
    for finding in findings:
        typer.echo(finding.line)
    if any(finding.blocking for finding in findings):
        raise typer.Exit(1)
