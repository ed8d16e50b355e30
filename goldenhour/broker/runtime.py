"""The ways to run a Kafka program here, in the order in which they are tried.

A runtime is only a prefix of a command line: Kafka's main class and its arguments follow. With
Docker the folder of the broker is mounted under its own path and the network is the host's, so
the same settings file serves either way.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from goldenhour.broker.errors import NoKafkaFound
from goldenhour.broker.jars import Jars, cached_jars, fetch_jars, local_jars, pinned_version
from goldenhour.broker.java import Java, find_java
from goldenhour.broker.settings import BrokerSettings

KAFKA_MAIN: Final = "kafka.Kafka"
STORAGE_MAIN: Final = "kafka.tools.StorageTool"

_JVM_FLAGS: Final = (
    "-Xmx512m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
)
_SIMPLE_LOGGER: Final = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.utils=info",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)
_DOCKER_TIMEOUT_S: Final = 10


class Runtime(Protocol):
    """Something that can run a Kafka program."""

    @property
    def words(self) -> str:
        """What it is, for a person."""
        ...

    def command(self, folder: Path, main: str, *arguments: str) -> list[str]:
        """Return the command line of a Kafka program whose files lie in a folder."""
        ...

    def remove(self, folder: Path) -> None:
        """Remove what a killed program leaves outside its folder."""
        ...


@dataclass(frozen=True, slots=True)
class JavaRuntime:
    """Kafka's jars in this machine's Java."""

    java: Java
    jars: Jars
    archive: Path | None = None
    """A class archive (AppCDS) that makes the start faster; the JVM ignores one that misfits."""
    extra_flags: tuple[str, ...] = ()
    """Further flags of the JVM."""

    @property
    def words(self) -> str:
        """What it is, for a person."""
        return f"Java {self.java.version}, jars in {self.jars.folder}"

    def command(self, folder: Path, main: str, *arguments: str) -> list[str]:
        """Return the command line of a Kafka program whose files lie in a folder."""
        flags = [*_JVM_FLAGS, *self._logging(folder), *self.extra_flags]
        if self.archive:
            flags += [f"-XX:SharedArchiveFile={self.archive}", "-Xlog:disable"]
        return [self.java.path, *flags, "-cp", self.jars.classpath, main, *arguments]

    def remove(self, folder: Path) -> None:
        """Remove nothing: a killed JVM leaves nothing behind."""

    def _logging(self, folder: Path) -> tuple[str, ...]:
        if self.jars.logging_settings:
            return (
                f"-Dlog4j2.configurationFile={self.jars.logging_settings}",
                f"-Dkafka.logs.dir={folder}",
            )
        return _SIMPLE_LOGGER


@dataclass(frozen=True, slots=True)
class DockerRuntime:
    """The official image, on the network of the host."""

    docker: str
    version: str

    @property
    def words(self) -> str:
        """What it is, for a person."""
        return f"Docker image apache/kafka:{self.version}"

    def command(self, folder: Path, main: str, *arguments: str) -> list[str]:
        """Return the command line of a Kafka program whose files lie in a folder."""
        serving = ["--name", _container(folder)] if main == KAFKA_MAIN else []
        return [
            *(self.docker, "run", "--rm", "--network", "host", *serving),
            *("--user", f"{os.getuid()}:{os.getgid()}", "-v", f"{folder}:{folder}"),
            *("-e", "LOG_DIR=/tmp", "-e", f"KAFKA_HEAP_OPTS={_JVM_FLAGS[0]}"),
            *("--entrypoint", "/opt/kafka/bin/kafka-run-class.sh"),
            *(f"apache/kafka:{self.version}", main, *arguments),
        ]

    def remove(self, folder: Path) -> None:
        """Remove the container, which outlives a killed client."""
        subprocess.run(  # noqa: S603 - the program is the user's own Docker
            [self.docker, "rm", "-f", _container(folder)],
            capture_output=True,
            check=False,
            timeout=_DOCKER_TIMEOUT_S,
        )


def find_runtime(settings: BrokerSettings, environment: Mapping[str, str]) -> Runtime:
    """Return the first way that works: a local folder, Java with Maven, Docker.

    Fetches the jars when Java and Maven are here and the cache is empty.

    Raises:
        NoKafkaFound: there is none; the message says what would make one.
        BrokerFailed: Maven is here but could not fetch the jars.
    """
    java = find_java(environment)
    java = java if java and java.new_enough else None
    if settings.kafka_folder:
        return _local_runtime(settings.kafka_folder, java)
    maven = shutil.which("mvn", path=environment.get("PATH"))
    if java and (jars := cached_jars(settings.cache)):
        return JavaRuntime(java, jars)
    if java and maven:
        return JavaRuntime(java, fetch_jars(settings.cache, maven))
    docker = shutil.which("docker", path=environment.get("PATH"))
    if docker and docker_answers(docker):
        return DockerRuntime(docker, pinned_version())
    message = "no way to run Kafka was found; `goldenhour doctor` says what would make one"
    raise NoKafkaFound(message)


def docker_answers(docker: str) -> bool:
    """Say whether a Docker daemon works behind this client."""
    try:
        answer = subprocess.run(  # noqa: S603 - the program is the user's own Docker
            [docker, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            check=False,
            timeout=_DOCKER_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def _local_runtime(folder: Path, java: Java | None) -> JavaRuntime:
    jars = local_jars(folder.absolute())
    if jars is None:
        message = f"GOLDENHOUR_KAFKA_FOLDER={folder} holds no kafka_2.13 jar"
        raise NoKafkaFound(message)
    if java is None:
        message = f"GOLDENHOUR_KAFKA_FOLDER={folder} needs Java 17 or newer"
        raise NoKafkaFound(message)
    return JavaRuntime(java, jars)


def _container(folder: Path) -> str:
    return "goldenhour" + str(folder).replace("/", "-")
