"""A vehicle with its crew's screen, as two real programs, and the gateway that they speak with."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ambulance.alerts.v1 import alarm_pb2
from ambulance.command.v1 import message_pb2
from ambulance.telemetry.v1 import telemetry_service_pb2
from clinical.alarms.rule import Cause
from clinical.alarms.staff_limit import LimitSet
from clinical.instant import MINUTE_US
from clinical.items import CrewEvent
from ports.clock import SystemClock
from tests.patience import PATIENCE_S
from tests.vehicle.gateway import FakeGateway
from wire.frames import Frame, Lane
from wire.staff_limits import from_limit_set
from wire.uuid7 import uuid7

UNIT = "AMB-07"
ENCOUNTER = "0192f0c1-2b3c-7d4e-8f50-61728394a5b6"
WELL: dict[str, Any] = {
    "heart_rate_bpm": 84, "pulse_rate_bpm": 84, "respiration_per_min": 16, "spo2_percent": 97,
    "systolic_mmhg": 128, "diastolic_mmhg": 79, "temperature_c": 36.9,
    "consciousness": "CONSCIOUSNESS_ALERT", "on_oxygen": False,
}  # fmt: skip
SEPTIC: dict[str, Any] = {
    "heart_rate_bpm": 126, "pulse_rate_bpm": 125, "respiration_per_min": 26, "spo2_percent": 92,
    "systolic_mmhg": 86, "diastolic_mmhg": 48, "temperature_c": 38.9,
    "consciousness": "CONSCIOUSNESS_VOICE", "on_oxygen": True,
}  # fmt: skip


SHOWN_EVERY_US = 500_000


class HonestGateway(FakeGateway):
    """A gateway whose clock is right, so that the unit's stays so."""

    def _clock_reply(self, unit_sent_us: int) -> telemetry_service_pb2.UplinkResponse:
        now_us = SystemClock().now_us()
        return telemetry_service_pb2.UplinkResponse(
            clock_reply=telemetry_service_pb2.ClockReply(
                unit_sent_us=unit_sent_us, gateway_received_us=now_us, gateway_sent_us=now_us
            )
        )


