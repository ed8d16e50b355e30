"""What the user says about the broker, and what is made of it without starting one."""

import zipfile
from pathlib import Path

import pytest

from goldenhour.broker.jars import cached_folder, cached_jars, local_jars, pinned_version
from goldenhour.broker.java import Java, parse_version
from goldenhour.broker.properties import broker_properties, render
from goldenhour.broker.runtime import (
    KAFKA_MAIN,
    STORAGE_MAIN,
    DockerRuntime,
    JavaRuntime,
    find_runtime,
)
from goldenhour.broker.settings import settings_from
from goldenhour.home import cache_folder


def test_the_command_line_wins_over_the_environment() -> None:
    environment = {"GOLDENHOUR_HOME": "/env", "GOLDENHOUR_KAFKA": "env:1"}
    assert settings_from(environment).home == Path("/env")
    assert settings_from(environment).bootstrap == "env:1"
    given = settings_from(environment, home=Path("/given"), bootstrap="given:1")
    assert (given.home, given.bootstrap) == (Path("/given"), "given:1")


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"GOLDENHOUR_CACHE": "/own", "XDG_CACHE_HOME": "/xdg"}, Path("/own")),
        ({"XDG_CACHE_HOME": "/xdg"}, Path("/xdg/goldenhour")),
        ({}, Path.home() / ".cache" / "goldenhour"),
    ],
)
def test_the_cache_is_where_the_user_says(environment: dict[str, str], folder: Path) -> None:
    assert cache_folder(environment) == folder


def test_the_broker_listens_on_loopback_only() -> None:
    properties = broker_properties(1111, 2222, Path("/data"))
    listeners = [*properties["listeners"].split(","), properties["advertised.listeners"]]
    assert all("//127.0.0.1:" in listener for listener in listeners)
    assert properties["auto.create.topics.enable"] == "false"


def test_properties_are_rendered_one_per_line_in_order() -> None:
    assert render({"b": "2", "a": "x\\y"}) == "a=x\\\\y\nb=2\n"


@pytest.mark.parametrize(
    ("output", "version", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', "17.0.15", 17),
        ('java version "1.8.0_402"', "1.8.0_402", 8),
        ('openjdk version "25" 2025-09-16', "25", 25),
        ('openjdk version "21-ea" 2023-09-19', "21-ea", 21),
    ],
)
def test_the_java_version_is_read_in_both_schemes(output: str, version: str, major: int) -> None:
    assert parse_version(output) == version
    assert Java("java", version).major == major


def test_no_java_version_is_read_from_other_words() -> None:
    assert parse_version("The operation could not be completed.") is None


def _with_kafka_jar(folder: Path) -> Path:
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / "kafka_2.13-4.4.0.jar", "w"):
        pass
    return folder


def test_a_distribution_and_a_plain_folder_of_jars_are_both_taken(tmp_path: Path) -> None:
    libs = _with_kafka_jar(tmp_path / "kafka" / "libs")
    plain = _with_kafka_jar(tmp_path / "plain")
    (tmp_path / "kafka" / "config").mkdir()
    (tmp_path / "kafka" / "config" / "log4j2.yaml").touch()
    distribution = local_jars(tmp_path / "kafka")
    assert distribution is not None
    assert distribution.folder == libs
    assert distribution.logging_settings == tmp_path / "kafka" / "config" / "log4j2.yaml"
    assert local_jars(plain) is not None
    assert local_jars(tmp_path) is None


def test_jars_are_cached_by_the_pinned_version(tmp_path: Path) -> None:
    assert cached_jars(tmp_path) is None
    _with_kafka_jar(cached_folder(tmp_path))
    found = cached_jars(tmp_path)
    assert found is not None
    assert pinned_version() in str(found.folder)


def test_a_local_folder_comes_before_java_with_maven(tmp_path: Path) -> None:
    folder = _with_kafka_jar(tmp_path / "mine")
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"17.0.1\"' >&2\n")
    java.chmod(0o755)
    environment = {"PATH": str(java.parent), "GOLDENHOUR_KAFKA_FOLDER": str(folder)}
    runtime = find_runtime(settings_from(environment), environment)
    assert isinstance(runtime, JavaRuntime)
    assert runtime.jars.folder == folder
    assert runtime.command(Path("/run"), KAFKA_MAIN, "file")[-2:] == [KAFKA_MAIN, "file"]


def test_docker_shares_the_folder_and_the_network_and_names_only_the_serving_container() -> None:
    runtime = DockerRuntime("docker", "4.4.0")
    serving = runtime.command(Path("/run/broker"), KAFKA_MAIN, "file")
    formatting = runtime.command(Path("/run/broker"), STORAGE_MAIN, "format")
    assert "/run/broker:/run/broker" in serving
    assert serving[serving.index("--network") + 1] == "host"
    assert serving[serving.index("--name") + 1] == "goldenhour-run-broker"
    assert "--name" not in formatting
