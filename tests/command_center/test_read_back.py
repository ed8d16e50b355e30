import asyncio

import pytest

from command_center.read_back import NotReadBack, ReadBack, let_go
from ports.log.port import LogLost


async def appended() -> None:
    pass


async def lost() -> None:
    raise LogLost


async def test_everybody_who_waits_for_a_request_goes_on_when_it_was_read_back() -> None:
    """The same request may be asked for twice; another one waits on."""
    read_back = ReadBack[int](10_000)
    first, again, other = (
        asyncio.ensure_future(read_back.after(request_id, appended()))
        for request_id in ("a", "a", "b")
    )
    await asyncio.sleep(0)  # noqa: TID251 - lets the other side run, waits for no time
    read_back.met("a", 7)
    read_back.met("a", 8)
    assert await first == await again == 7
    assert not other.done()
    other.cancel()


async def test_what_is_not_read_back_in_time_is_not_known() -> None:
    with pytest.raises(NotReadBack, match="safe to repeat with the same request_id"):
        await ReadBack[int](1).after("a", appended())


async def test_what_the_log_lost_is_not_waited_for() -> None:
    with pytest.raises(NotReadBack):
        await ReadBack[int](3_600_000).after("a", lost())


async def test_a_loss_for_which_nobody_waits_is_noted() -> None:
    """Else asyncio writes a traceback when the future is collected."""
    durable: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    durable.add_done_callback(let_go)
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, said: complaints.append(said))
    durable.set_exception(LogLost())
    await asyncio.sleep(0)  # noqa: TID251 - lets the other side run, waits for no time
    del durable
    assert complaints == []
