"""A patient's leads as the log holds them, as long as the unit is asked for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from clinical.instant import SECOND_US
from clinical.signals.waveform import WaveformChunk
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import TopicPartition
from simulators.patients.ecg import RATE_HZ, LeadTrouble, SimulatedLead
from tests.browser.ward import Patient
from vehicle.downlink.live_view import LiveView
from wire.frames import Frame, Lane, encode_frame
from wire.messages import Message, decode_message
from wire.partition import partition_of
from wire.records import HEADERS_BATCH, encode_batch
from wire.topics import DOWNLINK, WAVEFORMS


async def append_chunks(
    log: MemoryLog,
    encounter_id: str,
    chunks: Sequence[WaveformChunk],
    stamped_us: int,
    sequence: int = 1,
) -> None:
    """Write what a gateway writes of one frame of chunks."""
    frame = Frame(
        unit_id="AMB-05",
        lane=Lane.WAVEFORM,
        segment=b"segment-16-bytes",
        sequence=sequence,
        captured_us=stamped_us,
        uncertainty_us=None,
        boot_id=None,
        encounter_id=encounter_id,
        items=tuple(chunks),
    )
    value = encode_batch(stamped_us, "gateway", [encode_frame(frame)])
    writer = await log.writer()
    place = partition_of(encounter_id, WAVEFORMS.partitions)
    await writer.send(WAVEFORMS.name, place, value, headers=HEADERS_BATCH)


async def requests_to(log: MemoryLog, unit: str) -> list[Message]:
    """Return what a unit was asked for over its downlink, oldest first."""
    place = TopicPartition(DOWNLINK.name, partition_of(unit, DOWNLINK.partitions))
    records = await log.read_to_end(place)
    messages = [decode_message(record.value or b"") for record in records]
    return [it for it in messages if it.unit_id == unit and it.live_chunk_ms is not None]


@dataclass
class Bedside:
    """A monitor and its unit: records leads, and obeys what the center asks for."""

    log: MemoryLog
    patient: Patient
    rate_bpm: float = 82.0
    leads: dict[str, SimulatedLead] = field(
        default_factory=lambda: {name: SimulatedLead(name, seed=3) for name in ("II", "V5")}
    )
    trouble: dict[str, LeadTrouble] = field(default_factory=dict)
    silent: bool = False
    """True: samples are recorded, and lost on the way."""
    chunk_us: int = SECOND_US
    """Length of the chunk that was recorded last."""
    clock: SystemClock = field(default_factory=SystemClock)

    async def run(self) -> None:
        """Record and send, chunk after chunk, beginning ten seconds ago."""
        sequence, begin_us = 0, self.clock.monotonic_us()
        ahead_us = begin_us - self.clock.now_us()
        due_us = begin_us - 10 * SECOND_US
        live, known = LiveView(), 0
        while True:
            asked = await requests_to(self.log, self.patient.unit)
            for request in asked[known:]:
                live.receive(request, self.clock.now_us())
            known = len(asked)
            self.chunk_us = live.chunk_us(self.patient.id, self.clock.now_us())
            due_us += self.chunk_us
            await self.clock.sleep_us(max(0, due_us - self.clock.monotonic_us()))
            sequence += 1
            chunks = [
                lead.record(
                    self.chunk_us * RATE_HZ // SECOND_US,
                    self.rate_bpm,
                    due_us - ahead_us,
                    self.trouble.get(name),
                )
                for name, lead in self.leads.items()
            ]
            if not self.silent:
                await append_chunks(self.log, self.patient.id, chunks, due_us - ahead_us, sequence)


@asynccontextmanager
async def bedside_of(
    log: MemoryLog, patient: Patient, rate_bpm: float = 82.0
) -> AsyncIterator[Bedside]:
    """Let a patient's monitor run for as long as the context lasts."""
    bedside = Bedside(log, patient, rate_bpm)
    running = asyncio.create_task(bedside.run())
    try:
        yield bedside
    finally:
        running.cancel()
