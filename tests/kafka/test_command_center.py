"""The command center as a program, over real Kafka: subscribed, killed, resumed, stopped."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from goldenhour.broker.running import RunningBroker
from ports.clock import SystemClock
from ports.log.kafka_log import KafkaLog
from simulators.verdict.alert_feed import AlertFeed, CaughtUp, Delivered, Event
from tests.command_center.night import append, encounter, transition
from tests.patience import PATIENCE_S

PATIENT = 77
"""Of this test alone; the broker is shared."""


@asynccontextmanager
async def program(
    broker: RunningBroker, home: Path, port: int
) -> AsyncIterator[tuple[Process, str]]:
    """A center process and its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "goldenhour", "command-center",
        "--bootstrap", broker.bootstrap,
        "--address", f"127.0.0.1:{port}",
        "--http-address", "127.0.0.1:0",
        "--metrics-port", "0",
        "--home", str(home),
        stdout=PIPE,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            ready = json.loads(await process.stdout.readline())
        assert ready["ready"] == "command-center"
        yield process, ready["address"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _next(events: AsyncIterator[Event]) -> Delivered | CaughtUp:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            event = await anext(events)
            if isinstance(event, CaughtUp):
                return event
            if isinstance(event, Delivered) and event.alarm.encounter_id == encounter(PATIENT):
                return event


async def test_a_killed_center_goes_on_where_its_subscriber_is(
    kafka: RunningBroker, tmp_path: Path
) -> None:
    """Kill -9 loses no change and tells none twice; SIGTERM ends with exit code 0."""
    log = KafkaLog(kafka.bootstrap, client_id="test")
    async with program(kafka, tmp_path, 0) as (process, address):
        events = AlertFeed(address, "desk", SystemClock()).events()
        assert isinstance(await _next(events), CaughtUp)
        await append(log, transition(PATIENT, 1))
        first = await _next(events)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    await append(log, transition(PATIENT, 2, revision=2, active=False))
    async with program(kafka, tmp_path, int(address.rpartition(":")[2])) as (process, _):
        second = await _next(events)
        assert isinstance(first, Delivered)
        assert isinstance(second, Delivered)
        assert (first.alarm.revision, second.alarm.revision) == (1, 2)
        assert second.alarm.alarm_id == first.alarm.alarm_id
        assert isinstance(await _next(events), CaughtUp)
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
    await events.aclose()
