"""The thin rim of the doctor: looks at this machine and returns plain facts."""

import os
import re
import shutil
import sys
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Final

from goldenhour.broker.free_port import port_is_free
from goldenhour.broker.jars import cached_jars, local_jars
from goldenhour.broker.java import find_java
from goldenhour.broker.runtime import docker_answers
from goldenhour.broker.settings import BrokerSettings, settings_from
from goldenhour.broker.state import read_state
from goldenhour.demo.ports import PORTS
from goldenhour.doctor.examination import Facts

LOCK: Final = Path(__file__).parents[2] / "requirements.txt"

_TOOLS: Final = Path(__file__).parents[2] / ".cache" / "bin"
_LOCKED: Final = re.compile(
    r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)\s*\\?$", re.MULTILINE
)
_MANAGERS: Final = {"apt": "apt-get", "dnf": "dnf", "brew": "brew"}


def probe(environment: Mapping[str, str]) -> Facts:
    """Look at this machine."""
    path = f"{_TOOLS}{os.pathsep}{environment.get('PATH', '')}"
    settings = settings_from(environment)
    java = find_java(environment)
    docker = shutil.which("docker", path=path)
    return Facts(
        python=sys.version_info[:2],
        java_major=java.major if java else None,
        maven=shutil.which("mvn", path=path) is not None,
        jars=_jars_here(settings),
        docker=docker is not None and docker_answers(docker),
        kafka_address=settings.bootstrap,
        busy_ports=_busy_ports(settings),
        free_bytes=shutil.disk_usage(_existing(settings.home)).free,
        packages_off_lock=off_lock(LOCK.read_text() if LOCK.exists() else ""),
        chromium=shutil.which("chromium", path=path) is not None,
        dcmtk=shutil.which("storescu", path=path) is not None,
        kcat=shutil.which("kcat", path=path) is not None,
        grpcurl=shutil.which("grpcurl", path=path) is not None,
        kustomize=shutil.which("kustomize", path=path) is not None,
        prometheus=all(shutil.which(name, path=path) for name in ("prometheus", "promtool")),
        package_manager=next(
            (name for name, program in _MANAGERS.items() if shutil.which(program, path=path)), None
        ),
        root=os.geteuid() == 0,
    )


def off_lock(lock: str) -> tuple[str, ...]:
    """Return the packages of a lock that are not installed in exactly that version."""
    return tuple(
        f"{name} {version}"
        for name, version in _LOCKED.findall(lock)
        if _installed_version(name) != version
    )


def _installed_version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _jars_here(settings: BrokerSettings) -> bool:
    if settings.kafka_folder:
        return local_jars(settings.kafka_folder) is not None
    return cached_jars(settings.cache) is not None


def _busy_ports(settings: BrokerSettings) -> frozenset[int]:
    """Return our ports that are taken, not counting by the broker of this home."""
    own = read_state(settings.folder)
    busy = {port for port in PORTS.values() if not port_is_free(port)}
    return frozenset(busy - ({own.port} if own else set()))


def _existing(folder: Path) -> Path:
    folder = folder.absolute()
    while not folder.exists():
        folder = folder.parent
    return folder
