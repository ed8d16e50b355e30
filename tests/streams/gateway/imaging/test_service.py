"""Uploads at a gateway, over real gRPC: what it takes, refuses, and says in the log."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

import grpc
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from ambulance.imaging.v1 import imaging_service_pb2 as pb
from ambulance.imaging.v1 import imaging_service_pb2_grpc as pb_grpc
from ports.log.memory_log import MemoryLog
from streams.gateway.imaging.service import WHOLE_WAITING
from tests.patience import PATIENCE_S
from tests.streams.gateway.station import ENCOUNTER, Station, own, station_at, until
from wire.images import ImageStored, SeriesAnnounced, object_key
from wire.limits import MAX_CHUNK_BYTES, MAX_OBJECT_BYTES, UPLOAD_CREDIT_BYTES
from wire.records import decode_record
from wire.topics import IMAGES

UNIT = "MCT-1"
STUDY, SERIES = "1.2.1", "1.2.2"
"""A made-up study."""


def dicom(sop_uid: str, series_uid: str = SERIES, **changes: Any) -> bytes:  # noqa: ANN401
    """A small CT slice as a Part 10 file."""
    slice_ = Dataset()
    slice_.file_meta = FileMetaDataset()
    slice_.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    slice_.SOPClassUID = CTImageStorage
    slice_.SOPInstanceUID = sop_uid
    slice_.StudyInstanceUID = STUDY
    slice_.SeriesInstanceUID = series_uid
    slice_.ImagePositionPatient = [-125, -125, 10]
    slice_.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    slice_.GantryDetectorTilt = 0
    slice_.SliceThickness = 5
    slice_.BitsAllocated = 16
    slice_.PixelData = bytes(200_000)
    for name, value in changes.items():
        setattr(slice_, name, value)
    out = BytesIO()
    slice_.save_as(out, enforce_file_format=True)
    return out.getvalue()


def entry(sop_uid: str, data: bytes) -> pb.ManifestObject:
    return pb.ManifestObject(
        sop_instance_uid=sop_uid, size_bytes=len(data), sha256=sha256(data).digest()
    )


def manifest(*objects: pb.ManifestObject) -> pb.Manifest:
    return pb.Manifest(
        unit_id=UNIT,
        encounter_id=ENCOUNTER,
        study_instance_uid=STUDY,
        series_instance_uid=SERIES,
        scanned_at_us=1,
        objects=objects,
    )


@dataclass
class Line:
    """The unit's side of one upload."""

    call: Any
    sizes: dict[str, int]
    """Of the objects in the manifest."""
    refused: list[pb.ObjectRefused] = field(default_factory=list)

    async def next(self) -> pb.UploadResponse:
        async with asyncio.timeout(PATIENCE_S):
            response = await self.call.read()
        assert isinstance(response, pb.UploadResponse), await self.call.code()
        return response

    async def send(self, sop_uid: str, data: bytes, offset: int = 0) -> pb.UploadResponse:
        """Send bytes to the end; return the last answer, of a whole object what became of it."""
        answer = pb.UploadResponse()
        for start in range(offset, len(data), MAX_CHUNK_BYTES):
            part = data[start : start + MAX_CHUNK_BYTES]
            chunk = pb.Chunk(sop_instance_uid=sop_uid, offset_bytes=start, data=part)
            await self.call.write(pb.UploadRequest(chunk=chunk))
            answer = await self.next()
        whole = self.sizes.get(sop_uid) == len(data)
        return await self.next() if whole else answer

    async def end(self) -> grpc.StatusCode:
        async with asyncio.timeout(PATIENCE_S):
            try:
                while await self.call.read() is not grpc.aio.EOF:
                    pass
            except grpc.aio.AioRpcError as error:
                return error.code()
            code: grpc.StatusCode = await self.call.code()
            return code


async def begun(station: Station, said: pb.Manifest) -> Line:
    stub: Any = pb_grpc.ImagingServiceStub(station.channel)
    line = Line(stub.Upload(), {it.sop_instance_uid: it.size_bytes for it in said.objects})
    await line.call.write(pb.UploadRequest(manifest=said))
    return line


async def said(station: Station) -> list[object]:
    """What topic `images` says, without ticks."""
    records = await station.records(IMAGES)
    values = [decode_record(record.headers, record.value or b"") for record in records]
    return [value for value in values if isinstance(value, SeriesAnnounced | ImageStored)]


async def test_a_whole_object_is_sealed_and_then_referred_to(station: Station) -> None:
    """The reference says where the slice lies, as its own bytes do."""
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    held = (await line.next()).held
    assert held.credit_bytes == UPLOAD_CREDIT_BYTES
    assert [(it.held_bytes, it.stored) for it in held.objects] == [(0, False)]
    answer = await line.send("1.1", data)
    assert answer.progress.stored
    announced, stored = await said(station)
    assert isinstance(announced, SeriesAnnounced)
    assert isinstance(stored, ImageStored)
    assert announced.sop_uids == ("1.1",)
    assert stored.slice.position_mm == (-125, -125, 10)
    assert (stored.size_bytes, stored.sha256) == (len(data), sha256(data).digest())
    assert await station.objects.read(stored.object_key) == data
    assert station.figure("images_stored_total") == 1


