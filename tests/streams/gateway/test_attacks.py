"""The attack matrix, over real TLS on loopback: who may not come in does not, and is told why.

Each attack runs beside a healthy unit, whose frames must all become durable; but for those without
a certificate of ours, which must fail by themselves where nobody is asked for one.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import grpc
import pytest

from ambulance.imaging.v1 import imaging_service_pb2, imaging_service_pb2_grpc
from ambulance.log.v1 import record_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from ambulance.telemetry.v1 import telemetry_service_pb2_grpc as pb_grpc
from ports.grpc_channel import open_channel
from ports.grpc_server import HANDSHAKE_MS, MESSAGE_BYTES, METADATA_BYTES
from ports.identity import Kind
from ports.log.memory_log import MemoryLog
from ports.tls import channel_credentials
from streams.gateway.reception import quota, reception
from tests.patience import PATIENCE_S
from tests.ports.trust import Trust
from tests.streams.gateway.station import (
    ENCOUNTER,
    Frames,
    Line,
    Station,
    opening,
    own,
    station_at,
)
from wire.topics import DEAD_LETTERS

HEALTHY = Frames("AMB-01")
HOSTILE = Frames("AMB-66")
OTHER_ENCOUNTER = "01890a5d-ac96-774b-bcce-b302099a8058"
HALF_OPEN = 400
LASTS_S = PATIENCE_S + HANDSHAKE_MS / 1_000


@pytest.fixture
def trust(tmp_path: Path) -> Trust:
    return Trust.in_folder(tmp_path)


@pytest.fixture
async def station(log: MemoryLog, trust: Trust) -> AsyncIterator[Station]:
    await own(log, HEALTHY.unit_id)
    async with station_at(log, tls=trust.gateway()) as running:
        yield running


@asynccontextmanager
async def line_of(
    station: Station, frames: Frames, credentials: grpc.ChannelCredentials
) -> AsyncIterator[Line]:
    """A unit's call that has sent its Open, on a connection of its own."""
    async with open_channel(station.server.address, credentials=credentials) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        line = Line(stub.Uplink(timeout=LASTS_S))
        await asyncio.gather(line.call.write(opening(frames)), return_exceptions=True)
        yield line


