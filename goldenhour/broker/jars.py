"""The jars of the broker: a folder that the user has, or one fetched once by Maven.

What is fetched is pinned by ``deploy/kafka/pom.xml``. Maven copies into a draft folder beside the
final one, which is then renamed: two programs that fetch at once both end with a whole folder.
"""

import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from goldenhour.broker.errors import BrokerFailed

POM: Final = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"

_MAVEN_TIMEOUT_S: Final = 600
_POM_NAMES: Final = {"m": "http://maven.apache.org/POM/4.0.0"}


@dataclass(frozen=True, slots=True)
class Jars:
    """A folder of Kafka's jars."""

    folder: Path
    logging_settings: Path | None = None
    """The log4j2 settings of a distribution; None where the SLF4J binding is our own."""

    @property
    def classpath(self) -> str:
        """All jars in one order, which a class archive depends on."""
        return ":".join(str(jar) for jar in sorted(self.folder.glob("*.jar")))


def pinned_version() -> str:
    """Return the Kafka version that the Maven project pins."""
    tree = ET.parse(POM)  # noqa: S314 - the file is our own
    version = tree.findtext("m:properties/m:kafka.version", namespaces=_POM_NAMES)
    if not version:
        message = f"{POM} names no kafka.version"
        raise BrokerFailed(message)
    return version


def local_jars(folder: Path) -> Jars | None:
    """Return the jars of a distribution or of a plain folder; None when it holds no Kafka."""
    for candidate in (folder / "libs", folder):
        if any(candidate.glob("kafka_2.13-*.jar")):
            settings = sorted(folder.glob("config/log4j2.y*ml"))
            return Jars(candidate, settings[0] if settings else None)
    return None


def cached_folder(cache: Path) -> Path:
    """Return where the jars of the pinned version are, or will be, kept."""
    return cache / f"kafka-{pinned_version()}" / "jars"


def cached_jars(cache: Path) -> Jars | None:
    """Return the jars that were fetched before; None when they were not."""
    folder = cached_folder(cache)
    return Jars(folder) if folder.is_dir() else None


def fetch_jars(cache: Path, maven: str) -> Jars:
    """Fetch the pinned jars into the cache (about 12 s and 45 MB, once).

    Raises:
        BrokerFailed: Maven could not fetch them.
    """
    folder = cached_folder(cache)
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="jars-", dir=folder.parent))
    try:
        _copy_dependencies(maven, draft)
        _move_once(draft, folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Jars(folder)


def _copy_dependencies(maven: str, target: Path) -> None:
    command = [
        maven,
        *("-q", "-B", "-f", str(POM)),
        "dependency:copy-dependencies",
        "-DincludeScope=runtime",
        f"-DoutputDirectory={target}",
    ]
    answer = subprocess.run(  # noqa: S603 - the program is the user's own Maven
        command, capture_output=True, text=True, timeout=_MAVEN_TIMEOUT_S, check=False
    )
    if answer.returncode or not any(target.glob("kafka_2.13-*.jar")):
        said = re.sub(r"\x1b\[[0-9;]*m", "", answer.stdout + answer.stderr).strip()
        message = f"Maven could not fetch Kafka: {' '.join(command)}\n{said[-2000:]}"
        raise BrokerFailed(message)


def _move_once(draft: Path, folder: Path) -> None:
    draft.chmod(0o755)
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
