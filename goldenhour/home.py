"""Where a running stack keeps its state, and where fetched things are cached.

The *home* (default ``.goldenhour``) belongs to one running stack and may be deleted when it is
stopped; the *cache* is shared by all homes of a user and only ever grows by whole entries.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of run state of one stack."""

    root: Path

    @property
    def broker_folder(self) -> Path:
        """Data, settings, log and state of the broker."""
        return self.root / "broker"

    def folder(self, name: str) -> Path:
        """Return the folder of one program's state, made when missing."""
        folder = self.root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def default_home(environment: Mapping[str, str]) -> Path:
    """Return the home that applies when none is given on the command line."""
    return Path(environment.get("GOLDENHOUR_HOME") or ".goldenhour")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the folder of fetched things, shared by all homes of this user."""
    if own := environment.get("GOLDENHOUR_CACHE"):
        return Path(own)
    if shared := environment.get("XDG_CACHE_HOME"):
        return Path(shared) / "goldenhour"
    return Path.home() / ".cache" / "goldenhour"


def replace_file(path: Path, text: str) -> None:
    """Write a file so that a reader sees the old text or the new one, never a part."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)
