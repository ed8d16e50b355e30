"""Lines on standard input: what becomes a frame, and what is said about what does not."""

import asyncio
import os
from pathlib import Path

import pytest
import structlog

from clinical.items import CrewEvent, CrewFinding, Vitals
from clinical.vitals import Consciousness
from tests.patience import PATIENCE_S
from vehicle.devices.stdin import LINE_BYTES, BadLine, parse, read_lines
from wire.frames import Lane


def test_the_short_form_and_the_long_form_say_the_same() -> None:
    """One item may stand by its name in the place of ``items``."""
    short = parse(b'{"encounter_id": "e", "vitals": {"heart_rate_bpm": 80, "consciousness": 2}}')
    long = parse(
        b'{"encounter_id": "e", "items": [{"vitals": {"heart_rate_bpm": 80.0,'
        b' "consciousness": "CONSCIOUSNESS_NEW_CONFUSION"}}]}'
    )
    assert short == long
    assert short.frame.items == (
        Vitals(heart_rate_bpm=80.0, consciousness=Consciousness.NEW_CONFUSION),
    )
    assert (short.encounter_id, short.lane, short.captured_us) == ("e", Lane.VITALS, None)


def test_items_decide_the_lane_unless_the_line_does() -> None:
    """A crew event is an alarm-lane frame; a stated lane is taken as stated."""
    line = b'{"crew_event": {"finding": "CREW_FINDING_NO_PULSE"}, "captured_at_us": "12"}'
    wanted = parse(line, "default")
    assert wanted.frame.items == (CrewEvent(CrewFinding.NO_PULSE),)
    assert (wanted.lane, wanted.encounter_id, wanted.captured_us) == (Lane.ALARM, "default", 12)
    assert parse(b'{"lane": "LANE_ALARM", "vitals": {}}').lane is Lane.ALARM


def test_the_units_own_items_take_no_default_encounter() -> None:
    """A position concerns the unit, whatever encounter the vehicle was started with."""
    line = b'{"position": {"latitude_deg": 1.5, "longitude_deg": 2}}'
    assert parse(line, "default").encounter_id is None


def test_values_out_of_range_are_the_gateways_to_refuse() -> None:
    """The source looks at the shape alone, so that one place judges ranges."""
    assert parse(b'{"vitals": {"spo2_percent": 250}}').frame.items == (Vitals(spo2_percent=250.0),)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (b"not json", ""),
        (b"[1]", ""),
        (b"\xff\xfe", ""),
        (b"{}", "items"),
        (b'{"items": []}', "items"),
        (b'{"items": [{}]}', "items"),
        (b'{"pulse": 3}', "pulse"),
        (b'{"vitals": 3}', "items"),
        (b'{"vitals": {"heart_rat": 80}}', "items[0].vitals.heart_rat"),
        (b'{"vitals": {"heart_rate_bpm": "fast"}}', "items[0].vitals.heart_rate_bpm"),
        (b'{"vitals": {"consciousness": "X"}}', "items[0].vitals.consciousness"),
        (b'{"vitals": {}, "items": [{"vitals": {}}]}', "vitals"),
        (b'{"vitals": {}, "crew_event": {"finding": 1}}', "items"),
        (b'{"captured_at_us": "noon", "vitals": {}}', "captured_at_us"),
        (b" " * (LINE_BYTES + 1), ""),
    ],
)
def test_a_bad_line_names_its_field(line: bytes, field: str) -> None:
    """Who wrote the line learns where it is wrong."""
    with pytest.raises(BadLine) as bad:
        parse(line)
    assert bad.value.field == field
    assert bad.value.description


async def test_lines_are_read_to_the_end_however_they_are_cut() -> None:
    """Lines come whole, the last one also without its newline."""
    reading, writing = os.pipe()
    lines = [f"line {number} ".encode() * (number % 7) for number in range(3_000)]
    expected = [*lines, b"the last"]

    def feed() -> None:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(b"\n".join(expected))

    feeding = asyncio.create_task(asyncio.to_thread(feed))
    got = [line async for line in read_lines(reading)]
    await feeding
    os.close(reading)
    assert got == expected


async def test_an_input_that_cannot_be_read_is_said_and_ends(tmp_path: Path) -> None:
    """A folder, a disk that fails: the source is over, and does not wait for what never comes."""
    folder = os.open(tmp_path, os.O_RDONLY)
    with structlog.testing.capture_logs() as said:
        async with asyncio.timeout(PATIENCE_S):
            assert [line async for line in read_lines(folder)] == []
    os.close(folder)
    assert [one["error"] for one in said] == ["Is a directory"]
