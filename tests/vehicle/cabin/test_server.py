"""The socket: who may speak, what is said, and that nobody can disturb the vehicle."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest

from clinical.items import Vitals
from ports.clock import SystemClock, VirtualClock
from tests.vehicle.hearing import until
from vehicle.cabin.contract import (
    LINE_BYTES,
    SOCKET_FILE,
    Done,
    Enter,
    Refused,
    Said,
    View,
    decode_said,
    encode,
)
from vehicle.cabin.desk import Desk
from vehicle.cabin.server import PULSE_US, SCREENS_MAX, CabinServer
from vehicle.client import VehicleClient

Start = Callable[..., Awaitable[tuple[VehicleClient, object]]]

Dial = Callable[[Path], Awaitable["Screen"]]

ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
WAIT_S = 30


@pytest.fixture
async def socket(start: Start, tmp_path: Path) -> AsyncIterator[Path]:
    """The socket of a client with one patient."""
    client, _ = await start()
    client.capture(ENCOUNTER, [Vitals(heart_rate_bpm=80)])
    server = CabinServer(Desk(client), tmp_path, SystemClock())
    await server.start()
    yield tmp_path / SOCKET_FILE
    await server.stop()


class Screen:
    """A screen without eyes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def hear(self, wanted: type[Said]) -> Said:
        """Return the next of what was said that is of this kind."""
        async with asyncio.timeout(WAIT_S):
            while not isinstance(said := decode_said(await self.reader.readline()), wanted):
                pass
        return said

    async def ended(self) -> bool:
        async with asyncio.timeout(WAIT_S):
            while await self.reader.readline():
                pass
        return True


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Dials sockets, and hangs up in the end."""
    async with AsyncExitStack() as stack:

        async def dial(socket: Path) -> Screen:
            dialled = await asyncio.open_unix_connection(str(socket), limit=LINE_BYTES)
            stack.push_async_callback(_hang_up, dialled[1])
            return Screen(*dialled)

        yield dial


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


async def test_a_screen_is_shown_everything_and_asks(socket: Path, dial: Dial) -> None:
    one = await dial(socket)
    view = await one.hear(View)
    assert isinstance(view, View)
    assert view.patients[0].vitals["heart_rate_bpm"].value == 80
    one.writer.write(encode(Enter(4, ENCOUNTER, "AIRWAY_SECURED")))
    assert await one.hear(Done) == Done(4)
    one.writer.write(encode(Enter(5, ENCOUNTER, "SINGING")))
    assert await one.hear(Refused) == Refused(5, "SINGING")


async def test_only_the_user_of_the_vehicle_may_connect(socket: Path) -> None:
    assert socket.stat().st_mode & 0o777 == 0o600


async def test_nonsense_ends_only_the_screen_that_said_it(socket: Path, dial: Dial) -> None:
    good, bad = await dial(socket), await dial(socket)
    bad.writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert await bad.ended()
    assert isinstance(await good.hear(View), View)


async def test_one_screen_too_many_is_turned_away(socket: Path, dial: Dial) -> None:
    screens = [await dial(socket) for _ in range(SCREENS_MAX)]
    for one in screens:
        await one.hear(View)
    assert await (await dial(socket)).ended()


async def test_a_new_start_takes_the_place_of_a_socket_left_behind(
    start: Start, tmp_path: Path, dial: Dial
) -> None:
    (tmp_path / SOCKET_FILE).touch()
    client, _ = await start()
    server = CabinServer(Desk(client), tmp_path, SystemClock())
    await server.start()
    assert isinstance(await (await dial(tmp_path / SOCKET_FILE)).hear(View), View)
    await server.stop()
    assert not (tmp_path / SOCKET_FILE).exists()


async def test_a_screen_is_shown_a_view_once_per_pulse(
    start: Start, tmp_path: Path, dial: Dial
) -> None:
    """PULSE_US: not sooner, whatever changes meanwhile."""
    client, _ = await start()
    clock = VirtualClock()
    server = CabinServer(Desk(client), tmp_path, clock)
    await server.start()
    one = await dial(tmp_path / SOCKET_FILE)
    await one.hear(View)
    await until(lambda: clock.sleepers == 2)
    clock.advance(PULSE_US - 1)
    assert clock.sleepers == 2
    clock.advance(1)
    assert isinstance(await one.hear(View), View)
    await server.stop()
