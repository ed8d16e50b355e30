"""A series as the scanner left it: files in a folder, in the order in which they are sent.

The middle of a head is where most of what is looked for is seen, so the middle slice goes first and
the others follow outwards. The files stay where they are: they are the unit's spool for images.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from wire.dicom import SliceHeader, check_whole, read_header
from wire.reading import Unreadable

_SUFFIX: Final = ".dcm"


class NoSeries(ValueError):  # noqa: N818 - named for what it is
    """The folder does not hold one series; the words say why."""


@dataclass(frozen=True, slots=True)
class SeriesObject:
    """One object of a series."""

    sop_uid: str
    path: Path
    size_bytes: int
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Series:
    """One series of one encounter."""

    encounter_id: str
    study_uid: str
    series_uid: str
    scanned_us: int
    """When it left the scanner."""
    objects: tuple[SeriesObject, ...]
    """In the order of sending."""


def read_series(folder: Path, encounter_id: str, scanned_us: int) -> Series:
    """Return the series that the ``.dcm`` files of a folder make up.

    Raises:
        NoSeries: there is none, or more than one.
        Unreadable: a file is no whole DICOM slice.
    """
    paths = sorted(folder.glob(f"*{_SUFFIX}"))
    if not paths:
        message = f"no {_SUFFIX} file in {folder}"
        raise NoSeries(message)
    return read_files(paths, encounter_id, scanned_us)


def read_files(paths: Iterable[Path], encounter_id: str, scanned_us: int) -> Series:
    """Return the series that files make up, whatever they are called.

    Raises:
        NoSeries: there is none, or more than one.
        Unreadable: a file is no whole DICOM slice.
    """
    found = [_read(path, place) for place, path in enumerate(paths, start=1)]
    names = {(header.study_uid, header.series_uid) for header, _ in found}
    if len(names) != 1:
        message = f"{len(names)} series in {len(found)} files"
        raise NoSeries(message)
    normal = found[0][0].slice.normal
    found.sort(key=lambda one: _height_mm(one[0], normal))
    study_uid, series_uid = names.pop()
    objects = tuple(one for _, one in middle_first(found))
    return Series(encounter_id, study_uid, series_uid, scanned_us, objects)


def middle_first(
    ordered: Sequence[tuple[SliceHeader, SeriesObject]],
) -> Iterable[tuple[SliceHeader, SeriesObject]]:
    """Return what lies in order with the middle first, then outwards."""
    middle = (len(ordered) - 1) // 2
    places = sorted(range(len(ordered)), key=lambda place: (abs(place - middle), place))
    return [ordered[place] for place in places]


def _read(path: Path, place: int) -> tuple[SliceHeader, SeriesObject]:
    data = path.read_bytes()
    try:
        header = read_header(data)
        check_whole(data)
    except Unreadable as error:
        # Which one, without its name: that could be the patient's.
        message = f"file {place} in the order of names: {error}"
        raise Unreadable(message) from error
    return header, SeriesObject(header.sop_uid, path, len(data), sha256(data).digest())


def _height_mm(header: SliceHeader, normal: Sequence[float]) -> float:
    return sum(a * b for a, b in zip(header.slice.position_mm, normal, strict=True))
