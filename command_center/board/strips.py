"""The live waveform strips of the open boards: who sees which patient's leads, and what that takes.

While at least one board has a patient's page open, the log of waveforms is read for that patient
and the unit is asked for short chunks, again before the request expires; each request supersedes
the one before. When nobody watches nothing is asked, and the last request lapses by itself.

What waits for a board is bounded. A board that reads slowly loses the oldest chunks, is told how
many, and shows a hole where they were; its alarms are told by another task and do not wait.

A chunk's samples travel as the log has them, without loss: differences between neighbours, each a
zigzag varint as protobuf packs it, in base64. That is 1.3 bytes per sample of a common lead.

Beside the chunks go marks: beats, quality, heart rate and rhythm (``command_center.marking``). They
name samples of a run, and where the run begins in each lead, so that the browser finds their place
in the samples that it has, whatever the clocks do.
"""

import asyncio
from base64 import b64encode
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from clinical.instant import SECOND_US
from clinical.rhythm.marking import Marks
from clinical.signals.resampling import WORKING_RATE_HZ
from command_center.marking import Marking
from command_center.messaging import Messaging, NotConfirmed
from command_center.roster import Roster
from command_center.waveforms import HeardChunk, WaveformTail
from ports.clock import Clock
from ports.log.port import Log
from wire.messages import Message
from wire.waveforms import packed_samples

LIVE_CHUNK_MS: Final = 200
"""Length of the chunks that a unit is asked for while somebody watches."""

REQUEST_VALID_US: Final = 30 * SECOND_US
"""How long a request stands; so long may a unit send short chunks after the last board left."""

RENEWED_US: Final = 10 * SECOND_US
"""From one request to the next; a request that is lost is made good before the last one lapses."""

UNIT_SILENT_US: Final = 30 * SECOND_US
"""A unit not heard for so long is not asked, so that requests do not pile up; it is asked at once
when it is heard again."""

LOOKED_EVERY_US: Final = SECOND_US
"""Between two looks whom to ask; a page that is opened does not wait for it."""

WAITING_CHUNKS: Final = 600
"""Chunks that wait for one board, ten seconds of twelve leads; beyond, the oldest are lost."""

WAITING_MARKS: Final = 30
"""Marks that wait for one board, about half a minute; beyond, the oldest are let go."""

ASKED_BY: Final = "board"
"""Who asks; a request for live chunks is from nobody in person."""

Tell = Callable[[dict[str, Any]], Awaitable[None]]
"""Sends one message to an open board."""


@dataclass(slots=True, eq=False)
class Strip:
    """What one board has not been told yet of the leads that it shows."""

    encounter_id: str = ""
    lost: int = 0
    """Chunks let go since the last telling."""
    waiting: deque[dict[str, Any]] = field(default_factory=deque)
    marks: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=WAITING_MARKS))
    stirred: asyncio.Event = field(default_factory=asyncio.Event)

    def show(self, encounter_id: str) -> None:
        """Begin to show an encounter; what waits of another is not told any more."""
        self.encounter_id, self.lost = encounter_id, 0
        self.waiting.clear()
        self.marks.clear()

    def take(self, chunk: dict[str, Any]) -> None:
        """Let a chunk wait, and the oldest go when too many do."""
        if len(self.waiting) >= WAITING_CHUNKS:
            self.waiting.popleft()
            self.lost += 1
        self.waiting.append(chunk)
        self.stirred.set()

    def mark(self, marks: dict[str, Any]) -> None:
        """Let marks wait."""
        self.marks.append(marks)
        self.stirred.set()

    def taken(self) -> dict[str, Any]:
        """Return what waits, and begin anew."""
        told = {
            "id": self.encounter_id,
            "lost": self.lost,
            "chunks": list(self.waiting),
            "marks": list(self.marks),
        }
        self.waiting.clear()
        self.marks.clear()
        self.lost = 0
        self.stirred.clear()
        return told


@dataclass(frozen=True, slots=True)
class _Request:
    """A request that stands."""

    message_id: str
    unit_id: str
    asked_us: int
    """By the monotonic clock."""


