"""A ``goldenhour vehicle`` whose monitor is the bench: JSON lines in, one answer a line out."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from google.protobuf.json_format import MessageToDict

from ambulance.telemetry.v1 import frame_pb2
from ports.program import SUPERVISOR
from wire.frame_items import from_item
from wire.unit_items import WireItem

READY_S: Final = 40
DRAIN_S: Final = 30
"""Longest wait for a vehicle that was told that no more comes."""


class Monitored:
    """A vehicle under way."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Speak to a process whose standard input and output are pipes."""
        if process.stdin is None or process.stdout is None:
            message = "the vehicle needs pipes"
            raise TypeError(message)
        self.pid = process.pid
        self._process = process
        self._lines_in, self._lines_out = process.stdin, process.stdout
        self.captured = 0
        """Frames that the spool has confirmed."""

    def say(self, encounter_id: str, items: Sequence[WireItem]) -> None:
        """Let the monitor speak one line."""
        frame = frame_pb2.Frame(encounter_id=encounter_id, items=[from_item(it) for it in items])
        line = MessageToDict(frame, preserving_proto_field_name=True)
        self._lines_in.write(json.dumps(line).encode() + b"\n")

    async def hear(self) -> None:
        """Count what is confirmed, until the vehicle ends."""
        while line := await self._lines_out.readline():
            self.captured += "captured" in json.loads(line)

    async def end(self) -> None:
        """Say that no more comes, and wait until it has drained."""
        self._lines_in.close()
        await asyncio.wait_for(self._process.wait(), DRAIN_S)


@asynccontextmanager
async def monitored(unit_id: str, gateway: str, home: Path) -> AsyncIterator[Monitored]:
    """Run a vehicle for as long as the context lasts; its log lines go to its home."""
    with (home / "vehicle.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "goldenhour", "vehicle", "--unit-id", unit_id),
            *("--gateway", gateway, "--home", str(home), "--source", "stdin"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env={**os.environ, SUPERVISOR: str(os.getpid())},
        )
    try:
        vehicle = Monitored(process)
        await asyncio.wait_for(vehicle._lines_out.readline(), READY_S)  # noqa: SLF001 - its maker
        yield vehicle
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
