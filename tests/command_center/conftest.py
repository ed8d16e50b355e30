"""What the tests of the command center share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ports.log.memory_log import MemoryLog
from tests.command_center.station import Station, station_at


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
async def station(log: MemoryLog, tmp_path: Path) -> AsyncIterator[Station]:
    async with station_at(log, tmp_path) as running:
        yield running
