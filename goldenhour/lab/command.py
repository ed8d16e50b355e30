"""What every command of the lab does alike: a file at fault is told in one clear line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer


class UnreadableError(ValueError):
    """The input is not what the command reads: the sender's fault. The message names the field."""


@contextmanager
def told(source: Path, out: Path) -> Iterator[None]:
    """End the command with exit code 2 and one line where ``source`` or ``out`` is at fault."""
    try:
        yield
    except UnreadableError as error:
        typer.echo(f"{source}: {error}", err=True)
        raise typer.Exit(2) from error
    except OSError as error:
        typer.echo(f"{error.filename or out}: {error.strerror}", err=True)
        raise typer.Exit(2) from error
