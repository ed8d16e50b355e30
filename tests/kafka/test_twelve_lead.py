"""A twelve-lead ECG through the real programs: vehicle, gateway, Kafka, workers, center."""

import asyncio
import urllib.request
from dataclasses import replace
from uuid import uuid4

import pytest

from clinical.alarms.priority import Priority, Source
from clinical.items import EncounterChange, EncounterEvent, Vitals
from clinical.twelve_lead.pieces import cut
from simulators.patients.twelve_lead import MadeUp, made_up
from tests.kafka.stack import CLOCK, Running, desk, eventually, unit
from tests.patience import PATIENCE_S
from vehicle.client import VehicleClient
from vehicle.ecg import send_ecg
from wire.frames import Lane
from wire.records import decode_dead_letter
from wire.topics import DEAD_LETTERS
from wire.twelve_lead import encode_ecg

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def admitted(client: VehicleClient) -> str:
    encounter_id = str(uuid4())
    client.capture(encounter_id, [EncounterEvent(EncounterChange.OPENED, age_years=61)])
    client.capture(encounter_id, [Vitals(heart_rate_bpm=75.0)])
    await client.drained()
    return encounter_id


async def test_infarction_alarms_in_the_vehicle_and_at_the_center_as_one_alarm(
    system: Running,
) -> None:
    """With wall, criteria and source on the feed; the sheet is there for the board."""
    async with (
        asyncio.timeout(2 * PATIENCE_S),
        unit(system, f"AMB-ECG-{uuid4().hex[:8]}") as client,
        desk(system.alerts) as dispatcher,
    ):
        encounter_id = await admitted(client)
        ecg, ecg_id = made_up(MadeUp.INFERIOR, CLOCK.now_us(), seed=1), uuid4().bytes
        await send_ecg(client, encounter_id, ecg, ecg_id)
        both = {Source.EDGE, Source.CENTER_A}
        alarm = await dispatcher.alarm(
            encounter_id, "STEMI_SUSPECTED", lambda it: both <= set(it.sources)
        )
        assert (alarm.priority, alarm.encounter_id) == (Priority.HIGH, encounter_id)
        assert alarm.reason is not None
        assert alarm.reason.values["territory"] == "inferior"
        assert "Universal Definition" in alarm.reason.citation
        assert len({it.alarm_id for it in dispatcher.about(encounter_id, "STEMI_SUSPECTED")}) == 1
        assert [it.alarm_id for it in client.alarms] == [alarm.alarm_id]
        url = f"http://{system.board}/board/ecg/{encounter_id}/{ecg_id.hex()}"

        async def sheet() -> str | None:
            return await asyncio.to_thread(_fetched, url)

        assert "<svg" in await eventually(sheet)


async def test_what_cannot_be_joined_is_refused_or_given_up_and_the_next_is_read(
    system: Running,
) -> None:
    """A piece too large is refused by its field; a contradiction costs its own ECG."""
    async with (
        asyncio.timeout(2 * PATIENCE_S),
        unit(system, f"AMB-ECG-{uuid4().hex[:8]}") as client,
        desk(system.alerts) as dispatcher,
    ):
        encounter_id = await admitted(client)
        ecg = made_up(MadeUp.ANTERIOR, CLOCK.now_us(), seed=2)
        first, second, *_ = cut(uuid4().bytes, encode_ecg(ecg))
        client.capture(encounter_id, [replace(first, content=bytes(20_000))])
        for piece in (first, second, replace(second, content=b"other")):
            client.capture(encounter_id, [piece], lane=Lane.ALARM)
        await client.drained()

        async def buried() -> set[str] | None:
            letters = [
                decode_dead_letter(record.value or b"")
                for record in await system.records(DEAD_LETTERS)
            ]
            found = {one.field_path or one.description for one in letters}
            wanted = {
                "items[0].ecg_piece.content",
                "SpoiltError: piece 1 contradicts what came before",
            }
            return found if wanted <= found else None

        await eventually(buried)
        await send_ecg(client, encounter_id, ecg, uuid4().bytes)
        alarm = await dispatcher.alarm(encounter_id, "STEMI_SUSPECTED")
        assert alarm.reason is not None
        assert "anterior" in str(alarm.reason.values["territory"])


def _fetched(url: str) -> str | None:
    try:
        with urllib.request.urlopen(url) as answer:  # noqa: S310 - ours, on loopback
            text: str = answer.read().decode()
            return text
    except OSError:
        return None
