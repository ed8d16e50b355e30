"""What is read of a DICOM object; damaged ones are told apart from slices and never crash."""

import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.scenario import RECORDINGS
from wire.dicom import check_whole, read_header
from wire.reading import Unreadable


@pytest.fixture(scope="module")
def slice_15() -> bytes:
    with tarfile.open(RECORDINGS / "ct_head_ge.tar.xz") as packed:
        found = packed.extractfile("ct_head_ge/15.dcm")
        assert found is not None
        return found.read()


def test_a_slice_of_a_real_scanner(slice_15: bytes) -> None:
    """As any DICOM viewer shows it."""
    header = read_header(slice_15)
    assert header.series_uid != header.sop_uid
    assert header.slice.position_mm == pytest.approx((-125.0, -123.5404569, 61.8360586))
    assert header.slice.row == (1, 0, 0)
    assert header.slice.column == pytest.approx((0, 0.9483237, -0.3173047))
    assert (header.slice.gantry_tilt_deg, header.slice.thickness_mm) == (18.5, 7)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_dicom_are_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_header(data)


@pytest.mark.parametrize("length", [0, 131, 132, 300, 700])
def test_a_slice_that_was_cut_short_in_its_header_is_unreadable(
    slice_15: bytes, length: int
) -> None:
    with pytest.raises(Unreadable):
        read_header(slice_15[:length])


def test_every_pixel_of_a_whole_image_is_there(slice_15: bytes) -> None:
    check_whole(slice_15)


@pytest.mark.parametrize("length", [0, 700, 300_000, 526_200])
def test_an_image_that_was_cut_short_is_not_whole(slice_15: bytes, length: int) -> None:
    """A copy that stopped half-way has a whole header and not all of its pixels."""
    with pytest.raises(Unreadable):
        check_whole(slice_15[:length])
