"""Starting a broker and knowing that it works.

``start_broker`` ends in one of three ways: it uses the address that the user gave; it joins the
broker that already runs in this home; or it starts one. Started means that a record went through
it and that every topic of ``wire/topics.py`` exists. Data stay in the home: a broker that was
killed starts again on them, at the same port when the settings name it (``RunningBroker.settings``
does).
"""

import asyncio
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Final

from goldenhour.broker.archive import archived
from goldenhour.broker.errors import PortBusy
from goldenhour.broker.free_port import free_port, port_is_free
from goldenhour.broker.process import BrokerProcess, spawn
from goldenhour.broker.running import RunningBroker
from goldenhour.broker.runtime import KAFKA_MAIN, Runtime, find_runtime
from goldenhour.broker.secured import secure
from goldenhour.broker.serving import prepare, until_working
from goldenhour.broker.settings import BrokerSettings
from goldenhour.broker.state import BrokerState, read_state, write_state
from ports.clock import Clock, SystemClock
from ports.log.kafka_admin import create_topics, round_trip
from wire.topics import TOPICS

UNKNOWN_VERSION: Final = "unknown"

_VERSION: Final = re.compile(r"Kafka version: (\d+\.\d+\.\d+)")
_AUTO_PORT_TRIES: Final = 3


async def start_broker(
    settings: BrokerSettings, *, detached: bool = False, clock: Clock | None = None
) -> RunningBroker:
    """Return a broker that works, with all topics.

    The clients of a secured broker, in this program and its children, are told by the environment.

    A ``detached`` broker is meant to outlive this program; any other is stopped by whoever
    started it, and taken over by the next program of this home should that one have died.

    Raises:
        BrokerError: there is no way to run one, the port is busy, or it did not start; the
            message says what to do.
        LogUnavailable: the broker that the user named does not work.
        TopicRefused: a topic exists in another shape.
    """
    clock = clock or SystemClock()
    if settings.secure and not settings.bootstrap:
        os.environ.update(secure(settings.folder, clock.now_us()))
    if settings.bootstrap:
        await round_trip(settings.bootstrap, settings.start_timeout_s, clock)
        broker = RunningBroker(settings, settings.bootstrap, UNKNOWN_VERSION, clock)
    elif state := read_state(settings.folder):
        broker = await _join(settings, state, clock)
    else:
        broker = await _start(settings, clock, detached=detached)
    try:
        await create_topics(broker.bootstrap, TOPICS, clock)
    except BaseException:
        await broker.stop()
        raise
    return broker


async def _join(settings: BrokerSettings, state: BrokerState, clock: Clock) -> RunningBroker:
    await round_trip(state.bootstrap, settings.start_timeout_s, clock)
    process = BrokerProcess(state.pid)
    if state.orphaned:
        write_state(settings.folder, replace(state, owner_pid=os.getpid()))
    return RunningBroker(
        replace(settings, port=state.port),
        state.bootstrap,
        state.version,
        clock,
        process=process,
        owned=state.orphaned,
    )


async def _start(settings: BrokerSettings, clock: Clock, *, detached: bool) -> RunningBroker:
    if settings.port is not None and not port_is_free(settings.port):
        message = f"port {settings.port} is busy: choose another with --port, or --ports auto"
        raise PortBusy(message)
    found = await asyncio.to_thread(find_runtime, settings, os.environ)
    runtime = await archived(found, clock)
    for _ in range(_AUTO_PORT_TRIES - 1 if settings.port is None else 0):
        try:
            return await _serve(settings, runtime, clock, detached=detached)
        except PortBusy:
            continue
    return await _serve(settings, runtime, clock, detached=detached)


async def _serve(
    settings: BrokerSettings, runtime: Runtime, clock: Clock, *, detached: bool
) -> RunningBroker:
    port = settings.port or free_port()
    folder = settings.folder
    properties = await prepare(folder, runtime, port)
    log = folder / "kafka.log"
    logged_before = log.stat().st_size if log.exists() else 0
    process = spawn(runtime.command(folder, KAFKA_MAIN, str(properties)), folder, log)
    broker = RunningBroker(
        replace(settings, port=port),
        f"127.0.0.1:{port}",
        UNKNOWN_VERSION,
        clock,
        process=process,
        runtime=runtime,
    )
    try:
        await until_working(process, broker.bootstrap, settings.start_timeout_s, clock, log)
    except BaseException:
        await broker.stop()
        raise
    broker.version = _logged_version(log, logged_before)
    owner = None if detached else os.getpid()
    write_state(folder, BrokerState(process.pid, owner, port, broker.version, runtime.words))
    return broker


def _logged_version(log: Path, from_byte: int) -> str:
    text = log.read_bytes()[from_byte:].decode(errors="replace")
    match = _VERSION.search(text)
    return match.group(1) if match else UNKNOWN_VERSION
