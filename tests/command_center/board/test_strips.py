"""Who watches gets the leads, and the unit is asked for short chunks for as long as that lasts."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from command_center.board.strips import (
    LIVE_CHUNK_MS,
    REQUEST_VALID_US,
    UNIT_SILENT_US,
    WAITING_CHUNKS,
    Strip,
    Strips,
    chunk_plain,
)
from command_center.messaging import Messaging
from command_center.store.store import Store
from command_center.waveforms import HeardChunk
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from tests.browser.bedside import append_chunks, requests_to
from tests.browser.ward import Patient, Ward
from tests.command_center.station import Station
from wire.messages import Message
from wire.picture import Picture

CLOCK = SystemClock()
UNIT = "AMB-05"
PATIENT = Patient(1, UNIT, 33, {}, 8)


class PacedClock(SystemClock):
    """A clock that a test can move on."""

    ahead_us = 0

    def monotonic_us(self) -> int:
        return super().monotonic_us() + self.ahead_us


async def until(holds: Callable[[], object]) -> None:
    while not holds():
        await CLOCK.sleep_us(1_000)


@pytest.fixture
async def ward(log: MemoryLog, station: Station) -> Ward:
    """A patient on the way, whom the center knows and whose unit was just heard."""
    ward = Ward(log)
    await ward.admit(PATIENT)
    await until(lambda: station.center.roster.row(PATIENT.id))
    await ward.picture()
    await until(lambda: station.center.roster.rows[0].picture)
    return ward


async def asked(log: MemoryLog, count: int) -> list[Message]:
    while len(found := await requests_to(log, UNIT)) < count:
        await CLOCK.sleep_us(1_000)
    return found


async def record(log: MemoryLog, count: int) -> None:
    lead = SimulatedLead("II", seed=1)
    end_us = CLOCK.now_us()
    for second in range(count):
        chunk = lead.record(RATE_HZ, 75, end_us - (count - 1 - second) * SECOND_US)
        await append_chunks(log, PATIENT.id, [chunk], chunk.end_us)


async def test_a_unit_is_asked_once_however_many_watch(
    station: Station, ward: Ward, log: MemoryLog
) -> None:
    """The request is for one patient, short, and lapses by itself."""
    assert await requests_to(log, UNIT) == []
    first, second = Strip(), Strip()
    for strip in (first, second):
        station.center.strips.show(strip, PATIENT.id)
    (request, *more) = await asked(log, 1)
    assert (request.encounter_id, request.live_chunk_ms) == (PATIENT.id, LIVE_CHUNK_MS)
    lasts_us = request.expires_us - request.issued_us
    assert REQUEST_VALID_US - SECOND_US < lasts_us <= REQUEST_VALID_US
    assert (more, len(station.center.strips)) == ([], 1)
    station.center.strips.show(first, "")
    assert len(station.center.strips) == 1
    station.center.strips.show(second, "")
    assert len(station.center.strips) == 0


@pytest.fixture
def paced() -> PacedClock:
    return PacedClock()


@pytest.fixture
async def strips(
    log: MemoryLog, tmp_path: Path, station: Station, ward: Ward, paced: PacedClock
) -> AsyncIterator[Strips]:
    """Strips over a clock that the test moves, and the roster of a running center."""
    store = await Store.open(f"sqlite:///{tmp_path / 'strips.db'}")
    messaging = Messaging(await log.writer(), store, paced, 2_000)
    strips = Strips(station.center.roster, messaging, log, paced)
    running = asyncio.create_task(strips.run())
    yield strips
    running.cancel()
    await store.close()


async def test_a_request_is_renewed_while_somebody_watches_and_not_after(
    strips: Strips, log: MemoryLog, paced: PacedClock
) -> None:
    """Each supersedes the one before and comes before that lapses."""
    strip = Strip()
    strips.show(strip, PATIENT.id)
    await asked(log, 1)
    paced.ahead_us += 10 * SECOND_US
    first, second = await asked(log, 2)
    assert (first.supersedes, second.supersedes) == (None, first.message_id)
    strips.show(strip, "")
    paced.ahead_us += 60 * SECOND_US
    other = Strip()
    await until(lambda: not strips._requests)
    assert len(await requests_to(log, UNIT)) == 2
    strips.show(other, PATIENT.id)
    assert (await asked(log, 3))[2].supersedes is None


async def test_a_unit_that_is_not_heard_is_not_asked_until_it_is(
    strips: Strips, station: Station, log: MemoryLog
) -> None:
    """Requests would pile up that nobody reads; when it is heard, it is asked at once."""
    now_us, roster = CLOCK.now_us(), station.center.roster
    silent = replace(PATIENT.row(now_us), received_us=now_us - 2 * UNIT_SILENT_US)
    roster.on_picture(Picture(0, now_us + SECOND_US, Source.CENTER_A, (silent,)))
    strips.show(Strip(), PATIENT.id)
    await strips._ask(PATIENT.id)
    assert await requests_to(log, UNIT) == []
    heard = PATIENT.row(now_us)
    roster.on_picture(Picture(0, now_us + SECOND_US, Source.CENTER_A, (heard,)))
    await asked(log, 1)


async def test_a_board_gets_the_last_seconds_and_every_chunk_after(
    station: Station, ward: Ward, log: MemoryLog
) -> None:
    """A second board, which comes later, as well; none gets what it does not show."""
    await record(log, 3)
    told: dict[str, list[Any]] = {"first": [], "second": [], "other": []}
    strips = {name: Strip() for name in told}
    tasks = [
        asyncio.create_task(station.center.strips.tell(strip, _into(told[name])))
        for name, strip in strips.items()
    ]
    station.center.strips.show(strips["first"], PATIENT.id)
    await until(lambda: len(told["first"]) == 3)
    station.center.strips.show(strips["second"], PATIENT.id)
    station.center.strips.show(strips["other"], "01890a5d-ac96-774b-bcce-00000000beef")
    await until(lambda: len(told["second"]) == 3)
    await record(log, 1)
    await until(lambda: len(told["second"]) == 4)
    await until(lambda: len(told["first"]) == 4)
    assert told["other"] == []
    for task in tasks:
        task.cancel()


def _into(told: list[Any]) -> Any:  # noqa: ANN401 - a function that takes a message
    async def tell(message: dict[str, Any]) -> None:
        told.extend(message["strip"]["chunks"])

    return tell


def test_a_slow_board_loses_the_oldest_and_is_told() -> None:
    """What waits is bounded; how many went is said once."""
    strip = Strip()
    strip.show(PATIENT.id)
    for number in range(WAITING_CHUNKS + 7):
        strip.take({"number": number})
    told = strip.taken()
    assert (told["id"], told["lost"], told["chunks"][0]) == (PATIENT.id, 7, {"number": 7})
    assert strip.taken() == {"id": PATIENT.id, "lost": 0, "chunks": [], "marks": []}


async def test_a_board_is_told_the_marks_of_what_it_shows(
    station: Station, ward: Ward, log: MemoryLog
) -> None:
    """Beats, quality and rate, also to a board that comes later."""
    await record(log, 10)
    first = await _marks(station, 9)
    assert await _marks(station, 9) == first
    beats = [beat for marks in first for beat in marks["beats"]]
    assert [kind for _, kind, _ in beats] == ["N"] * len(beats)
    assert len(beats) >= 8
    assert first[-1]["origins"] == [{"lead": "II", "sample": 0, "rate_hz": RATE_HZ}]
    assert abs(first[-1]["heart_rate_bpm"] - 75) <= 4


async def _marks(station: Station, seconds: int) -> list[dict[str, Any]]:
    """Open a board and return what it is told until so many seconds are marked."""
    told: list[dict[str, Any]] = []

    async def tell(message: dict[str, Any]) -> None:
        told.extend(message["strip"]["marks"])

    strip = Strip()
    running = asyncio.create_task(station.center.strips.tell(strip, tell))
    station.center.strips.show(strip, PATIENT.id)
    await until(lambda: sum(len(one["seconds"]) for one in told) >= seconds)
    running.cancel()
    return told


def test_samples_are_told_without_loss_at_little_more_than_a_byte() -> None:
    """As varints of differences, which any reader of protobuf can undo."""
    chunk = SimulatedLead("II", seed=1).record(RATE_HZ, 75, SECOND_US)
    plain = chunk_plain(HeardChunk(SECOND_US, chunk))
    assert len(plain["samples"]) < 1.5 * RATE_HZ
    assert tuple(_unpacked(b64decode(plain["samples"]))) == chunk.samples
    assert (plain["lead"], plain["start_us"], plain["attached"]) == ("II", 0, True)


def _unpacked(packed: bytes) -> list[int]:
    samples, number, shift = [0], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            samples.append(samples[-1] + (number >> 1 ^ -(number & 1)))
            number = shift = 0
    return samples[1:]
