"""``goldenhour bench attack``: healthy units without an attack and with one."""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.attack.measure import AttackOptions, measure
from goldenhour.bench.measuring import Figures, HomeFolder, Out, measured_at_broker, tell
from goldenhour.broker.running import RunningBroker
from ports.clock import Clock


def attack(
    out: Out,
    half_open: Annotated[int, typer.Option(min=0, help="Connections that say nothing.")] = 10_000,
    units: Annotated[int, typer.Option(min=1, help="Healthy units, ten frames a second.")] = 20,
    seconds: Annotated[int, typer.Option(min=5, help="Measured time without, and with.")] = 20,
    home: HomeFolder = None,
) -> None:
    """Healthy units without an attack and with one; who may not come in must be refused.

    Exits 1 when somebody was let in, was refused for another reason than what is wrong with them,
    or never for that.
    """

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        return await measure(AttackOptions(half_open, units, seconds, folder), broker, clock)

    figures = measured_at_broker(home, work)
    tell(out, figures)
    wrong = figures["admitted"] or figures["refused_otherwise"] or figures["never_refused"]
    raise typer.Exit(1 if wrong else 0)
