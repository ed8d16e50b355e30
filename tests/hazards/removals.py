"""Controls of docs/hazards.md, each taken out: what must then fail is the test that proves it.

A removal is one place of the source, as text, and what stands there without the control. The
folder ``removals`` has one file for each hazard.
"""

import tomllib
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TABLES: Final = Path(__file__).parent / "removals"
_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Removal:
    """One control taken out."""

    hazard: str
    test: str
    """The test that has to fail, as docs/hazards.md names it."""
    taken_out: str
    """What does not hold any more, in words."""
    file: str
    old: str
    """Stands exactly once in the file."""
    new: str

    @property
    def digest(self) -> str:
        """Names this removal: another text is another removal."""
        said = f"{self.test}\0{self.file}\0{self.old}\0{self.new}"
        return sha256(said.encode()).hexdigest()[:_DIGITS]

    def spoiled(self, source: str) -> str:
        """Return the file without the control; ValueError when the place is not there once."""
        found = source.count(self.old)
        if found != 1:
            message = f"{self.file}: {found} places, not one: {self.old.strip()}"
            raise ValueError(message)
        return source.replace(self.old, self.new)


def removals() -> list[Removal]:
    """Return every removal, hazard by hazard."""
    return [
        Removal(table.stem.replace("_", " "), **one)
        for table in sorted(TABLES.glob("*.toml"))
        for one in tomllib.loads(table.read_text(encoding="utf-8"))["removal"]
    ]
