"""The heartbeat's gRPC edge: the center as a unit that sends vital signs through a gateway.

Each partition has a synthetic patient whose systolic pressure is low and normal by turns; so every
beat begins or ends ``SYSTOLIC_LOW``, at once and in each channel, by the way of every alarm.
"""

import asyncio
import os
from typing import Any, Final, NoReturn

import grpc

from ambulance.telemetry.v1 import frame_pb2, telemetry_service_pb2, telemetry_service_pb2_grpc
from clinical.instant import SECOND_US
from clinical.items import Vitals
from command_center.heartbeat.beats import BEAT_US, Beats
from ports.clock import Clock
from ports.grpc_channel import open_channel
from ports.logging import get_logger
from ports.tls import Tls, channel_credentials
from wire import synthetic
from wire.frames import Frame, Lane, encode_frame
from wire.topics import PATIENTS

REDIAL_US: Final = SECOND_US
"""Pause before a gateway is dialled again."""

_SEGMENT_BYTES: Final = 16
_SYSTOLIC_MMHG: Final = (80, 125)
"""Low, and normal."""

_log = get_logger(__name__)


class HeartbeatUplink:
    """Sends beats for as long as the center runs."""

    def __init__(
        self, gateway: str, center_id: str, beats: Beats, clock: Clock, tls: Tls | None = None
    ) -> None:
        """Prepare to dial ``gateway``; with ``tls``, ``center_id`` is the certificate's name."""
        self._gateway = gateway
        self._tls = tls
        self._encounters = [
            synthetic.encounter_of(center_id, partition, PATIENTS.partitions)
            for partition in range(PATIENTS.partitions)
        ]
        self._unit_id = synthetic.unit_of(center_id)
        self._beats = beats
        self._clock = clock
        self._turn = 0

    async def run(self) -> NoReturn:
        """Beat, and dial again whenever the stream ends, until cancelled."""
        while True:
            try:
                async with self._dial() as channel:
                    await self._one_stream(channel)
            except grpc.aio.AioRpcError as ended:
                _log.info("heartbeat_not_taken", code=ended.code().name)
            await self._clock.sleep_us(REDIAL_US)

    def _dial(self) -> grpc.aio.Channel:
        """Return a channel that shows the certificate that is in force by now."""
        credentials = None if self._tls is None else channel_credentials(self._tls.material)
        return open_channel(self._gateway, credentials=credentials)

    async def _one_stream(self, channel: grpc.aio.Channel) -> None:
        call: Any = telemetry_service_pb2_grpc.TelemetryServiceStub(channel).Uplink()
        segment = os.urandom(_SEGMENT_BYTES)
        opened = telemetry_service_pb2.Open(
            unit_id=self._unit_id,
            lane=frame_pb2.LANE_VITALS,
            segment=segment,
            next_sequence=1,
        )
        await call.write(telemetry_service_pb2.UplinkRequest(open=opened))
        beating = asyncio.create_task(self._beat(call, segment))
        try:
            while (response := await call.read()) is not grpc.aio.EOF:
                if response.HasField("acknowledged"):
                    self._beats.acknowledged(self._clock.monotonic_us())
        finally:
            beating.cancel()
            call.cancel()

    async def _beat(self, call: Any, segment: bytes) -> None:  # noqa: ANN401 - gRPC's own type
        sequence = 1
        while True:
            systolic_mmhg = _SYSTOLIC_MMHG[self._turn % 2]
            self._turn += 1
            for partition in range(PATIENTS.partitions):
                frame = self._frame(partition, segment, sequence, systolic_mmhg)
                sealed = telemetry_service_pb2.SealedFrame(sequence=sequence, frame=frame)
                sequence += 1
                self._beats.sent(partition, self._clock.monotonic_us())
                frames = telemetry_service_pb2.Frames(frames=[sealed])
                await call.write(telemetry_service_pb2.UplinkRequest(frames=frames))
            await self._clock.sleep_us(BEAT_US)

    def _frame(self, partition: int, segment: bytes, sequence: int, systolic_mmhg: float) -> bytes:
        frame = Frame(
            unit_id=self._unit_id,
            lane=Lane.VITALS,
            segment=segment,
            sequence=sequence,
            captured_us=self._clock.now_us(),
            uncertainty_us=None,
            boot_id=None,
            encounter_id=self._encounters[partition],
            items=(Vitals(systolic_mmhg=systolic_mmhg),),
        )
        return encode_frame(frame)
