"""The imaging bench: what a CT series costs the vital signs beside it, and how fast it is there.

Everything runs for real on this machine: broker, gateway, the app `imaging`, and one vehicle
program with a drop folder, behind a simulated link of a given rate, one queue for all lanes.
Windows without an upload and windows with one take turns, so that both see the same machine. In
the last upload the link is cut five times, and every stored image is compared with its file.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from goldenhour.bench.figures import percentile, summary
from goldenhour.bench.vehicle.vital_source import VitalSource
from goldenhour.bench.vehicle.witness import Seen, Witness
from goldenhour.broker.free_port import free_port
from goldenhour.broker.running import RunningBroker
from goldenhour.demo import plan
from goldenhour.stack.supervisor import Stack
from ports.clock import Clock
from ports.log.kafka_log import KafkaLog
from ports.objects.opening import open_objects
from simulators.fleet.links import FaultyLink
from simulators.fleet.scanner import unpack
from simulators.scenario import RECORDINGS

SERIES: Final = "ct_head_ge.tar.xz"
CUTS: Final = 5
CUT_US: Final = 300_000
"""How long each cut lasts."""
UPLOAD_TIMEOUT_S: Final = 120
WARM_UP_ROUNDS: Final = 1
_POLL_US: Final = 10_000
_MBIT: Final = 1_000_000 / 8
_US_PER_S: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class ImagingOptions:
    """What to measure."""

    rounds: int
    frames_per_s: int
    rate_mbit_s: float
    delay_ms: int
    folder: Path


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time, half-open, in microseconds."""

    start_us: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Upload:
    """One series on its way."""

    window: Window
    encounter_id: str
    first_viewable_ms: float
    share_of_link: float


def within(frames: Sequence[Seen], windows: Sequence[Window]) -> list[float]:
    """Return the latencies in milliseconds of the frames that were captured in the windows."""
    return [
        (one.read_us - one.captured_us) / 1_000
        for one in frames
        if any(it.start_us <= one.captured_us < it.end_us for it in windows)
    ]


def figures(
    options: ImagingOptions,
    frames: Sequence[Seen],
    quiet: Sequence[Window],
    uploads: Sequence[Upload],
) -> dict[str, Any]:
    """Return the figures of the rounds."""
    without = within(frames, quiet)
    during = within(frames, [one.window for one in uploads])
    viewable = [one.first_viewable_ms for one in uploads]
    shares = [one.share_of_link for one in uploads]
    return {
        "link_mbit_s": options.rate_mbit_s,
        "link_delay_ms": options.delay_ms,
        "frames_per_s": options.frames_per_s,
        "uploads": len(uploads),
        "vitals_without": summary(without),
        "vitals_during": summary(during),
        "vitals_p99_ratio": round(percentile(during, 0.99) / percentile(without, 0.99), 3),
        "first_viewable_ms": {
            "p50": round(percentile(viewable, 0.5), 1),
            "max": round(max(viewable), 1),
        },
        "share_of_link": {
            "p50": round(percentile(shares, 0.5), 3),
            "min": round(min(shares), 3),
        },
    }


async def measure(options: ImagingOptions, broker: RunningBroker, clock: Clock) -> dict[str, Any]:
    """Run the rounds, then the cuts, and return the figures."""
    async with AsyncExitStack() as stack:
        bench = await Bench.open(options, broker.bootstrap, clock, stack)
        for _ in range(WARM_UP_ROUNDS):
            await bench.upload()
        quiet, uploads = [], []
        for _ in range(options.rounds):
            uploads.append(await bench.upload())
            length_us = uploads[-1].window.end_us - uploads[-1].window.start_us
            quiet.append(await bench.wait(length_us))
        found = figures(options, bench.witness.frames, quiet, uploads)
        return {**found, "after_cuts": await bench.upload_through_cuts()}


