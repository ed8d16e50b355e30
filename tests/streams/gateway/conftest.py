"""What the gateway's tests share: a log in memory and a gateway that serves over it."""

from collections.abc import AsyncIterator

import pytest

from ports.log.memory_log import MemoryLog
from tests.streams.gateway.station import Station, station_at


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
async def station(log: MemoryLog) -> AsyncIterator[Station]:
    async with station_at(log) as running:
        yield running
