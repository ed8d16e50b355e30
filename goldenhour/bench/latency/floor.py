"""The floor of the latency bench: the same hops as an alarm takes, and no judgement at all.

source -> gRPC (echo: acknowledged when durable) -> produce -> consume -> produce -> consume ->
gRPC push -> subscriber. Each role is a process of its own, as in the real chain, with the same
libraries and settings; what an alarm takes beyond this is ours.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import grpc

from ports.clock import Clock
from ports.log.port import LATEST, Log, LogReader, Record, TopicPartition
from wire.topics import ENCOUNTER_PARTITIONS, Topic

IN: Final = Topic("bench.floor.in", ENCOUNTER_PARTITIONS, 3_600_000)
OUT: Final = Topic("bench.floor.out", ENCOUNTER_PARTITIONS, 3_600_000)

_SERVICE: Final = "goldenhour.bench.Floor"
_READ_RECORDS: Final = 500
_READ_TIMEOUT_MS: Final = 1_000
_QUEUE: Final = 10_000


def _positions(topic: Topic) -> dict[TopicPartition, int]:
    return {TopicPartition(topic.name, number): LATEST for number in range(topic.partitions)}


class Entry:
    """Stands where the gateway stands."""

    def __init__(self, log: Log) -> None:
        """Prepare an entry to the log."""
        self._log = log

    async def handler(self) -> grpc.GenericRpcHandler:
        """Return the gRPC edge."""
        writer = await self._log.writer()

        async def echo(requests: AsyncIterator[bytes], _: object) -> AsyncIterator[bytes]:
            sent: asyncio.Queue[tuple[bytes, Awaitable[object]] | None] = asyncio.Queue()

            async def take() -> None:
                async for request in requests:
                    durable = await writer.send(IN.name, request[0] % IN.partitions, request)
                    sent.put_nowait((request[:8], durable))
                sent.put_nowait(None)

            taking = asyncio.create_task(take())
            while (one := await sent.get()) is not None:
                await one[1]
                yield one[0]
            await taking

        return _handler("Echo", grpc.stream_stream_rpc_method_handler(echo))


async def forward(log: Log, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Stand where the worker stands: consume, produce."""
    writer = await log.writer()
    reader = await log.reader(_positions(IN))
    ready()
    while not stop.is_set():
        for record in await _read(reader):
            await writer.send(OUT.name, record.partition, record.value)
    await reader.close()
    await writer.close()


class Exit:
    """Stands where the command center stands."""

    def __init__(self, log: Log) -> None:
        """Prepare an exit from the log."""
        self._log = log
        self._subscribers: list[asyncio.Queue[bytes]] = []

    def handler(self) -> grpc.GenericRpcHandler:
        """Return the gRPC edge."""

        async def push(_: bytes, __: object) -> AsyncIterator[bytes]:
            queue: asyncio.Queue[bytes] = asyncio.Queue(_QUEUE)
            self._subscribers.append(queue)
            yield b""
            while True:
                yield await queue.get()

        return _handler("Push", grpc.unary_stream_rpc_method_handler(push))

    async def run(self, stop: asyncio.Event) -> None:
        """Consume and push until told to stop."""
        reader = await self._log.reader(_positions(OUT))
        while not stop.is_set():
            for record in await _read(reader):
                for queue in self._subscribers:
                    queue.put_nowait(record.value or b"")
        await reader.close()


async def measure(
    entry: grpc.aio.Channel,
    exit_: grpc.aio.Channel,
    clock: Clock,
    *,
    records_per_s: float,
    seconds: float,
    record_bytes: int,
) -> list[float]:
    """Send records at a rate and return the latency of each in milliseconds."""
    total = int(records_per_s * seconds)
    sent_us: dict[int, int] = {}
    latencies: list[float] = []
    subscribe: grpc.aio.UnaryStreamMultiCallable[bytes, bytes]
    subscribe = exit_.unary_stream(f"/{_SERVICE}/Push")
    push = subscribe(b"")
    await push.read()

    async def requests() -> AsyncIterator[bytes]:
        start_us = clock.monotonic_us()
        for number in range(total):
            due_us = start_us + int(number * 1e6 / records_per_s)
            if (wait_us := due_us - clock.monotonic_us()) > 0:
                await clock.sleep_us(wait_us)
            sent_us[number] = clock.monotonic_us()
            yield number.to_bytes(8, "little").ljust(record_bytes, b"\0")

    echo: grpc.aio.StreamStreamMultiCallable[bytes, bytes]
    echo = entry.stream_stream(f"/{_SERVICE}/Echo")
    drain = asyncio.create_task(_drain(echo(requests())))
    while len(latencies) < total:
        data = await push.read()
        if not isinstance(data, bytes):
            message = "the floor lost its subscriber"
            raise TypeError(message)
        number = int.from_bytes(data[:8], "little")
        latencies.append((clock.monotonic_us() - sent_us[number]) / 1_000)
    await drain
    push.cancel()
    return latencies


async def _drain(echoes: "grpc.aio.StreamStreamCall[bytes, bytes]") -> None:
    async for _ in echoes:
        pass


async def _read(reader: LogReader) -> list[Record]:
    return await reader.read(max_records=_READ_RECORDS, timeout_ms=_READ_TIMEOUT_MS)


def _handler(method: str, handler: "grpc.RpcMethodHandler[bytes, bytes]") -> grpc.GenericRpcHandler:
    return grpc.method_handlers_generic_handler(_SERVICE, {method: handler})
