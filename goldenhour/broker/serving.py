"""The rim of a start: settings file, formatted storage, and waiting until a record went through."""

import asyncio
import secrets
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any, Final

from goldenhour.broker.errors import BrokerFailed, PortBusy
from goldenhour.broker.free_port import free_port
from goldenhour.broker.process import BrokerProcess
from goldenhour.broker.properties import broker_properties, render
from goldenhour.broker.runtime import STORAGE_MAIN, Runtime
from goldenhour.broker.secured import scram_arguments, secured_properties
from goldenhour.certs.files import write_private
from ports.clock import Clock
from ports.log.kafka_admin import LogUnavailable, round_trip

_LOG_TAIL_CHARACTERS: Final = 2_000
_FORMAT_TIMEOUT_S: Final = 60


async def prepare(folder: Path, runtime: Runtime, port: int) -> Path:
    """Write the settings file of a broker and format its storage if that was not done."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    properties = folder / "server.properties"
    text = render(secured_properties(folder, broker_properties(port, free_port(), data)))
    write_private(properties, text.encode())
    if not (data / "meta.properties").exists():
        await format_storage(folder, runtime, properties, cluster_id())
    return properties


async def until_working(
    process: BrokerProcess, bootstrap: str, timeout_s: float, clock: Clock, log: Path
) -> None:
    """Return when a record went through the broker.

    Raises:
        PortBusy: somebody took the port in the meantime.
        BrokerFailed: the process ended, or no record came back in time.
    """
    trip = asyncio.create_task(round_trip(bootstrap, timeout_s, clock))
    death = asyncio.create_task(process.ended(clock))
    try:
        await asyncio.wait({trip, death}, return_when=asyncio.FIRST_COMPLETED)
        if not trip.done():
            raise _death(process, log)
        await trip
    except LogUnavailable as error:
        message = f"{error}; {log} ends with:\n{_tail(log)}"
        raise BrokerFailed(message) from error
    finally:
        await _cancel(trip)
        await _cancel(death)


def cluster_id() -> str:
    """Return a new name for a cluster, as Kafka writes it."""
    name = urlsafe_b64encode(uuid.UUID(bytes=secrets.token_bytes(16), version=4).bytes)
    return name.decode().rstrip("=")


async def format_storage(folder: Path, runtime: Runtime, properties: Path, cluster: str) -> None:
    """Format the storage of a node of this cluster.

    Raises:
        BrokerFailed: Kafka's own tool refused.
    """
    command = runtime.command(
        folder,
        STORAGE_MAIN,
        *("format", "--ignore-formatted", f"--cluster-id={cluster}", "-c", str(properties)),
        *scram_arguments(folder),
    )
    formatting = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(_FORMAT_TIMEOUT_S):
            said, _ = await formatting.communicate()
    finally:
        if formatting.returncode is None:
            formatting.kill()
    if formatting.returncode:
        message = f"Kafka's storage could not be formatted:\n{said.decode(errors='replace')}"
        raise BrokerFailed(message)


def _death(process: BrokerProcess, log: Path) -> BrokerFailed | PortBusy:
    tail = _tail(log)
    message = f"Kafka ended with code {process.exit_code}; {log} ends with:\n{tail}"
    return PortBusy(message) if "Address already in use" in tail else BrokerFailed(message)


async def _cancel(task: asyncio.Task[Any]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:] if log.exists() else ""
