"""How a command of ``goldenhour bench`` measures: over a fresh broker, its figures into a file."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from goldenhour.bench.programs.chromium import BrowserMissing, browser_path
from goldenhour.broker.launch import start_broker
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import Clock, SystemClock
from ports.logging import configure_logging

Out = Annotated[Path, typer.Option(help="File for the figures, JSON.")]
HomeFolder = Annotated[Path | None, typer.Option(help="Folder of run state.")]

Figures = dict[str, Any]
Work = Callable[[RunningBroker, Path, Clock], Awaitable[Figures]]
"""Measures over a broker, in a folder."""


def measured(work: Coroutine[Any, Any, Figures]) -> Figures:
    """Measure, with the log lines of this process on the terminal."""
    configure_logging(json=False)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    return asyncio.run(work)


def measured_at_broker(home: Path | None, work: Work) -> Figures:
    """Measure over a broker of its own, in a fresh folder of run state."""
    return measured(_at_broker(root_of(home), work))


def measured_in_browser(home: Path | None, work: Work) -> Figures:
    """Measure what needs a broker and a browser; without a browser, say what mends it."""
    try:
        browser_path()
        return measured_at_broker(home, work)
    except BrowserMissing as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(1) from missing


def root_of(home: Path | None) -> Path:
    """Return the folder of run state that was given, or the usual one."""
    return (home or default_home(os.environ)).absolute()


def tell(out: Path, figures: Figures, *, unsaid: str | None = None) -> None:
    """Write the figures to a file and to the terminal, but for those that are too many to read."""
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    said = {name: value for name, value in figures.items() if name != unsaid}
    typer.echo(json.dumps(said, indent=2))


async def _at_broker(root: Path, work: Work) -> Figures:
    clock = SystemClock()
    folder = await fresh_folder(Home(root), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await work(broker, folder, clock)
    finally:
        await broker.stop()
