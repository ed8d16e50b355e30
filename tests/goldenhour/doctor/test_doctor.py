"""The doctor names what blocks the demo, and the command that mends it."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from goldenhour.broker.errors import NoKafkaFound
from goldenhour.broker.runtime import find_runtime
from goldenhour.broker.settings import settings_from
from goldenhour.demo.ports import PORTS
from goldenhour.doctor.examination import Facts, Finding, examine
from goldenhour.doctor.main import app
from goldenhour.doctor.probing import LOCK, off_lock, probe

HEALTHY = Facts(
    python=(3, 11),
    java_major=17,
    maven=True,
    jars=True,
    docker=False,
    kafka_address=None,
    busy_ports=frozenset(),
    free_bytes=10_000_000_000,
    packages_off_lock=(),
    chromium=True,
    dcmtk=True,
    kcat=True,
    grpcurl=True,
    kustomize=True,
    prometheus=True,
    package_manager="apt",
    root=True,
)


def _blocking(facts: Facts) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.blocking]


def test_a_machine_that_has_everything_has_nothing_missing() -> None:
    assert all(finding.found for finding in examine(HEALTHY))


@pytest.mark.parametrize(
    ("facts", "name", "mend"),
    [
        (replace(HEALTHY, python=(3, 10)), "Python 3.11", "make setup PYTHON="),
        (replace(HEALTHY, java_major=None), "Java 17", "apt-get install -y openjdk-17-jre-"),
        (replace(HEALTHY, java_major=11), "Java 17", "apt-get install -y openjdk-17-jre-"),
        (replace(HEALTHY, maven=False, jars=False), "Maven", "apt-get install -y maven"),
        (replace(HEALTHY, busy_ports=frozenset({7400})), "port 7400", "--ports auto"),
        (replace(HEALTHY, busy_ports=frozenset({7495})), "port 7495", "--ports auto"),
        (replace(HEALTHY, busy_ports=frozenset({9092})), "port 9092", "--ports auto"),
        (replace(HEALTHY, free_bytes=1_999_999_999), "free disk", "GOLDENHOUR_HOME"),
        (replace(HEALTHY, packages_off_lock=("numpy 2.4.6",)), "numpy 2.4.6", "make setup"),
    ],
)
def test_each_thing_that_blocks_the_demo_is_named_with_its_remedy(
    facts: Facts, name: str, mend: str
) -> None:
    (finding,) = _blocking(facts)
    assert name in finding.name
    assert mend in finding.mend
    assert finding.mend in finding.line


@pytest.mark.parametrize(
    "facts",
    [
        replace(HEALTHY, maven=False),
        replace(HEALTHY, jars=False),
        replace(HEALTHY, java_major=None, maven=False, jars=False, docker=True),
        replace(HEALTHY, java_major=None, maven=False, jars=False, kafka_address="kafka:9092"),
        replace(HEALTHY, busy_ports=frozenset({9092}), kafka_address="127.0.0.1:9092"),
        replace(HEALTHY, dcmtk=False, kcat=False, grpcurl=False),
    ],
)
def test_one_way_to_run_kafka_is_enough_and_test_tools_never_block(facts: Facts) -> None:
    assert _blocking(facts) == []


@pytest.mark.parametrize(
    ("manager", "root", "mend"),
    [
        ("apt", False, "sudo apt-get install -y kcat"),
        ("dnf", True, "dnf install -y kcat"),
        ("brew", False, "brew install kcat"),
        (None, False, "install kcat with your system's package manager"),
    ],
)
def test_the_command_fits_the_machine(manager: str | None, root: bool, mend: str) -> None:  # noqa: FBT001
    facts = replace(HEALTHY, kcat=False, package_manager=manager, root=root)
    (finding,) = [finding for finding in examine(facts) if not finding.found]
    assert finding.mend == mend


def test_the_lock_is_compared_package_by_package() -> None:
    """A missing package and one of another version both count; hashes and comments do not."""
    lock = (
        "# made by uv\nno-such-package-here==1.0 \\\n    --hash=sha256:00\n"
        "typer==0.0.1 \\\n    --hash=sha256:00\n    # via goldenhour\n"
    )
    assert off_lock(lock) == ("no-such-package-here 1.0", "typer 0.0.1")


def test_the_lock_of_this_project_is_read_whole() -> None:
    """Every locked package is seen: the environment of the tests is the locked one."""
    assert LOCK.read_text().count("==") > 50
    assert off_lock(LOCK.read_text()) == ()


def test_an_empty_machine_has_no_java_no_jars_and_no_way_to_run_kafka(tmp_path: Path) -> None:
    """Without programs on the path, the doctor and the broker agree."""
    environment = {"PATH": str(tmp_path), "GOLDENHOUR_CACHE": str(tmp_path)}
    facts = probe(environment)
    assert (facts.java_major, facts.maven, facts.jars, facts.docker) == (None, False, False, False)
    with pytest.raises(NoKafkaFound, match="goldenhour doctor"):
        find_runtime(settings_from(environment), environment)


def test_the_command_exits_1_when_something_needed_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("GOLDENHOUR_CACHE", str(tmp_path))
    monkeypatch.delenv("GOLDENHOUR_KAFKA", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    answer = CliRunner().invoke(app, [])
    assert answer.exit_code == 1
    assert "MISSING  Java 17 or newer" in answer.output
    assert all(f"port {port} free" in answer.output for port in PORTS.values())
