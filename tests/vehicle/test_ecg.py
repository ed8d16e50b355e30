"""A vehicle sends an ECG behind its alarms, and judges it without waiting for the link."""

import asyncio
from collections.abc import Awaitable, Callable

from clinical.items import CrewEvent, CrewFinding, EdgeTransition, EncounterChange, EncounterEvent
from clinical.twelve_lead.ecg import read
from clinical.twelve_lead.pieces import Assembly, EcgPiece
from simulators.patients.twelve_lead import MadeUp, made_up
from tests.vehicle.conftest import Start
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import until
from vehicle.ecg import send_ecg
from wire.frames import Frame, Lane
from wire.twelve_lead import decode_ecg

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
OPENED = EncounterEvent(EncounterChange.OPENED, bay="1", age_years=60)
NO_PULSE = CrewEvent(CrewFinding.NO_PULSE)
ECG = made_up(MadeUp.INFERIOR, 1_700_000_000_000_000, seed=1)
Within = Callable[[Awaitable[object]], Awaitable[object]]


def pieces_of(frames: list[Frame]) -> list[EcgPiece]:
    return [item for frame in frames for item in frame.items if isinstance(item, EcgPiece)]


def stemi(frames: list[Frame]) -> list[EdgeTransition]:
    said = [item for frame in frames for item in frame.items if isinstance(item, EdgeTransition)]
    return [one for one in said if one.transition.cause == "STEMI_SUSPECTED"]


async def test_it_arrives_whole_and_the_vehicle_has_alarmed(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """The crew's book holds the alarm, and it leaves on the same lane."""
    client, _ = await start()
    client.capture(ENCOUNTER, [OPENED])
    refs = await send_ecg(client, ENCOUNTER, ECG, bytes(16))
    await within(client.drained())
    frames = gateway.frames(Lane.ALARM)
    pieces = pieces_of(frames)
    assert len(pieces) == len(refs)
    assembly = Assembly(len(pieces))
    for piece in pieces:
        assembly.take(piece)
    assert decode_ecg(assembly.whole or b"") == ECG
    assert [alarm.cause for alarm in client.alarms] == ["STEMI_SUSPECTED"]
    (raised,) = stemi(frames)
    expected = read(ECG.twelve(), ECG.person).infarction
    assert raised.transition.reason is not None
    assert raised.transition.reason.values["territory"] == ", ".join(expected.territory)
    assert raised.transition.frame.sequence == refs[0].sequence


async def test_an_alarm_waits_for_one_piece_at_most(
    gateway: FakeGateway, start: Start, within: Within
) -> None:
    """While nothing is acknowledged, no second piece is captured; the alarm goes before it."""
    gateway.acknowledging = False
    client, hearing = await start()
    client.capture(ENCOUNTER, [OPENED])
    sending = asyncio.create_task(send_ecg(client, ENCOUNTER, ECG, bytes(16)))
    await until(lambda: client.alarms)
    client.capture(ENCOUNTER, [NO_PULSE])
    await until(lambda: len(hearing.refs) >= 4)
    assert not sending.done()
    gateway.acknowledging = True
    await gateway.cut()
    await gateway.start()
    await within(sending)
    await within(client.drained())
    kinds = [type(frame.items[0]).__name__ for frame in gateway.frames(Lane.ALARM)]
    assert (
        kinds.index("CrewEvent")
        < [place for place, kind in enumerate(kinds) if kind == "EcgPiece"][1]
    )
