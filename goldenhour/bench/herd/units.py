"""The units of the herd bench: whole vehicle clients with their downlink, and edge watch or not.

Those of one process share one spool in memory, which stands for the disks of all of them.
"""

import asyncio
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent
from goldenhour.bench.herd.cut_link import CutLink
from goldenhour.bench.herd.judging import unit_name
from goldenhour.bench.herd.tunnel import Tunnel, vitals_at
from goldenhour.bench.load.clients import SNAPSHOT_FRAMES
from goldenhour.bench.load.memory_spool import MemorySpool
from ports.clock import Clock
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.store import Refusal
from wire.frames import Lane
from wire.uuid7 import uuid7

Segment = tuple[str, int, bytes]
FrameKey = tuple[str, int, bytes, int]


class Ledger:
    """The last frame of each segment that the spool confirmed; a segment has no gaps."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.last: dict[Segment, int] = {}
        self.refusals = 0

    def captured(self, ref: SequenceRef) -> None:
        """Note a confirmed capture."""
        key = (ref.unit_id, int(ref.lane), ref.segment)
        self.last[key] = max(ref.sequence, self.last.get(key, 0))

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Do nothing: the log itself is read at the end."""

    def refused(self, refusal: Refusal) -> None:
        """Count."""
        del refusal
        self.refusals += 1


def captured(last: Mapping[Segment, int]) -> list[FrameKey]:
    """Return every confirmed frame, by the last sequence of each segment."""
    return [
        (*segment, sequence)
        for segment, through in last.items()
        for sequence in range(1, through + 1)
    ]


@dataclass(frozen=True, slots=True)
class HerdUnit:
    """One unit, its patient and its link."""

    client: VehicleClient
    link: CutLink
    encounter_id: str


class Herd:
    """All units; their links begin cut."""

    def __init__(self, gateway: str, numbers: range, clock: Clock, *, edge: bool) -> None:
        """Prepare; ``start`` it on the event loop."""
        self._gateway = gateway
        self._numbers = numbers
        self._clock = clock
        self._options = ClientOptions(edge=edge, snapshot_frames=SNAPSHOT_FRAMES)
        self._spool = MemorySpool()
        self._herd: list[HerdUnit] = []
        self.ledger = Ledger()

    async def start(self) -> None:
        """Start every unit and open its encounter."""
        await self._spool.open()
        for number in self._numbers:
            one = self._unit(number)
            await one.client.start()
            opened = EncounterEvent(EncounterChange.OPENED, age_years=60)
            one.client.capture(one.encounter_id, [opened])
            self._herd.append(one)

    def _unit(self, number: int) -> HerdUnit:
        rng = Random(number)  # noqa: S311 - jitter and an id of a bench
        link = CutLink(GrpcLink({Lane.ALARM: self._gateway, Lane.VITALS: self._gateway}))
        client = VehicleClient(
            unit_name(number),
            link,
            self._spool,
            self._clock,
            rng,
            listener=self.ledger,
            options=self._options,
        )
        return HerdUnit(client, link, str(uuid7(self._clock.now_us(), rng.randbytes(10))))

    def capture_all(self, tunnel: Tunnel) -> None:
        """Take what the monitor of every unit shows now."""
        for place in range(len(self._herd)):
            self._capture(place, tunnel)

    def _capture(self, place: int, tunnel: Tunnel) -> None:
        one = self._herd[place]
        vitals = vitals_at(self._numbers[place], one.client.now_us(), tunnel)
        one.client.capture(one.encounter_id, [vitals])

    async def committed(self) -> None:
        """Return once everything captured is in the spool."""
        await self._spool.flush()

    def mend(self) -> None:
        """Make every link whole, at once."""
        for one in self._herd:
            one.link.mend()

    async def cut(self) -> None:
        """Cut every link, at once."""
        await asyncio.gather(*(one.link.cut() for one in self._herd))

    async def go_on(self, tunnel: Tunnel, period_s: int) -> None:
        """Capture in real time, the units spread over the period, until cancelled."""
        began_us, units = self._clock.monotonic_us(), len(self._herd)
        for count in itertools.count():
            due_us = began_us + count * period_s * SECOND_US // units
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())
            self._capture(count % units, tunnel)

    @property
    def depth(self) -> int:
        """Frames that nobody acknowledged."""
        return sum(one.client.depth for one in self._herd)

    def connected(self, numbers: set[int]) -> set[int]:
        """Return those of these units whose alarms and vital signs flow."""
        return {
            number for number in numbers if self._flows(self._herd[self._numbers.index(number)])
        }

    def _flows(self, one: HerdUnit) -> bool:
        return one.client.flowing(Lane.ALARM) and one.client.flowing(Lane.VITALS)

    async def stop(self) -> None:
        """Stop every unit."""
        for one in self._herd:
            await one.client.stop()
        await self._spool.close()
