"""Images over DICOM, stored by DCMTK's storescu."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread
from pynetdicom import AE, evt
from pynetdicom.sop_class import CTImageStorage  # type: ignore[attr-defined]

from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS
from tests.patience import PATIENCE_S
from vehicle.imaging import receiver as dicom
from vehicle.imaging.receiver import (
    ASSOCIATIONS_MAX,
    CANNOT_UNDERSTAND,
    DUPLICATE,
    PDU_BYTES,
    SUCCESS,
    Receiver,
)

Send = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = unpack(RECORDINGS / "ct_head_ge.tar.xz", tmp_path_factory.mktemp("scan"))
    return sorted(folder.glob("*.dcm"))[:4]


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    receiver = Receiver("127.0.0.1:0", "GOLDENHOUR", tmp_path / "drop")
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def send(receiver: Receiver) -> Send:
    def send(*paths: Path, title: str = "GOLDENHOUR") -> subprocess.CompletedProcess[str]:
        host, _, port = receiver.address.rpartition(":")
        command = ["storescu", "-v", "-aec", title, host, port, *map(str, paths)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    return send


def test_every_pixel_is_in_the_folder_of_the_series(
    receiver: Receiver, send: Send, slices: list[Path], tmp_path: Path
) -> None:
    """One association for each image makes one series all the same; sent again it is the same."""
    for path in (*slices, slices[0]):
        assert send(path).returncode == 0
    sent = [dcmread(path) for path in slices]
    (folder,) = (tmp_path / "drop").iterdir()
    assert folder.name == sent[0].SeriesInstanceUID
    assert {path.name for path in folder.iterdir()} == {f"{it.SOPInstanceUID}.dcm" for it in sent}
    for one in sent:
        kept = dcmread(folder / f"{one.SOPInstanceUID}.dcm")
        assert np.array_equal(kept.pixel_array, one.pixel_array)


def test_another_title_is_another_station(send: Send, slices: list[Path], tmp_path: Path) -> None:
    assert send(slices[0], title="SOMEBODY").returncode != 0
    assert not (tmp_path / "drop").exists()


def test_an_association_keeps_its_series_open(
    receiver: Receiver, slices: list[Path], tmp_path: Path
) -> None:
    """Until it is released; and what cannot be kept is said to the scanner."""
    host, _, port = receiver.address.rpartition(":")
    scanner = AE()
    scanner.add_requested_context(CTImageStorage)
    association = scanner.associate(host, int(port), ae_title="GOLDENHOUR")
    image = dcmread(slices[0])
    series_uid = image.SeriesInstanceUID
    assert not receiver.busy(series_uid)
    assert association.send_c_store(image).Status == SUCCESS
    assert receiver.busy(series_uid)
    image.PixelData = bytes(len(image.PixelData))
    assert association.send_c_store(image).Status == DUPLICATE
    image.SOPInstanceUID = "1.2.3"
    del image.ImagePositionPatient
    assert association.send_c_store(image).Status == CANNOT_UNDERSTAND
    association.release()
    receiver.stop()
    assert not receiver.busy(series_uid)
    assert len(list((tmp_path / "drop" / series_uid).iterdir())) == 1


def test_a_scanner_too_many_is_turned_away_for_the_moment(receiver: Receiver) -> None:
    """ASSOCIATIONS_MAX at a time, and each is told how large a unit of data may be: PDU_BYTES."""
    host, _, port = receiver.address.rpartition(":")
    scanner = AE()
    scanner.add_requested_context(CTImageStorage)

    def associate() -> Any:  # noqa: ANN401 - pynetdicom's own type
        return scanner.associate(host, int(port), ae_title="GOLDENHOUR")

    held = [associate() for _ in range(ASSOCIATIONS_MAX)]
    assert all(one.is_established for one in held)
    assert {one.acceptor.maximum_length for one in held} == {PDU_BYTES}
    assert associate().is_rejected
    for one in held:
        one.release()


def test_a_scanner_that_says_nothing_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IDLE_S without a word aborts its association, so its series can be finished."""
    monkeypatch.setattr(dicom, "IDLE_S", 0.2)
    receiver = Receiver("127.0.0.1:0", "GOLDENHOUR", tmp_path / "drop")
    receiver.start()
    host, _, port = receiver.address.rpartition(":")
    scanner, aborted = AE(), threading.Event()
    scanner.add_requested_context(CTImageStorage)
    scanner.associate(
        host,
        int(port),
        ae_title="GOLDENHOUR",
        evt_handlers=[(evt.EVT_ABORTED, lambda _: aborted.set())],
    )
    assert aborted.wait(30)
    receiver.stop()
