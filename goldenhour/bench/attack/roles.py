"""The processes of the attack bench beside the gateway: the healthy units, and the attackers."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from goldenhour.bench.attack import healthy as healthy_units
from goldenhour.bench.attack import intruders
from goldenhour.bench.attack.half_open import HalfOpen
from goldenhour.bench.attack.healthy import HealthyOptions
from goldenhour.bench.attack.measure import AttackRecord
from ports import program
from ports.clock import SystemClock

LOWEST_PRIORITY: Final = 19
"""Of the attackers, who in earnest would not work on the gateway's own cores."""

_Out = Annotated[Path, typer.Option(help="File for what was seen, MessagePack.")]


def healthy(
    *,
    gateway: Annotated[str, typer.Option()],
    units: Annotated[int, typer.Option()],
    certificates: Annotated[Path, typer.Option()],
    out: _Out,
) -> None:
    """Send as healthy units do, until told to stop."""

    async def send(stop: asyncio.Event) -> int:
        program.say_ready("bench-healthy")
        options = HealthyOptions(gateway, units, certificates)
        seen = await healthy_units.run(options, stop, SystemClock())
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(seen))
        return 0

    raise typer.Exit(program.run(send))


def attacker(
    *,
    gateway: Annotated[str, typer.Option()],
    half_open: Annotated[int, typer.Option()],
    certificates: Annotated[Path, typer.Option()],
    foreign: Annotated[Path, typer.Option()],
    out: _Out,
) -> None:
    """Attack until told to stop."""

    async def attack(stop: asyncio.Event) -> int:
        clock = SystemClock()
        os.nice(LOWEST_PRIORITY)
        holding = HalfOpen(gateway, half_open, clock)
        ways = intruders.attempts(certificates, foreign)
        program.say_ready("bench-attacker")
        _, refused = await asyncio.gather(
            holding.run(stop), intruders.run(gateway, ways, stop, clock)
        )
        seen = AttackRecord(
            holding.most, holding.opened, holding.failed, holding.closed_after_us, refused
        )
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(seen))
        return 0

    raise typer.Exit(program.run(attack))