class Bench:
    """The stack under measurement."""

    def __init__(
        self, options: ImagingOptions, clock: Clock, link: FaultyLink, source: VitalSource
    ) -> None:
        """Take over what runs."""
        self._options = options
        self._clock = clock
        self._link = link
        self._source = source
        self._drop = options.folder / "drop"
        self._scan = unpack(RECORDINGS / SERIES, options.folder / "scan")
        self._files = sorted(self._scan.glob("*.dcm"))
        self._bytes = sum(path.stat().st_size for path in self._files)
        self._number = 0
        self.witness = Witness()

    @classmethod
    async def open(
        cls, options: ImagingOptions, bootstrap: str, clock: Clock, stack: AsyncExitStack
    ) -> "Bench":
        """Start everything; the stack ends it."""
        programs = Stack(options.folder, clock)
        stack.push_async_callback(programs.stop)
        ready = await programs.start(plan.gateway(bootstrap, free_port(), 0, options.folder))
        await programs.start(plan.imaging(bootstrap, 0, options.folder))
        link = FaultyLink(ready["address"], clock)
        await link.open()
        stack.push_async_callback(link.close)
        link.delay(options.delay_ms)
        link.limit(options.rate_mbit_s * _MBIT)
        drop = options.folder / "drop"
        drop.mkdir()
        source = await VitalSource.start(link.address, options.folder, drop, clock)
        stack.push_async_callback(source.stop)
        bench = cls(options, clock, link, source)
        log = KafkaLog(bootstrap, client_id="bench-witness")
        for work in (bench.witness.run(log, clock), source.run(options.frames_per_s)):
            task = asyncio.create_task(work)
            stack.callback(task.cancel)
        while not bench.witness.frames:
            await clock.sleep_us(_POLL_US)
        return bench

    async def wait(self, length_us: int) -> Window:
        """Let vitals flow alone."""
        start_us = self._clock.now_us()
        await self._clock.sleep_us(length_us)
        return Window(start_us, self._clock.now_us())

    async def upload(self) -> Upload:
        """Drop a series and wait until the log has its last image."""
        encounter_id = self._drop_series()
        await self._until_stored(encounter_id, len(self._files))
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            while (state := self.witness.states.get(encounter_id)) is None or (
                state.viewable_us is None
            ):
                await self._clock.sleep_us(_POLL_US)
        announced = self.witness.announced[encounter_id]
        start_us, end_us = announced.stamped_us, self._end_us(encounter_id)
        rate = self._bytes * _US_PER_S / (end_us - start_us)
        return Upload(
            Window(start_us, end_us),
            encounter_id,
            first_viewable_ms=(state.viewable_us - announced.scanned_us) / 1_000,
            share_of_link=rate / (self._options.rate_mbit_s * _MBIT),
        )

    async def upload_through_cuts(self) -> dict[str, Any]:
        """Cut the link while a series is sent; compare what is stored with the files."""
        encounter_id = self._drop_series()
        for cut in range(CUTS):
            await self._until_stored(encounter_id, 1 + cut * len(self._files) // (CUTS + 1))
            self._link.cut()
            await self._clock.sleep_us(CUT_US)
            self._link.heal()
            self._link.delay(self._options.delay_ms)
        await self._until_stored(encounter_id, len(self._files))
        store = open_objects(str(self._options.folder / "objects"))
        stored = self.witness.stored[encounter_id]
        kept = [await store.read(it.object_key) for it in stored.values()]
        sent = {path.read_bytes() for path in self._files}
        return {
            "cuts": CUTS,
            "slices_sent": len(self._files),
            "slices_stored": len(stored),
            "slices_identical": sum(data in sent for data in kept),
        }

    def _drop_series(self) -> str:
        self._number += 1
        encounter_id = f"0192f0c1-2b3c-7d4e-8f50-{self._number:012x}"
        draft = self._drop / ".next"
        draft.mkdir()
        for path in self._files:
            (draft / path.name).hardlink_to(path)
        (draft / "encounter").write_text(encounter_id)
        (draft / "complete").touch()
        draft.rename(self._drop / str(self._number))
        return encounter_id

    def _end_us(self, encounter_id: str) -> int:
        return max(it.stamped_us for it in self.witness.stored[encounter_id].values())

    async def _until_stored(self, encounter_id: str, count: int) -> None:
        async with asyncio.timeout(UPLOAD_TIMEOUT_S):
            while len(self.witness.stored.get(encounter_id, ())) < count:
                await self._clock.sleep_us(_POLL_US)
