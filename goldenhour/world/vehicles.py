"""A vehicle of the world: the real client with a disk, a link and a clock, and a crew."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from ambulance.telemetry.v1 import telemetry_service_pb2 as pb
from clinical.items import EncounterChange, EncounterEvent
from goldenhour.world.clock import EPOCH_US, MachineClock
from goldenhour.world.disk import Disk, WorldSpool
from goldenhour.world.network import Call, Dialer, Server, Way
from goldenhour.world.record import SendersRecord
from goldenhour.world.schedule import Machine
from goldenhour.world.story import Patient
from ports.grpc_line import Line
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.spool.spool import LaneFull
from vehicle.spool.store import Entry
from wire.frames import Lane
from wire.uuid7 import RANDOM_BYTES, uuid7

_S: Final = 1_000_000
_NO_FRAME: Final = b"\xff" * 11
"""Ends in a number that never ends."""
_OPTIONS: Final = ClientOptions(snapshot_frames=4, probe_pulses=10, link_state_pulses=30)


@dataclass(slots=True)
class Vehicle:
    """What of a unit outlives its crashes."""

    unit_id: str
    rng: Random
    way: Way
    disk: Disk
    offset_us: int
    """How far its wall clock is off."""
    patient: Patient | None = None
    clock: MachineClock | None = None
    client: VehicleClient | None = None
    """The client that runs now."""
    busy_until_us: int = 0
    """Until when the present patient is with this unit."""
    offered: list[Patient] = field(default_factory=list)
    """Patients whom other units have offered to this one."""
    spool: WorldSpool | None = None

    @property
    def depth(self) -> int:
        """Frames that nobody acknowledged."""
        return 0 if self.client is None else self.client.depth

    @property
    def at_risk(self) -> bool:
        """Whether a frame is neither acknowledged nor on the disk."""
        return self.depth > 0 and self.spool is not None and self.spool.pending > 0

    @property
    def unsaved(self) -> bool:
        """Whether the client has messages that the disk does not have."""
        held = 0 if self.client is None else len(self.client.held)
        return held > self.disk.messages()


class WorldLink(GrpcLink):
    """The real link, dialling through this world."""

    def __init__(self, dialer: Dialer) -> None:
        super().__init__({})
        self._lines = dict.fromkeys(Lane, _WorldLine(dialer))


class _WorldLine(Line):
    def __init__(self, dialer: Dialer) -> None:
        super().__init__("world")
        self._dialer: Any = dialer

    def begin(self, start: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - as gRPC's own calls
        call: Call = start(self._dialer)
        return call

    async def close(self) -> None:
        return


class RecordedSpool(WorldSpool):
    """A spool of which the tester sees what is handed to it."""

    def __init__(self, machine: Machine, disk: Disk, record: SendersRecord) -> None:
        super().__init__(machine, disk)
        self._record = record

    def put(
        self,
        entries: Sequence[Entry],
        committed: Callable[[], None] | None = None,
        *,
        urgent: bool = False,
    ) -> None:
        """Note the entries, and commit them."""
        self._record.spooled(entries)
        super().put(entries, committed, urgent=urgent)


@dataclass(slots=True)
class Crew:
    """Runs a vehicle: starts its client and lives its story until the machine dies."""

    vehicle: Vehicle
    fleet: Sequence[Vehicle]
    record: SendersRecord
    pick: Callable[[], Server | None]
    frame_every_us: int
    grid_us: int
    well_most_s: int
    ends_us: int
    """When the stories end."""

    async def run(self, machine: Machine) -> None:
        """Run until the machine dies."""
        unit = self.vehicle
        unit.clock = clock = MachineClock(machine, unit.offset_us, self.grid_us)
        spool = RecordedSpool(machine, unit.disk, self.record)
        await spool.open()
        unit.spool = spool
        link = WorldLink(Dialer(unit.way, machine, self.pick))
        client = VehicleClient(
            unit.unit_id,
            link,
            spool,
            clock,
            Random(unit.rng.random()),  # noqa: S311 - a seeded world
            listener=self.record,
            options=_OPTIONS,
        )
        await client.start()
        unit.client = client
        story = machine.create_task(self._live(machine, client, clock))
        await asyncio.wait({client.failed, story}, return_when=asyncio.FIRST_COMPLETED)
        if client.failed.done():
            client.failed.result()
        await story
        await client.failed

    async def _live(self, machine: Machine, client: VehicleClient, clock: MachineClock) -> None:
        unit = self.vehicle
        await clock.sleep_us(int(unit.rng.random() * self.frame_every_us))
        while machine.schedule.now_us < self.ends_us:
            with suppress(LaneFull):
                self._care(client, machine.schedule.now_us)
            await clock.sleep_us(self.frame_every_us)

    def _care(self, client: VehicleClient, now_us: int) -> None:
        unit = self.vehicle
        if unit.patient is None:
            self._admit(client, now_us)
            return
        if now_us >= unit.busy_until_us:
            self._let_go(client, unit.patient)
            return
        patient = unit.patient
        client.capture(patient.encounter_id, patient.items(now_us))
        aside = patient.asides()
        if aside:
            client.capture(patient.encounter_id, aside)
        if client.alarms and unit.rng.random() < 0.05:  # noqa: PLR2004 - now and then
            client.acknowledge(unit.rng.choice(client.alarms), "medic")

    def _admit(self, client: VehicleClient, now_us: int) -> None:
        """Take over a patient who is offered, else the next one."""
        unit = self.vehicle
        unit.busy_until_us = now_us + int(unit.rng.uniform(20, 300) * _S)
        if unit.offered:
            unit.patient = unit.offered.pop(0)
            event = EncounterEvent(EncounterChange.CLAIMED)
        else:
            randomness = unit.rng.randbytes(RANDOM_BYTES)
            name = str(uuid7(EPOCH_US + now_us, randomness))
            rng = Random(unit.rng.random())  # noqa: S311 - a seeded world
            unit.patient = Patient(name, rng, self.well_most_s)
            event = EncounterEvent(EncounterChange.OPENED, bay="1", age_years=60)
        client.capture(unit.patient.encounter_id, [event])

    def _let_go(self, client: VehicleClient, patient: Patient) -> None:
        """Hand over, to the hospital or to another unit."""
        unit = self.vehicle
        other = unit.rng.choice(self.fleet)
        if other is not unit and unit.rng.random() < 0.3:  # noqa: PLR2004 - some move on
            event = EncounterEvent(EncounterChange.OFFERED, to_unit_id=other.unit_id)
            other.offered.append(patient)
        else:
            event = EncounterEvent(EncounterChange.HANDED_OVER)
        client.capture(patient.encounter_id, [event])
        unit.patient = None


def corrupted(rng: Random, request: object) -> object:
    """Return a request with a frame that no decoder takes, now and then.

    A change that leaves a valid frame is not tried: the link's own code (TLS) excludes it.
    """
    if not isinstance(request, pb.UplinkRequest) or not request.HasField("frames"):
        return request
    if rng.random() < 0.5:  # noqa: PLR2004 - a coin
        return request
    spoiled = pb.UplinkRequest()
    spoiled.CopyFrom(request)
    sealed = rng.choice(spoiled.frames.frames)
    sealed.frame = rng.randbytes(rng.randrange(1, 20)) + _NO_FRAME
    return spoiled
