"""``goldenhour bench hostile``: frames that must be refused, with good ones among them."""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.hostile.measure import good, in_process, over_grpc
from goldenhour.bench.measuring import Figures, HomeFolder, Out, measured_at_broker, tell
from goldenhour.broker.running import RunningBroker
from ports.clock import Clock, SystemClock


def hostile(
    out: Out,
    frames: Annotated[int, typer.Option(min=1, help="Hostile frames in process.")] = 1_000_000,
    sent: Annotated[
        int, typer.Option("--over-grpc", min=0, help="And so many over gRPC.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same frames.")] = 1,
    home: HomeFolder = None,
) -> None:
    """Malformed, truncated, oversize, lying frames: each refused rightly, good ones all there."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        return await over_grpc(sent, seed, broker, folder, clock)

    figures = in_process(frames, seed, SystemClock())
    right = good(figures)
    if sent:
        figures["over_grpc"] = measured_at_broker(home, work)
        right = right and good(figures["over_grpc"])
    tell(out, figures)
    raise typer.Exit(0 if right else 1)
