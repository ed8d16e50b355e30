"""``goldenhour doctor``: what this machine lacks, and the exact command that mends it.

``examine`` decides on plain facts; ``probing`` gathers them. What ``make demo`` cannot do
without is *needed*; the rest is for the tests. A way to run Kafka is needed once: a broker given
by the user, Docker, or Java with either Maven or jars that are already here.
"""

from dataclasses import dataclass
from typing import Final

from goldenhour.broker.java import OLDEST_MAJOR
from goldenhour.demo.ports import PORTS

OLDEST_PYTHON: Final = (3, 11)
LEAST_FREE_BYTES: Final = 2_000_000_000

_PACKAGES: Final = {
    "apt": ("apt-get install -y", {"java": "openjdk-17-jre-headless"}),
    "dnf": ("dnf install -y", {"java": "java-17-openjdk-headless"}),
    "brew": ("brew install", {"java": "openjdk@17"}),
}
"""How each package manager installs, and where its name for a thing is not ours."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen on this machine."""

    python: tuple[int, int]
    java_major: int | None
    maven: bool
    jars: bool
    """Kafka's jars lie in the cache or in GOLDENHOUR_KAFKA_FOLDER."""
    docker: bool
    """A Docker daemon answers."""
    kafka_address: str | None
    """The broker that the user named."""
    busy_ports: frozenset[int]
    """Ports of ours on which somebody else listens."""
    free_bytes: int
    packages_off_lock: tuple[str, ...]
    """Locked Python packages that are missing or of another version."""
    chromium: bool
    dcmtk: bool
    """DCMTK's storescu, which stands for a scanner."""
    kcat: bool
    grpcurl: bool
    kustomize: bool
    prometheus: bool
    package_manager: str | None
    """The key of a package manager that is here: apt, dnf or brew."""
    root: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for."""

    name: str
    found: bool
    needed: bool
    """True when ``make demo`` cannot do without it."""
    mend: str = ""
    """The command that mends it."""

    @property
    def blocking(self) -> bool:
        """True when ``make demo`` would fail on it."""
        return self.needed and not self.found

    @property
    def line(self) -> str:
        """The finding as a person reads it."""
        if self.found:
            return f"found    {self.name}"
        word = "MISSING " if self.needed else "missing "
        return f"{word} {self.name}\n           {self.mend}"


def examine(facts: Facts) -> tuple[Finding, ...]:
    """Return what is found and missing, most needed first."""
    return (
        Finding(
            f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} or newer",
            facts.python >= OLDEST_PYTHON,
            needed=True,
            mend="make setup PYTHON=/path/to/python3.11",
        ),
        Finding(
            "Python packages as locked" + _listed(facts.packages_off_lock),
            not facts.packages_off_lock,
            needed=True,
            mend="rm -f .venv/.installed && make setup",
        ),
        *_kafka(facts),
        *(_port(port, facts) for port in PORTS.values()),
        Finding(
            f"{LEAST_FREE_BYTES / 1e9:g} GB of free disk",
            facts.free_bytes >= LEAST_FREE_BYTES,
            needed=True,
            mend="free some, or choose another place with GOLDENHOUR_HOME and GOLDENHOUR_CACHE",
        ),
        Finding("Chromium (tests)", facts.chromium, needed=False, mend=_install("chromium", facts)),
        Finding("DCMTK (tests)", facts.dcmtk, needed=False, mend=_install("dcmtk", facts)),
        Finding("kcat (tests)", facts.kcat, needed=False, mend=_install("kcat", facts)),
        Finding("grpcurl (tests)", facts.grpcurl, needed=False, mend="make tools"),
        Finding("kustomize (tests)", facts.kustomize, needed=False, mend="make tools"),
        Finding(
            "prometheus and promtool (tests)",
            facts.prometheus,
            needed=False,
            mend=_install("prometheus", facts),
        ),
    )


def _kafka(facts: Facts) -> tuple[Finding, ...]:
    java = (facts.java_major or 0) >= OLDEST_MAJOR
    needed = not (facts.kafka_address or facts.docker)
    if facts.kafka_address:
        return (
            Finding(f"Kafka at {facts.kafka_address} (not started here)", found=True, needed=True),
        )
    return (
        Finding(f"Java {OLDEST_MAJOR} or newer", java, needed=needed, mend=_install("java", facts)),
        Finding(
            "Kafka's jars, or Maven to fetch them",
            facts.jars or facts.maven,
            needed=needed,
            mend=_install("maven", facts),
        ),
        *(
            [Finding("Docker, which can run Kafka", found=True, needed=False)]
            if facts.docker
            else []
        ),
    )


def _port(port: int, facts: Facts) -> Finding:
    ours = port != PORTS["kafka"] or not facts.kafka_address
    return Finding(
        f"port {port} free",
        port not in facts.busy_ports,
        needed=ours,
        mend='make demo ARGS="--ports auto"',
    )


def _install(thing: str, facts: Facts) -> str:
    if facts.package_manager not in _PACKAGES:
        return f"install {thing} with your system's package manager"
    command, names = _PACKAGES[facts.package_manager]
    prefix = "" if facts.root or facts.package_manager == "brew" else "sudo "
    return f"{prefix}{command} {names.get(thing, thing)}"


def _listed(names: tuple[str, ...]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - three fit
    return f": {', '.join(names[:3])}{more}"
