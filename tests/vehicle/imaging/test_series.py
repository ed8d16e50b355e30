"""A folder of files becomes a series in the order of sending, or says why not."""

from dataclasses import replace
from pathlib import Path

import pytest

from clinical.imaging.geometry import Slice
from vehicle.imaging.series import NoSeries, SeriesObject, middle_first, read_series
from wire.dicom import SliceHeader
from wire.reading import Unreadable


def placed(*numbers: int) -> list[tuple[SliceHeader, SeriesObject]]:
    place = Slice((0, 0, 0), (1, 0, 0), (0, 1, 0), None, None)
    return [
        (SliceHeader("1", "2", str(it), place), SeriesObject(str(it), Path(str(it)), 1, b""))
        for it in numbers
    ]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "0"), (2, "01"), (3, "102"), (4, "1023"), (5, "21304")],
)
def test_the_middle_goes_first_and_the_others_follow_outwards(count: int, expected: str) -> None:
    order = [header.sop_uid for header, _ in middle_first(placed(*range(count)))]
    assert "".join(order) == expected


def test_a_folder_without_files_is_no_series(tmp_path: Path) -> None:
    with pytest.raises(NoSeries, match=r"no \.dcm file"):
        read_series(tmp_path, "encounter", scanned_us=0)


def test_two_series_in_one_folder_are_no_series(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They could be of two patients."""
    first = placed(1)[0][0]
    headers = iter([first, replace(first, series_uid="3")])
    monkeypatch.setattr("vehicle.imaging.series.read_header", lambda _: next(headers))
    monkeypatch.setattr("vehicle.imaging.series.check_whole", lambda _: None)
    for name in ("a.dcm", "b.dcm"):
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(NoSeries, match="2 series"):
        read_series(tmp_path, "encounter", scanned_us=0)


def test_a_file_that_is_no_slice_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(b"no DICOM")
    with pytest.raises(Unreadable):
        read_series(tmp_path, "encounter", scanned_us=0)
