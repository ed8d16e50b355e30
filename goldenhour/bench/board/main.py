"""``goldenhour bench board``: from an alarm on the feed to its card painted in a browser."""

from pathlib import Path
from typing import Annotated

import typer

from goldenhour.bench.board.measure import BoardOptions, measure
from goldenhour.bench.load.clients import Course
from goldenhour.bench.measuring import Figures, HomeFolder, Out, measured_in_browser, tell
from goldenhour.broker.running import RunningBroker
from ports.clock import Clock


def board(
    out: Out,
    units: Annotated[int, typer.Option(min=1, help="Units, each sending vitals at 1 Hz.")] = 300,
    seconds: Annotated[int, typer.Option(min=15, help="Measured time.")] = 300,
    course: Annotated[Course, typer.Option(help="How the patients fare.")] = Course.SHIFT,
    home: HomeFolder = None,
    *,
    strip: Annotated[bool, typer.Option(help="Also show a patient's live strip.")] = False,
) -> None:
    """From an alarm on the feed to its card painted in a browser, and what the page weighs."""

    async def work(broker: RunningBroker, folder: Path, clock: Clock) -> Figures:
        options = BoardOptions(units, seconds, folder, course, strip=strip)
        return await measure(options, broker.bootstrap, clock)

    tell(out, measured_in_browser(home, work), unsaid="memory_samples")
