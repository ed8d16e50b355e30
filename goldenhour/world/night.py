"""One night: a case played from its first moment until everything has come to rest.

Every program runs on a machine of its own. One that fails or is killed is started again after a
while, as an init system does. When the faults are over everything is mended; then the night may
last as long as it takes until nothing is on its way, and not longer than ``SETTLE_S``.
"""

import asyncio  # noqa: TC003 - for the reader
import secrets
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, Final
from unittest.mock import patch

from clinical.alarms.priority import Source
from goldenhour.world.case import Case, Fault
from goldenhour.world.center import Dispatcher, Site, StoreDisk, watch_over
from goldenhour.world.clock import MachineClock
from goldenhour.world.disk import Disk
from goldenhour.world.gateways import serve
from goldenhour.world.network import Server, Way
from goldenhour.world.record import SendersRecord
from goldenhour.world.schedule import Machine, Schedule
from goldenhour.world.shared_log import Broker, MachineLog
from goldenhour.world.vehicles import Crew, Vehicle
from goldenhour.world.workers import HEARTBEAT_US, Group, work
from ports.log.port import LogLost
from streams.gateway.gateway import Gateway

_S: Final = 1_000_000

SETTLE_S: Final = 180
"""Longest time after the last fault until all that was captured has to be everywhere."""

REST_S: Final = 5
"""How long nothing may be on its way before the night counts as at rest."""

GATEWAYS: Final = 2
WORKERS: Final = 2
"""Per channel."""

_RESTART_US: Final = 700_000
"""How long it takes until a program that failed runs again."""

Program = Callable[[Machine], Coroutine[Any, Any, None]]


@dataclass(slots=True)
class Post:
    """A program and the machine that it runs on now."""

    name: str
    program: Program
    machine: Machine
    restart_us: int = 0
    """When it is started again; 0 while it runs."""


