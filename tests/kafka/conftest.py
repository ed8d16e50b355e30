"""What the tests of the whole system share: its programs, started once per process."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from goldenhour.broker.running import RunningBroker
from tests.kafka.stack import Running, running


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def system(
    kafka: RunningBroker, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """The programs, up and running against the broker of the session, for all of this folder."""
    async with running(kafka.bootstrap, tmp_path_factory.mktemp("system")) as system:
        yield system
