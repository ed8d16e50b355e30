"""What this project reads of a DICOM object: which it is, and where its slice lies.

The pixels are counted at most, never looked at. Whatever the bytes hold, the answer is a header or
Unreadable.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isfinite
from typing import Any, Final

from clinical.imaging.geometry import Slice
from wire.reading import Unreadable

_KEYWORDS: Final = (
    "SOPInstanceUID",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "GantryDetectorTilt",
    "SliceThickness",
)


@dataclass(frozen=True, slots=True)
class SliceHeader:
    """Which object it is, and where its slice lies."""

    study_uid: str
    series_uid: str
    sop_uid: str
    slice: Slice


def read_header(data: bytes) -> SliceHeader:
    """Return the header of a DICOM Part 10 file that holds one slice.

    Raises:
        Unreadable: the bytes are no such file, or do not say where the slice lies.
    """
    from pydicom import dcmread  # noqa: PLC0415 - a vehicle without images does without

    try:
        found = dcmread(BytesIO(data), stop_before_pixels=True, specific_tags=list(_KEYWORDS))
        orientation = _numbers(found.ImageOrientationPatient, 6)
        place = Slice(
            position_mm=_vector(_numbers(found.ImagePositionPatient, 3)),
            row=_vector(orientation[:3]),
            column=_vector(orientation[3:]),
            gantry_tilt_deg=_number(found.get("GantryDetectorTilt")),
            thickness_mm=_number(found.get("SliceThickness")),
        )
        return SliceHeader(
            str(found.StudyInstanceUID),
            str(found.SeriesInstanceUID),
            str(found.SOPInstanceUID),
            place,
        )
    except Exception as error:  # a parser of foreign bytes raises whatever it likes
        message = f"the bytes are no DICOM slice: {type(error).__name__}"
        raise Unreadable(message) from error


def check_whole(data: bytes) -> None:
    """Return when a DICOM Part 10 file holds every pixel that its header speaks of.

    Raises:
        Unreadable: it does not; a copy of it may have stopped half-way.
    """
    from pydicom import dcmread  # noqa: PLC0415 - a vehicle without images does without
    from pydicom.pixels.utils import get_expected_length  # noqa: PLC0415

    try:
        found = dcmread(BytesIO(data))
        held, compressed = len(found.PixelData), found.file_meta.TransferSyntaxUID.is_compressed
        due = 1 if compressed else get_expected_length(found)
    except Exception as error:  # a parser of foreign bytes raises whatever it likes
        message = f"the bytes are no whole DICOM image: {type(error).__name__}"
        raise Unreadable(message) from error
    if held < due:
        message = f"the image ends after {held} of {due} bytes of pixels"
        raise Unreadable(message)


def _numbers(values: Sequence[Any], count: int) -> list[float]:
    numbers = [float(value) for value in values]
    if len(numbers) != count or not all(map(isfinite, numbers)):
        message = f"{count} numbers were expected"
        raise ValueError(message)
    return numbers


def _number(value: Any) -> float | None:  # noqa: ANN401 - whatever pydicom found
    return None if value is None or value == "" else _numbers([value], 1)[0]


def _vector(numbers: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = numbers
    return (x, y, z)