@dataclass(slots=True)
class Night:
    """The world of one case."""

    case: Case
    schedule: Schedule = field(init=False)
    broker: Broker = field(init=False)
    record: SendersRecord = field(default_factory=SendersRecord)
    posts: dict[str, Post] = field(default_factory=dict)
    vehicles: list[Vehicle] = field(default_factory=list)
    fleet: dict[str, Vehicle] = field(default_factory=dict)
    """The same, by the name of their post."""
    groups: dict[Source, Group] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    clocks: dict[str, int] = field(default_factory=dict)
    """How far the wall clock of each server machine is off, microseconds."""
    site: Site = field(default_factory=Site)
    store: StoreDisk = field(init=False)
    dispatcher: Dispatcher = field(init=False)
    settled: bool = False
    """Whether everything came to rest in time."""
    _rng: Random = field(init=False)

    def __post_init__(self) -> None:
        """Build everything; nothing runs yet."""
        seed = self.case.seed
        self._rng = Random(f"night {seed}")  # noqa: S311 - a seeded world
        self.schedule = Schedule(self._dice())
        self.broker = Broker(self.schedule, self._dice())
        self.store = StoreDisk(f"world-{id(self)}")
        self.groups = {s: Group(s) for s in (Source.CENTER_A, Source.CENTER_B)}
        ends_us = self.case.seconds * _S
        for number in range(self.case.units):
            self.vehicles.append(self._vehicle(number))
        units = [vehicle.unit_id for vehicle in self.vehicles]
        self.dispatcher = Dispatcher("desk", self._dice(), Way(self._dice()), units)
        self.dispatcher.acts_until_us = ends_us

    def play(self, befall: Callable[["Night", Fault], None]) -> None:
        """Live through it; ``befall`` lets a fault of the case happen."""
        with _seeded_secrets(self._dice()):
            self._begin()
            case = self.case
            for fault in case.faults:
                self.schedule.at(fault.at_us, befall, self, fault)
            self.schedule.run_until(case.seconds * _S)
            self._mend()
            self.settled = self._settle()
            self._stop_time()
            self.schedule.run_until(self.schedule.now_us + REST_S * _S)

    def kill(self, post: Post, restart_us: int, *, power: bool = False) -> None:
        """Kill a machine; its program is started anew after a time.

        ``power``: its modem has no power either, and what it had sent is lost with it.
        """
        post.machine.kill()
        for way in self._ways():
            for call in list(way.calls):
                if post.machine in {call.client.machine, call.server and call.server.machine}:
                    call.fall_silent() if power else call.lose(post.machine)
        post.restart_us = self.schedule.now_us + max(1, restart_us)
        self.schedule.at(post.restart_us, self._start, post)

    def posts_of(self, kind: str) -> list[Post]:
        """Return the posts of a kind: vehicle, gateway, worker, center, subscriber."""
        return [post for name, post in self.posts.items() if name.startswith(kind)]

    def busy(self, post: Post, *, message: bool) -> bool:
        """Tell whether a program has something under way that a kill would leave half done.

        ``message``: of a vehicle, whether its disk does not have a message yet that it received.
        """
        name = post.name
        vehicle = self.fleet.get(name)
        if vehicle is not None:
            return vehicle.unsaved if message else vehicle.at_risk
        if name in self.gateways:
            return self.gateways[name].service._intake.backlog.frames > 0  # noqa: SLF001
        if name == "center":
            center = self.site.center
            return center is not None and center.folding._one_at_a_time.locked()  # noqa: SLF001
        return any(group.busy(name) for group in self.groups.values())

    def pick_gateway(self) -> Server | None:
        """Return one of the gateways that listen."""
        up = [server for server in self.servers.values() if not server.machine.dead]
        return up[int(self._rng.random() * len(up))] if up else None

    def _begin(self) -> None:
        for number in range(GATEWAYS):
            self._post(f"gateway-{number}", self._gateway)
        for source, group in self.groups.items():
            for number in range(WORKERS):
                self._post(f"worker-{source.value}-{number}", partial(self._worker, group))
        self._post("center", self._center)
        self._post("subscriber", self._subscriber)
        for vehicle in self.vehicles:
            name = f"vehicle-{vehicle.unit_id}"
            self.fleet[name] = vehicle
            self._post(name, partial(self._crew, vehicle))
        self.schedule.at(HEARTBEAT_US, self._look)

    def _dice(self) -> Random:
        return Random(self._rng.random())  # noqa: S311 - a seeded world

    def _vehicle(self, number: int) -> Vehicle:
        offset_us = int(self._rng.uniform(-300_000, 300_000))
        return Vehicle(
            f"unit-{number}", self._dice(), Way(self._dice()), Disk(self._dice()), offset_us
        )

    def _post(self, name: str, program: Program) -> None:
        post = Post(name, program, Machine(name, self.schedule))
        self.posts[name] = post
        self._start(post)

    def _start(self, post: Post) -> None:
        if post.restart_us > self.schedule.now_us:
            return
        post.restart_us = 0
        machine = post.machine = Machine(post.name, self.schedule)
        running = machine.spawn(post.program(machine))
        running.add_done_callback(partial(self._ended, post, machine))

    def _ended(self, post: Post, machine: Machine, running: "asyncio.Task[None]") -> None:
        """Start a program again that ended by itself; what it may not end with is a trouble."""
        error = None if running.cancelled() else running.exception()
        if not _expected(error):
            self.schedule.troubles.append(f"{post.name}: ended with {error!r}")
        if not machine.dead:
            self.kill(post, _RESTART_US)

    def _ways(self) -> Iterator[Way]:
        yield from (vehicle.way for vehicle in self.vehicles)
        yield self.dispatcher.way

    def _look(self) -> None:
        for group in self.groups.values():
            group.look(self.schedule.now_us)
        self.schedule.at(self.schedule.now_us + HEARTBEAT_US, self._look)

    # The programs.

    def _clock(self, machine: Machine, grid_us: int = 1) -> MachineClock:
        return MachineClock(machine, self.clocks.get(machine.name, 0), grid_us)

    async def _gateway(self, machine: Machine) -> None:
        log = MachineLog(machine, self.broker)
        await serve(machine, log, self._clock(machine), self.servers, self.gateways)

    async def _worker(self, group: Group, machine: Machine) -> None:
        await work(machine, MachineLog(machine, self.broker), group, self._clock(machine))

    async def _center(self, machine: Machine) -> None:
        log = MachineLog(machine, self.broker)
        clock = self._clock(machine, self.case.grid_us)
        await watch_over(machine, log, clock, self.store, self.site)

    async def _subscriber(self, machine: Machine) -> None:
        await self.dispatcher.run(machine, self._clock(machine), self.site)

    async def _crew(self, vehicle: Vehicle, machine: Machine) -> None:
        crew = Crew(
            vehicle,
            self.vehicles,
            self.record,
            self.pick_gateway,
            int(self.case.frame_every_s * _S),
            self.case.grid_us,
            self.case.well_most_s,
            self.case.seconds * _S,
        )
        await crew.run(machine)

    # The end of the night.

    def _mend(self) -> None:
        """Let everything work again."""
        self.broker.stalled_until_us = self.broker.doubtful_until_us = 0
        for vehicle in self.vehicles:
            vehicle.way.mend()
            vehicle.way.slow_until_us = 0
            vehicle.way.corrupt = None
            vehicle.disk.full = False
        for post in self.posts.values():
            post.machine.resume()

    def _settle(self) -> bool:
        """Wait until all is at rest for a while; tell whether that came in time."""
        rested = 0
        for _ in range(SETTLE_S):
            self.schedule.run_until(self.schedule.now_us + _S)
            rested = rested + 1 if self._drained() else 0
            if rested >= REST_S:
                return True
        return False

    def _drained(self) -> bool:
        """Tell whether all that was captured is acknowledged, and every program runs."""
        if any(post.restart_us for post in self.posts.values()):
            return False
        if any(one.client is None or one.depth for one in self.vehicles):
            return False
        life = self.dispatcher.lives[-1]
        return life.token is not None

    def _stop_time(self) -> None:
        """End vehicles and gateways, so that nothing is added to what is judged."""
        for post in [*self.posts_of("vehicle"), *self.posts_of("gateway")]:
            post.machine.kill()


def _expected(error: BaseException | None) -> bool:
    """Tell whether a program may end so: because the log did not confirm something."""
    if isinstance(error, ExceptionGroup):
        return all(_expected(one) for one in error.exceptions)
    return isinstance(error, LogLost)


@contextmanager
def _seeded_secrets(rng: Random) -> Iterator[None]:
    """Let what asks for secrets get them from the seed."""
    with (
        patch.object(secrets, "token_bytes", rng.randbytes),
        patch.object(secrets, "token_hex", lambda size: rng.randbytes(size).hex()),
    ):
        yield
