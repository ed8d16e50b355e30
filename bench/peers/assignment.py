"""What a peer is told: where Kafka is, what to read and write, and under which name."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SESSION_MS: Final = 3_000
HEARTBEAT_MS: Final = 500
COMMIT_EVERY_S: Final = 1.0
"""The same for all that have such settings; defaults of 10 to 60 s would decide the comparison."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One run of one peer."""

    bootstrap: str
    source: str
    """Topic of frames."""
    sink: str
    """Topic of changes."""
    group: str
    """Name of the consumer group, and of its one member, so that a restart takes its place."""
    folder: Path
    """For what the engine keeps on disk."""
    partitions: int
    batched: bool
    """A record holds a micro-batch of frames, and not one frame."""
    variant: str

    def words(self) -> list[str]:
        """Return what ``assignment`` reads."""
        return [
            *("--bootstrap", self.bootstrap, "--source", self.source, "--sink", self.sink),
            *("--group", self.group, "--folder", str(self.folder)),
            *("--partitions", str(self.partitions), "--variant", self.variant),
            *(["--batched"] if self.batched else []),
        ]


def assignment(words: list[str] | None = None) -> Assignment:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser()
    for name in ("bootstrap", "source", "sink", "group", "variant"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--partitions", type=int, required=True)
    parser.add_argument("--batched", action="store_true")
    return Assignment(**vars(parser.parse_args(words)))


def checkpoints_of(sink: str) -> str:
    """Return the topic in which Golden Hour's worker keeps snapshots; others make their own."""
    return f"{sink}.checkpoints"
