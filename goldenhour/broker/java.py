"""Finding a Java that can run Kafka 4: version 17 or newer."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OLDEST_MAJOR: Final = 17

_VERSION: Final = re.compile(r'version "([^"]+)"')
_PROBE_TIMEOUT_S: Final = 20


@dataclass(frozen=True, slots=True)
class Java:
    """A Java on this machine."""

    path: str
    version: str

    @property
    def major(self) -> int:
        """The feature release; the old scheme 1.8 counts as 8."""
        numbers = re.findall(r"\d+", self.version)
        return int(numbers[1] if numbers[0] == "1" and len(numbers) > 1 else numbers[0])

    @property
    def new_enough(self) -> bool:
        """True when it can run Kafka 4."""
        return self.major >= OLDEST_MAJOR


def find_java(environment: Mapping[str, str]) -> Java | None:
    """Return the newest of JAVA_HOME's Java and the one on the path; None without any."""
    candidates = [shutil.which("java", path=environment.get("PATH"))]
    if home := environment.get("JAVA_HOME"):
        candidates.append(str(Path(home) / "bin" / "java"))
    found = [java for path in candidates if path and (java := _probe(path))]
    return max(found, key=lambda java: java.major, default=None)


def parse_version(output: str) -> str | None:
    """Return the version in what ``java -version`` printed; None when there is none."""
    match = _VERSION.search(output)
    return match.group(1) if match and re.search(r"\d", match.group(1)) else None


def _probe(path: str) -> Java | None:
    try:
        answer = subprocess.run(  # noqa: S603 - the program is the user's own Java
            [path, "-version"],
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = parse_version(answer.stderr + answer.stdout)
    return Java(path, version) if version else None
