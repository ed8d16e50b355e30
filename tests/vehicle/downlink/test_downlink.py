"""What comes down to a unit over real gRPC: messages, receipts, limits, a live view."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable

import pytest

from ambulance.alerts.v1 import alarm_pb2
from ambulance.command.v1 import message_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2
from clinical.alarms.staff_limit import LimitSet
from clinical.items import Vitals
from ports.clock import SystemClock
from tests.vehicle.conftest import Start
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import until
from vehicle.downlink.inbox import UnknownMessage
from vehicle.downlink.live_view import CHUNK_US
from vehicle.spool.store import Depth, Entry, SpoolStore
from wire.frames import Lane
from wire.staff_limits import from_limit_set
from wire.unit_items import Receipt, ReceiptStage

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
HOUR_US = 3_600_000_000
MESSAGE = "0192f0c1-0000-7d4e-8f50-61728394a5b6"
WELL = Vitals(heart_rate_bpm=80.0)
Within = Callable[[Awaitable[object]], Awaitable[object]]


def message(expires_us: int) -> telemetry_service_pb2.DownlinkResponse:
    return telemetry_service_pb2.DownlinkResponse(
        message=message_pb2.Message(
            message_id=MESSAGE,
            unit_id="A1",
            text="Cath lab is ready",
            person="dispatcher",
            issued_at_us=1,
            expires_at_us=expires_us,
        ),
        resume_token=b"token 1",
    )


async def test_a_message_is_receipted_when_it_is_stored_and_when_it_is_read(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """DELIVERED goes back by itself, VIEWED when a person read it.

    A message that comes again is said to have arrived again: the center did not hear of it.
    """
    client, _ = await start()
    expires_us = SystemClock().now_us() + 3_600_000_000
    gateway.posts.put_nowait(message(expires_us))
    gateway.posts.put_nowait(message(expires_us))
    await until(lambda: len(gateway.frames(Lane.ALARM)) == 2)
    assert len(client.messages) == 1
    client.note_message(MESSAGE, "R. Okafor")
    await within(client.drained())
    receipts = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    assert receipts == [
        Receipt(MESSAGE, ReceiptStage.DELIVERED),
        Receipt(MESSAGE, ReceiptStage.DELIVERED),
        Receipt(MESSAGE, ReceiptStage.VIEWED, "R. Okafor"),
    ]


async def test_messages_are_asked_for_when_alarms_can_be_sent(
    gateway: FakeGateway, start: Start
) -> None:
    """The downlink gives way to what is urgent: it is not dialled before the ALARM lane is open."""
    gateway.opening.clear()
    client, _ = await start()
    client.capture(ENCOUNTER, [WELL])
    await until(lambda: {key[1] for key, _ in gateway.opens} == {Lane.ALARM, Lane.VITALS})
    assert gateway.tokens == []
    gateway.opening.set()
    await until(lambda: gateway.tokens)


async def test_a_receipt_waits_for_the_disk_to_hold_the_message(
    gateway: FakeGateway, start: Start, within: Within, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upon a receipt the center lets the message go, so no crash may lose it from then on."""
    client, _ = await start()
    client.capture(ENCOUNTER, [WELL])
    await within(client.drained())
    write, full = SpoolStore.write, [True]

    def refusing(store: SpoolStore, entries: Iterable[Entry]) -> Depth:
        if full[0]:
            words = "database or disk is full"
            raise sqlite3.OperationalError(words)
        return write(store, entries)

    monkeypatch.setattr(SpoolStore, "write", refusing)
    gateway.posts.put_nowait(message(SystemClock().now_us() + 3_600_000_000))
    await until(lambda: client.messages)
    client.capture(ENCOUNTER, [WELL])
    await until(lambda: len(gateway.frames(Lane.VITALS)) == 2)
    assert not gateway.frames(Lane.ALARM)
    full[0] = False
    await until(lambda: gateway.frames(Lane.ALARM))
    await within(client.drained())


async def test_an_expired_message_is_shown_as_expired_and_not_executed(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """What comes after its time is receipted EXPIRED and stands for nothing."""
    client, _ = await start()
    gateway.posts.put_nowait(message(1))
    await until(lambda: gateway.frames(Lane.ALARM))
    await within(client.drained())
    assert gateway.frames(Lane.ALARM)[0].items == (Receipt(MESSAGE, ReceiptStage.EXPIRED),)
    assert not client.messages
    with pytest.raises(UnknownMessage):
        client.note_message(MESSAGE, "R. Okafor")


async def test_the_downlink_resumes_after_what_was_stored(
    gateway: FakeGateway, start: Start
) -> None:
    """A new start asks for what came after the newest stored response, and knows the rest."""
    client, _ = await start()
    gateway.posts.put_nowait(message(SystemClock().now_us() + 3_600_000_000))
    await until(lambda: gateway.frames(Lane.ALARM))
    await client.stop()
    again, _ = await start()
    await until(lambda: len(gateway.tokens) == 2)
    assert gateway.tokens == [b"", b"token 1"]
    assert [held.message.text for held in again.messages] == ["Cath lab is ready"]


async def test_a_live_view_shortens_the_chunks_and_is_no_message_to_the_crew(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """It is receipted like one, so that the center knows that the unit has it."""
    client, _ = await start()
    assert client.waveform_chunk_us(ENCOUNTER) == CHUNK_US
    request = message(SystemClock().now_us() + 3_600_000_000)
    request.message.live_chunk_ms = 200
    request.message.encounter_id = ENCOUNTER
    gateway.posts.put_nowait(request)
    await until(lambda: client.waveform_chunk_us(ENCOUNTER) == 200_000)
    await within(client.drained())
    (receipt,) = [item for frame in gateway.frames(Lane.ALARM) for item in frame.items]
    assert receipt == Receipt(MESSAGE, ReceiptStage.DELIVERED)
    assert list(client.messages) == []


async def test_the_vehicle_judges_by_limits_of_the_center_and_keeps_them_over_a_restart(
    gateway: FakeGateway, start: Start
) -> None:
    client, _ = await start()
    client.capture(ENCOUNTER, [WELL])
    now_us = SystemClock().now_us()
    limit = LimitSet(
        ENCOUNTER, "SPO2_LOW", 86, 82, now_us, now_us + HOUR_US, "Dr Wu", "COPD", "limit-1"
    )
    entry = alarm_pb2.AlarmEntry(limit_set=from_limit_set(limit))
    gateway.posts.put_nowait(
        telemetry_service_pb2.DownlinkResponse(alarm_entry=entry, resume_token=b"token 1")
    )
    await until(lambda: [watch.row().limits for watch in client.watches] == [(limit,)])
    await client.stop()
    again, _ = await start()
    await until(lambda: [watch.row().limits for watch in again.watches] == [(limit,)])
