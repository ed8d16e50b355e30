"""A unit in a process of its own: ``goldenhour vehicle --source stdin``, fed, kept running, killed.

Lines wait here until the process confirms them, in order. After a restart everything that was not
confirmed is fed again with its first capture instant: a frame that was captured but not confirmed
then exists twice, under two sequences, which has no effect on judgement. The state file says which
process runs now and how often it was restarted; it is replaced once that process is ready.
The ledger holds what was fed; frames that the process makes by itself are not told here.
"""

import asyncio
import json
import os
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from google.protobuf import json_format

from clinical.twelve_lead.ecg import EcgRecording
from clinical.twelve_lead.pieces import cut
from ports.clock import Clock
from ports.logging import get_logger
from ports.program import SUPERVISOR
from ports.tls import TlsFiles
from simulators.verdict.ledger import FrameKey, Ledger, LedgerEntry
from vehicle.downlink.live_view import CHUNK_US
from vehicle.settings import spool_folder
from vehicle.spool.spool import SPOOL_FILE
from vehicle.spool.store import SpoolStore
from wire.frame_items import from_item
from wire.frames import Lane
from wire.twelve_lead import encode_ecg
from wire.unit_items import WireItem

UNCONFIRMED_MAX: Final = 10_000
"""Lines that may wait for a confirmation; beyond that the unit's monitors wait."""
BACK_OFF_FIRST_US: Final = 100_000
BACK_OFF_MOST_US: Final = 2_000_000
DRAIN_S: Final = 15
"""Longest wait of the process for acknowledgements after its last line."""

_STOP_GRACE_S: Final = 5

log = get_logger(__name__)


class UnitFailed(Exception):  # noqa: N818 - named for what happened
    """The process ended before it was ever ready; the message names its log file."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that asks for a capture."""

    text: bytes
    encounter_id: str | None
    at_us: int


