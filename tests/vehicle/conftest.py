"""What the tests of the vehicle share: a gateway over real gRPC, and clients on one spool."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ports.clock import SystemClock
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from tests.vehicle.hearing import Hearing
from vehicle.client import ClientOptions, VehicleClient
from vehicle.lane.grpc_link import GrpcLink
from vehicle.spool.spool import Spool
from wire.frames import Lane

Start = Callable[..., Awaitable[tuple[VehicleClient, Hearing]]]


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    """A gateway that runs."""
    gateway = FakeGateway()
    await gateway.start()
    yield gateway
    await gateway.cut()


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    """An open spool."""
    spool = Spool(tmp_path / "spool")
    await spool.open()
    yield spool
    await spool.close()


@pytest.fixture
async def start(gateway: FakeGateway, spool: Spool) -> AsyncIterator[Start]:
    """Starts clients of the gateway on the spool, and stops them in the end."""
    async with AsyncExitStack() as stack:

        async def start(
            unit_id: str = "A1", options: ClientOptions | None = None
        ) -> tuple[VehicleClient, Hearing]:
            hearing = Hearing()
            link = GrpcLink(dict.fromkeys(Lane, gateway.address))
            client = VehicleClient(
                unit_id,
                link,
                spool,
                SystemClock(),
                random.Random(7),  # noqa: S311 - jitter, not a secret
                listener=hearing,
                options=options or ClientOptions(link_state_pulses=0),
            )
            await client.start()
            stack.push_async_callback(client.stop)
            return client, hearing

        yield start


@pytest.fixture
def within() -> Callable[[Awaitable[object]], Awaitable[object]]:
    """Bounds a wait, generously."""

    async def within(wait: Awaitable[object]) -> object:
        return await asyncio.wait_for(wait, PATIENCE_S)

    return within
