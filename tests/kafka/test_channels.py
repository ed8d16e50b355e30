"""Two channels on a real Kafka: a lost one delays no alarm, loses none, tells none twice.

The workers are real processes under the supervisor. One is killed with -9, the other is stopped
with SIGSTOP, as a program that hangs is: it answers nobody, keeps its partitions and says nothing.
"""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest

from clinical.alarms.identity import FrameRef, alarm_id
from clinical.alarms.priority import Phase, Source
from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from command_center.channels import CHANNEL_LOST_US
from goldenhour.bench.load.flipping import CAUSE, ILL, WELL
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack import supervisor
from goldenhour.stack.supervisor import Stack
from simulators.verdict.alert_feed import AlertFeed, Delivered
from tests.kafka.stack import CLOCK, STEP_US, Running, unit
from tests.patience import PATIENCE_S, PATIENCE_US
from vehicle.client import VehicleClient
from wire.frames import Lane

NOT_DELAYED_US = 2 * SECOND_US
"""Above an alarm's way on a busy machine, below the 3 s in which a group misses a worker."""

FLIP_US = 400_000


@dataclass
class Night:
    """A patient who turns ill and well again and again, and all that the feed says."""

    encounter_id: str
    onset_us: dict[tuple[bytes, int], int] = field(default_factory=dict)
    """When the frame of each turn for the worse was handed over, by segment and sequence."""
    heard: list[Delivered] = field(default_factory=list)

    async def flip(self, client: VehicleClient) -> None:
        while True:
            for vitals in (ILL, WELL):
                at_us = CLOCK.now_us()
                ref = client.capture(self.encounter_id, [vitals])
                if vitals is ILL:
                    self.onset_us[ref.segment, ref.sequence] = at_us
                await CLOCK.sleep_us(FLIP_US)

    async def listen(self, alerts: str) -> None:
        async for event in AlertFeed(alerts, f"desk-{uuid4()}", CLOCK).events():
            if isinstance(event, Delivered):
                self.heard.append(event)

    @property
    def starts(self) -> list[Delivered]:
        """Each beginning of what flips."""
        return [
            one
            for one in self.heard
            if one.alarm.cause == CAUSE
            and one.alarm.encounter_id == self.encounter_id
            and one.alarm.phase is Phase.START
        ]

    @property
    def sources(self) -> set[Source]:
        """Who has spoken about any of them."""
        return {source for one in self.heard for source in one.alarm.sources}

    @property
    def _phases(self) -> list[Phase]:
        """Of DETECTION_DEGRADED, in order."""
        cause = Cause.DETECTION_DEGRADED
        return [one.alarm.phase for one in self.heard if one.alarm.cause == cause]

    @property
    def losses(self) -> int:
        """How often a channel was said to be lost."""
        return self._phases.count(Phase.START)

    def lost_since(self, losses: int) -> bool:
        """Whether a channel was said to be lost once more."""
        return self.losses > losses

    @property
    def degraded(self) -> bool:
        """Whether a channel is said to be lost at present."""
        return bool(self._phases) and self._phases[-1] is not Phase.END

    def stopped(self) -> list[Delivered]:
        return [one for one in self.heard if one.alarm.cause == Cause.DETECTION_STALE]

    def unheard(self) -> int:
        """How many turns for the worse the feed has not told of."""
        told = {name for one in self.heard for name in (one.alarm.alarm_id, *one.alarm.aliases)}
        return len({self._name(*turn) for turn in self.onset_us} - told)

    def _name(self, segment: bytes, sequence: int) -> bytes:
        """The id of the alarm of a turn.

        While a death is not noticed, what the dead channel held stays active, and the next turn is
        an alias of it.
        """
        frame = FrameRef("HOT-1", Lane.VITALS, segment, sequence, 0)
        return alarm_id(self.encounter_id, CAUSE, frame)

    def delays_us(self) -> list[int]:
        """From the frame to the feed, of each alarm."""
        return [
            one.at_us - self.onset_us[one.alarm.frame.segment, one.alarm.frame.sequence]
            for one in self.starts
        ]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds; a restart on a busy machine takes its time."""
    async with asyncio.timeout(3 * PATIENCE_S):
        while not condition():
            await CLOCK.sleep_us(STEP_US)


@asynccontextmanager
async def hot_hot(bootstrap: str, home: Path) -> AsyncIterator[tuple[Stack, Running]]:
    """Run gateway, center and one worker per channel under the supervisor."""
    stack = Stack(home, CLOCK, PATIENCE_US)
    try:
        gateway = await stack.start(plan.gateway(bootstrap, 0, 0, home))
        await stack.start(plan.worker(1, bootstrap, 0, home, "a"))
        await stack.start(plan.worker(2, bootstrap, 0, home, "b"))
        center = await stack.start(
            plan.command_center(bootstrap, 0, 0, 0, home, channels=2, gateway=gateway["address"])
        )
        board = plan.board_url(center["http"])
        yield stack, Running(bootstrap, gateway["address"], center["address"], board, home)
    finally:
        await stack.stop()


async def test_a_killed_and_a_stopped_worker_cost_no_alarm_a_second(
    own_kafka: RunningBroker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each loss is said and mended: DETECTION_DEGRADED begins and ends, twice; nothing stops.

    A worker that has a place in its group is back sooner than a channel is called lost, so the
    supervisor takes its time.
    """
    monkeypatch.setattr(supervisor, "back_off_us", lambda _: 2 * CHANNEL_LOST_US)
    night = Night(str(uuid4()))
    async with hot_hot(own_kafka.bootstrap, tmp_path) as (stack, system):
        async with unit(system, "HOT-1") as client:
            tasks = [
                asyncio.create_task(night.listen(system.alerts)),
                asyncio.create_task(night.flip(client)),
            ]
            try:
                await until(lambda: {Source.CENTER_A, Source.CENTER_B} <= night.sources)
                for number, number_of_signal in ((1, signal.SIGKILL), (2, signal.SIGSTOP)):
                    await CLOCK.sleep_us(SECOND_US)
                    await until(lambda: not night.degraded)
                    losses = night.losses
                    os.kill(stack.named(f"worker-{number}").pid, number_of_signal)
                    await until(partial(night.lost_since, losses))
                    await until(lambda: not night.degraded)
                tasks[1].cancel()
                await until(lambda: night.unheard() == 0)
            finally:
                for task in tasks:
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
        assert (stack.named("worker-1").restarts, stack.named("worker-2").restarts) == (1, 1)
    assert night.stopped() == []
    assert max(night.delays_us()) < NOT_DELAYED_US
    told = Counter((one.alarm.alarm_id, one.alarm.revision) for one in night.starts)
    assert set(told.values()) == {1}
    assert not [one for one in night.heard if one.alarm.cause == Cause.CHANNELS_DISAGREE]
