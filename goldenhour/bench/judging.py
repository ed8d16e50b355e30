"""``goldenhour bench judgement``: what judgement costs, in this process and in the real worker."""

import asyncio
import json
import logging
import os
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from goldenhour.bench import worker_rate
from goldenhour.bench.judgement import JudgementOptions, loads, measure
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging


def judgement(
    out: Annotated[Path, typer.Option(help="File for the figures, JSON.")],
    patients: Annotated[int, typer.Option(min=1, help="Patients, or encounters.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=8, help="Stream time, at 1 Hz.")] = 60,
    repeats: Annotated[int, typer.Option(min=1, help="Times that each figure is taken.")] = 5,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Frames per CPU-second of judgement and of the vitals job, beside a bare decode."""
    configure_logging(json=False, level="WARNING")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = JudgementOptions(patients, seconds, repeats)
    root = (home or default_home(os.environ)).absolute()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = {**measure(options), "worker": runner.run(_worker(options, root))}
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(json.dumps(figures, indent=2))


async def _worker(options: JudgementOptions, home: Path) -> dict[str, int]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "bench", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await worker_rate.measure(broker.bootstrap, clock, folder, loads(options))
    finally:
        await broker.stop()