class Healthy:
    """A unit that sends one frame after the other, each acknowledged before the next."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.sent = 0

    async def beat(self) -> None:
        self.sent += 1
        await self._line.send((self.sent, HEALTHY(self.sent)))
        await self._line.until_acknowledged(self.sent)


@pytest.fixture
async def healthy(station: Station, trust: Trust) -> AsyncIterator[Healthy]:
    """A healthy unit, before, during and after the attack."""
    credentials = channel_credentials(trust.tls(HEALTHY.unit_id).material)
    async with line_of(station, HEALTHY, credentials) as line:
        assert (await line.next()).opened.next_sequence == 1
        unit = Healthy(line)
        await unit.beat()
        yield unit
        await unit.beat()


async def refused(
    station: Station, credentials: grpc.ChannelCredentials, frames: Frames = HOSTILE
) -> tuple[grpc.StatusCode, str]:
    async with line_of(station, frames, credentials) as line:
        return await line.end()


async def test_no_certificate(station: Station, trust: Trust) -> None:
    """The handshake ends; no method is ever reached."""
    authorities = trust.tls("AMB-66").material.authorities_pem
    code, _ = await refused(station, grpc.ssl_channel_credentials(authorities))
    assert code is grpc.StatusCode.UNAVAILABLE
    assert station.figure("turned_away_total", reason="IDENTITY") == 0


async def test_no_tls_at_all(station: Station, healthy: Healthy) -> None:
    async with open_channel(station.server.address) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        code = await stub.Uplink(timeout=PATIENCE_S).code()
    assert code is grpc.StatusCode.UNAVAILABLE


async def test_foreign_authority(station: Station, trust: Trust, tmp_path: Path) -> None:
    """A certificate that says all the right things, signed by somebody else."""
    foreign = Trust.in_folder(tmp_path / "foreign").tls("AMB-66").material
    authorities = trust.tls("AMB-65").material.authorities_pem
    credentials = grpc.ssl_channel_credentials(
        authorities, foreign.key_pem, foreign.certificate_pem
    )
    assert (await refused(station, credentials))[0] is grpc.StatusCode.UNAVAILABLE


async def test_expired(station: Station, healthy: Healthy, trust: Trust) -> None:
    material = trust.tls("AMB-66", days_ago=91).material
    assert (await refused(station, channel_credentials(material)))[0] is (
        grpc.StatusCode.UNAVAILABLE
    )


async def test_revoked(station: Station, healthy: Healthy, trust: Trust) -> None:
    """Known from the list, which the gateway reads again by itself."""
    material = trust.tls("AMB-66").material
    trust.revoke("AMB-66")
    station.doors[0].look_again()
    code, words = await refused(station, channel_credentials(material))
    assert (code, words) == (grpc.StatusCode.UNAUTHENTICATED, "the certificate is revoked")


async def test_revoked_in_mid_stream(station: Station, healthy: Healthy, trust: Trust) -> None:
    """A stolen unit loses the streams that it has, not only the next ones."""
    credentials = channel_credentials(trust.tls("AMB-66").material)
    async with line_of(station, HOSTILE, credentials) as line:
        await line.next()
        await line.send((1, HOSTILE(1, encounter_id=OTHER_ENCOUNTER)))
        await line.until_acknowledged(1)
        trust.revoke("AMB-66")
        station.doors[0].look_again()
        assert (await line.end())[0] is grpc.StatusCode.UNAUTHENTICATED


async def test_another_units_id_on_each_service(
    station: Station, healthy: Healthy, trust: Trust, log: MemoryLog
) -> None:
    """Uplink, downlink and upload believe the certificate, not the message."""
    tls = trust.tls("AMB-66")
    code, words = await refused(station, channel_credentials(tls.material), HEALTHY)
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert words == "open.unit_id is not the unit of the certificate"
    async with station.dial(tls) as channel:
        telemetry: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        downlink = telemetry.Downlink()
        await downlink.write(pb.DownlinkRequest(unit_id=HEALTHY.unit_id))
        assert await downlink.code() is grpc.StatusCode.PERMISSION_DENIED
        imaging: imaging_service_pb2_grpc.ImagingServiceAsyncStub = (
            imaging_service_pb2_grpc.ImagingServiceStub(channel)
        )
        upload = imaging.Upload()
        await upload.write(_manifest(HEALTHY.unit_id))
        assert await upload.code() is grpc.StatusCode.PERMISSION_DENIED
    assert station.figure("turned_away_total", reason="IDENTITY") == 3


async def test_another_kind_of_certificate(
    station: Station, healthy: Healthy, trust: Trust
) -> None:
    """Who may read alarms may not say what a monitor saw; health and reflection are closed too."""
    material = trust.tls("AMB-66", Kind.STAFF).material
    code, words = await refused(station, channel_credentials(material))
    assert (code, words) == (
        grpc.StatusCode.PERMISSION_DENIED,
        "a certificate of a staff does not open this door",
    )


@pytest.mark.parametrize("unit_id", ["AMB-66", "heartbeat.center-2"])
async def test_a_center_speaks_as_its_own_heartbeat_alone(
    station: Station, healthy: Healthy, trust: Trust, unit_id: str
) -> None:
    """Neither as an ambulance nor as another center's heartbeat."""
    credentials = channel_credentials(trust.tls("center-1", Kind.CENTER).material)
    code, words = await refused(station, credentials, Frames(unit_id))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "is not the unit of the certificate" in words
    assert station.figure("turned_away_total", reason="IDENTITY") == 1


async def test_another_units_encounter(
    station: Station, healthy: Healthy, trust: Trust, log: MemoryLog
) -> None:
    """The stream is the unit's own, the patient is not: every frame is a dead letter."""
    credentials = channel_credentials(trust.tls("AMB-66").material)
    async with line_of(station, HOSTILE, credentials) as line:
        await line.next()
        await line.send((1, HOSTILE(1)))
        await line.until_acknowledged(1)
        assert line.refused[1].reason == pb.REFUSAL_REASON_FOREIGN_ENCOUNTER
        assert line.refused[1].field_path == "encounter_id"
    assert len(await station.records(DEAD_LETTERS, record_pb2.DeadLetter)) == 1


async def test_replayed_segment(station: Station, healthy: Healthy, trust: Trust) -> None:
    """Frames recorded from another unit's stream, sent again under one's own certificate."""
    recorded = [HEALTHY(1), HEALTHY(2)]
    credentials = channel_credentials(trust.tls("AMB-66").material)
    async with line_of(station, HOSTILE, credentials) as line:
        await line.next()
        await line.send((1, recorded[0]), (2, recorded[1]))
        await line.until_acknowledged(2)
        reasons = {refusal.reason for refusal in line.refused.values()}
        assert reasons == {pb.REFUSAL_REASON_WRONG_STREAM}
        assert {refusal.field_path for refusal in line.refused.values()} == {"unit_id"}


