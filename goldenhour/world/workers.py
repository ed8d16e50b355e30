"""Workers of one channel as a group: who judges which partition, and what a rebalance does.

The group stands in for Kafka's coordinator: a member that was not heard for a session is out, its
partitions go to the others, and it may go on for a while without knowing: a zombie. The runners,
hosts and outboxes are the real ones; only the thin driver is that of the in-memory engine.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from clinical.alarms.priority import Source
from goldenhour.world.clock import MachineClock
from goldenhour.world.schedule import Machine
from goldenhour.world.shared_log import MachineLog
from streams.engine.memory_worker import MemoryWorker
from streams.engine.partition_runner import Runners
from wire.topics import PATIENTS

SESSION_US: Final = 3_000_000
"""A member that was not heard for so long is out of the group."""

HEARTBEAT_US: Final = 500_000
"""Between two looks of the group, and of a member at its assignment."""

_STEP_MS: Final = 500
_IDLE_US: Final = 500_000


@dataclass(slots=True)
class _Member:
    machine: Machine
    heard_us: int
    moved: bool = False


@dataclass(slots=True)
class Group:
    """The workers of one channel."""

    source: Source
    generation: int = 0
    _members: dict[str, _Member] = field(default_factory=dict)
    _assigned: dict[str, list[int]] = field(default_factory=dict)
    _at_work: dict[str, MemoryWorker] = field(default_factory=dict)

    def join(self, machine: Machine, now_us: int) -> None:
        """Take a machine in, in the place of one that had its name."""
        self._members[machine.name] = _Member(machine, now_us)
        self._rebalance()

    def look(self, now_us: int) -> None:
        """Hear who lives, and let go of who does not."""
        for name, member in list(self._members.items()):
            if not (member.machine.dead or member.machine.paused):
                member.heard_us = now_us
            elif now_us - member.heard_us > SESSION_US:
                del self._members[name]
                self._rebalance()

    def roll(self) -> None:
        """Give every partition to another member, as a deployment does."""
        self._members = dict(reversed(self._members.items()))
        self._rebalance()

    def partitions(self, name: str) -> Sequence[int]:
        """Return what a member is to judge."""
        return self._assigned.get(name, ())

    def began(self, name: str, worker: MemoryWorker) -> None:
        """Take note of who judges now."""
        self._at_work[name] = worker

    def busy(self, name: str) -> bool:
        """Tell whether a member holds a snapshot back until its facts are durable."""
        worker = self._at_work.get(name)
        runners = {} if worker is None else worker._runners  # noqa: SLF001 - from outside
        outboxes = [runner._outbox for runner in runners.values()]  # noqa: SLF001
        return any(held.snapshots for outbox in outboxes for held in outbox._held)  # noqa: SLF001

    def holds(self, machine: Machine) -> bool:
        """Tell whether this machine is a member, and not one that took its name."""
        member = self._members.get(machine.name)
        return member is not None and member.machine is machine

    def _rebalance(self) -> None:
        self.generation += 1
        names = list(self._members)
        self._assigned = {name: [] for name in names}
        for partition in range(PATIENTS.partitions if names else 0):
            self._assigned[names[partition % len(names)]].append(partition)


async def work(machine: Machine, log: MachineLog, group: Group, clock: MachineClock) -> None:
    """Judge what the group assigns, until the machine dies; LogLost ends the program."""
    runners = Runners(log, await log.writer(), group.source, bulk=await log.writer())
    group.join(machine, machine.schedule.now_us)
    while True:
        if not group.holds(machine):
            group.join(machine, machine.schedule.now_us)
        generation, mine = group.generation, group.partitions(machine.name)
        if not mine:
            await clock.sleep_us(_IDLE_US)
            continue
        worker = await MemoryWorker.open(log, runners, mine)
        group.began(machine.name, worker)
        known_us = machine.schedule.now_us
        while True:
            now_us = machine.schedule.now_us
            if now_us - known_us >= HEARTBEAT_US:
                known_us = now_us
                if group.generation != generation:
                    break
            await worker.step(_STEP_MS)
        await worker.close()
