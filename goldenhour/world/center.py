"""The command center of the world: the real parts on a store in memory, and who subscribes to it.

The store is SQLite in memory, kept alive by a connection of the world's own, so that it outlives
the machines. Its tables come from a copy that was migrated once.
"""

import sqlite3
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any, Final, cast

import grpc
from prometheus_client import CollectorRegistry
from sqlalchemy import create_engine

from ambulance.alerts.v1 import alarm_pb2
from ambulance.alerts.v1 import alert_service_pb2 as pb
from ambulance.command.v1 import command_service_pb2
from ambulance.command.v1.message_pb2 import Message
from command_center.center import Center
from command_center.feed import messages, service
from command_center.settings import CenterSettings
from command_center.store.migrating import migrate
from goldenhour.world.clock import MachineClock
from goldenhour.world.network import Call, Server, Way
from goldenhour.world.schedule import Machine
from goldenhour.world.shared_log import MachineLog
from ports.objects.memory import MemoryObjects

_S: Final = 1_000_000
_REDIAL_US: Final = 250_000
_SUBSCRIBE: Final = f"/{service.SERVICE}/Subscribe"
_ACKNOWLEDGE: Final = f"/{service.SERVICE}/Acknowledge"
_SEND: Final = f"/{messages.SERVICE}/SendMessage"


@cache
def _migrated() -> bytes:
    """Return an empty store at the present version, as SQLite serialises it."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        with connection.begin():
            migrate(connection)
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)  # noqa: S101 - SQLAlchemy's own driver
        return raw.serialize()


@dataclass(slots=True)
class StoreDisk:
    """Where the center's store lies."""

    name: str
    connection: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        """Put an empty store there."""
        uri = f"file:{self.name}?mode=memory&cache=shared"
        self.connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        blank = sqlite3.connect(":memory:")
        blank.deserialize(_migrated())
        blank.backup(self.connection)
        blank.close()

    @property
    def url(self) -> str:
        """Where SQLAlchemy finds it."""
        return f"sqlite:///file:{self.name}?mode=memory&cache=shared&uri=true"


async def watch_over(
    machine: Machine, log: MachineLog, clock: MachineClock, disk: StoreDisk, site: "Site"
) -> None:
    """Be the command center until the machine dies."""
    settings = CenterSettings(center_channels=2, center_store_url=disk.url)
    center = await Center.open(settings, clock, log, CollectorRegistry(), MemoryObjects())
    server = Server(machine)
    center.alerts.register(cast("Any", server))
    center.commands.register(cast("Any", server))
    site.center, site.server = center, server
    await center.run()


@dataclass(slots=True)
class Site:
    """Where subscribers find the center."""

    server: Server | None = None
    center: Center | None = None

    def pick(self) -> Server | None:
        """Return what listens now."""
        server = self.server
        return None if server is None or server.machine.dead else server


@dataclass(slots=True)
class Life:
    """What a subscriber was told since it last began without a token."""

    begun: bytes | None = None
    """Token of its caught_up: what it is told from there on is ``told``."""
    current: list[pb.Delivery] = field(default_factory=list)
    told: list[pb.Delivery] = field(default_factory=list)
    token: bytes | None = None
    """Where it goes on after a loss."""


@dataclass(slots=True)
class Dispatcher:
    """A subscriber of the feed, who acknowledges alarms and sends messages now and then."""

    name: str
    rng: Random
    way: Way
    units: list[str]
    lives: list[Life] = field(default_factory=list)
    confirmed: list[Message] = field(default_factory=list)
    """Messages of which the center said that the log holds them."""
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    """Alarm by request id of each acknowledgement that the center confirmed."""
    acts_until_us: int = 0

    async def run(self, machine: Machine, clock: MachineClock, site: Site) -> None:
        """Subscribe, resume, act, until the machine dies."""
        life = Life()
        self.lives.append(life)
        machine.create_task(self._act(machine, clock, site))
        while True:
            call = Call(self.way, machine, site.pick(), _SUBSCRIBE)
            await call.write(pb.SubscribeRequest(subscriber=self.name, resume_token=life.token))
            if life.token is None:
                life.current.clear()
            while (response := await call.read()) is not grpc.aio.EOF:
                self._hear(life, response)
            await clock.sleep_us(_REDIAL_US)

    def _hear(self, life: Life, response: pb.SubscribeResponse) -> None:
        if response.HasField("resume_token"):
            life.token = response.resume_token
        match response.WhichOneof("response"):
            case "caught_up":
                life.begun = life.begun or life.token
            case "delivery":
                told = life.current if life.begun is None else life.told
                told.append(response.delivery)

    async def _act(self, machine: Machine, clock: MachineClock, site: Site) -> None:
        while True:
            await clock.sleep_us(int(self.rng.uniform(2, 12) * _S))
            if machine.schedule.now_us >= self.acts_until_us:
                return
            if self.rng.random() < 0.5:  # noqa: PLR2004 - a coin
                await self._send_message(machine, clock, site)
            else:
                await self._acknowledge(machine, site)

    async def _send_message(self, machine: Machine, clock: MachineClock, site: Site) -> None:
        message = Message(
            unit_id=self.rng.choice(self.units),
            text="Go to the nearest stroke unit.",
            person="dispatcher",
            expires_at_us=clock.now_us() + int(self.rng.uniform(30, 600) * _S),
        )
        request = command_service_pb2.SendMessageRequest(message=message)
        response = await _asked(Call(self.way, machine, site.pick(), _SEND), request)
        if response is not None:
            self.confirmed.append(response.message)

    async def _acknowledge(self, machine: Machine, site: Site) -> None:
        told = self.lives[-1].told
        if not told:
            return
        alarm = self.rng.choice(told[-5:]).alarm
        request_id = self.rng.randbytes(16).hex()
        asked = pb.AcknowledgeRequest(
            acknowledgement=alarm_pb2.Acknowledgement(
                encounter_id=alarm.encounter_id,
                alarm_id=alarm.alarm_id,
                priority=alarm.priority,
                revision=alarm.revision,
                person="dispatcher",
                place=alarm_pb2.PLACE_CENTER,
                request_id=request_id,
            )
        )
        call = Call(self.way, machine, site.pick(), _ACKNOWLEDGE)
        if await _asked(call, asked) is not None:
            self.acknowledged[request_id] = alarm.alarm_id


async def _asked(call: Call, request: object) -> Any:  # noqa: ANN401 - any response
    """Return the answer to a request, None when there was none."""
    await call.write(request)
    answer = await call.read()
    call.cancel()
    return None if answer is grpc.aio.EOF else answer
