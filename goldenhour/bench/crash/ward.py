"""The units of a crash run: patients who turn ill and well all along, and what their disks hold.

Most are clients inside this process, on a real spool; some are ``goldenhour vehicle`` processes,
which can be killed themselves. Each turn for the worse is an injected alarm. The confirmed frames
of all of them stand in one ledger.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final, NoReturn

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent
from goldenhour.bench.crash.judging import Injected
from goldenhour.bench.load.flipping import CAUSE, PHASE_S, vitals_at
from ports.clock import Clock
from simulators.fleet.stdin_unit import StdinUnit
from simulators.verdict.ledger import FrameKey, Ledger, LedgerEntry, read_ledger
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from vehicle.spool.store import Refusal
from wire.frames import Lane
from wire.uuid7 import uuid7

DRAIN_S: Final = 60
SNAPSHOT_FRAMES: Final = 10


@dataclass(slots=True)
class Recorder:
    """Hears what becomes of the frames of every client in this process."""

    ledger: Ledger
    captured_frames: int = 0
    refusals: int = 0
    _through: dict[tuple[str, int, bytes], int] = field(default_factory=dict)
    acknowledged_frames: int = 0

    def captured(self, ref: SequenceRef) -> None:
        """Write the ledger line: the disk holds it."""
        self.captured_frames += 1
        lane, segment = int(ref.lane), ref.segment.hex()
        self.ledger.confirm(LedgerEntry(ref.unit_id, lane, segment, ref.sequence))

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Count what the log holds."""
        key = (unit_id, int(lane), segment)
        self.acknowledged_frames += max(0, through - self._through.get(key, 0))
        self._through[key] = max(through, self._through.get(key, 0))

    def refused(self, refusal: Refusal) -> None:
        """Count: nothing here may be refused."""
        del refusal
        self.refusals += 1

    @property
    def unconfirmed(self) -> int:
        """Captured frames that are not acknowledged."""
        return max(0, self.captured_frames - self.acknowledged_frames)


class Ward:
    """All units of a run."""

    def __init__(
        self, gateway: str, folder: Path, units: int, rng: Random, clock: Clock, *, processes: int
    ) -> None:
        self._ledger_file = folder / "ledger.jsonl"
        self._ledger = Ledger(self._ledger_file, clock)
        self._clock = clock
        self._spool = Spool(folder / "spool")
        self.recorder = Recorder(self._ledger)
        self._clients = [
            VehicleClient(
                f"CRASH-{number:03}",
                GrpcLink(dict.fromkeys(Lane, gateway)),
                self._spool,
                clock,
                Random(rng.random()),  # noqa: S311 - jitter, not a secret
                listener=self.recorder,
                options=ClientOptions(snapshot_frames=SNAPSHOT_FRAMES),
            )
            for number in range(units)
        ]
        self.vehicles = [
            StdinUnit(
                f"CRASH-P{number}",
                gateway,
                folder / f"vehicle-{number}",
                ledger=self._ledger,
                clock=clock,
                drain_s=DRAIN_S,
            )
            for number in range(processes)
        ]
        self._rng = rng
        self._turns: list[tuple[FrameKey, Injected]] = []
        """Of the clients in this process."""
        self._playing: list[asyncio.Task[NoReturn]] = []

    async def start(self) -> None:
        """Start every unit, and let their patients live."""
        await self._spool.open()
        for client in self._clients:
            await client.start()
        for vehicle in self.vehicles:
            vehicle.state_file.parent.mkdir(parents=True, exist_ok=True)
            await vehicle.start()
        begin_us = self._clock.monotonic_us() + SECOND_US
        total = len(self._clients) + len(self.vehicles)
        for number in range(total):
            at_us = begin_us + number * SECOND_US // total
            self._playing.append(asyncio.create_task(self._live(number, at_us)))

    async def drain(self) -> None:
        """Stop the patients, and wait until the log holds all that was captured."""
        for task in self._playing:
            task.cancel()
        await asyncio.gather(*self._playing, return_exceptions=True)
        async with asyncio.timeout(DRAIN_S):
            for client in self._clients:
                await client.drained()
        for vehicle in self.vehicles:
            await vehicle.stop()
        for client in self._clients:
            await client.stop()
        await self._spool.close()
        self._ledger.close()

    def confirmed(self) -> Sequence[LedgerEntry]:
        """Return every frame that a disk holds; ask after ``drain``."""
        return read_ledger(self._ledger_file)

    def injected(self) -> list[Injected]:
        """Return every turn for the worse whose frame a disk holds; ask after ``drain``."""
        confirmed = self.confirmed()
        disks = {it.frame for it in confirmed}
        return [
            *(it for frame, it in self._turns if frame in disks),
            *self._turns_of_processes(confirmed),
        ]

    def _turns_of_processes(self, confirmed: Sequence[LedgerEntry]) -> Iterator[Injected]:
        """Find the turns among the lines of each process, which are confirmed in order."""
        for place, vehicle in enumerate(self.vehicles):
            lines = [it for it in confirmed if it.unit == vehicle.unit_id and it.encounter]
            for second, it in enumerate(lines):
                if _turns(len(self._clients) + place, second) and it.captured_us is not None:
                    frame = FrameRef(it.unit, it.lane, bytes.fromhex(it.segment), it.sequence, 0)
                    yield _injection(it.encounter or "", it.captured_us, frame)

    async def _live(self, number: int, begin_us: int) -> NoReturn:
        """Let one patient live, a second at a time."""
        encounter_id = str(uuid7(self._clock.now_us(), self._rng.randbytes(10)))
        for second in count():
            await self._clock.sleep_us(begin_us + second * SECOND_US - self._clock.monotonic_us())
            if number < len(self._clients):
                self._capture(number, encounter_id, second)
            else:
                vehicle = self.vehicles[number - len(self._clients)]
                await vehicle.capture(encounter_id, [vitals_at(number, second)])
        raise AssertionError

    def _capture(self, number: int, encounter_id: str, second: int) -> None:
        client, at_us = self._clients[number], self._clock.now_us()
        if second == 0:
            opened = EncounterEvent(EncounterChange.OPENED, age_years=60)
            client.capture(encounter_id, [opened], captured_us=at_us)
        ref = client.capture(encounter_id, [vitals_at(number, second)], captured_us=at_us)
        if _turns(number, second):
            key = (ref.unit_id, int(ref.lane), ref.segment, ref.sequence)
            self._turns.append((key, _injection(encounter_id, at_us, FrameRef(*key, 0))))


def _turns(number: int, second: int) -> bool:
    """Tell whether this patient turns ill at this second of its life."""
    return (second + number) % (2 * PHASE_S) == PHASE_S


def _injection(encounter_id: str, captured_us: int, frame: FrameRef) -> Injected:
    return Injected(encounter_id, alarm_id(encounter_id, CAUSE, frame), captured_us)
