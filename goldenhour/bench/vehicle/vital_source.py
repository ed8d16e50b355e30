"""A real vehicle program whose monitor is this bench: vital signs on its standard input."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Final

from goldenhour.bench.load.flipping import WELL
from ports.clock import Clock

ENCOUNTER: Final = "0192f0c1-2b3c-7d4e-8f50-ffffffffffff"
UNIT: Final = "MCT-BENCH"
_STOP_TIMEOUT_S: Final = 30
_US_PER_S: Final = 1_000_000


class VitalSource:
    """The vehicle and what its monitor says."""

    def __init__(self, process: asyncio.subprocess.Process, clock: Clock) -> None:
        """Take over a vehicle that is ready."""
        self._process = process
        self._clock = clock
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, gateway: str, home: Path, drop: Path, clock: Clock) -> "VitalSource":
        """Start a vehicle with a drop folder; return once it is ready."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "goldenhour", "vehicle",
            "--unit-id", UNIT,
            "--gateway", gateway,
            "--home", str(home),
            "--images", str(drop),
            "--encounter", ENCOUNTER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=(home / "logs" / "vehicle.log").open("wb"),
        )  # fmt: skip
        await _stream(process.stdout).readline()
        return cls(process, clock)

    async def run(self, frames_per_s: int) -> None:
        """Say the same vital signs at a steady rate until cancelled."""
        values = {
            "heart_rate_bpm": WELL.heart_rate_bpm,
            "respiration_per_min": WELL.respiration_per_min,
            "spo2_percent": WELL.spo2_percent,
        }
        line = json.dumps({"vitals": values}).encode() + b"\n"
        stdin = self._process.stdin
        start_us, number = self._clock.monotonic_us(), 0
        while stdin is not None:
            number += 1
            stdin.write(line)
            due_us = start_us + number * _US_PER_S // frames_per_s
            await self._clock.sleep_us(due_us - self._clock.monotonic_us())

    async def stop(self) -> None:
        """End it."""
        self._process.terminate()
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            await self._process.wait()
        await self._reading

    async def _read(self) -> None:
        """Read the answers, so that the vehicle is never held back."""
        while await _stream(self._process.stdout).readline():
            pass


def _stream(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
    if stream is None:
        message = "the vehicle has no standard output"
        raise TypeError(message)
    return stream
