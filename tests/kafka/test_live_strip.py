"""The live strip through the real programs: a board opens a page, and the vehicle obeys."""

import asyncio
import json
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import ClientConnection, connect

from clinical.instant import SECOND_US
from clinical.items import EncounterChange, EncounterEvent, Vitals
from command_center.board.strips import LIVE_CHUNK_MS
from simulators.patients.ecg import RATE_HZ, SimulatedLead
from tests.kafka.stack import CLOCK, Running, eventually, unit
from tests.patience import PATIENCE_S
from vehicle.client import VehicleClient
from wire.messages import decode_message
from wire.topics import DOWNLINK

pytestmark = pytest.mark.asyncio(loop_scope="package")

LAST = 0x80
"""Bytes below it end a number."""
LIVE_SAMPLES = LIVE_CHUNK_MS * RATE_HZ // 1_000


@asynccontextmanager
async def monitored(client: VehicleClient, encounter_id: str) -> AsyncIterator[None]:
    """Let a monitor record a lead, in chunks as long as the unit is asked for."""

    async def record() -> None:
        lead = SimulatedLead("II", seed=1)
        while True:
            length_us = client.waveform_chunk_us(encounter_id)
            await CLOCK.sleep_us(length_us)
            samples = length_us * RATE_HZ // SECOND_US
            client.capture(encounter_id, [Vitals(heart_rate_bpm=75.0)])
            client.capture(encounter_id, [lead.record(samples, 75, client.now_us())])

    recording = asyncio.create_task(record())
    try:
        yield
    finally:
        recording.cancel()
        with suppress(asyncio.CancelledError):
            await recording


async def chunks(board: ClientConnection, encounter_id: str) -> AsyncIterator[dict[str, Any]]:
    """Yield what a board is told of a patient's leads, for ever."""
    while True:
        strip = json.loads(await board.recv()).get("strip")
        if strip is not None and strip["id"] == encounter_id:
            for chunk in strip["chunks"]:
                yield chunk


async def open_page(board: ClientConnection, encounter_id: str) -> None:
    await board.send(json.dumps({"type": "open", "encounter": encounter_id}))


async def requests_of(system: Running, encounter_id: str) -> set[str]:
    """Return the ids of the requests that the downlink still holds or held for a patient."""
    values = [record.value for record in await system.records(DOWNLINK) if record.value]
    messages = [decode_message(value) for value in values]
    return {
        it.message_id
        for it in messages
        if it.encounter_id == encounter_id and it.live_chunk_ms == LIVE_CHUNK_MS
    }


async def test_a_page_that_is_opened_brings_short_chunks_and_one_that_is_closed_no_more(
    system: Running,
) -> None:
    """Vehicle, gateway, Kafka and center: chunks of a second, then of 200 ms, without a hole."""
    encounter_id = str(uuid4())
    url = f"ws://{system.board}/board/live"
    async with (
        asyncio.timeout(PATIENCE_S * 2),
        unit(system, f"AMB-STRIP-{uuid4().hex[:8]}") as client,
        connect(url, max_size=None) as board,
    ):
        client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=67)])
        async with monitored(client, encounter_id):
            await client.drained()
            assert await requests_of(system, encounter_id) == set()
            await open_page(board, encounter_id)
            lengths, expected = [], None
            async for chunk in chunks(board, encounter_id):
                assert expected in {None, chunk["first_sample"]}
                lengths.append(_count(chunk["samples"]))
                expected = chunk["first_sample"] + lengths[-1]
                if lengths[-1] == LIVE_SAMPLES:
                    break
            assert set(lengths) <= {RATE_HZ, LIVE_SAMPLES}
            assert client.waveform_chunk_us(encounter_id) == SECOND_US // 5
            await open_page(board, "")
            await until_long_again(client, encounter_id)


async def until_long_again(client: VehicleClient, encounter_id: str) -> None:
    """Wait until the last request has lapsed."""

    async def long() -> bool | None:
        return client.waveform_chunk_us(encounter_id) == SECOND_US or None

    await eventually(long)


def _count(samples: str) -> int:
    """Return how many samples a text holds: as many as bytes that end a number."""
    return sum(byte < LAST for byte in b64decode(samples))
