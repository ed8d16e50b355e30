"""What the center reads of the images, and from where on."""

import asyncio

import pytest

from command_center.imaging import tail as tail_module
from command_center.imaging.ecgs import EcgShelf
from command_center.imaging.studies import Studies
from command_center.imaging.tail import ImagesTail
from command_center.roster import Roster
from command_center.store.store import Store
from ports.log.memory_log import MemoryLog
from tests.command_center.imaging.samples import SERIES, WHO, announced, state, stored
from tests.command_center.night import turns
from wire.images import (
    encode_image_stored,
    encode_series_announced,
    encode_series_state,
    study_key,
)
from wire.records import HEADERS_IMAGE_STORED, HEADERS_SERIES_ANNOUNCED, HEADERS_SERIES_STATE
from wire.topics import IMAGES, STUDIES


async def _say(log: MemoryLog, *numbers: int) -> None:
    writer = await log.writer()
    for number in numbers:
        value = encode_image_stored(stored(number))
        await writer.send(IMAGES.name, 0, value, headers=HEADERS_IMAGE_STORED)


async def _followed(log: MemoryLog, count: int) -> Studies:
    """What is known once so many slices are."""
    studies = Studies()
    store = await Store.open("sqlite://")
    tail = await ImagesTail.open(log, studies, EcgShelf(store, Roster()))
    running = asyncio.create_task(tail.run())
    while not (found := studies.of(WHO)) or len(found[0].stored) < count:
        await turns()
    running.cancel()
    await tail.close()
    await store.close()
    return studies


async def test_references_announcements_and_states_are_followed() -> None:
    """From the beginning, past a record that nobody can read and a tombstone."""
    log = MemoryLog()
    writer = await log.writer()
    value = encode_series_announced(announced(2))
    await writer.send(IMAGES.name, 0, value, headers=HEADERS_SERIES_ANNOUNCED)
    key = study_key(WHO, SERIES)
    value = encode_series_state(state(1_000, 2))
    await writer.send(STUDIES.name, 0, value, key=key, headers=HEADERS_SERIES_STATE)
    await writer.send(STUDIES.name, 0, None, key=b"gone/1.2")
    await writer.send(IMAGES.name, 0, b"\xff", headers=HEADERS_IMAGE_STORED)
    await _say(log, 1, 2)
    studies = await _followed(log, 2)
    while studies.of(WHO)[0].state is None:
        await turns()
    (series,) = studies.of(WHO)
    assert series.announced == announced(2)
    assert series.state == state(1_000, 2)
    assert [one.sop_uid for one in series.in_order] == [f"{SERIES}.1", f"{SERIES}.2"]


async def test_only_the_newest_part_of_a_long_topic_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A center that starts does not read a week of ticks."""
    monkeypatch.setattr(tail_module, "IMAGES_BACK", 2)
    log = MemoryLog()
    await _say(log, 1, 2, 3, 4)
    studies = await _followed(log, 2)
    assert [one.sop_uid for one in studies.of(WHO)[0].in_order] == [f"{SERIES}.3", f"{SERIES}.4"]