class StdinUnit:
    """A unit whose client is a child process."""

    def __init__(
        self,
        unit_id: str,
        gateway: str,
        home: Path,
        *,
        ledger: Ledger,
        clock: Clock,
        drain_s: float = DRAIN_S,
        tls: TlsFiles | None = None,
    ) -> None:
        """Prepare; ``start`` begins the process. ``home`` takes its spool, log and state file."""
        self._drain_s = drain_s
        self._tls_options = () if tls is None else tls.options()
        self.unit_id = unit_id
        self.restarts = 0
        self._gateway = gateway
        self._home = home
        self._ledger = ledger
        self._clock = clock
        self._unconfirmed: deque[Line] = deque()
        self._room = asyncio.Semaphore(UNCONFIRMED_MAX)
        self._ready = asyncio.Event()
        self._reached = False
        self._ending = False
        self._was_ready = False
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def reached(self) -> bool:
        """Whether a first line was confirmed; the process does not say more."""
        return self._reached

    @property
    def state_file(self) -> Path:
        """Where it stands which process runs."""
        return self._home / "stdin-unit.json"

    async def start(self) -> None:
        """Start the process and return once it is ready; UnitFailed when it never is."""
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.unit_id}")
        ready = asyncio.ensure_future(self._ready.wait())
        await asyncio.wait({ready, self._keeper}, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._keeper.done():
            await self._keeper

    async def capture(self, encounter_id: str | None, items: Sequence[WireItem]) -> None:
        """Hand a line to the process; wait while too many are unconfirmed."""
        await self._room.acquire()
        at_us = self._clock.now_us()
        line = Line(_text(encounter_id, items, at_us), encounter_id, at_us)
        self._unconfirmed.append(line)
        if self._ready.is_set():
            self._write([line])

    def waveform_chunk_us(self, encounter_id: str) -> int:
        """Return the usual length: what the process is asked for does not come out of it."""
        del encounter_id
        return CHUNK_US

    async def send_ecg(self, encounter_id: str, ecg: EcgRecording, ecg_id: bytes) -> None:
        """Say the pieces of a twelve-lead ECG, as a recorder would; the center judges it."""
        for piece in cut(ecg_id, encode_ecg(ecg)):
            await self.capture(encounter_id, [piece])

    async def drain(self) -> None:
        """End the input and wait until the process has drained and ended."""
        self._ending = True
        process = self._process
        if process is None or self._keeper is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        await asyncio.wait({self._keeper})

    async def stop(self) -> None:
        """End the process, whatever it takes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.drain(), self._drain_s + _STOP_GRACE_S)
        if self._process is not None and self._process.returncode is None:
            log.warning("vehicle killed at stop", unit=self.unit_id)
            self._process.kill()
        if self._keeper is not None:
            await asyncio.gather(self._keeper, return_exceptions=True)

    def acknowledged(self, frames: Sequence[FrameKey]) -> int:
        """Count those of its frames that have left the spool; ask after ``stop``."""
        store = SpoolStore(spool_folder(self._home, self.unit_id) / SPOOL_FILE)
        try:
            return sum(
                not store.frames((unit_id, lane, segment), sequence, sequence)
                for unit_id, lane, segment, sequence in frames
            )
        finally:
            store.close()

    async def failed(self) -> None:
        """Return never; raise UnitFailed when the process cannot be kept running."""
        if self._keeper is not None:
            await asyncio.shield(self._keeper)

    async def _keep(self) -> None:
        pause_us = BACK_OFF_FIRST_US
        while True:
            await self._run_once()
            if self._ending:
                return
            if not self._was_ready:
                message = f"{self.unit_id} did not become ready; see {self._log_file}"
                raise UnitFailed(message)
            self.restarts += 1
            log.warning("vehicle restarts", unit=self.unit_id, pause_us=pause_us)
            await self._clock.sleep_us(pause_us)
            pause_us = min(2 * pause_us, BACK_OFF_MOST_US)

    @property
    def _log_file(self) -> Path:
        return self._home / f"{self.unit_id}.log"

    async def _run_once(self) -> None:
        with self._log_file.open("ab") as errors:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "goldenhour", "vehicle"),
                *("--unit-id", self.unit_id, "--gateway", self._gateway),
                *("--home", str(self._home), "--source", "stdin", "--drain-s", str(self._drain_s)),
                *self._tls_options,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={**os.environ, SUPERVISOR: str(os.getpid())},
                start_new_session=True,
            )
        stdout = self._process.stdout
        try:
            while stdout is not None and (line := await stdout.readline()):
                self._hear(json.loads(line))
        finally:
            self._ready.clear()
        await self._process.wait()

    def _hear(self, answer: Mapping[str, Any]) -> None:
        match answer:
            case {"ready": _}:
                self._on_ready()
            case {"captured": captured}:
                self._on_captured(captured)
            case {"error": error}:
                self._unconfirmed.popleft()
                self._room.release()
                log.error("line refused", unit=self.unit_id, field=error["field"])
            case {"left_out": _}:
                self._unconfirmed.popleft()
                self._room.release()
            case {"refused": refused}:
                log.error("frame refused", unit=self.unit_id, reason=refused["reason"])
            case _:
                log.info("vehicle says", unit=self.unit_id, keys=sorted(answer))

    def _on_ready(self) -> None:
        self._was_ready = True
        self._write(self._unconfirmed)
        self._ready.set()
        if self._ending and self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        draft = self.state_file.with_suffix(".draft")
        draft.write_text(json.dumps(self._state()))
        draft.replace(self.state_file)

    def _state(self) -> dict[str, Any]:
        return {
            "unit": self.unit_id,
            "pid": self._process.pid if self._process else None,
            "restarts": self.restarts,
            "ready_us": self._clock.now_us(),
        }

    def _on_captured(self, captured: Mapping[str, Any]) -> None:
        line = self._unconfirmed.popleft()
        self._room.release()
        self._reached = True
        lane = Lane[captured["lane"].removeprefix("LANE_")]
        self._ledger.confirm(
            LedgerEntry(
                self.unit_id,
                int(lane),
                captured["segment"],
                captured["sequence"],
                line.encounter_id,
                line.at_us,
                line.at_us,
            )
        )

    def _write(self, lines: "Sequence[Line] | deque[Line]") -> None:
        stdin = self._process.stdin if self._process else None
        if stdin is not None and not stdin.is_closing():
            stdin.write(b"".join(line.text for line in lines))


def _text(encounter_id: str | None, items: Sequence[WireItem], at_us: int) -> bytes:
    document = {
        **({} if encounter_id is None else {"encounter_id": encounter_id}),
        "captured_at_us": at_us,
        "items": [
            json_format.MessageToDict(from_item(item), preserving_proto_field_name=True)
            for item in items
        ],
    }
    return json.dumps(document).encode() + b"\n"
