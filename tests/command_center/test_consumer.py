"""What the center reads beside the alarms: roster, receipts, and where it goes on."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from clinical.alarms.priority import CHANNELS, Source
from clinical.watch.encounter import EncounterStatus
from command_center.consumer import ROWS_AT_ONCE
from command_center.store.tables import RECEIPTS
from ports.clock import SystemClock
from ports.log.memory_log import MemoryLog
from ports.log.port import Log
from tests.command_center.night import at, encounter, turns
from tests.command_center.station import Station, station_at
from tests.command_center.test_roster import STATE, picture
from wire.encounters import encode_encounter
from wire.frames import Frame, Lane, encode_frame
from wire.picture import Picture, encode_picture
from wire.records import (
    HEADERS_BATCH,
    HEADERS_ENCOUNTER_STATE,
    HEADERS_PICTURE,
    encode_batch,
)
from wire.topics import ENCOUNTERS, PICTURE, UNITS
from wire.unit_items import Position, Receipt, ReceiptStage, WireItem


async def _say(log: Log, *items: WireItem) -> None:
    """Let a unit say something of itself."""
    writer = await log.writer()
    frame = Frame("unit-1", Lane.ALARM, b"s" * 16, 1, at(0), None, None, None, items)
    batch = encode_batch(at(0), "gateway", [encode_frame(frame)])
    await writer.send(UNITS.name, 1, batch, headers=HEADERS_BATCH)
    await writer.close()


async def _receipts(station: Station) -> list[tuple[str, int]]:
    rows = await station.center._store._run(
        lambda connection: connection.execute(select(RECEIPTS)).all()
    )
    return [(row.message_id, row.stage) for row in rows]


async def _until_receipts(station: Station, count: int) -> list[tuple[str, int]]:
    while len(found := await _receipts(station)) < count:
        await SystemClock().sleep_us(2_000)
    return found


async def test_a_receipt_that_comes_while_the_center_is_away_is_found(
    log: MemoryLog, tmp_path: Path
) -> None:
    """`units` is read on from where it was left."""
    delivered = Receipt(encounter(1), ReceiptStage.DELIVERED)
    viewed = Receipt(encounter(1), ReceiptStage.VIEWED, "crew")
    async with station_at(log, tmp_path) as station:
        await _say(log, delivered)
        assert await _until_receipts(station, 1) == [(encounter(1), 1)]
    await _say(log, viewed)
    async with station_at(log, tmp_path) as station:
        assert len(await _until_receipts(station, 2)) == 2


async def test_patients_and_units_are_counted(station: Station, log: MemoryLog) -> None:
    """The roster follows encounters and units; a bad record beside them does no harm."""
    writer = await log.writer()
    await writer.send(ENCOUNTERS.name, 0, b"\xff", headers=HEADERS_ENCOUNTER_STATE)
    assert STATE.status is EncounterStatus.OPEN
    state = encode_encounter(STATE)
    await writer.send(ENCOUNTERS.name, 0, state, key=b"e", headers=HEADERS_ENCOUNTER_STATE)
    await _say(log, Position(23.1, 113.3))
    while not (station.center.roster.rows and station.center.roster.units):
        await turns()
    assert (station.figure("patients"), station.figure("units")) == (1, 1)


async def test_between_the_rows_of_a_large_picture_others_have_their_turn(
    station: Station, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An alarm that comes meanwhile does not wait for all of them."""
    rows = picture(0, 1).rows * (2 * ROWS_AT_ONCE + 1)
    taken: list[tuple[int, int]] = []
    turn = 0

    def on_picture(part: Picture) -> None:
        taken.append((len(part.rows), turn))

    async def others() -> None:
        nonlocal turn
        while True:
            turn += 1
            await SystemClock().sleep_us(0)

    monkeypatch.setattr(station.center.roster, "on_picture", on_picture)
    beside = asyncio.create_task(others())
    writer = await log.writer()
    value = encode_picture(replace(picture(0, 1), rows=rows))
    await writer.send(PICTURE.name, 0, value, headers=HEADERS_PICTURE)
    while sum(number for number, _ in taken) < len(rows):
        await turns()
    beside.cancel()
    assert [number for number, _ in taken] == [ROWS_AT_ONCE, ROWS_AT_ONCE, 1]
    assert len({at_turn for _, at_turn in taken}) == len(taken)


async def test_of_both_channels_one_is_enough_for_the_rows(
    station: Station, log: MemoryLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are seen to judge; the next instant is taken of whoever shows it first."""
    taken: list[tuple[int, Source]] = []

    def on_picture(part: Picture) -> None:
        taken.append((part.stamped_us, part.source))

    monkeypatch.setattr(station.center.roster, "on_picture", on_picture)
    writer = await log.writer()
    said = [(1, Source.CENTER_A), (1, Source.CENTER_B), (2, Source.CENTER_B), (2, Source.CENTER_A)]
    for second, source in said:
        value = encode_picture(replace(picture(second, 1), source=source))
        await writer.send(PICTURE.name, 0, value, headers=HEADERS_PICTURE)
    channels = station.center.channels
    while any(channels.judged_us(0, source) < at(2) for source in CHANNELS):
        await turns()
    assert taken == [(at(1), Source.CENTER_A), (at(2), Source.CENTER_B)]
