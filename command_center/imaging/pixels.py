"""The pixels of one slice: from a DICOM object to Hounsfield units, packed for a browser.

The stored values are rescaled by slope and intercept (DICOM PS3.3 C.7.6.16.2.9.1), rounded and cut
to 16 bits, so windows are set where they are looked at. Packing is lossless.
"""

import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

from wire.reading import Unreadable

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MOST_PIXELS: Final = 4_194_304
"""Pixels of one slice, 2048 x 2048; a larger one is not shown."""

_HU_LEAST: Final = -32_768
_HU_MOST: Final = 32_767
_GZIP_LEVEL: Final = 1
_GZIP_WINDOW: Final = 31
"""zlib's window bits for the gzip format, which browsers unpack by themselves."""


@dataclass(frozen=True, slots=True)
class PackedSlice:
    """One slice, ready to be sent."""

    columns: int
    rows: int
    column_spacing_mm: float
    """Between the centres of neighbouring columns."""
    row_spacing_mm: float
    body: bytes
    """Row by row, each pixel one signed little-endian 16-bit number of Hounsfield units; gzip."""


def pack(data: bytes) -> PackedSlice:
    """Return the pixels of a DICOM Part 10 file that holds one slice.

    Raises:
        Unreadable: the bytes are no such file, or not grey, or in a coding that is not supported.
    """
    from pydicom import dcmread  # noqa: PLC0415 - a center without images does without

    try:
        found = dcmread(BytesIO(data))
        rows, columns = int(found.Rows), int(found.Columns)
        if rows * columns > MOST_PIXELS or int(found.get("SamplesPerPixel", 1)) != 1:
            message = "one grey image of a usual size was expected"
            raise ValueError(message)  # noqa: TRY301 - told like whatever else is wrong
        row_spacing_mm, column_spacing_mm = (float(value) for value in found.PixelSpacing)
        body = zlib.compress(_hounsfield(found), _GZIP_LEVEL, wbits=_GZIP_WINDOW)
    except Exception as error:  # a parser of foreign bytes raises whatever it likes
        message = f"the slice cannot be shown: {type(error).__name__}"
        raise Unreadable(message) from error
    return PackedSlice(columns, rows, column_spacing_mm, row_spacing_mm, body)


def _hounsfield(found: "Dataset") -> bytes:
    import numpy as np  # noqa: PLC0415 - as above

    stored: Any = found.pixel_array
    slope = float(found.get("RescaleSlope", 1))
    intercept = float(found.get("RescaleIntercept", 0))
    rescaled = np.rint(stored.astype(np.float64) * slope + intercept)
    hounsfield: bytes = np.clip(rescaled, _HU_LEAST, _HU_MOST).astype("<i2").tobytes()
    return hounsfield
