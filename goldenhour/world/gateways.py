"""A gateway of the world: the real parts, behind a server without sockets."""

from typing import Any, cast

from prometheus_client import CollectorRegistry

from goldenhour.world.clock import MachineClock
from goldenhour.world.network import Server
from goldenhour.world.schedule import Machine
from goldenhour.world.shared_log import MachineLog
from ports.objects.memory import MemoryObjects
from streams.gateway.gateway import Gateway
from wire.limits import BATCH_GAP_MS


async def serve(
    machine: Machine,
    log: MachineLog,
    clock: MachineClock,
    servers: dict[str, Server],
    gateways: dict[str, Gateway],
) -> None:
    """Serve units until the machine dies; a failure of any part ends the program."""
    gateway = await Gateway.open(
        log,
        MemoryObjects(),
        clock=clock,
        gateway_id=machine.name,
        batch_gap_ms=BATCH_GAP_MS,
        registry=CollectorRegistry(),
    )
    server = Server(machine)
    gateway.service.register(cast("Any", server))
    servers[machine.name], gateways[machine.name] = server, gateway
    await gateway.run()
