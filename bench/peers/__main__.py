"""``python -m bench.peers --out F.json``: every peer, one after the other, over one Kafka."""

import asyncio
import json
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Annotated, Any, Final

import typer

from bench.peers.processes import PeerEnded, PeerMissing
from bench.peers.ring import Ring
from bench.peers.roster import PEERS, Peer
from bench.peers.steady import AFTER_KILL_S, STARTING_S, WARM_UP_S, steady
from bench.peers.throughput import Full, fill, throughput
from bench.peers.traffic import SEED, at_leisure
from goldenhour.bench.judgement.ward import job_vitals
from goldenhour.broker.launch import start_broker
from goldenhour.broker.settings import settings_from
from goldenhour.demo.run import fresh_folder
from goldenhour.home import Home, default_home, replace_file
from ports.clock import SystemClock
from ports.logging import configure_logging

ENCOUNTERS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    peers: Sequence[Peer]
    frames: int
    seconds: int
    rounds: int


def main(  # noqa: PLR0917 - options have names where they are given
    out: Annotated[Path, typer.Option(help="File for the figures, JSON.")],
    peer: Annotated[list[str] | None, typer.Option(help="Only this one; may be repeated.")] = None,
    frames: Annotated[int, typer.Option(min=20_000, help="Frames that wait in a topic.")] = 300_000,
    seconds: Annotated[int, typer.Option(min=5, help="Time over which latency is taken.")] = 20,
    rounds: Annotated[int, typer.Option(min=1, help="Times that throughput is taken.")] = 3,
    home: Annotated[Path | None, typer.Option(help="Folder of run state.")] = None,
) -> None:
    """Frames per CPU-second, latency at a fixed rate and recovery of every peer, side by side."""
    names = {each.name: each for each in PEERS}
    if unknown := set(peer or ()) - names.keys():
        message = f"{', '.join(sorted(unknown))} is none of: {', '.join(names)}"
        raise typer.BadParameter(message)
    configure_logging(json=False, level="WARNING")
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    options = Options([names[name] for name in peer or names], frames, seconds, rounds)
    try:
        figures = asyncio.run(_measured(options, (home or default_home(os.environ)).absolute()))
    except (PeerEnded, PeerMissing) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    replace_file(out, json.dumps(figures, indent=2) + "\n")
    typer.echo(_table(figures["peers"]))
    raise typer.Exit(0 if all(it["throughput"]["equal"] for it in figures["peers"].values()) else 1)


async def _measured(options: Options, home: Path) -> dict[str, Any]:
    clock = SystemClock()
    folder = await fresh_folder(Home(home), "peers", clock)
    broker = await start_broker(settings_from(os.environ, home=folder, port=None), clock=clock)
    try:
        return await _figures(options, Ring(broker.bootstrap, folder, clock))
    finally:
        await broker.stop()


async def _figures(options: Options, ring: Ring) -> dict[str, Any]:
    frames = at_leisure(ENCOUNTERS, options.frames // ENCOUNTERS)
    shares = sorted({peer.share for peer in options.peers})
    few = await fill(ring, "few", frames[:ENCOUNTERS])
    fulls = {
        share: await fill(ring, f"share-{share}", frames[: len(frames) // share])
        for share in shares
    }
    most_s = int(STARTING_S + WARM_UP_S + options.seconds + AFTER_KILL_S)
    vitals = [it for items in job_vitals(ENCOUNTERS, most_s, seed=SEED) for it in items]
    figures: dict[str, Any] = {}
    for peer in options.peers:
        typer.echo(f"{peer.name} ...", err=True)
        figures[peer.name] = {
            "throughput": await _throughput(ring, peer, few, fulls[peer.share], options.rounds),
            "steady": await steady(ring, peer, vitals, ENCOUNTERS, options.seconds),
        }
    return {"encounters": ENCOUNTERS, "frames": options.frames, "peers": figures}


async def _throughput(ring: Ring, peer: Peer, few: Full, full: Full, rounds: int) -> dict[str, Any]:
    """Return the median round, with the rates of all, and whether all said what they must."""
    taken = [await throughput(ring, peer, few, full) for _ in range(rounds)]
    rates = [it["frames_per_cpu_s"] for it in taken]
    middle = min(taken, key=lambda it: abs(it["frames_per_cpu_s"] - median(rates)))
    return {**middle, "rates": rates, "equal": all(it["equal"] for it in taken)}


def _table(peers: dict[str, Any]) -> str:
    """Return the figures as a table for docs."""
    columns = "peer", "frames per CPU-s", "p50 ms", "p99 ms", "CPU", "recovery s", "missing"
    lines = [_line([*columns, "extra", "again", "equal"]), "|---" * 10 + "|"]
    for name, figures in peers.items():
        rate, flow = figures["throughput"], figures["steady"]
        latency, kill = flow["latency"], flow["kill"]
        shown = [
            f"{rate['frames_per_cpu_s']:,}",
            f"{latency.get('p50_ms', 0):.1f}",
            f"{latency.get('p99_ms', 0):.1f}",
            f"{flow['processor_share']:.0%}",
            "never" if kill["recovery_s"] is None else f"{kill['recovery_s']:.2f}",
            *(str(kill[each]) for each in ("missing", "extra", "duplicates")),
            "yes" if rate["equal"] else "NO",
        ]
        lines.append(_line([name, *shown]))
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    typer.run(main)
