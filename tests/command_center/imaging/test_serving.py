"""Slices over HTTP: to the board's own page, with what a viewer needs to draw them."""

import asyncio
import gzip
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from email.message import Message
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels.processing import apply_rescale

from ports.log.memory_log import MemoryLog
from tests.browser.scan import CtUnit, scanning
from tests.browser.ward import Desk, Patient, Ward, desk_at, ward_over
from tests.command_center.night import turns


def asked(url: str, **headers: str) -> tuple[int, Message, bytes]:
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - ours, on loopback
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as above
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers, refused.read()


@pytest.fixture
async def desk(log: MemoryLog, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(log, tmp_path) as running:
        yield running


@pytest.fixture
async def scanned(log: MemoryLog, tmp_path: Path, desk: Desk) -> AsyncIterator[CtUnit]:
    """Two slices of a patient on the roster."""
    async with ward_over(log) as ward:
        patient = await _admitted(ward, desk)
        async with scanning(log, tmp_path, patient.id) as unit:
            await unit.announce()
            await unit.send(2)
            while not (found := desk.center.studies.of(patient.id)) or len(found[0].stored) < 2:
                await turns()
            yield unit


async def _admitted(ward: Ward, desk: Desk) -> Patient:
    patient = await ward.admit(Patient(1, "MCT-01", 63, {}, 0))
    while desk.center.roster.row(patient.id) is None:
        await turns()
    return patient


def _address(desk: Desk, unit: CtUnit, sop_uid: str) -> str:
    series = unit.series
    return f"{desk.url}/board/ct/{series.encounter_id}/{series.series_uid}/{sop_uid}"


async def test_a_slice_of_the_real_series_is_what_pydicom_says(desk: Desk, scanned: CtUnit) -> None:
    """Compressed on the way, and never kept by the browser's cache."""
    first = scanned.series.objects[0]
    status, headers, body = await asyncio.to_thread(asked, _address(desk, scanned, first.sop_uid))
    found = pydicom.dcmread(first.path)
    hounsfield = np.frombuffer(gzip.decompress(body), "<i2").reshape(512, 512)
    assert status == 200
    assert np.array_equal(hounsfield, apply_rescale(found.pixel_array, found))
    assert (headers["columns"], headers["rows"]) == ("512", "512")
    assert float(headers["row-spacing-mm"]) == float(headers["column-spacing-mm"]) == 0.4882812
    assert (headers["content-encoding"], headers["cache-control"]) == ("gzip", "no-store")
    assert len(body) < first.size_bytes / 1.5


async def test_it_says_what_is_missing(desk: Desk, scanned: CtUnit, tmp_path: Path) -> None:
    """One that has not arrived, one that the store lost, and a patient whom nobody knows."""
    later = _address(desk, scanned, scanned.series.objects[5].sop_uid)
    status, _, body = await asyncio.to_thread(asked, later)
    assert (status, body) == (404, b'{"missing":"NOT_STORED"}')
    second = scanned.series.objects[1]
    await asyncio.to_thread(
        (tmp_path / "objects" / "sealed" / scanned.manifest.key(second.sop_uid)).unlink
    )
    status, _, body = await asyncio.to_thread(asked, _address(desk, scanned, second.sop_uid))
    assert (status, body) == (404, b'{"missing":"NO_OBJECT"}')
    status, _, body = await asyncio.to_thread(asked, f"{desk.url}/board/ct/nobody/1.2/3.4")
    assert (status, body) == (404, b'{"missing":"NO_PATIENT"}')


@pytest.mark.parametrize(
    ("header", "value"),
    [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")],
)
async def test_a_page_of_somebody_else_gets_nothing(
    desk: Desk, scanned: CtUnit, header: str, value: str
) -> None:
    """A browser says where a request comes from; nothing is decoded for it."""
    address = _address(desk, scanned, scanned.series.objects[0].sop_uid)
    status, _, body = await asyncio.to_thread(asked, address, **{header: value})
    assert (status, body) == (403, b'{"missing":"OTHER_PAGE"}')
    status, _, _ = await asyncio.to_thread(asked, address, origin=desk.url)
    assert status == 200


async def test_alarms_do_not_wait_for_slices(desk: Desk, scanned: CtUnit) -> None:
    """The loop that they share turns many times while one slice is decoded: it is in a thread."""
    sop_uid = scanned.series.objects[0].sop_uid
    series = scanned.series
    asking = asyncio.create_task(
        desk.center.gallery.slice(series.encounter_id, series.series_uid, sop_uid)
    )
    turned = 0
    while not asking.done():
        await turns(1)
        turned += 1
    assert turned > 10
