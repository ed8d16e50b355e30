"""Three nodes: what they are told, and that one of them can be lost."""

import asyncio
from pathlib import Path

import pytest

from goldenhour.broker.cluster import (
    ClusterOptions,
    node_folder,
    planned,
    start_cluster,
    stop_cluster,
)
from goldenhour.broker.cluster_properties import COPIES, IN_SYNC_MIN, node_properties
from goldenhour.broker.settings import BrokerSettings, settings_from
from goldenhour.broker.state import read_state
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from ports.log.port import TopicPartition
from tests.patience import PATIENCE_S
from wire.topics import ALARMS

RACKS = ("r1", "r2", "r3")


def test_everything_is_kept_three_times_and_confirmed_by_two(tmp_path: Path) -> None:
    """Kafka's own topics too; nothing is led by a node that lacks what was confirmed."""
    nodes = planned(settings_from({}, home=tmp_path, port=None), ClusterOptions(racks=RACKS))
    properties = [node_properties(node, nodes) for node in nodes]
    for one in properties:
        assert one["default.replication.factor"] == str(COPIES) == "3"
        assert one["min.insync.replicas"] == str(IN_SYNC_MIN) == "2"
        assert one["offsets.topic.replication.factor"] == "3"
        assert one["unclean.leader.election.enable"] == "false"
        assert (one["broker.session.timeout.ms"], one["broker.heartbeat.interval.ms"]) == (
            "2000",
            "400",
        )
    assert [one["broker.rack"] for one in properties] == list(RACKS)
    assert [one["node.id"] for one in properties] == ["1", "2", "3"]
    assert len({one["controller.quorum.voters"] for one in properties}) == 1
    assert len({one["log.dirs"] for one in properties}) == 3


def test_without_racks_none_is_named(tmp_path: Path) -> None:
    nodes = planned(settings_from({}, home=tmp_path, port=None), ClusterOptions())
    assert "broker.rack" not in node_properties(nodes[0], nodes)


@pytest.mark.parametrize("options", [ClusterOptions(nodes=2), ClusterOptions(racks=("r1",))])
def test_what_makes_no_cluster_is_refused(tmp_path: Path, options: ClusterOptions) -> None:
    with pytest.raises(ValueError, match="--"):
        planned(settings_from({}, home=tmp_path, port=None), options)


async def test_a_lost_node_costs_no_record_and_comes_back(
    tmp_path: Path, broker_cache: Path
) -> None:
    """Records confirmed before, while it is gone, and after its return are all there."""
    clock = SystemClock()
    settings = BrokerSettings(
        home=tmp_path, cache=broker_cache, port=None, start_timeout_s=PATIENCE_S
    )
    cluster = await start_cluster(settings, ClusterOptions(racks=RACKS), clock)
    try:
        log = KafkaLog(cluster.bootstrap, client_id="test")
        writer = await log.writer()

        async def write(value: bytes) -> None:
            futures = [
                await writer.send(ALARMS.name, partition, value)
                for partition in range(ALARMS.partitions)
            ]
            await asyncio.gather(*futures)

        await write(b"before")
        cluster.kill(1)
        await write(b"while it is gone")
        await cluster.start_node(1)
        await cluster.until_whole()
        await write(b"after")
        await writer.close()
        for partition in range(ALARMS.partitions):
            kept = await log.read_to_end(TopicPartition(ALARMS.name, partition))
            assert [one.value for one in kept] == [b"before", b"while it is gone", b"after"]
        assert all(read_state(node.folder) is not None for node in cluster.nodes)
        assert await stop_cluster(settings, clock) == 3
        assert read_state(node_folder(settings, 1)) is None
    finally:
        await cluster.stop()
