"""``goldenhour bench moves``: the workers of one channel moved about, among many live encounters.

Everything is a real process over a real Kafka, but for the units, which are real clients in this
one. Most encounters rest: they have had vital signs, and a worker that takes over their partition
has to have them all before it judges on. The patients of a ward turn ill and well all along; how
long an alarm of theirs waits is what a move costs.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from goldenhour.bench.accounting import accounted
from goldenhour.bench.crash.hearing import heard
from goldenhour.bench.crash.judging import judge
from goldenhour.bench.crash.run import QUIET_US, SETTLE_US, WARM_UP_US
from goldenhour.bench.crash.victims import ProgramVictim
from goldenhour.bench.crash.ward import Ward
from goldenhour.bench.fleet.units import Fleet, FleetOptions
from goldenhour.bench.load.flipping import CAUSE
from goldenhour.bench.moves.moving import ROUND, Move, Moved, figures
from goldenhour.bench.programs.standing_stack import Standing, standing_stack
from goldenhour.demo import plan
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.verdict.reader import present

VITALS_S: Final = 3
"""Seconds of vital signs that an encounter has had before it rests."""


@dataclass(frozen=True, slots=True)
class MovesOptions:
    """How many encounters, and how often each move is made."""

    encounters: int
    units: int
    times: int
    seed: int
    home: Path


async def measure(
    options: MovesOptions, environment: Mapping[str, str], clock: Clock
) -> dict[str, Any]:
    """Run, move, and return the figures."""
    rng = Random(options.seed)  # noqa: S311 - when, not a secret
    async with standing_stack(environment, options.home, clock, spares=True) as standing:
        fleet = Fleet(FleetOptions(standing.gateway, options.encounters, standing.folder), clock)
        await fleet.connect()
        await fleet.stand_by(VITALS_S)
        folder = standing.folder / "ward"
        folder.mkdir()
        ward = Ward(standing.gateway, folder, options.units, rng, clock, processes=0)
        async with heard(standing.alerts, clock) as subscriber:
            await ward.start()
            await clock.sleep_us(WARM_UP_US)
            crew = _Crew(standing, clock)
            moved = []
            for move, number in ROUND * options.times:
                await crew.whole()
                await clock.sleep_us(rng.randint(*QUIET_US))
                moved.append(await crew.make(move, number))
            await clock.sleep_us(QUIET_US[0])
            await ward.drain()
            await subscriber.until_told(ward.injected(), CAUSE)
            await clock.sleep_us(SETTLE_US)
        await fleet.stop()
        found = await present(KafkaLog(standing.bootstrap, client_id="bench-reader"))
    injected = ward.injected()
    verdict = judge(injected, subscriber.told, CAUSE)
    captured = [*(it.frame for it in ward.confirmed()), *fleet.recorder.captured_frames]
    return {
        "encounters": options.encounters,
        "units": options.units,
        "times": options.times,
        "seed": options.seed,
        **accounted(captured, found),
        "alarms_injected": len(injected),
        "alarms_lost": len(verdict.lost),
        "alarms_duplicated": verdict.duplicated,
        **figures(injected, verdict, moved),
    }


class _Crew:
    """The workers of the one channel."""

    def __init__(self, standing: Standing, clock: Clock) -> None:
        self._standing = standing
        self._clock = clock
        self._how: Mapping[Move, Callable[[int], Awaitable[None]]] = {
            Move.KILL: self._kill,
            Move.ADD: self._add,
            Move.ROLL: self._roll,
            Move.REMOVE: self._remove,
        }

    async def whole(self) -> None:
        """Return once the first worker, which is killed, has its spare again."""
        await self._first.whole()

    async def make(self, move: Move, number: int) -> Moved:
        """Make one move, and return once it is done."""
        at_us = self._clock.now_us()
        await self._how[move](number)
        return Moved(move, f"worker-{number}", at_us, self._clock.now_us())

    @property
    def _first(self) -> ProgramVictim:
        return ProgramVictim(self._standing.stack.named("worker-1"))

    async def _kill(self, _: int) -> None:
        self._first.kill()
        await self._first.back()

    async def _add(self, number: int) -> None:
        worker = plan.worker(number, self._standing.bootstrap, 0, self._standing.folder)
        await self._standing.stack.start(plan.with_spares(worker, channels=1))

    async def _roll(self, number: int) -> None:
        await self._remove(number)
        await self._add(number)

    async def _remove(self, number: int) -> None:
        await self._standing.stack.named(f"worker-{number}").stop()