@dataclass(slots=True)
class Ambulance:
    """One unit under way."""

    gateway: FakeGateway
    home: Path
    screen: asyncio.subprocess.Process
    address: str
    options: tuple[str, ...] = ()
    """Of the crew's screen."""
    age_years: int = 71
    """Of the patient on board; the next one is a year older, so that a screen tells them apart."""
    vehicle: asyncio.subprocess.Process | None = None

    def say(self, **line: Any) -> None:  # noqa: ANN401 - a line of JSON
        """Let the monitor say a line."""
        assert self.vehicle is not None
        assert self.vehicle.stdin is not None
        line = {"encounter_id": ENCOUNTER, **line}
        self.vehicle.stdin.write(json.dumps(line).encode() + b"\n")

    def vitals(self, values: dict[str, Any], **changed: Any) -> None:  # noqa: ANN401
        self.say(vitals={**values, **changed})

    @asynccontextmanager
    async def showing(self, values: dict[str, Any]) -> AsyncIterator[None]:
        """Let the monitor show these values all the while; what jumps is believed when it stays."""

        async def show() -> None:
            while True:
                self.vitals(values)
                await SystemClock().sleep_us(SHOWN_EVERY_US)

        task = asyncio.create_task(show())
        try:
            yield
        finally:
            task.cancel()

    def admit(self, **event: Any) -> None:  # noqa: ANN401
        opened = {"change": "ENCOUNTER_CHANGE_OPENED", "age_years": self.age_years, **event}
        self.say(encounter_event=opened)

    def post(self, text: str, person: str = "Li Na") -> str:
        """Let the center send a message; return its id."""
        now_us = SystemClock().now_us()
        message_id = str(uuid7(now_us, os.urandom(10)))
        message = message_pb2.Message(
            message_id=message_id, unit_id=UNIT, text=text, person=person,
            issued_at_us=now_us, expires_at_us=now_us + 600_000_000,
        )  # fmt: skip
        self.gateway.posts.put_nowait(telemetry_service_pb2.DownlinkResponse(message=message))
        return message_id

    def acknowledge(self, alarm_id: str, priority: int, person: str) -> None:
        """Let somebody at the center take responsibility for an alarm."""
        entry = alarm_pb2.AlarmEntry(
            acknowledgement=alarm_pb2.Acknowledgement(
                encounter_id=ENCOUNTER,
                alarm_id=bytes.fromhex(alarm_id),
                priority=alarm_pb2.Priority.ValueType(priority),
                revision=1,
                person=person,
                place=alarm_pb2.PLACE_CENTER,
                at_us=SystemClock().now_us(),
                request_id="center-1",
            )
        )
        self.gateway.posts.put_nowait(telemetry_service_pb2.DownlinkResponse(alarm_entry=entry))

    def limit(self, cause: Cause, medium: float, person: str, reason: str) -> None:
        """Let somebody at the center set a limit for the patient, for four hours."""
        now_us = SystemClock().now_us()
        until_us = now_us + 4 * 60 * MINUTE_US
        limit = LimitSet(
            ENCOUNTER, cause, medium, None, now_us, until_us, person, reason, "center-2"
        )
        entry = alarm_pb2.AlarmEntry(limit_set=from_limit_set(limit))
        self.gateway.posts.put_nowait(telemetry_service_pb2.DownlinkResponse(alarm_entry=entry))

    def frames(self, lane: Lane = Lane.ALARM) -> list[Frame]:
        return self.gateway.frames(lane)

    def entered(self) -> list[CrewEvent]:
        """What the center's log holds of the crew's events."""
        return [
            item for frame in self.frames() for item in frame.items if isinstance(item, CrewEvent)
        ]

    async def drive(self) -> None:
        """Start the vehicle program."""
        self.vehicle = await _goldenhour(
            "vehicle", "--unit-id", UNIT, "--gateway", self.gateway.address,
            "--home", str(self.home), "--drain-s", "1",
        )  # fmt: skip
        assert (await _ready(self.vehicle))["ready"] == "vehicle"

    async def kill_vehicle(self) -> None:
        assert self.vehicle is not None
        self.vehicle.kill()
        await self.vehicle.wait()

    async def kill_screen(self) -> None:
        self.screen.kill()
        await self.screen.wait()

    async def set_off(self) -> None:
        """Begin anew: nothing is left of an earlier patient but the screen that goes on running."""
        await _reap_vehicle(self)
        self.vehicle = None
        self.age_years += 1
        shutil.rmtree(self.home / "vehicle", ignore_errors=True)
        await self.gateway.cut()
        self.gateway = HonestGateway()
        await self.gateway.start()
        if self.screen.returncode is not None:
            self.screen, self.address = await _screen(self.home, self.options)


@asynccontextmanager
async def on_the_road(home: Path, *options: str) -> AsyncIterator[Ambulance]:
    """Start gateway and screen, then the vehicle; end them all."""
    async with AsyncExitStack() as stack:
        gateway = HonestGateway()
        await gateway.start()
        screen, address = await _screen(home, options)
        ambulance = Ambulance(gateway, home, screen, address, options)
        stack.push_async_callback(_reap_all, ambulance)
        yield ambulance


async def _screen(home: Path, options: tuple[str, ...]) -> tuple[asyncio.subprocess.Process, str]:
    """Start the crew's screen; return it and where it is."""
    screen = await _goldenhour(
        "crew-screen", "--home", str(home), "--port", "0", "--person", "Zhang Wei", *options
    )
    try:
        return screen, (await _ready(screen))["address"]
    except BaseException:
        await _reap(screen)
        raise


async def _goldenhour(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "goldenhour", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


async def _ready(process: asyncio.subprocess.Process) -> dict[str, str]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
    ready: dict[str, str] = json.loads(line)
    return ready


async def _reap(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    await process.wait()


async def _reap_vehicle(ambulance: Ambulance) -> None:
    if ambulance.vehicle is not None:
        await _reap(ambulance.vehicle)


async def _reap_all(ambulance: Ambulance) -> None:
    await _reap_vehicle(ambulance)
    await _reap(ambulance.screen)
    await ambulance.gateway.cut()