async def test_a_series_opened_again_says_what_is_held(station: Station) -> None:
    """Nothing is announced or referred to twice."""
    first, second = dicom("1.1"), dicom("1.2")
    whole = manifest(entry("1.1", first), entry("1.2", second))
    line = await begun(station, whole)
    await line.next()
    await line.send("1.1", first)
    await line.send("1.2", second[:MAX_CHUNK_BYTES])
    line.call.cancel()
    again = await begun(station, whole)
    held = (await again.next()).held
    assert [(it.held_bytes, it.stored) for it in held.objects] == [
        (len(first), True),
        (MAX_CHUNK_BYTES, False),
    ]
    assert (await again.send("1.2", second, MAX_CHUNK_BYTES)).progress.stored
    assert len(await said(station)) == 3


async def test_another_gateway_goes_on_and_refers_again(station: Station, log: MemoryLog) -> None:
    """It cannot know whether the first one's reference is in the log; twice does no harm."""
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    await line.send("1.1", data)
    async with station_at(log, "gateway-2") as other:
        key = object_key(ENCOUNTER, SERIES, "1.1")
        await other.objects.append(key, 0, data)
        await other.objects.seal(key, sha256(data).digest())
        again = await begun(other, manifest(entry("1.1", data)))
        assert [it.stored for it in (await again.next()).held.objects] == [True]
    assert sum(isinstance(it, ImageStored) for it in await said(station)) == 2


async def test_what_a_crash_left_whole_is_finished_on_opening(station: Station) -> None:
    data = dicom("1.1")
    await station.objects.append(object_key(ENCOUNTER, SERIES, "1.1"), 0, data)
    line = await begun(station, manifest(entry("1.1", data)))
    assert [it.stored for it in (await line.next()).held.objects] == [True]


async def test_bytes_that_differ_from_the_digest_are_let_go(station: Station) -> None:
    """The same object can be sent again on the same stream."""
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    answer = await line.send("1.1", data[:-1] + b"?")
    assert answer.refused.reason == pb.OBJECT_REFUSAL_DIGEST_MISMATCH
    assert (await line.send("1.1", data)).progress.stored
    assert station.figure("images_refused_total", reason="DIGEST_MISMATCH") == 1


@pytest.mark.parametrize(
    "data",
    [
        b"no DICOM at all",
        dicom("1.1", series_uid="9.9"),
        dicom("1.9"),
        dicom("1.1", ImagePositionPatient=None),
        dicom("1.1", ImageOrientationPatient=[1, 0, 0]),
    ],
    ids=["no DICOM", "other series", "other object", "no position", "no orientation"],
)
async def test_what_is_no_slice_of_the_series_is_never_kept(station: Station, data: bytes) -> None:
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    answer = await line.send("1.1", data)
    assert answer.refused.reason == pb.OBJECT_REFUSAL_UNREADABLE
    assert not any(isinstance(it, ImageStored) for it in await said(station))
    assert await station.objects.sha256(object_key(ENCOUNTER, SERIES, "1.1")) is None


async def test_a_uid_names_one_object_for_ever(station: Station) -> None:
    first, other = dicom("1.1"), dicom("1.1", SliceThickness=7)
    line = await begun(station, manifest(entry("1.1", first)))
    await line.next()
    await line.send("1.1", first)
    again = await begun(station, manifest(entry("1.1", other)))
    assert list((await again.next()).held.objects) == []
    assert (await again.next()).refused.reason == pb.OBJECT_REFUSAL_UID_REUSED
    assert await station.objects.read(object_key(ENCOUNTER, SERIES, "1.1")) == first


async def test_a_gap_ends_the_stream(station: Station) -> None:
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    chunk = pb.Chunk(sop_instance_uid="1.1", offset_bytes=5, data=b"x")
    await line.call.write(pb.UploadRequest(chunk=chunk))
    assert await line.end() is grpc.StatusCode.OUT_OF_RANGE


@pytest.mark.parametrize(
    "chunk",
    [
        pb.Chunk(sop_instance_uid="9.9", offset_bytes=0, data=b"x"),
        pb.Chunk(sop_instance_uid="1.1", offset_bytes=0, data=b""),
        pb.Chunk(sop_instance_uid="1.1", offset_bytes=0, data=bytes(MAX_CHUNK_BYTES + 1)),
        pb.Chunk(sop_instance_uid="1.1", offset_bytes=2**40, data=b"x"),
    ],
    ids=["unknown object", "no bytes", "too many bytes", "beyond the end"],
)
async def test_a_chunk_that_breaks_the_protocol_ends_the_stream(
    station: Station, chunk: pb.Chunk
) -> None:
    line = await begun(station, manifest(entry("1.1", dicom("1.1"))))
    await line.next()
    await line.call.write(pb.UploadRequest(chunk=chunk))
    assert await line.end() is grpc.StatusCode.INVALID_ARGUMENT


