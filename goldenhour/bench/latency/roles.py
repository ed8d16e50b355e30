"""The processes that a bench starts beside the real programs: load, subscriber, floor.

They are commands of ``goldenhour bench`` like any other, only not listed in its help.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import grpc
import msgspec
import typer

from goldenhour.bench.board import listening
from goldenhour.bench.latency import floor
from goldenhour.bench.latency import subscriber as subscriber_of_bench
from goldenhour.bench.load import clients, flipping
from goldenhour.bench.load.clients import Course, LoadOptions
from ports import program
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog

_Bootstrap = Annotated[str, typer.Option(help="Address of Kafka, host:port.")]
_Out = Annotated[Path, typer.Option(help="File for what was seen, MessagePack.")]

floor_app = typer.Typer(help="The roles of the floor.")


def load(
    *,
    gateway: Annotated[str, typer.Option()],
    units: Annotated[int, typer.Option()],
    warm_up: Annotated[int, typer.Option()],
    seconds: Annotated[int, typer.Option()],
    folder: Annotated[Path, typer.Option()],
    out: _Out,
    idle: Annotated[int, typer.Option()] = 0,
    course: Annotated[Course, typer.Option()] = Course.FLIPPING,
    waveforms: Annotated[bool, typer.Option("--waveforms")] = False,
    whole: Annotated[bool, typer.Option("--whole")] = False,
    fibrillating: Annotated[int, typer.Option()] = 0,
) -> None:
    """Send the load."""
    options = LoadOptions(
        gateway, units, warm_up, seconds, folder, idle, course, waveforms, whole, fibrillating
    )

    async def send(_: asyncio.Event) -> None:
        program.say_ready("bench-load")
        seen = await clients.run(options, SystemClock())
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(seen))

    raise typer.Exit(program.run(_returning(send)))


def subscriber(
    alerts: Annotated[str, typer.Option()],
    out: _Out,
    cause: Annotated[str, typer.Option()] = flipping.CAUSE,
) -> None:
    """Note what arrives."""

    async def listen(stop: asyncio.Event) -> None:
        program.say_ready("bench-subscriber")
        seen = await subscriber_of_bench.run(alerts, stop, SystemClock(), cause)
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(seen))

    raise typer.Exit(program.run(_returning(listen)))


def listener(alerts: Annotated[str, typer.Option()], out: _Out) -> None:
    """Note when each alarm arrives."""

    async def listen(stop: asyncio.Event) -> None:
        program.say_ready("bench-listener")
        seen = await listening.run(alerts, stop, SystemClock())
        await asyncio.to_thread(out.write_bytes, msgspec.msgpack.encode(seen))

    raise typer.Exit(program.run(_returning(listen)))


@floor_app.command()
def entry(bootstrap: _Bootstrap) -> None:
    """Stand where the gateway stands."""

    async def serve(stop: asyncio.Event) -> None:
        log = KafkaLog(bootstrap, client_id="floor-entry")
        await _serve("entry", await floor.Entry(log).handler(), stop.wait)

    raise typer.Exit(program.run(_returning(serve)))


@floor_app.command()
def forward(bootstrap: _Bootstrap) -> None:
    """Stand where the worker stands."""

    async def run(stop: asyncio.Event) -> None:
        log = KafkaLog(bootstrap, client_id="floor-forward")
        await floor.forward(log, stop, lambda: program.say_ready("forward"))

    raise typer.Exit(program.run(_returning(run)))


@floor_app.command("exit")
def leave(bootstrap: _Bootstrap) -> None:
    """Stand where the command center stands."""

    async def serve(stop: asyncio.Event) -> None:
        way_out = floor.Exit(KafkaLog(bootstrap, client_id="floor-exit"))
        await _serve("exit", way_out.handler(), lambda: way_out.run(stop))

    raise typer.Exit(program.run(_returning(serve)))


async def _serve(
    role: str, handler: grpc.GenericRpcHandler, work: Callable[[], Awaitable[object]]
) -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    program.say_ready(role, address=f"127.0.0.1:{port}")
    await work()
    await server.stop(0)


def _returning(
    work: Callable[[asyncio.Event], Awaitable[None]],
) -> Callable[[asyncio.Event], Awaitable[int]]:
    async def main(stop: asyncio.Event) -> int:
        await work(stop)
        return 0

    return main
