"""The settings of one node of our cluster: three brokers that are controllers as well (KRaft).

They differ from the one-process broker in that everything is kept three times and is confirmed when
two have it, so that one node can be lost without losing a record, and without stopping. Of a
partition no two copies lie in one rack, where the racks are named (``broker.rack``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from goldenhour.broker.properties import broker_properties

COPIES: Final = 3
"""How often a record is kept."""

IN_SYNC_MIN: Final = 2
"""How many copies must have a record before it is confirmed; with fewer, none is taken."""

HEAP_FLAG: Final = "-Xmx256m"
"""Three nodes on one machine; measured resident: about 350 MB each."""

_KEPT_BY_SEVERAL: Final = {
    "offsets.topic.replication.factor": str(COPIES),
    "transaction.state.log.replication.factor": str(COPIES),
    "transaction.state.log.min.isr": str(IN_SYNC_MIN),
    "share.coordinator.state.topic.replication.factor": str(COPIES),
    "share.coordinator.state.topic.min.isr": str(IN_SYNC_MIN),
    "default.replication.factor": str(COPIES),
    "min.insync.replicas": str(IN_SYNC_MIN),
    # A node that has not all that was confirmed is never made a leader.
    "unclean.leader.election.enable": "false",
    # A follower that stops is left out in seconds, so that writing goes on.
    "replica.lag.time.max.ms": "3000",
}


@dataclass(frozen=True, slots=True)
class Node:
    """One broker of a cluster."""

    number: int
    """From 1."""
    port: int
    controller_port: int
    rack: str | None
    folder: Path
    """Its data, settings and log."""

    @property
    def bootstrap(self) -> str:
        """Its address for clients."""
        return f"127.0.0.1:{self.port}"


def node_properties(node: Node, nodes: Sequence[Node]) -> dict[str, str]:
    """Return all settings of a node."""
    voters = ",".join(f"{one.number}@127.0.0.1:{one.controller_port}" for one in nodes)
    return {
        **broker_properties(node.port, node.controller_port, node.folder / "data"),
        **_KEPT_BY_SEVERAL,
        "node.id": str(node.number),
        "controller.quorum.voters": voters,
        **({} if node.rack is None else {"broker.rack": node.rack}),
    }
