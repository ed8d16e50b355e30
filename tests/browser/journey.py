"""The whole way, all of it real: a vehicle with its screen, the programs, Kafka, and the board."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.json_format import MessageToDict
from playwright.async_api import Browser, Page, expect

from clinical.instant import SECOND_US
from goldenhour.broker.free_port import free_port
from goldenhour.demo import plan
from goldenhour.stack.program import Program
from goldenhour.stack.supervisor import Stack
from ports.clock import SystemClock
from simulators.patients.ecg import RATE_HZ, LeadTrouble, SimulatedLead
from tests.browser.ambulance import WELL
from tests.kafka.stack import VehicleProcess, vehicle_of
from tests.patience import PATIENCE_MS, PATIENCE_US
from wire.uuid7 import uuid7
from wire.waveforms import from_waveform

CLOCK = SystemClock()
UNIT = "AMB-07"
CREW = "Zhang Wei"
DISPATCHER = "Li Na"
BEAT_US = 500_000
BEAT_SAMPLES = RATE_HZ * BEAT_US // SECOND_US
LOOPBACK = frozenset({"127.0.0.1", "localhost"})
INSIDE = frozenset({"data", "blob", "about"})


@dataclass
class Journey:
    """One patient under way, and the two screens that show them."""

    stack: Stack
    board_url: str
    crew_url: str
    vehicle: VehicleProcess
    browser: Browser
    encounter: str
    values: dict[str, Any] = field(default_factory=lambda: dict(WELL))
    lead: SimulatedLead = field(default_factory=lambda: SimulatedLead("II", seed=1))
    trouble: LeadTrouble | None = None
    """What is wrong with the lead from the next chunk on."""
    asked: set[str] = field(default_factory=set)
    """Every address that one of the screens has asked for anything."""
    wrong: list[str] = field(default_factory=list)
    """Errors of the pages themselves."""
    pages: list[Page] = field(default_factory=list)

    async def say(self, **line: object) -> None:
        await self.vehicle.say({"encounter_id": self.encounter, **line})

    async def monitor(self) -> None:
        """Let the monitor speak twice a second and send its lead, until cancelled."""
        while True:
            await self.say(vitals=self.values)
            chunk = self.lead.record(BEAT_SAMPLES, 84, CLOCK.now_us(), self.trouble)
            await self.say(waveform=MessageToDict(from_waveform(chunk)))
            await CLOCK.sleep_us(BEAT_US)

    async def board(self, *, own_clock: bool = False) -> Page:
        """Open the board as a dispatcher who has said who they are.

        With a clock of its own, a test can stop it.
        """
        page = await self._open(self.board_url, 1440, 900, own_clock=own_clock)
        await page.fill("#person", DISPATCHER)
        await page.locator("#person").blur()
        return page

    async def tablet(self) -> Page:
        """Open the crew's screen."""
        page = await self._open(self.crew_url, 1280, 800)
        await expect(page.locator(".tile[data-vital=heart_rate_bpm] .number")).not_to_have_text("–")  # noqa: RUF001 - a dash
        return page

    def outside(self) -> list[str]:
        """Return what was asked of other machines."""
        return [url for url in self.asked if not _is_here(url)]

    async def leave(self) -> None:
        """Close every page; the browser is not this journey's own."""
        while self.pages:
            await self.pages.pop().close()

    async def _open(self, url: str, width: int, height: int, *, own_clock: bool = False) -> Page:
        page = await self.browser.new_page(
            viewport={"width": width, "height": height}, locale="en-GB"
        )
        page.set_default_timeout(PATIENCE_MS)
        self.pages.append(page)
        page.on("request", lambda request: self.asked.add(request.url))
        page.on("websocket", lambda socket: self.asked.add(socket.url))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        if own_clock:
            await page.clock.install()
        await page.goto(url)
        return page


@asynccontextmanager
async def under_way(bootstrap: str, browser: Browser, home: Path) -> AsyncIterator[Journey]:
    """Start everything around a broker, with one patient who is well; end it all."""
    async with AsyncExitStack() as exits:
        stack = Stack(home, CLOCK, PATIENCE_US)
        exits.push_async_callback(stack.stop)
        gateway, center, screen, *_ = await asyncio.gather(
            stack.start(plan.gateway(bootstrap, 0, 0, home)),
            stack.start(plan.command_center(bootstrap, 0, free_port(), 0, home)),
            stack.start(_screen(home)),
            stack.start(plan.worker(1, bootstrap, 0, home)),
            stack.start(plan.waveforms(bootstrap, 0, home)),
        )
        vehicle = await exits.enter_async_context(vehicle_of(gateway["address"], home, UNIT))
        encounter = str(uuid7(CLOCK.now_us(), os.urandom(10)))
        board_url = plan.board_url(center["http"])
        journey = Journey(stack, board_url, screen["address"], vehicle, browser, encounter)
        exits.push_async_callback(journey.leave)
        opened: Mapping[str, object] = {"change": "ENCOUNTER_CHANGE_OPENED", "age_years": 71}
        await journey.say(encounter_event=opened)
        monitor = asyncio.create_task(journey.monitor())
        exits.callback(monitor.cancel)
        yield journey


def _screen(home: Path) -> Program:
    options = ("--home", str(home), "--port", "0", "--person", CREW, "--language", "en")
    return Program("crew-screen", ("crew-screen", *options))


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    return parts.hostname in LOOPBACK or parts.scheme in INSIDE
