"""The Compose file: valid by its schema, and every command line in it runs."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

from goldenhour.broker.jars import pinned_version
from tests.operations.by_hand import COMPOSE, running
from tests.operations.prometheus import CLOCK, STEP_US, prometheus_over
from tests.patience import PATIENCE_S
from wire.topics import TOPICS

_CHECK = (sys.executable, "-m", "check_jsonschema")
_BEYOND = {"round_trip", "__consumer_offsets"}
"""Topics that are made by a check and by Kafka itself."""


def test_the_file_is_valid_by_the_compose_specification() -> None:
    """No container engine is needed to see that it is well-formed."""
    done = subprocess.run(
        [*_CHECK, "--builtin-schema", "vendor.compose-spec", COMPOSE],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_kafkas_image_is_of_the_version_that_is_tested() -> None:
    """The jars of deploy/kafka and the image are the same Kafka."""
    assert f"image: apache/kafka:{pinned_version()}\n" in COMPOSE.read_text()


async def test_every_service_runs_by_its_own_command_line(tmp_path: Path) -> None:
    """Three brokers hold three copies of each topic, every program gets ready, a fleet is served.

    The fleet enters by the second gateway and is judged by both channels; Prometheus finds every
    program at the place that the deployed targets say.
    """
    async with running(tmp_path) as by_hand:
        assert by_hand.failed == {}
        bootstrap = by_hand.deployment.services["gateway-1"]["environment"]["GOLDENHOUR_BOOTSTRAP"]
        assert _copies(bootstrap) == {topic.name: {3} for topic in TOPICS}
        async with prometheus_over(by_hand.deployment.targets, tmp_path) as prometheus:
            report = await _fleet(bootstrap, by_hand.ready, tmp_path)
            programs = len(by_hand.ready)
            async with asyncio.timeout(PATIENCE_S):
                while await prometheus.query("sum(up)") != [programs]:
                    await CLOCK.sleep_us(STEP_US)
            judging = await prometheus.query(
                "count by (channel) (count by (channel, partition) "
                '(goldenhour_next_offset{app="patients"}))'
            )

    assert report["frames_lost"] == report["alarms_unexpected"] == 0
    assert report["frames_sent"] == report["frames_acknowledged"] > 0
    assert judging == [4, 4]


def _copies(bootstrap: str) -> dict[str, set[int]]:
    listed = subprocess.run(
        ["kcat", "-b", bootstrap, "-L", "-J"], capture_output=True, text=True, check=True
    )
    topics = json.loads(listed.stdout)["topics"]
    return {
        topic["topic"]: {len(partition["replicas"]) for partition in topic["partitions"]}
        for topic in topics
        if topic["topic"] not in _BEYOND
    }


async def _fleet(bootstrap: str, ready: dict[str, dict[str, str]], folder: Path) -> dict[str, int]:
    report = folder / "fleet.json"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "goldenhour", "simulate", "--units", "4", "--seconds", "10"),
        *("--gateway", ready["gateway-2"]["address"], "--kafka", bootstrap),
        *("--alerts", ready["command-center"]["address"], "--home", str(folder / "fleet")),
        *("--report", str(report)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await process.wait()
    return dict(json.loads(report.read_text()))
