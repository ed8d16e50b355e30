"""Pixels: lossless, in Hounsfield units, or said to be none."""

import gzip
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels.processing import apply_rescale

from command_center.imaging.pixels import pack
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from tests.command_center.imaging.samples import dicom
from wire.reading import Unreadable


def hounsfield(data: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.int16]]":
    packed = pack(data)
    values = np.frombuffer(gzip.decompress(packed.body), "<i2")
    return values.reshape(packed.rows, packed.columns)


def test_every_pixel_of_a_real_head_is_what_pydicom_says(tmp_path: Path) -> None:
    """All 28 slices."""
    files = sorted(unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path).glob("*.dcm"))
    assert len(files) == 28
    for file in files:
        found = pydicom.dcmread(file)
        expected = apply_rescale(found.pixel_array, found)
        assert np.array_equal(hounsfield(file.read_bytes()), expected)


def test_stored_values_are_rescaled_rounded_and_cut_to_16_bits() -> None:
    """Rows stay rows, and the spacing of rows is not that of columns."""
    data = dicom(
        np.array([[0, 1, 2], [3, -30_000, 30_000]], np.int16),
        RescaleSlope=1.5,
        RescaleIntercept=-10,
    )
    assert hounsfield(data).tolist() == [[-10, -8, -7], [-6, -32_768, 32_767]]
    packed = pack(data)
    assert (packed.columns, packed.rows) == (3, 2)
    assert (packed.row_spacing_mm, packed.column_spacing_mm) == (0.5, 0.25)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"not a slice",
        dicom(np.zeros((2, 2), np.int16), Rows=5_000, Columns=5_000),
        dicom(np.zeros((2, 2), np.int16), PixelData=b"\0"),
        dicom(np.zeros((2, 2), np.int16), SamplesPerPixel=3),
    ],
    ids=["empty", "foreign", "huge", "short", "colour"],
)
def test_whatever_cannot_be_shown_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match="the slice cannot be shown"):
        pack(data)
