"""The load of the latency bench: many real vehicle clients in one process.

Every unit hands its client one frame of vitals a second; the units are spread over the second.
What was sent when, and what the spool confirmed, goes to a file at the end.

The edge watch is off and the spool is in memory: both work in the vehicle, a machine of its own,
and a thousand of them here would take the processor from the system that is measured. ``whole``
puts them back.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent, Vitals
from goldenhour.bench.accounting import key_of
from goldenhour.bench.load import flipping, shift
from goldenhour.bench.load.fibrillating import FibrillatingBank, onsets_of
from goldenhour.bench.load.leads import LeadBank
from goldenhour.bench.load.memory_spool import MemorySpool
from ports.clock import Clock
from simulators.verdict.ledger import FrameKey
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import Spool
from vehicle.spool.store import Refusal
from wire.frames import Lane
from wire.uuid7 import uuid7


class Course(StrEnum):
    """How the patients fare."""

    FLIPPING = "flipping"
    """Well and ill in turn; 17 alarms begin in a second, however many units of 100 and more."""
    SHIFT = "shift"
    """Most are well, now and then one gets worse."""


SNAPSHOT_FRAMES: Final = 30
"""Frames per snapshot of the edge watch; the bench kills nothing."""


PROBE_PULSES: Final = 15
"""Seconds between two comparisons of a clock: as of a unit that has been under way for a while."""

START_OVER_US: Final = 3 * SECOND_US
"""Time in which the units start in turn: vehicles do not beat as one."""


class LoadRecord(msgspec.Struct):
    """What the load leaves behind for the figures."""

    sent: list[tuple[str, int, str, int, int]]
    """unit, lane, segment, sequence, instant of ``capture()``: frames inside the measured time."""
    captured: list[FrameKey]
    """Every frame that the spool confirmed."""
    refused: int
    chunks: list[tuple[str, int, str, int, int]]
    """The same of every frame of waveforms."""
    onsets_us: dict[str, int]
    """When the heart of each unit that fibrillated began to."""


@dataclass(slots=True)
class Recorder:
    """Hears what becomes of every frame."""

    captured_frames: list[FrameKey] = field(default_factory=list)
    refusals: int = 0

    def captured(self, ref: SequenceRef) -> None:
        """Note a confirmed capture."""
        self.captured_frames.append(key_of(ref))

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Do nothing: the log itself is read at the end."""

    def refused(self, refusal: Refusal) -> None:
        """Count."""
        del refusal
        self.refusals += 1


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How much load, and where to."""

    gateway: str
    units: int
    warm_up_s: int
    seconds: int
    folder: Path
    idle_s: int = 0
    """Between warm-up and measured time: nobody says anything."""
    course: Course = Course.FLIPPING
    waveforms: bool = False
    """Two ECG leads beside the vital signs."""
    whole: bool = False
    """With edge watch, and the spool on disk."""
    fibrillating: int = 0
    """Two ECG leads in the second half of the measured time; so many hearts fibrillate in it."""


@dataclass(frozen=True, slots=True)
class _Load:
    options: LoadOptions
    bank: LeadBank | FibrillatingBank | None
    chunks: list[tuple[str, int, str, int, int]] = field(default_factory=list)


async def run(options: LoadOptions, clock: Clock) -> LoadRecord:
    """Send the load, drain, and return what was sent and confirmed."""
    recorder = Recorder()
    spool = Spool(options.folder / "spool") if options.whole else MemorySpool()
    await spool.open()
    links = dict.fromkeys(Lane, options.gateway)
    load = _Load(options, _bank(options))
    clients = [
        VehicleClient(
            f"BENCH-{number:05}",
            GrpcLink(links),
            spool,
            clock,
            random.Random(number),  # noqa: S311 - jitter, not a secret
            listener=recorder,
            options=ClientOptions(
                edge=options.whole,
                waveforms=False,
                snapshot_frames=SNAPSHOT_FRAMES,
                probe_pulses=PROBE_PULSES,
                link_state_pulses=0,
            ),
        )
        for number in range(options.units)
    ]
    began_us = clock.monotonic_us()
    for number, client in enumerate(clients):
        due_us = began_us + number * START_OVER_US // len(clients)
        await clock.sleep_us(max(0, due_us - clock.monotonic_us()))
        await client.start()
    begin_us = clock.monotonic_us() + SECOND_US
    sent = await asyncio.gather(
        *(_unit(client, number, begin_us, load, clock) for number, client in enumerate(clients))
    )
    for client in clients:
        await asyncio.wait_for(client.drained(), 30)
    for client in clients:
        await client.stop()
    await spool.close()
    return LoadRecord(
        sent=[one for unit in sent for one in unit],
        captured=recorder.captured_frames,
        refused=recorder.refusals,
        chunks=load.chunks,
        onsets_us={
            clients[unit].unit_id: at_us
            for unit, at_us in (
                load.bank.onsets_us.items() if isinstance(load.bank, FibrillatingBank) else ()
            )
        },
    )


def _bank(options: LoadOptions) -> LeadBank | FibrillatingBank | None:
    if not options.fibrillating:
        return LeadBank() if options.waveforms else None
    begin_s = options.warm_up_s + options.seconds // 2
    end_s = options.warm_up_s + options.seconds
    return FibrillatingBank(begin_s, onsets_of(options.units, options.fibrillating, begin_s, end_s))


def _patients(options: LoadOptions) -> Callable[[int, int], Vitals]:
    if options.course is Course.SHIFT:
        return shift.vitals_at
    return partial(flipping.vitals_at, in_each_s=flipping.phase_s(options.units))


async def _unit(
    client: VehicleClient, number: int, begin_us: int, load: _Load, clock: Clock
) -> list[tuple[str, int, str, int, int]]:
    options, bank = load.options, load.bank
    encounter_id = str(uuid7(clock.now_us(), random.Random(number).randbytes(10)))  # noqa: S311
    vitals_at = _patients(options)
    offset_us = begin_us + number * SECOND_US // options.units
    sent: list[tuple[str, int, str, int, int]] = []
    for second in range(options.warm_up_s + options.seconds):
        idle_s = options.idle_s if second >= options.warm_up_s else 0
        await clock.sleep_us(offset_us + (second + idle_s) * SECOND_US - clock.monotonic_us())
        if second == 0:
            opened = EncounterEvent(EncounterChange.OPENED, age_years=60)
            client.capture(encounter_id, [opened])
        at_us = clock.now_us()
        chunks = bank.second(number, second, at_us) if bank else ()
        if chunks:
            load.chunks.append(_named(client.capture(encounter_id, chunks), at_us))
        at_us = clock.now_us()
        ref = client.capture(encounter_id, [vitals_at(number, second)])
        if second >= options.warm_up_s:
            sent.append(_named(ref, at_us))
    ended = EncounterEvent(EncounterChange.ENDED)
    client.capture(encounter_id, [ended])
    return sent


def _named(ref: SequenceRef, at_us: int) -> tuple[str, int, str, int, int]:
    return ref.unit_id, int(ref.lane), ref.segment.hex(), ref.sequence, at_us
