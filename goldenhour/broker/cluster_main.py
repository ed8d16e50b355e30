"""``goldenhour broker --nodes 3``: a cluster in the foreground, until Ctrl-C."""

import asyncio

import typer

from goldenhour.broker.cluster import ClusterOptions, RunningCluster, start_cluster
from goldenhour.broker.errors import BrokerError
from goldenhour.broker.settings import BrokerSettings
from ports.clock import SystemClock
from ports.log.kafka_admin import LogUnavailable, TopicRefused
from ports.program import run as run_program

_LOOKED_EVERY_US = 500_000


def run_cluster(settings: BrokerSettings, nodes: int, racks: tuple[str, ...]) -> int:
    """Run a cluster until told to stop; return the exit code."""
    options = ClusterOptions(nodes, racks)
    return run_program(lambda stop: _run(settings, options, stop))


async def _run(settings: BrokerSettings, options: ClusterOptions, stop: asyncio.Event) -> int:
    clock = SystemClock()
    try:
        cluster = await start_cluster(settings, options, clock)
    except (BrokerError, LogUnavailable, TopicRefused, ValueError) as refused:
        typer.echo(str(refused), err=True)
        return 1
    typer.echo(f"kafka, {options.nodes} nodes, at {cluster.bootstrap}; Ctrl-C stops it")
    try:
        return await _watch(cluster, stop, clock)
    finally:
        await cluster.stop()


async def _watch(cluster: RunningCluster, stop: asyncio.Event, clock: SystemClock) -> int:
    """Say which node ends by itself, once; end when none is left."""
    lost: set[int] = set()
    while not stop.is_set():
        for node in cluster.nodes:
            if not cluster.alive(node.number) and node.number not in lost:
                lost.add(node.number)
                typer.echo(f"node {node.number} ended; see {node.folder / 'kafka.log'}", err=True)
        if len(lost) == len(cluster.nodes):
            return 1
        await clock.sleep_us(_LOOKED_EVERY_US)
    return 0
