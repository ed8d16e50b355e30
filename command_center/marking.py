"""Marks on the leads of the patients who are watched: computed in a thread, apart from everything.

Chunks of a patient wait here, a bounded number, until the thread has taken those before; a center
that is short of time loses marks, never chunks of a strip, and no alarm waits for a mark. What
fails costs the marks of its own patient, which then begin anew.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from clinical.rhythm.marking import LiveMarks, Marks
from clinical.signals.waveform import WaveformChunk
from ports.logging import get_logger

CHUNKS_UNMARKED: Final = 600
"""Chunks of a patient that wait to be marked, ten seconds of twelve leads; beyond, the oldest go,
and their stretch is marked as missing."""

MARKS_KEPT: Final = 15
"""Newest marks of a patient that a further board gets at once; about a second each."""

_log = get_logger(__name__)

Told = Callable[[str, Marks], None]
"""Takes marks of an encounter that is watched."""


@dataclass(slots=True, eq=False)
class _Watched:
    """A patient whose leads are marked."""

    live: LiveMarks = field(default_factory=LiveMarks)
    waiting: deque[WaveformChunk] = field(default_factory=lambda: deque(maxlen=CHUNKS_UNMARKED))
    recent: deque[Marks] = field(default_factory=lambda: deque(maxlen=MARKS_KEPT))


class Marking:
    """Marks the leads of some patients."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self._watched: dict[str, _Watched] = {}
        self._stirred = asyncio.Event()

    def take(self, encounter_id: str, chunk: WaveformChunk) -> None:
        """Let a chunk wait to be marked."""
        self._watched.setdefault(encounter_id, _Watched()).waiting.append(chunk)
        self._stirred.set()

    def recent(self, encounter_id: str) -> tuple[Marks, ...]:
        """Return the newest marks of a patient, oldest first."""
        watched = self._watched.get(encounter_id)
        return () if watched is None else tuple(watched.recent)

    def forget(self, encounter_id: str) -> None:
        """Mark a patient's leads no longer."""
        self._watched.pop(encounter_id, None)

    async def run(self) -> None:
        """Mark what waits until cancelled."""
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            for encounter_id, watched in list(self._watched.items()):
                await self._mark(encounter_id, watched)

    async def _mark(self, encounter_id: str, watched: _Watched) -> None:
        chunks = list(watched.waiting)
        watched.waiting.clear()
        if not chunks:
            return
        try:
            brought = await asyncio.to_thread(watched.live.take, chunks)
        except Exception:  # noqa: BLE001 - whatever it is must stop at this patient
            _log.exception("leads not marked")
            watched.live = LiveMarks()
            return
        watched.recent.extend(brought)
        if self._watched.get(encounter_id) is watched:
            for marks in brought:
                self._told(encounter_id, marks)
