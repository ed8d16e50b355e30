"""The way out of a unit: what it remembers of refusals."""

from tests.vehicle.conftest import Start
from vehicle.lane.link import Refused
from vehicle.lane.session import LaneSession
from vehicle.uplink.outbox import REFUSALS_REMEMBERED
from wire.frames import Lane

SEGMENT = b"s" * 16


def refusal(sequence: int) -> Refused:
    return Refused(sequence, "OUT_OF_RANGE", "items[0]", "too high")


async def test_a_refusal_is_told_once_as_long_as_it_is_remembered(start: Start) -> None:
    """The newest ones are told apart from their repetition; an older one is told again."""
    client, hearing = await start()
    session = LaneSession("A1", Lane.VITALS, lambda: SEGMENT)
    for sequence in (*range(1, REFUSALS_REMEMBERED + 1), 1, REFUSALS_REMEMBERED):
        client._outbox.on_refused(session, SEGMENT, refusal(sequence))
    assert len(hearing.refusals) == REFUSALS_REMEMBERED
    for sequence in (REFUSALS_REMEMBERED + 1, 2, 1):
        client._outbox.on_refused(session, SEGMENT, refusal(sequence))
    told = [one.sequence for one in hearing.refusals[REFUSALS_REMEMBERED:]]
    assert told == [REFUSALS_REMEMBERED + 1, 1]