async def test_compressed_bomb(station: Station, healthy: Healthy, trust: Trust) -> None:
    """Nothing is decompressed, so what is small on the link is never large in memory."""
    async with station.dial(trust.tls("AMB-66")) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        call = stub.Uplink(compression=grpc.Compression.Gzip)
        code = await _answer(call, _request(bytes(20 * MESSAGE_BYTES)))
    # The refusal, or that the rest of the message finds the call closed, whichever comes first.
    assert code in {grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INTERNAL}


async def test_oversized_message(station: Station, healthy: Healthy, trust: Trust) -> None:
    async with station.dial(trust.tls("AMB-66")) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        call = stub.Uplink()
        assert (
            await _answer(call, _request(bytes(MESSAGE_BYTES + 1)))
            is grpc.StatusCode.RESOURCE_EXHAUSTED
        )


async def test_oversized_headers(station: Station, healthy: Healthy, trust: Trust) -> None:
    async with station.dial(trust.tls("AMB-66")) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        call = stub.Uplink(metadata=(("x", "y" * METADATA_BYTES),))
        assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "OPEN_WITHIN_S", 0.2)


@pytest.mark.usefixtures("impatient")
async def test_slow_sender(station: Station, healthy: Healthy, trust: Trust) -> None:
    """A call that is opened and says nothing is ended, on each of the three streams."""
    async with station.dial(trust.tls("AMB-66")) as channel:
        telemetry: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)
        imaging: imaging_service_pb2_grpc.ImagingServiceAsyncStub = (
            imaging_service_pb2_grpc.ImagingServiceStub(channel)
        )
        for serve in (telemetry.Uplink, telemetry.Downlink, imaging.Upload):
            call = serve(timeout=PATIENCE_S)
            assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
            assert await call.details() == "nothing was sent within 0.2 s"
    assert station.figure("turned_away_total", reason="SILENT") == 3


async def test_half_open_connections(station: Station, healthy: Healthy) -> None:
    """Hundreds that connect and never speak TLS; the healthy unit goes on meanwhile.

    The bench does ten thousand, and measures.
    """
    host, _, port = station.server.address.rpartition(":")
    loop = asyncio.get_running_loop()
    silent = [socket.socket() for _ in range(HALF_OPEN)]
    try:
        for one in silent:
            one.setblocking(False)  # noqa: FBT003 - the only way
            await loop.sock_connect(one, (host, int(port)))
        for _ in range(20):
            await healthy.beat()
        await asyncio.gather(*[_until_closed(loop, one) for one in silent])
    finally:
        for one in silent:
            one.close()


@pytest.fixture
def sparing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A unit may open ten calls at once, and then none for hours, however slow the machine is."""
    monkeypatch.setattr(quota, "OPENS_BURST", 10)
    monkeypatch.setattr(quota, "OPENS_PER_MINUTE", 0.001)


@pytest.mark.usefixtures("sparing")
async def test_a_flood_of_calls(station: Station, healthy: Healthy, trust: Trust) -> None:
    """One unit that opens and opens is told to wait; the others are not."""
    async with station.dial(trust.tls("AMB-66")) as channel:
        stub: pb_grpc.TelemetryServiceAsyncStub = pb_grpc.TelemetryServiceStub(channel)

        async def open_once() -> grpc.StatusCode:
            call = stub.Uplink()
            await call.write(opening(HOSTILE))
            await call.done_writing()
            return (await Line(call).end())[0]

        codes = await asyncio.gather(*[open_once() for _ in range(15)])
    assert codes.count(grpc.StatusCode.RESOURCE_EXHAUSTED) == 5


def _manifest(unit_id: str) -> imaging_service_pb2.UploadRequest:
    one = imaging_service_pb2.ManifestObject(
        sop_instance_uid="1.2.3", size_bytes=1, sha256=bytes(32)
    )
    return imaging_service_pb2.UploadRequest(
        manifest=imaging_service_pb2.Manifest(
            unit_id=unit_id,
            encounter_id=ENCOUNTER,
            study_instance_uid="1.2",
            series_instance_uid="1.2.4",
            scanned_at_us=0,
            objects=[one],
        )
    )


def _request(frame: bytes) -> pb.UplinkRequest:
    return pb.UplinkRequest(frames=pb.Frames(frames=[pb.SealedFrame(sequence=1, frame=frame)]))


async def _answer(
    call: "grpc.aio.StreamStreamCall[pb.UplinkRequest, pb.UplinkResponse]",
    request: pb.UplinkRequest,
) -> grpc.StatusCode:
    """Send what may end the call before it was sent; return how it ended."""
    with suppress(grpc.aio.AioRpcError):
        await call.write(request)
    return (await Line(call).end())[0]


async def _until_closed(loop: asyncio.AbstractEventLoop, one: socket.socket) -> None:
    async with asyncio.timeout(LASTS_S):
        while await loop.sock_recv(one, 1_024):
            pass
