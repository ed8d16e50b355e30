"""The spool of a load confirms, returns and forgets as the one on disk does."""

import asyncio

from goldenhour.bench.load.memory_spool import MemorySpool
from vehicle.spool.store import SpooledFrame

SEGMENT = bytes(16)


def frame(sequence: int) -> SpooledFrame:
    return SpooledFrame("u", 2, SEGMENT, sequence, b"frame")


async def test_what_is_put_is_confirmed_once_and_can_be_had_again() -> None:
    """A frame that waits for its commit is returned as well; the depth counts what is held."""
    spool, confirmed = MemorySpool(), asyncio.Event()
    await spool.open()
    spool.put([frame(1), frame(2)], confirmed.set)
    assert [one.sequence for one in await spool.frames("u", 2, SEGMENT, 1, 2)] == [1, 2]
    assert confirmed.is_set()
    assert spool.depth.frames == 2
    await spool.close()


async def test_an_urgent_group_does_not_wait_for_company() -> None:
    """It takes with it what was put before."""
    spool, order = MemorySpool(), list[int]()
    await spool.open()
    spool.put([frame(1)], lambda: order.append(1))
    spool.put([frame(2)], lambda: order.append(2), urgent=True)
    await asyncio.sleep(0)  # noqa: TID251 - lets the commit run, waits for no time
    assert order == [1, 2]
    await spool.close()


async def test_what_is_acknowledged_is_forgotten() -> None:
    """So a load of hours stays as small as its backlog."""
    spool = MemorySpool()
    await spool.open()
    spool.put([frame(1), frame(2)])
    spool.acknowledge("u", 2, SEGMENT, 1)
    spool._forget()
    assert [one.sequence for one in await spool.frames("u", 2, SEGMENT, 1, 2)] == [2]
    assert spool.depth.frames == 1
    await spool.close()
