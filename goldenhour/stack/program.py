"""A program of the stack as data: how to start it and how it says that it is ready.

Every program prints one JSON line with the key ``ready`` on standard output once it serves.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

import msgspec

READY_TIMEOUT_US: Final = 90_000_000
"""How long a program may take to say that it is ready; a restart after a kill is well below."""

BACK_OFF_FIRST_US: Final = 100_000
"""Pause before the first restart; doubled at each further one that follows within a minute."""

BACK_OFF_MOST_US: Final = 5_000_000
"""Longest pause before a restart."""

STEADY_US: Final = BACK_OFF_MOST_US
"""How long a program must have been ready for its spare to take its place, and that at once. One
that dies sooner is started cold and after a pause, so a spare never makes a program that cannot
live die more often than the longest pause lets it."""

PROMOTED_TIMEOUT_US: Final = 10_000_000
"""How long a spare may take to be ready; then it is killed, and the program is started cold."""


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the stack."""

    name: str
    """Names it in reports, logs and ``--kill``; ``worker-1`` and ``worker-2`` are both a worker."""
    arguments: tuple[str, ...]
    """What follows ``goldenhour`` on its command line."""
    environment: Mapping[str, str] = field(default_factory=dict)
    spare: bool = False
    """A second process of it is kept loaded, to take its place when it dies."""

    @property
    def command(self) -> tuple[str, ...]:
        """The whole command line, run by the interpreter that runs this."""
        return (sys.executable, "-m", "goldenhour", *self.arguments)

    def with_spare(self) -> Self:
        """Return the same program, of which a spare is kept."""
        return replace(self, spare=True)

    def log_file(self, home: Path) -> Path:
        """Where its standard error goes."""
        return home / "logs" / f"{self.name}.log"


def back_off_us(restarts_lately: int) -> int:
    """Return the pause before the next restart."""
    return min(BACK_OFF_FIRST_US << restarts_lately, BACK_OFF_MOST_US)


def parse_ready(line: bytes) -> Mapping[str, str] | None:
    """Return what a ready line says, or None for any other line."""
    try:
        said = msgspec.json.decode(line)
    except msgspec.DecodeError:
        return None
    if not isinstance(said, dict) or "ready" not in said:
        return None
    return {str(key): str(value) for key, value in said.items()}
