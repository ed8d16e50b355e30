"""Three brokers on this machine, as a site would have them on three: started, killed, stopped.

Each node is a process with a folder of its own (``broker/node-1``). A node that was killed starts
again on its data, at its ports, and catches up with the others.
"""

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from goldenhour.broker.archive import archived
from goldenhour.broker.cluster_properties import COPIES, HEAP_FLAG, Node, node_properties
from goldenhour.broker.errors import BrokerFailed, PortBusy
from goldenhour.broker.free_port import free_port, port_is_free
from goldenhour.broker.process import BrokerProcess, spawn
from goldenhour.broker.properties import render
from goldenhour.broker.runtime import KAFKA_MAIN, JavaRuntime, Runtime, find_runtime
from goldenhour.broker.serving import cluster_id, format_storage, until_working
from goldenhour.broker.settings import BrokerSettings
from goldenhour.broker.state import BrokerState, forget_state, read_state, write_state
from ports.clock import Clock
from ports.log.kafka_admin import create_topics, until_brokers, until_in_sync
from wire.topics import TOPICS

_VERSION: Final = "cluster"


@dataclass(frozen=True, slots=True)
class ClusterOptions:
    """How many nodes, and in which racks."""

    nodes: int = COPIES
    racks: tuple[str, ...] = ()
    """One for each node, or none at all."""


def planned(settings: BrokerSettings, options: ClusterOptions) -> tuple[Node, ...]:
    """Return the nodes; their ports follow one another, or are free ones.

    Raises:
        ValueError: there are other than three nodes, or not a rack for each.
        PortBusy: a port is taken.
    """
    if options.nodes != COPIES:
        message = f"--nodes: {COPIES} are built, for {COPIES} copies of everything"
        raise ValueError(message)
    if options.racks and len(options.racks) != options.nodes:
        message = f"--racks: one for each of the {options.nodes} nodes"
        raise ValueError(message)
    nodes: list[Node] = []
    for number in range(1, options.nodes + 1):
        port = free_port() if settings.port is None else settings.port + number - 1
        if not port_is_free(port):
            message = f"port {port} is busy: choose another with --port, or --ports auto"
            raise PortBusy(message)
        rack = options.racks[number - 1] if options.racks else None
        nodes.append(Node(number, port, free_port(), rack, node_folder(settings, number)))
    return tuple(nodes)


def node_folder(settings: BrokerSettings, number: int) -> Path:
    """Return the folder of a node."""
    return settings.folder / f"node-{number}"


class RunningCluster:
    """Three nodes that work together."""

    def __init__(
        self, settings: BrokerSettings, runtime: Runtime, nodes: Sequence[Node], clock: Clock
    ) -> None:
        self.nodes = tuple(nodes)
        self.bootstrap = ",".join(node.bootstrap for node in nodes)
        self._settings = settings
        self._runtime = runtime
        self._clock = clock
        self._processes: dict[int, BrokerProcess] = {}

    def alive(self, number: int) -> bool:
        """Tell whether the process of a node runs."""
        return number in self._processes and self._processes[number].alive

    async def start_node(self, number: int, *, detached: bool = False) -> None:
        """Start a node on what it has on disk; it need not have caught up on return.

        One that was killed is waited for: it holds its folder until it has ended.
        """
        if number in self._processes:
            await self._processes[number].ended(self._clock)
        node = self.nodes[number - 1]
        properties = node.folder / "server.properties"
        log = node.folder / "kafka.log"
        command = self._runtime.command(node.folder, KAFKA_MAIN, str(properties))
        process = self._processes[number] = spawn(command, node.folder, log)
        owner = None if detached else os.getpid()
        state = BrokerState(process.pid, owner, node.port, _VERSION, self._runtime.words)
        write_state(node.folder, state)

    def kill(self, number: int) -> None:
        """Kill a node with SIGKILL; its data stay."""
        self._processes[number].kill()

    async def until_whole(self) -> None:
        """Return when every node has caught up: each partition has all its copies in sync."""
        timeout_s = self._settings.start_timeout_s
        await until_brokers(self.bootstrap, len(self.nodes), timeout_s, self._clock)
        await until_in_sync(self.bootstrap, TOPICS, len(self.nodes), timeout_s, self._clock)

    async def stop(self) -> None:
        """Stop every node."""
        timeout_s = self._settings.stop_timeout_s
        await asyncio.gather(
            *(process.stop(self._clock, timeout_s) for process in self._processes.values())
        )
        for node in self.nodes:
            forget_state(node.folder)


async def start_cluster(
    settings: BrokerSettings, options: ClusterOptions, clock: Clock, *, detached: bool = False
) -> RunningCluster:
    """Return a cluster that works, with all topics three times.

    Raises:
        BrokerError: there is no way to run one, a port is busy, or it did not start.
        ValueError: the options do not make a cluster.
    """
    nodes = planned(settings, options)
    found = await asyncio.to_thread(find_runtime, settings, os.environ)
    runtime = await archived(found, clock)
    if isinstance(runtime, JavaRuntime):
        runtime = replace(runtime, extra_flags=(*runtime.extra_flags, HEAP_FLAG))
    cluster = RunningCluster(settings, runtime, nodes, clock)
    name = cluster_id()
    for node in nodes:
        if read_state(node.folder) is not None:
            message = f"a node already runs in {node.folder}: stop it, or choose another --home"
            raise BrokerFailed(message)
        (node.folder / "data").mkdir(parents=True, exist_ok=True)
        properties = node.folder / "server.properties"
        properties.write_text(render(node_properties(node, nodes)))
        if not (node.folder / "data" / "meta.properties").exists():
            await format_storage(node.folder, runtime, properties, name)
    try:
        for node in nodes:
            await cluster.start_node(node.number, detached=detached)
        first = cluster.nodes[0]
        await until_brokers(cluster.bootstrap, len(nodes), settings.start_timeout_s, clock)
        await until_working(
            cluster._processes[first.number],  # noqa: SLF001 - of this module
            cluster.bootstrap,
            settings.start_timeout_s,
            clock,
            first.folder / "kafka.log",
        )
        await create_topics(cluster.bootstrap, TOPICS, clock)
        await cluster.until_whole()
    except BaseException:
        await cluster.stop()
        raise
    return cluster


async def stop_cluster(settings: BrokerSettings, clock: Clock) -> int:
    """Stop the nodes that run in a home, whoever started them; return how many."""
    found = [
        (folder, state)
        for number in range(1, COPIES + 1)
        if (state := read_state(folder := node_folder(settings, number))) is not None
    ]
    await asyncio.gather(
        *(BrokerProcess(state.pid).stop(clock, settings.stop_timeout_s) for _, state in found)
    )
    for folder, _ in found:
        forget_state(folder)
    return len(found)
