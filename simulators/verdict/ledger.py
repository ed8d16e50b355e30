"""The simulators' own account of what units captured: one JSON line per confirmed capture.

A line is written when the spool has committed the frame, never before, so what stands here must be
in the log at the end. Lines are gathered and reach the file within ``FLUSH_US``.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from ports.clock import Clock

FLUSH_US: Final = 100_000
"""Longest wait of a line for the file; 200 ms are promised."""

FrameKey = tuple[str, int, bytes, int]
"""unit, lane, segment, sequence."""


class LedgerEntry(msgspec.Struct, frozen=True):
    """A confirmed capture."""

    unit: str
    lane: int
    segment: str
    """Hexadecimal."""
    sequence: int
    encounter: str | None = None
    """None: of the unit, or made by the unit's client itself, as what its edge watch says is."""
    captured_us: int | None = None
    """By the unit's clock, when it was handed over; None: not handed over by the simulators."""
    sent_us: int | None = None
    """By the wall clock of this machine, when it was handed over; None as above."""

    @property
    def frame(self) -> FrameKey:
        """Names the frame."""
        return (self.unit, self.lane, bytes.fromhex(self.segment), self.sequence)


class Ledger:
    """Writes the ledger file of one run."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Begin an empty file. Call on the event loop."""
        self._clock = clock
        self._file = path.open("wb")
        self._lines: list[LedgerEntry] = []
        self._encoder = msgspec.json.Encoder()
        self._flushing = asyncio.create_task(self._keep_flushing(), name="ledger")

    def confirm(self, entry: LedgerEntry) -> None:
        """Note a confirmed capture."""
        self._lines.append(entry)

    def flush(self) -> None:
        """Write what waits."""
        if self._lines:
            self._file.write(self._encoder.encode_lines(self._lines))
            self._file.flush()
            self._lines.clear()

    def close(self) -> None:
        """Write what waits and let go of the file."""
        self._flushing.cancel()
        self.flush()
        self._file.close()

    async def _keep_flushing(self) -> None:
        while True:
            await self._clock.sleep_us(FLUSH_US)
            self.flush()


def read_ledger(path: Path) -> Sequence[LedgerEntry]:
    """Return every entry of a ledger file; a line that a crash cut short is passed over."""
    whole = path.read_bytes()
    whole = whole[: whole.rfind(b"\n") + 1]
    return msgspec.json.Decoder(LedgerEntry).decode_lines(whole)
