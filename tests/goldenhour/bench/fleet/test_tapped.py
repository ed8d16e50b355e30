"""The tap carries every byte and counts each way by itself."""

import asyncio

from goldenhour.bench.fleet.tapped import Carried, Tap


async def test_bytes_pass_and_are_counted() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(5)
        writer.write(b"hi")
        await reader.read()
        writer.close()

    gateway = await asyncio.start_server(answer, "127.0.0.1", 0)
    tap = Tap(f"127.0.0.1:{gateway.sockets[0].getsockname()[1]}")
    host, _, port = (await tap.open()).rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"hello")
    assert await reader.readexactly(2) == b"hi"
    assert tap.carried == Carried(5, 2)
    writer.close()
    await writer.wait_closed()
    await tap.close()
    gateway.close()
    await gateway.wait_closed()
