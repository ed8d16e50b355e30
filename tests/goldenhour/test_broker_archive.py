"""The class archive makes a start faster and can never prevent one."""

from pathlib import Path

import structlog

from goldenhour.broker.archive import archived
from goldenhour.broker.jars import Jars
from goldenhour.broker.java import Java
from goldenhour.broker.runtime import KAFKA_MAIN, DockerRuntime, JavaRuntime
from ports.clock import SystemClock


async def test_a_training_run_that_fails_leaves_the_plain_runtime_and_says_so(
    tmp_path: Path,
) -> None:
    jars = tmp_path / "jars"
    jars.mkdir()
    runtime = JavaRuntime(Java("false", "17.0.1"), Jars(jars))
    with structlog.testing.capture_logs() as logged:
        assert await archived(runtime, SystemClock()) == runtime
    assert [entry["event"] for entry in logged] == ["broker_class_archive_not_made"]
    assert list(tmp_path.iterdir()) == [jars]


async def test_an_archive_that_is_there_is_used_by_its_java_version(tmp_path: Path) -> None:
    archive = tmp_path / "classes-java-17.0.1.jsa"
    archive.touch()
    runtime = await archived(
        JavaRuntime(Java("false", "17.0.1"), Jars(tmp_path / "jars")), SystemClock()
    )
    assert f"-XX:SharedArchiveFile={archive}" in runtime.command(tmp_path, KAFKA_MAIN)


async def test_docker_and_distributions_are_left_as_they_are(tmp_path: Path) -> None:
    docker = DockerRuntime("docker", "4.4.0")
    settings = tmp_path / "log4j2.yaml"
    distribution = JavaRuntime(Java("false", "17.0.1"), Jars(tmp_path, settings))
    assert await archived(docker, SystemClock()) is docker
    assert await archived(distribution, SystemClock()) is distribution
