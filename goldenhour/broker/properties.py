"""The settings of our one-process KRaft broker, as data.

The timeouts are short because a worker that dies must be noticed in seconds; Kafka's own floors
(``group.min.session.timeout.ms`` is 6 s by default) would forbid that. Everything is replicated
once: this is one machine. ``cluster_properties`` has what three nodes change.
"""

from pathlib import Path
from typing import Final

NODE_ID: Final = 1

_SETTINGS: Final = {
    "process.roles": "broker,controller",
    "node.id": str(NODE_ID),
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
    # A dead worker or broker is noticed in seconds.
    "group.min.session.timeout.ms": "1000",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "2000",
    "broker.heartbeat.interval.ms": "400",
    "controlled.shutdown.max.retries": "1",
    # One machine: one copy of everything, and few partitions for Kafka's own topics.
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    # Topics are made from wire/topics.py and in no other way.
    "auto.create.topics.enable": "false",
    "delete.topic.enable": "true",
    # Compacted topics are read whole at every start: keep them short.
    "log.cleaner.enable": "true",
    "log.cleaner.threads": "1",
    "log.cleaner.dedupe.buffer.size": "33554432",
    "log.cleaner.min.cleanable.ratio": "0.3",
    "log.cleaner.backoff.ms": "5000",
    "log.roll.ms": "600000",
    "log.segment.bytes": "67108864",
    "log.retention.check.interval.ms": "60000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "num.recovery.threads.per.data.dir": "2",
    "message.max.bytes": "8388608",
}


def broker_properties(port: int, controller_port: int, data: Path) -> dict[str, str]:
    """Return all settings of a broker listening on loopback, its data in a folder."""
    return {
        **_SETTINGS,
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.quorum.voters": f"{NODE_ID}@127.0.0.1:{controller_port}",
        "log.dirs": str(data),
    }


def render(properties: dict[str, str]) -> str:
    """Return a Java properties file."""
    lines = (f"{name}={_escaped(value)}\n" for name, value in sorted(properties.items()))
    return "".join(lines)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\")
