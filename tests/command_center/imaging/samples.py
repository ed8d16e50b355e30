"""Slices and series as the tests of the images need them."""

from io import BytesIO
from typing import TYPE_CHECKING

import pydicom
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from clinical.imaging.geometry import Geometry, Slice
from tests.command_center.night import encounter
from wire.images import ImageStored, SeriesAnnounced, SeriesState, object_key

if TYPE_CHECKING:
    import numpy as np

WHO = encounter(1)
SERIES = "1.2.3"


def dicom(stored: "np.ndarray[tuple[int, int], np.dtype[np.int16]]", **tags: object) -> bytes:
    """A slice of these stored values, with whatever tags a test wants."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID("1.2.3.1")
    file = BytesIO()
    found = FileDataset(file, {}, file_meta=meta, preamble=b"\0" * 128)
    found.Rows, found.Columns = stored.shape
    found.SamplesPerPixel, found.PhotometricInterpretation = 1, "MONOCHROME2"
    found.BitsAllocated, found.BitsStored, found.HighBit = 16, 16, 15
    found.PixelRepresentation = 1
    found.PixelSpacing = [0.5, 0.25]
    found.PixelData = stored.astype("<i2").tobytes()
    for name, value in tags.items():
        setattr(found, name, value)
    found.save_as(file, enforce_file_format=True)
    return file.getvalue()


def stored(number: int, *, who: str = WHO, series: str = SERIES) -> ImageStored:
    """A reference to the slice of this number, 5 mm apart."""
    place = Slice((0, 0, 5.0 * number), (1, 0, 0), (0, 1, 0), None, 5)
    sop_uid = f"{series}.{number}"
    key = object_key(who, series, sop_uid)
    return ImageStored(who, "MCT-01", series, sop_uid, key, 9, b"d" * 32, place, 1_000 + number)


def announced(count: int, *, scanned_us: int = 400) -> SeriesAnnounced:
    uids = tuple(f"{SERIES}.{number}" for number in range(count))
    return SeriesAnnounced(WHO, "MCT-01", "1.2", SERIES, scanned_us, uids, 500)


def state(stamped_us: int, slices: int = 1, *, complete_us: int | None = None) -> SeriesState:
    return SeriesState(
        encounter_id=WHO,
        unit_id="MCT-01",
        study_uid="1.2",
        series_uid=SERIES,
        slices_expected=3,
        slices_stored=slices,
        scanned_us=400,
        viewable_us=900,
        first_object_key="k",
        complete_us=complete_us,
        geometry=Geometry(18.5, None, None, ()),
        stamped_us=stamped_us,
    )
