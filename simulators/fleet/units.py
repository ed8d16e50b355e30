"""What the fleet needs of a unit, and the unit that is a client inside this process."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Final, Protocol

from clinical.twelve_lead.ecg import EcgRecording
from ports.clock import Clock
from ports.logging import get_logger
from ports.tls import Tls
from simulators.verdict.ledger import FrameKey, Ledger, LedgerEntry
from vehicle.client import ClientOptions, VehicleClient
from vehicle.ecg import send_ecg
from vehicle.lane.grpc_link import GrpcLink
from vehicle.lane.lanes import lane_of
from vehicle.lane.session import SequenceRef
from vehicle.spool.spool import LaneFull, Spool
from vehicle.spool.store import Refusal
from wire.frames import Lane
from wire.unit_items import WireItem

SNAPSHOT_FRAMES: Final = 10
"""Frames per snapshot of an edge watch; a crash of all simulators costs no judgement."""

log = get_logger(__name__)


class SimulatedUnit(Protocol):
    """One unit, however it runs."""

    @property
    def unit_id(self) -> str:
        """Names it."""
        ...

    @property
    def reached(self) -> bool:
        """Whether what it captured has been seen to arrive."""
        ...

    async def start(self) -> None:
        """Begin to dial."""
        ...

    async def capture(self, encounter_id: str | None, items: Sequence[WireItem]) -> None:
        """Capture a frame, without an encounter of the unit itself.

        Waits while there is no room, but not for a waveform, which is then left out.
        """
        ...

    def waveform_chunk_us(self, encounter_id: str) -> int:
        """Return how long the waveform chunks of a patient shall be."""
        ...

    async def send_ecg(self, encounter_id: str, ecg: EcgRecording, ecg_id: bytes) -> None:
        """Send a twelve-lead ECG."""
        ...

    async def drain(self) -> None:
        """Return once everything captured is acknowledged."""
        ...

    async def stop(self) -> None:
        """End it; what is not acknowledged stays in its spool."""
        ...

    def acknowledged(self, frames: Sequence[FrameKey]) -> int:
        """Count those of its frames that are known to be acknowledged; ask after ``stop``."""
        ...

    async def failed(self) -> None:
        """Return never; raise what a part of the unit failed with."""
        ...


@dataclass(slots=True)
class ClientRecord:
    """Hears what becomes of one client's frames, and tells the ledger."""

    ledger: Ledger
    handed_over: dict[SequenceRef, LedgerEntry] = field(default_factory=dict)
    through: dict[tuple[int, bytes], int] = field(default_factory=dict)
    refusals: int = 0

    def captured(self, ref: SequenceRef) -> None:
        """Write the ledger line."""
        entry = self.handed_over.pop(ref, None)
        lane, segment = int(ref.lane), ref.segment.hex()
        self.ledger.confirm(entry or LedgerEntry(ref.unit_id, lane, segment, ref.sequence))

    def acknowledged(self, unit_id: str, lane: Lane, segment: bytes, through: int) -> None:
        """Remember how far the log holds a segment."""
        del unit_id
        self.through[int(lane), segment] = through

    def refused(self, refusal: Refusal) -> None:
        """Count: nothing that is simulated may be refused."""
        self.refusals += 1
        log.error("frame refused", reason=refusal.reason, path=refusal.field_path)


class ClientUnit:
    """A unit whose vehicle client runs in this process."""

    def __init__(
        self,
        unit_id: str,
        gateway: str,
        spool: Spool,
        *,
        ledger: Ledger,
        clock: Clock,
        rng: Random,
        tls: Tls | None = None,
    ) -> None:
        """Prepare a client on the shared spool."""
        self.tls = tls
        self.unit_id = unit_id
        self._clock = clock
        self._record = ClientRecord(ledger)
        self.client = VehicleClient(
            unit_id,
            GrpcLink(dict.fromkeys(Lane, gateway), tls),
            spool,
            clock,
            rng,
            listener=self._record,
            options=ClientOptions(boot_id=rng.randbytes(8).hex(), snapshot_frames=SNAPSHOT_FRAMES),
        )

    @property
    def reached(self) -> bool:
        """Whether a first frame was acknowledged."""
        return bool(self._record.through)

    async def start(self) -> None:
        """Begin to dial."""
        await self.client.start()

    async def capture(self, encounter_id: str | None, items: Sequence[WireItem]) -> None:
        """Capture a frame; wait while the spool has no room."""
        while True:
            captured_us, sent_us = self.client.now_us(), self._clock.now_us()
            try:
                ref = self.client.capture(encounter_id, items)
            except LaneFull:
                if lane_of(items) is Lane.WAVEFORM:
                    return
                await self.client.room(lane_of(items))
            else:
                self._record.handed_over[ref] = LedgerEntry(
                    ref.unit_id,
                    int(ref.lane),
                    ref.segment.hex(),
                    ref.sequence,
                    encounter_id,
                    captured_us,
                    sent_us,
                )
                return

    def waveform_chunk_us(self, encounter_id: str) -> int:
        """Return what the client says: shorter while somebody watches."""
        return self.client.waveform_chunk_us(encounter_id)

    async def send_ecg(self, encounter_id: str, ecg: EcgRecording, ecg_id: bytes) -> None:
        """Send a twelve-lead ECG; the client judges it too."""
        await send_ecg(self.client, encounter_id, ecg, ecg_id)

    async def drain(self) -> None:
        """Return once everything captured is acknowledged."""
        await self.client.drained()

    async def stop(self) -> None:
        """Stop the client; what it captured is then confirmed."""
        with suppress(LaneFull):
            await self.client.stop()

    def acknowledged(self, frames: Sequence[FrameKey]) -> int:
        """Count those of its frames that the gateway acknowledged."""
        through = self._record.through
        return sum(sequence <= through.get((lane, at), 0) for _, lane, at, sequence in frames)

    async def failed(self) -> None:
        """Return never; raise what the client failed with."""
        await asyncio.shield(self.client.failed)
