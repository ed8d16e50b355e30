"""A part of the herd in a process of its own: in its tunnel, and back.

In life every unit has a processor; here some hundred share one, so the herd is split. The parts and
the bench meet at files: a part says that it is ``CAPTURED`` when its tunnel is through, goes on in
the dark until ``MEND`` is there, and says ``DRAINED`` when its backlog is. What it saw it writes
when it is told to stop.
"""

import asyncio
import gc
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from clinical.instant import SECOND_US
from goldenhour.bench.herd.catch_up_clock import CatchUpClock
from goldenhour.bench.herd.tunnel import Tunnel
from goldenhour.bench.herd.units import Herd
from goldenhour.home import replace_file
from ports import program
from ports.clock import Clock, SystemClock
from ports.logging import configure_logging

NAME: Final = "bench-herd"
CAPTURED: Final = "captured"
DRAINED: Final = "drained"
MEND: Final = "mend"
OUTCOME: Final = "outcome.msgpack"

LOOK_US: Final = 20_000

WATCH_US: Final = 100_000
"""Between two looks at the units, which cost the processor that they come back with."""


class Outcome(msgspec.Struct):
    """What one part of the herd saw."""

    last: list[tuple[str, int, bytes, int]]
    """Unit, lane and segment, and the last frame of it that the spool confirmed."""
    refusals: int
    mended_us: int
    backlog: int
    capture_took_s: float
    connected_s: list[float]
    """Of each unit, from the return until its alarms and its vital signs flowed."""
    drained_s: float | None = None
    """From the return until the backlog was through."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which units, and what becomes of them."""

    gateway: str
    numbers: range
    period_s: int
    return_period_s: int
    tunnel: Tunnel
    folder: Path
    real_time: bool
    edge: bool


def herd_units(  # noqa: PLR0917 - options have names where they are given
    gateway: Annotated[str, typer.Option()],
    first: Annotated[int, typer.Option()],
    units: Annotated[int, typer.Option()],
    period_s: Annotated[int, typer.Option()],
    return_period_s: Annotated[int, typer.Option()],
    began_us: Annotated[int, typer.Option()],
    ended_us: Annotated[int, typer.Option()],
    folder: Annotated[Path, typer.Option()],
    *,
    real_time: Annotated[bool, typer.Option()] = False,
    edge: Annotated[bool, typer.Option()] = True,
) -> None:
    """Play some units of the herd."""
    tunnel = Tunnel(began_us, ended_us)
    numbers = range(first, first + units)
    part = Part(gateway, numbers, period_s, return_period_s, tunnel, folder, real_time, edge)

    async def play(stop: asyncio.Event) -> int:
        await _Return(part, SystemClock()).run(stop)
        return 0

    configure_logging(json=False)
    raise typer.Exit(program.run(play))


class _Return:
    """One part, from its first capture until it is told to stop."""

    def __init__(self, part: Part, clock: Clock) -> None:
        self._part = part
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Capture in the tunnel, then come back."""
        part = self._part
        part.folder.mkdir(parents=True, exist_ok=True)
        program.say_ready(NAME)
        began_us = self._clock.monotonic_us()
        inside = self._in_real_time if part.real_time else self._in_compressed_time
        herd, following = await inside()
        took_s = (self._clock.monotonic_us() - began_us) / SECOND_US
        going_on = asyncio.create_task(herd.go_on(part.tunnel, part.return_period_s))
        # One process plays what in life are many: what they all hold is not looked through by each.
        gc.freeze()
        replace_file(part.folder / CAPTURED, "")
        try:
            await self._there(part.folder.parent / MEND, stop)
            outcome = Outcome([], 0, self._clock.now_us(), herd.depth, round(took_s, 1), [])
            herd.mend()
            await self._watch(herd, outcome, stop)
        finally:
            for task in (going_on, following):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
        outcome.last = [(*segment, through) for segment, through in herd.ledger.last.items()]
        outcome.refusals = herd.ledger.refusals
        (part.folder / OUTCOME).write_bytes(msgspec.msgpack.encode(outcome))
        await herd.stop()

    async def _in_compressed_time(self) -> tuple[Herd, "asyncio.Task[None]"]:
        part = self._part
        clock = CatchUpClock(self._clock, self._clock.now_us() - part.tunnel.began_us)
        herd = self._herd(clock)
        await herd.start()
        period_us = part.period_s * SECOND_US
        while clock.behind_us >= period_us:
            herd.capture_all(part.tunnel)
            await herd.committed()
            await clock.advance(period_us)
        clock.join()
        return herd, asyncio.create_task(clock.follow())

    async def _in_real_time(self) -> tuple[Herd, "asyncio.Task[None]"]:
        tunnel = self._part.tunnel
        herd = self._herd(self._clock)
        await herd.start()
        herd.mend()
        going_on = asyncio.create_task(herd.go_on(tunnel, self._part.period_s))
        await self._clock.sleep_us(tunnel.began_us - self._clock.now_us())
        await herd.cut()
        await self._clock.sleep_us(tunnel.ended_us - self._clock.now_us())
        going_on.cancel()
        with suppress(asyncio.CancelledError):
            await going_on
        return herd, asyncio.create_task(self._clock.sleep_us(0))

    def _herd(self, clock: Clock) -> Herd:
        part = self._part
        return Herd(part.gateway, part.numbers, clock, edge=part.edge)

    async def _there(self, file: Path, stop: asyncio.Event) -> None:
        while not (stop.is_set() or await asyncio.to_thread(file.exists)):
            await self._clock.sleep_us(LOOK_US)

    async def _watch(self, herd: Herd, outcome: Outcome, stop: asyncio.Event) -> None:
        """Note when each unit is connected, and when the backlog is through."""
        part = self._part
        since_us = self._clock.monotonic_us()
        live = max(16, 2 * len(part.numbers) // part.return_period_s)
        missing = set(part.numbers)
        while not stop.is_set():
            waited_s = round((self._clock.monotonic_us() - since_us) / SECOND_US, 2)
            came = herd.connected(missing)
            missing -= came
            outcome.connected_s += [waited_s] * len(came)
            if outcome.drained_s is None and not missing and herd.depth <= live:
                outcome.drained_s = waited_s
                replace_file(part.folder / DRAINED, "")
            await self._clock.sleep_us(WATCH_US)
