"""Healthy units of the attack bench: each sends a frame, waits until it is durable, and notes it.

They speak through the vehicle's own gRPC edge with certificates of their own. A unit whose stream
ends dials again, and the frame that was on its way is sent again, as the vehicle would.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Final

import msgspec

from clinical.instant import SECOND_US
from goldenhour.bench.load.flipping import vitals_at
from ports.clock import Clock
from ports.tls import Tls, TlsFiles
from vehicle.lane.grpc_link import GrpcLink, GrpcUplink
from vehicle.lane.link import Acknowledged, LinkDown
from vehicle.lane.session import SealedFrame
from wire.frames import Frame, Lane, encode_frame
from wire.limits import SEGMENT_BYTES
from wire.uuid7 import RANDOM_BYTES, uuid7

FRAMES_PER_S: Final = 10
"""Frames that each healthy unit sends per second."""

DIAL_AGAIN_US: Final = 100_000

BEGAN_US: Final = 1_700_000_000_000_000
"""When the encounters of the healthy units began."""


class HealthyRecord(msgspec.Struct):
    """What the healthy units saw."""

    acknowledged: list[tuple[int, int]]
    """Wall time at which a frame was sent, and microseconds until it was durable."""
    redialled: int
    """Streams that ended under them."""


@dataclass(frozen=True, slots=True)
class HealthyOptions:
    """Who sends, and where to."""

    gateway: str
    units: int
    certificates: Path


def unit_name(number: int) -> str:
    """Return the unit id of one healthy unit."""
    return f"WELL-{number:03}"


def encounter_of(number: int) -> str:
    """Return the encounter of that unit's patient."""
    return str(uuid7(BEGAN_US, number.to_bytes(RANDOM_BYTES, "big")))


async def run(options: HealthyOptions, stop: asyncio.Event, clock: Clock) -> HealthyRecord:
    """Send until ``stop`` is set."""
    record = HealthyRecord([], 0)
    units = [_Unit(number, options, record, clock) for number in range(options.units)]
    await asyncio.gather(*[unit.run(stop) for unit in units])
    return record


class _Unit:
    def __init__(
        self, number: int, options: HealthyOptions, record: HealthyRecord, clock: Clock
    ) -> None:
        self._number = number
        self._unit_id = unit_name(number)
        self._record = record
        self._clock = clock
        tls = Tls(TlsFiles.in_folder(options.certificates, self._unit_id))
        self._link = GrpcLink({Lane.VITALS: options.gateway}, tls)
        self._encounter_id = encounter_of(number)
        self._offset_us = number * SECOND_US // FRAMES_PER_S // options.units

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._stream(stop)
            except LinkDown:
                self._record.redialled += 1
                await self._clock.sleep_us(DIAL_AGAIN_US)
        await self._link.close()

    async def _stream(self, stop: asyncio.Event) -> None:
        segment = token_bytes(SEGMENT_BYTES)
        stream = self._link.uplink(Lane.VITALS)
        await stream.open(self._unit_id, Lane.VITALS, segment, 1)
        sequence = 0
        await self._clock.sleep_us(self._offset_us)
        while not stop.is_set():
            sequence += 1
            began_us = self._clock.monotonic_us()
            at_us = self._clock.now_us()
            await stream.send([SealedFrame(sequence, self._frame(segment, sequence, at_us))])
            await _until_durable(stream, sequence)
            took_us = self._clock.monotonic_us() - began_us
            self._record.acknowledged.append((at_us, took_us))
            await self._clock.sleep_us(SECOND_US // FRAMES_PER_S - took_us)
        stream.cancel()

    def _frame(self, segment: bytes, sequence: int, at_us: int) -> bytes:
        items = (vitals_at(self._number, sequence // FRAMES_PER_S),)
        return encode_frame(
            Frame(
                self._unit_id,
                Lane.VITALS,
                segment,
                sequence,
                at_us,
                None,
                None,
                self._encounter_id,
                items,
            )
        )


async def _until_durable(stream: GrpcUplink, sequence: int) -> None:
    while True:
        arrival = await stream.read()
        if isinstance(arrival, Acknowledged) and arrival.through >= sequence:
            return