class Strips:
    """Every strip that is drawn, and what is read and asked for them."""

    def __init__(self, roster: Roster, messaging: Messaging, log: Log, clock: Clock) -> None:
        self._roster = roster
        self._messaging = messaging
        self._clock = clock
        self._tail = WaveformTail(log, clock, self._on_chunk)
        self._marking = Marking(self._on_marks)
        self._shown: dict[str, set[Strip]] = {}
        self._requests: dict[str, _Request] = {}
        self._opened = asyncio.Event()

    def __len__(self) -> int:
        """Return how many patients are watched."""
        return len(self._shown)

    def show(self, strip: Strip, encounter_id: str) -> None:
        """Let a board see the leads of an encounter from now on; the empty id: of none."""
        if strip.encounter_id == encounter_id:
            return
        watching = self._shown.get(strip.encounter_id, set())
        watching.discard(strip)
        if strip.encounter_id and not watching:
            self._shown.pop(strip.encounter_id, None)
            self._tail.unwatch(strip.encounter_id)
            self._marking.forget(strip.encounter_id)
        strip.show(encounter_id)
        if encounter_id:
            first = encounter_id not in self._shown
            self._shown.setdefault(encounter_id, set()).add(strip)
            for heard in self._tail.watch(encounter_id):
                strip.take(chunk_plain(heard))
                if first:
                    self._marking.take(encounter_id, heard.chunk)
            for marks in self._marking.recent(encounter_id):
                strip.mark(marks_plain(marks))
            self._opened.set()

    async def tell(self, strip: Strip, tell: Tell) -> None:
        """Tell a board the chunks of what it shows as they come, until cancelled."""
        while True:
            await strip.stirred.wait()
            await tell({"now_us": self._clock.now_us(), "strip": strip.taken()})

    async def run(self) -> None:
        """Read, mark and ask for what is watched until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tail.run())
            tasks.create_task(self._marking.run())
            tasks.create_task(self._keep_asking())

    def _on_chunk(self, encounter_id: str, heard: HeardChunk) -> None:
        chunk = chunk_plain(heard)
        for strip in self._shown.get(encounter_id, ()):
            strip.take(chunk)
        self._marking.take(encounter_id, heard.chunk)

    def _on_marks(self, encounter_id: str, marks: Marks) -> None:
        plain = marks_plain(marks)
        for strip in self._shown.get(encounter_id, ()):
            strip.mark(plain)

    async def _keep_asking(self) -> None:
        while True:
            self._opened.clear()
            for encounter_id in self._requests.keys() - self._shown.keys():
                del self._requests[encounter_id]
            for encounter_id in list(self._shown):
                await self._ask(encounter_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOKED_EVERY_US / SECOND_US):
                    await self._opened.wait()

    async def _ask(self, encounter_id: str) -> None:
        """Ask the unit of a patient for short chunks, if that is due and it is there to hear."""
        row = self._roster.row(encounter_id)
        if row is None or row.state is None:
            return
        now_us, unit_id = self._clock.monotonic_us(), row.state.unit_id
        age_us = row.age_us(self._clock.now_us())
        before = self._requests.get(encounter_id)
        if before is not None and before.unit_id != unit_id:
            before = None
        if before is not None and now_us - before.asked_us < RENEWED_US:
            return
        if age_us is None or age_us > UNIT_SILENT_US:
            return
        request = Message(
            message_id="",
            unit_id=unit_id,
            text="",
            person=ASKED_BY,
            issued_us=0,
            expires_us=self._clock.now_us() + REQUEST_VALID_US,
            supersedes=None if before is None else before.message_id,
            encounter_id=encounter_id,
            live_chunk_ms=LIVE_CHUNK_MS,
        )
        with suppress(NotConfirmed):
            sent = await self._messaging.send(request)
            self._requests[encounter_id] = _Request(sent.message_id, unit_id, now_us)


def chunk_plain(heard: HeardChunk) -> dict[str, Any]:
    """Return a chunk as the board draws it."""
    chunk = heard.chunk
    return {
        "lead": chunk.lead,
        "rate_hz": chunk.rate_hz,
        "uv_per_bit": chunk.scale_uv_per_bit,
        "start_us": chunk.start_us,
        "first_sample": chunk.first_sample,
        "stamped_us": heard.stamped_us,
        "attached": chunk.attached,
        "samples": _text(chunk.samples),
    }


def marks_plain(marks: Marks) -> dict[str, Any]:
    """Return marks as the board draws them; beats are [sample, kind, quality]."""
    rate = marks.heart_rate
    return {
        "run": marks.run,
        "rate_hz": WORKING_RATE_HZ,
        "origins": [
            {"lead": origin.lead, "sample": origin.sample, "rate_hz": origin.rate_hz}
            for origin in marks.origins
        ],
        "seconds": [[second.number, *_rounded(second.quality)] for second in marks.seconds],
        "beats": [
            [beat.sample, beat.kind.value, *_rounded([beat.quality])] for beat in marks.beats
        ],
        "heart_rate_bpm": None if rate is None else round(rate.bpm),
        "confidence": None if rate is None else round(rate.confidence, 2),
        "rhythm": None if marks.rhythm is None else marks.rhythm.value,
    }


def _rounded(grades: Sequence[float]) -> list[float]:
    return [round(grade, 2) for grade in grades]


def _text(samples: Sequence[int]) -> str:
    return b64encode(packed_samples(samples)).decode()
