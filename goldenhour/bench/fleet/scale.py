"""The scale bench: what a frame, an idle lane and a patient cost, at several sizes.

Everything runs for real on this machine: broker, gateway, one worker, command center; the units are
``units``. Each size has a fresh broker and four stretches (``costing``). All sizes send the same
number of frames a second, so that what does not grow with the size is divided by the same number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from clinical.instant import SECOND_US
from goldenhour.bench.accounting import accounted
from goldenhour.bench.figures import latencies_ms, summary
from goldenhour.bench.fleet.arrivals import Trip, most_carried
from goldenhour.bench.fleet.costing import Run, Stretch, figures, ratio
from goldenhour.bench.fleet.shapes import Shape, carried
from goldenhour.bench.fleet.tapped import Carried
from goldenhour.bench.fleet.units import LANES, OWN_CONNECTIONS, Fleet, FleetOptions
from goldenhour.bench.latency.subscriber import SubscriberRecord
from goldenhour.bench.programs.spending import Spent, spent
from goldenhour.bench.programs.standing_stack import Standing, standing_stack
from goldenhour.stack.program import Program
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from simulators.verdict.reader import present

SETTLE_US: Final = 3 * SECOND_US
"""Between what changes the fleet and the stretch that is measured after it."""

SEED: Final = 1

COMPARED: Final = {
    "frame_us": "all",
    "idle_lane_us_per_s": "gateway",
    "patient_us_per_s": "worker",
}
"""What is compared between sizes, and of which program: only it knows of lanes, or of patients."""


@dataclass(frozen=True, slots=True)
class ScaleOptions:
    """What to measure."""

    sizes: Sequence[int]
    seconds: int
    """Length of the stretch in which frames come; the others are half as long."""
    frames_per_s: float
    home: Path
    shape: Shape = Shape.CONSTANT


async def measure(
    options: ScaleOptions, environment: Mapping[str, str], clock: Clock
) -> dict[str, Any]:
    """Measure every size and return the figures."""
    sizes = []
    for units in options.sizes:
        async with standing_stack(environment, options.home, clock) as standing:
            sizes.append(await _Measurement(options, units, standing, clock).size())
    return {
        "shape": str(options.shape),
        "seconds": options.seconds,
        "frames_lost": sum(size["frames_lost"] for size in sizes),
        "sizes": sizes,
        "ratios": ratios(sizes),
    }


def ratios(sizes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return how the costs of each size stand to those of the first."""
    first = sizes[0]
    return [
        {
            "units": size["units"],
            **{
                cost: ratio(first[cost][whose], size[cost][whose])
                for cost, whose in COMPARED.items()
            },
        }
        for size in sizes[1:]
    ]


