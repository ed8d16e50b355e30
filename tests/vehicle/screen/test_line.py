"""The line on a real socket: what it shows, and that it comes back."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from ports.clock import SystemClock, VirtualClock
from tests.vehicle.hearing import until
from tests.vehicle.screen.scenes import LINK, NOW_US
from vehicle.cabin.contract import SOCKET_FILE, Done, Enter, Refused, View, decode_request, encode
from vehicle.screen import line as screen_line
from vehicle.screen.line import (
    DIAL_US,
    SILENT_US,
    CabinLine,
    NoAnswer,
    SeveralUnits,
    find_socket,
)

VIEW = View("A1", NOW_US, LINK, [], [])


class Cabin:
    """A vehicle that shows one view, does not sing, and does not answer SLEEPING."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writers: list[asyncio.StreamWriter] = []

    async def start(self) -> None:
        self.server = await asyncio.start_unix_server(self._serve, str(self.path))

    async def stop(self) -> None:
        self.server.close()
        for writer in self.writers:
            writer.close()
            await writer.wait_closed()
        self.writers.clear()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        writer.write(encode(VIEW))
        while line := await reader.readline():
            request = decode_request(line)
            assert isinstance(request, Enter)
            if request.finding == "SLEEPING":
                continue
            refuse = request.finding == "SINGING"
            number = request.request
            writer.write(encode(Refused(number, "SINGING") if refuse else Done(number)))


@pytest.fixture
async def cabin(tmp_path: Path) -> AsyncIterator[Cabin]:
    folder = tmp_path / "vehicle" / "A1"
    folder.mkdir(parents=True)
    cabin = Cabin(folder / SOCKET_FILE)
    yield cabin
    await cabin.stop()


@pytest.fixture
async def line(cabin: Cabin, tmp_path: Path) -> AsyncIterator[CabinLine]:
    line = CabinLine(partial(find_socket, tmp_path, None), SystemClock())
    running = asyncio.ensure_future(line.run())
    yield line
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_it_waits_for_the_vehicle_and_comes_back_to_it(cabin: Cabin, line: CabinLine) -> None:
    assert line.view is None
    assert not line.current
    await cabin.start()
    await until(lambda: line.current and line.view == VIEW)
    await cabin.stop()
    await until(lambda: not line.current)
    assert line.view == VIEW
    await cabin.start()
    await until(lambda: line.current and line.beats == 2)


async def test_a_request_is_done_or_said_not_to_be(cabin: Cabin, line: CabinLine) -> None:
    with pytest.raises(NoAnswer):
        await line.ask(lambda number: Enter(number, "e1", "NO_PULSE"))
    await cabin.start()
    await until(lambda: line.current)
    await line.ask(lambda number: Enter(number, "e1", "NO_PULSE"))
    with pytest.raises(NoAnswer, match="SINGING"):
        await line.ask(lambda number: Enter(number, "e1", "SINGING"))


async def test_a_vehicle_that_stopped_speaking_is_not_current(cabin: Cabin, tmp_path: Path) -> None:
    """The connection stands, but nothing comes: a hung program is not taken for a quiet one."""
    clock = VirtualClock()
    line = CabinLine(partial(find_socket, tmp_path, "A1"), clock)
    await cabin.start()
    running = asyncio.ensure_future(line.run())
    await until(lambda: line.current)
    clock.advance(SILENT_US)
    assert not line.current
    assert line.now_us == NOW_US + SILENT_US
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_of_several_units_one_must_be_named(tmp_path: Path) -> None:
    for unit in ("A1", "A2"):
        (tmp_path / "vehicle" / unit).mkdir(parents=True)
        (tmp_path / "vehicle" / unit / SOCKET_FILE).touch()
    with pytest.raises(SeveralUnits, match=r"--unit-id.*A1, A2"):
        find_socket(tmp_path, None)
    assert find_socket(tmp_path, "A2") == tmp_path / "vehicle" / "A2" / SOCKET_FILE
    assert find_socket(tmp_path, "A3") is None


async def test_a_screen_waits_for_an_answer_no_longer_than_its_bound(
    cabin: Cabin, line: CabinLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUEST_S: then it says that nothing was done, and forgets the request."""
    monkeypatch.setattr(screen_line, "REQUEST_S", 0.05)
    await cabin.start()
    await until(lambda: line.current)
    with pytest.raises(NoAnswer):
        await line.ask(lambda number: Enter(number, "e1", "SLEEPING"))
    assert line._waiting == {}
    await line.ask(lambda number: Enter(number, "e1", "NO_PULSE"))


async def test_a_screen_dials_no_more_often_than_its_bound() -> None:
    """And for ever."""
    clock, dialled = VirtualClock(), list[int]()

    def nowhere() -> None:
        dialled.append(clock.monotonic_us())

    running = asyncio.ensure_future(CabinLine(nowhere, clock).run())
    await clock.run_for(5 * DIAL_US)
    assert dialled == [times * DIAL_US for times in range(6)]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
