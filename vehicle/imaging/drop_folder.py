"""The scanner's drop folder: each folder in it is a series, taken when the scanner has finished it.

A series is finished when it holds a file named ``complete``, or has not changed for a while and
nobody is storing into it. What begins with a dot is never looked at, so a copy can be made under
such a name and renamed. Files that are no DICOM are left alone. A copy that stopped half-way is
recognised by its pixels and waits until it changes.

A file ``encounter`` in the folder names the patient. Without it the series is that of the only
open encounter; while several patients are on board it waits, because an image under the wrong
name is worse than a late one.

``.goldenhour.json`` in the folder says what became of it, so a restart neither sends it twice nor
forgets it. Files that come later make it another series to send; what the gateway holds already is
not sent again.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

MARK: Final = ".goldenhour.json"
COMPLETE: Final = "complete"
ENCOUNTER: Final = "encounter"

ENCOUNTER_ID_BYTES: Final = 200
"""So much of a file ``encounter`` is read."""

_DIRECTORY: Final = "DICOMDIR"
_PREAMBLE_BYTES: Final = 128
_MAGIC: Final = b"DICM"
"""PS3.10, section 7.1."""


class Mark(msgspec.Struct, frozen=True):
    """What became of a series; the file in its folder."""

    fingerprint: str
    """Of the files as they were taken."""
    encounter_id: str
    scanned_us: int
    sent: bool = False
    stored: int = 0
    given_up: int = 0


@dataclass(frozen=True, slots=True)
class Listing:
    """A folder as it is now."""

    folder: Path
    files: tuple[Path, ...]
    """The DICOM files in it."""
    fingerprint: str
    """Changes when a file comes, goes or changes."""
    complete: bool
    """Whether the scanner says that it has finished."""
    encounter_id: str | None
    """The patient that the scanner names."""
    mark: Mark | None

    @property
    def sent(self) -> bool:
        """Whether the series was sent as it is now."""
        if self.mark is None or not self.mark.sent:
            return False
        same = self.encounter_id in {None, self.mark.encounter_id}
        return same and self.mark.fingerprint == self.fingerprint


@dataclass(frozen=True, slots=True)
class Unlistable:
    """A folder that cannot be looked at: a link that leads nowhere in it, no permission."""

    folder: Path
    why: str


def listings(folder: Path, *, known: Callable[[Path, int], bool]) -> Iterator[Listing | Unlistable]:
    """Yield every series of the drop folder; ``known`` by name and change time are passed over.

    One that cannot be looked at holds up no other.

    Raises:
        OSError: the drop folder itself cannot be read.
    """
    with os.scandir(folder) as entries:
        names = sorted(it.name for it in entries if not it.name.startswith("."))
    for path in (folder / name for name in names):
        try:
            if path.is_dir() and not known(path, path.stat().st_mtime_ns):
                yield _listing(path)
        except OSError as error:
            yield Unlistable(path, f"it cannot be looked at: {error.strerror}")


def write_mark(folder: Path, mark: Mark) -> None:
    """Write what became of a series, so that it is there after a power cut."""
    draft = folder / f"{MARK}.new"
    with draft.open("wb") as file:
        file.write(msgspec.json.encode(mark))
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / MARK)


def _listing(folder: Path) -> Listing:
    files = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    left = [path for path in files if path.name not in {COMPLETE, ENCOUNTER}]
    stats = [(path.name, path.stat()) for path in left]
    said = "\n".join(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in stats)
    # A scanner's names need be no UTF-8.
    return Listing(
        folder,
        tuple(path for path in left if _is_image(path)),
        sha256(os.fsencode(said)).hexdigest(),
        complete=(folder / COMPLETE).exists(),
        encounter_id=_named(folder / ENCOUNTER),
        mark=_read_mark(folder / MARK),
    )


def _is_image(path: Path) -> bool:
    """Whether it is a DICOM file, whatever it is called; a directory of files is no image."""
    if path.name == _DIRECTORY or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(_PREAMBLE_BYTES + len(_MAGIC))[_PREAMBLE_BYTES:] == _MAGIC


def _named(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(ENCOUNTER_ID_BYTES).decode(errors="replace").strip() or None
    except FileNotFoundError:
        return None


def _read_mark(path: Path) -> Mark | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Mark)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