def changed(**fields: Any) -> Callable[[pb.Manifest], None]:  # noqa: ANN401
    def change(said: pb.Manifest) -> None:
        for name, value in fields.items():
            setattr(said, name, value)

    return change


@pytest.mark.parametrize(
    "change",
    [
        changed(unit_id=""),
        changed(encounter_id="../../etc"),
        changed(study_instance_uid="a"),
        changed(series_instance_uid="1/2"),
        lambda said: said.ClearField("scanned_at_us"),
        lambda said: said.ClearField("objects"),
        lambda said: said.objects.append(said.objects[0]),
        lambda said: setattr(said.objects[0], "size_bytes", 0),
        lambda said: setattr(said.objects[0], "size_bytes", MAX_OBJECT_BYTES + 1),
        lambda said: setattr(said.objects[0], "sha256", b"short"),
        lambda said: setattr(said.objects[0], "sop_instance_uid", "../1"),
    ],
)
async def test_every_field_of_a_manifest_counts(
    station: Station, change: Callable[[pb.Manifest], None]
) -> None:
    """A manifest can name no place outside of the store either."""
    wrong = manifest(entry("1.1", b"x"))
    change(wrong)
    line = await begun(station, wrong)
    assert await line.end() is grpc.StatusCode.INVALID_ARGUMENT


async def test_the_first_request_is_a_manifest(station: Station) -> None:
    stub: Any = pb_grpc.ImagingServiceStub(station.channel)
    line = Line(stub.Upload(), {})
    await line.call.write(pb.UploadRequest(chunk=pb.Chunk()))
    assert await line.end() is grpc.StatusCode.INVALID_ARGUMENT


async def test_images_of_another_units_patient_are_refused(log: MemoryLog) -> None:
    await own(log, "AMB-9")
    async with station_at(log) as station:
        line = await begun(station, manifest(entry("1.1", b"x")))
        assert await line.end() is grpc.StatusCode.FAILED_PRECONDITION
        assert await said(station) == []


async def test_a_stopping_gateway_sends_units_elsewhere(station: Station) -> None:
    """What it holds of the object stays, for the gateway that goes on."""
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    await line.send("1.1", data[:MAX_CHUNK_BYTES])
    station.gateway.imaging.draining = True
    chunk = pb.Chunk(sop_instance_uid="1.1", offset_bytes=MAX_CHUNK_BYTES, data=b"x")
    await line.call.write(pb.UploadRequest(chunk=chunk))
    assert await line.end() is grpc.StatusCode.UNAVAILABLE
    held = await station.objects.held_bytes(object_key(ENCOUNTER, SERIES, "1.1"))
    assert held >= MAX_CHUNK_BYTES


async def test_a_reference_that_the_log_did_not_confirm_is_written_again(
    station: Station, log: MemoryLog
) -> None:
    """Stored means referred to: without the log nothing is said to be stored."""
    data = dicom("1.1")
    line = await begun(station, manifest(entry("1.1", data)))
    await line.next()
    log.sever()
    chunks = range(0, len(data), MAX_CHUNK_BYTES)
    for start in chunks:
        part = data[start : start + MAX_CHUNK_BYTES]
        chunk = pb.Chunk(sop_instance_uid="1.1", offset_bytes=start, data=part)
        await line.call.write(pb.UploadRequest(chunk=chunk))
    assert await line.end() is grpc.StatusCode.UNAVAILABLE
    await until(lambda: station.figure("images_stored_total") == 0)


async def test_so_many_whole_objects_wait_and_then_no_more_bytes_are_taken(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WHOLE_WAITING beside the one that is judged and the one that has just become whole."""
    library, gate, taken = station.gateway.imaging._library, asyncio.Event(), list[str]()
    take, finish = library.take, library.finish

    async def noted(*told: Any) -> Any:  # noqa: ANN401
        taken.append(told[1].sop_uid)
        return await take(*told)

    async def slowly(*told: Any) -> Any:  # noqa: ANN401
        await gate.wait()
        return await finish(*told)

    monkeypatch.setattr(library, "take", noted)
    monkeypatch.setattr(library, "finish", slowly)
    slices = {f"1.{number}": b"no slice" for number in range(WHOLE_WAITING + 5)}
    line = await begun(station, manifest(*(entry(uid, it) for uid, it in slices.items())))
    await line.next()
    for uid, data in slices.items():
        chunk = pb.Chunk(sop_instance_uid=uid, offset_bytes=0, data=data)
        await line.call.write(pb.UploadRequest(chunk=chunk))
    for _ in range(WHOLE_WAITING + 2):
        assert (await line.next()).progress.held_bytes == len(b"no slice")
    assert taken == list(slices)[: WHOLE_WAITING + 2]
    gate.set()
    refused = 0
    while refused < len(slices):
        refused += (await line.next()).HasField("refused")
    assert taken == list(slices)
