"""The units of scale and soak: many real vehicle clients in one process.

Every unit is a ``VehicleClient`` with its session, spool and gRPC link. The edge watch and the
downlink are off: they work in the vehicle, a machine of its own, and here they would take the
processor from the system that is measured. Up to ``OWN_CONNECTIONS`` units every lane has a
connection of its own, as in a vehicle; beyond, ``UNITS_PER_CONNECTION`` units share one.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import EncounterChange, EncounterEvent
from goldenhour.bench.figures import FrameKey
from goldenhour.bench.fleet.arrivals import Trip
from goldenhour.bench.fleet.shared_link import SharedLink
from goldenhour.bench.fleet.tapped import Tap
from goldenhour.bench.fleet.turns import TURNS_PER_S, ill, vitals_at
from goldenhour.bench.load.clients import Recorder
from goldenhour.bench.load.flipping import WELL
from ports.clock import Clock
from ports.grpc_line import Line
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from wire.frames import Lane
from wire.unit_items import Position, UnitKind
from wire.uuid7 import uuid7

OWN_CONNECTIONS: Final = 1_000
"""Units up to which every lane has a connection of its own."""

UNITS_PER_CONNECTION: Final = 100
AT_ONCE: Final = 200
"""Units that connect, or whose patient changes, at the same time."""

LANES: Final = 2
"""Lanes of each unit: ALARM and VITALS."""

_DRAINED_S: Final = 60
_PROBE_PULSES: Final = 30
_STANDBY_US: Final = 60 * MINUTE_US
_HERE: Final = Position(40.71, -74.01, kind=UnitKind.AMBULANCE)


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """How many units, and where they send to."""

    gateway: str
    units: int
    folder: Path
    turns_per_s: float = TURNS_PER_S
    """Turns for the worse of the whole fleet."""


class Fleet:
    """The units, connected or not."""

    def __init__(self, options: FleetOptions, clock: Clock) -> None:
        """Prepare; ``connect`` begins."""
        self._options = options
        self._clock = clock
        self._spool = Spool(options.folder / "spool")
        self._shared: list[Line] = []
        self._clients: list[VehicleClient] = []
        self._encounters = [""] * options.units
        self._encounter = count()
        self.recorder = Recorder()
        self.tap = Tap(options.gateway)
        self.turned_us: dict[FrameKey, int] = {}
        """When each frame of an ill patient was captured."""

    @property
    def connections(self) -> int:
        """Connections to the gateway."""
        return len(self._shared) or LANES * self._options.units

    async def connect(self) -> None:
        """Open both lanes of every unit; the VITALS lane by telling where the unit is."""
        await self._spool.open()
        tapped = await self.tap.open()
        for number in range(self._options.units):
            link = self._link(number, tapped)
            self._clients.append(self._client(number, link))
        for some in self._groups():
            for number in some:
                await self._clients[number].start()
                self._clients[number].capture(None, [_HERE])
            await self._drained(some)

    def _link(self, number: int, tapped: str) -> GrpcLink:
        if self._options.units <= OWN_CONNECTIONS:
            address = self._options.gateway if number else tapped
            return GrpcLink({Lane.ALARM: address, Lane.VITALS: address})
        if number % UNITS_PER_CONNECTION == 0:
            self._shared.append(Line(self._options.gateway))
        return SharedLink(self._shared[-1])

    def _client(self, number: int, link: GrpcLink) -> VehicleClient:
        options = ClientOptions(
            edge=False, downlink=False, probe_pulses=_PROBE_PULSES, link_state_pulses=0
        )
        return VehicleClient(
            f"SCALE-{number:05}",
            link,
            self._spool,
            self._clock,
            Random(number),  # noqa: S311 - jitter, not a secret
            listener=self.recorder,
            options=options,
        )

    async def stand_by(self, seconds: int = 0) -> None:
        """Give every unit a patient of whom nothing is expected for now.

        He has vital signs of so many seconds.
        """
        for some in self._groups():
            for number in some:
                began_us = self._clock.now_us() - seconds * SECOND_US
                self._open(number, began_us)
                for second in range(seconds):
                    at_us = began_us + second * SECOND_US
                    self._clients[number].capture(
                        self._encounters[number], [WELL], captured_us=at_us
                    )
                standby = EncounterEvent(
                    EncounterChange.STANDBY,
                    reason="before the measurement",
                    until_us=self._clock.now_us() + _STANDBY_US,
                )
                self._clients[number].capture(self._encounters[number], [standby])
            await self._drained(some)

    async def resume(self) -> None:
        """End every standby."""
        await self._change(EncounterChange.RESUMED)

    async def end(self) -> None:
        """End every encounter."""
        await self._change(EncounterChange.ENDED)

    async def _change(self, change: EncounterChange) -> None:
        for some in self._groups():
            for number in some:
                if self._encounters[number]:
                    self._clients[number].capture(
                        self._encounters[number], [EncounterEvent(change)]
                    )
            await self._drained(some)

    async def send(self, trips: Sequence[Trip], seconds: float, frames_per_s: float) -> int:
        """Send vitals of every patient under way, the units in turn; return how many frames.

        A unit whose trip begins opens an encounter, and ends it when the trip ends, unless it has
        one for the whole time.
        """
        under_way = _UnderWay(trips)
        began_us = self._clock.monotonic_us()
        frames = 0
        for number in range(int(seconds * frames_per_s)):
            at_s = number / frames_per_s
            due_us = began_us + int(at_s * SECOND_US)
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())
            for unit in under_way.ended_by(at_s):
                self._end(unit)
            for unit in under_way.begun_by(at_s):
                if not self._encounters[unit]:
                    self._open(unit)
            unit = number % self._options.units
            if under_way.carries(unit):
                self._send(unit, at_s)
                frames += 1
        return frames

    async def drained(self) -> None:
        """Return once everything is acknowledged."""
        await self._drained(range(self._options.units))

    async def stop(self) -> None:
        """End every client and connection."""
        for some in self._groups():
            await asyncio.gather(*(self._clients[number].stop() for number in some))
        for line in self._shared:
            await line.close()
        await self.tap.close()
        await self._spool.close()

    def _open(self, number: int, at_us: int | None = None) -> None:
        entropy = Random(next(self._encounter)).randbytes(10)  # noqa: S311 - an id of a bench
        self._encounters[number] = str(uuid7(self._clock.now_us(), entropy))
        opened = EncounterEvent(EncounterChange.OPENED, age_years=60)
        self._clients[number].capture(self._encounters[number], [opened], captured_us=at_us)

    def _end(self, number: int) -> None:
        ended = EncounterEvent(EncounterChange.ENDED)
        self._clients[number].capture(self._encounters[number], [ended])
        self._encounters[number] = ""

    def _send(self, number: int, at_s: float) -> None:
        units, turns_per_s = self._options.units, self._options.turns_per_s
        at_us = self._clock.now_us()
        vitals = vitals_at(number, at_s, units, turns_per_s)
        ref = self._clients[number].capture(self._encounters[number], [vitals])
        if ill(number, at_s, units, turns_per_s):
            self.turned_us[_key(ref)] = at_us

    async def _drained(self, numbers: Sequence[int]) -> None:
        async with asyncio.timeout(_DRAINED_S):
            for number in numbers:
                await self._clients[number].drained()

    def _groups(self) -> Iterator[Sequence[int]]:
        for start in range(0, self._options.units, AT_ONCE):
            yield range(start, min(start + AT_ONCE, self._options.units))


class _UnderWay:
    """Which units carry a patient, as time goes on."""

    def __init__(self, trips: Sequence[Trip]) -> None:
        self._begins = sorted(((it.begin_s, it.unit) for it in trips), reverse=True)
        self._ends = sorted(((it.end_s, it.unit) for it in trips), reverse=True)
        self._carrying: set[int] = set()

    def begun_by(self, at_s: float) -> list[int]:
        """Return the units whose trip has begun since the last call."""
        begun: list[int] = []
        while self._begins and self._begins[-1][0] <= at_s:
            begun.append(self._begins.pop()[1])
        self._carrying.update(begun)
        return begun

    def ended_by(self, at_s: float) -> list[int]:
        """Return the units whose trip has ended since the last call."""
        ended: list[int] = []
        while self._ends and self._ends[-1][0] <= at_s:
            ended.append(self._ends.pop()[1])
        self._carrying.difference_update(ended)
        return ended

    def carries(self, unit: int) -> bool:
        """Tell whether a unit carries a patient."""
        return unit in self._carrying


def _key(ref: SequenceRef) -> FrameKey:
    return FrameKey(ref.unit_id, int(ref.lane), ref.segment.hex(), ref.sequence)