class _Measurement:
    """One size on one stack."""

    def __init__(self, options: ScaleOptions, units: int, standing: Standing, clock: Clock) -> None:
        self._options = options
        self._units = units
        self._standing = standing
        self._clock = clock
        self._fleet = Fleet(FleetOptions(standing.gateway, units, standing.folder), clock)
        self._constant = options.shape is Shape.CONSTANT
        self._heard_file = standing.folder / "subscriber.msgpack"

    async def size(self) -> dict[str, Any]:
        """Run the four stretches, end everything, and compare what was sent with what came."""
        await self._standing.stack.start(_subscriber(self._standing.alerts, self._heard_file))
        trips = carried(self._options.shape, self._units, self._options.seconds, SEED)
        empty = await self._rest()
        await self._fleet.connect()
        tapped = self._fleet.tap.carried
        connected = await self._rest()
        idle = _since(tapped, self._fleet.tap.carried)
        standby = await self._standby() if self._constant else connected
        kept, tapped = self._standing.kept_bytes(), self._fleet.tap.carried
        sending, frames = await self._send(trips)
        sent = _since(tapped, self._fleet.tap.carried)
        await self._fleet.drained()
        await self._clock.sleep_us(SETTLE_US)
        grown = _grown(kept, self._standing.kept_bytes())
        run = Run(
            units=self._units,
            lanes=LANES * self._units,
            connections=self._fleet.connections,
            patients=self._units if self._constant else 0,
            frames=frames,
            empty=empty,
            connected=connected,
            standby=standby,
            sending=sending,
        )
        return {
            **figures(run),
            "trips": len(trips),
            "most_carried": most_carried(trips),
            "longest_wait_s": round(max(it.waited_s for it in trips), 3),
            "wire": wire(run, idle, sent) if self._units <= OWN_CONNECTIONS else None,
            "kafka_bytes_per_frame": {name: round(it / frames, 1) for name, it in grown.items()},
            **await self._compared(),
        }

    async def _rest(self) -> Stretch:
        """Let the fleet be as it is."""
        await self._clock.sleep_us(SETTLE_US)
        before, began_us = await spent(self._standing.pids), self._clock.monotonic_us()
        await self._clock.sleep_us(self._options.seconds * SECOND_US // 2)
        return await self._since(before, began_us)

    async def _standby(self) -> Stretch:
        await self._fleet.stand_by()
        standby = await self._rest()
        await self._fleet.resume()
        return standby

    async def _send(self, trips: Sequence[Trip]) -> tuple[Stretch, int]:
        before, began_us = await spent(self._standing.pids), self._clock.monotonic_us()
        frames = await self._fleet.send(trips, self._options.seconds, self._options.frames_per_s)
        return await self._since(before, began_us), frames

    async def _since(self, before: Mapping[str, Spent], began_us: int) -> Stretch:
        seconds = (self._clock.monotonic_us() - began_us) / SECOND_US
        return between(before, await spent(self._standing.pids), seconds)

    async def _compared(self) -> dict[str, Any]:
        """End every encounter, and say what of the load arrived."""
        await self._fleet.end()
        await self._standing.stack.named("bench-subscriber").stop()
        await self._fleet.stop()
        found = await present(KafkaLog(self._standing.bootstrap, client_id="bench-reader"))
        heard = msgspec.msgpack.decode(self._heard_file.read_bytes(), type=SubscriberRecord)
        recorder = self._fleet.recorder
        return {
            **accounted(recorder.captured_frames, found),
            "frames_refused": recorder.refusals,
            "alarms": summary(latencies_ms(self._fleet.turned_us, heard.first_arrivals())),
            "shown_twice": heard.shown_twice,
        }


def between(before: Mapping[str, Spent], after: Mapping[str, Spent], seconds: float) -> Stretch:
    """Return the stretch between two looks at the same programs."""
    return Stretch(
        seconds,
        {name: after[name].processor_s - before[name].processor_s for name in before},
        {name: after[name].resident_mb for name in before},
    )


def wire(run: Run, idle: Carried, sent: Carried) -> dict[str, float]:
    """Return the bytes that TCP carried for the one unit that was tapped.

    A frame's share holds its acknowledgement, and the keep-alive that fell between frames.
    """
    frames = run.frames / run.units
    lane_seconds = run.connected.seconds * LANES
    return {
        "up_bytes_per_frame": round(sent.up / frames, 1),
        "down_bytes_per_frame": round(sent.down / frames, 1),
        "up_bytes_per_idle_lane_s": round(idle.up / lane_seconds, 1),
        "down_bytes_per_idle_lane_s": round(idle.down / lane_seconds, 1),
    }


def _since(before: Carried, now: Carried) -> Carried:
    return Carried(now.up - before.up, now.down - before.down)


def _grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    grown = {topic: size - before.get(topic, 0) for topic, size in sorted(after.items())}
    return {topic: size for topic, size in grown.items() if size > 0}


def _subscriber(alerts: str, out: Path) -> Program:
    return Program(
        "bench-subscriber", ("bench", "subscriber", "--alerts", alerts, "--out", str(out))
    )
