"""A fleet whose units write down what they are asked to capture, under a virtual clock."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from clinical.twelve_lead.ecg import EcgRecording
from ports.clock import VirtualClock
from simulators.fleet.fleet import Fleet, encounter_ids
from simulators.scenario import parse
from simulators.story import Story
from simulators.verdict.ledger import FrameKey
from wire.unit_items import WireItem

SCENARIO = parse("""
name = "two"
town_deg = [23.0, 113.0]
units = [{ id = "A", at_m = [0, 0] }, { id = "B" }]
encounters = [
  { key = "ill", unit = "A", course = "ARREST", onset_s = 5, age_years = 50 },
  { key = "well", unit = "B", bay = "2", leads = ["II"] },
]
lead_faults = [{ encounter = "well", lead = "II", at_s = 4, for_s = 3, kind = "FLAT" }]
crew = [{ encounter = "ill", at_s = 7, finding = "NO_PULSE" }]
ecgs = [
  { encounter = "well", at_s = 6, made_up = "ANTERIOR", sex = "female" },
  { encounter = "ill", at_s = 8, recording = "ptb_s0010" },
]
""")


@dataclass(slots=True)
class Notebook:
    """A unit that writes down what it is asked to capture."""

    unit_id: str
    clock: VirtualClock
    reached: bool = False
    frames: list[tuple[int, str | None, WireItem]] = field(default_factory=list)
    ecgs: list[tuple[int, str, EcgRecording]] = field(default_factory=list)
    broken: Exception | None = None
    draining: bool = True
    chunk_us: int = 1_000_000

    async def start(self) -> None:
        """Be there."""

    async def capture(self, encounter_id: str | None, items: Sequence[WireItem]) -> None:
        if self.broken is not None:
            raise self.broken
        self.frames += [(self.clock.monotonic_us(), encounter_id, item) for item in items]

    async def send_ecg(self, encounter_id: str, ecg: EcgRecording, ecg_id: bytes) -> None:
        self.ecgs.append((self.clock.monotonic_us(), encounter_id, ecg))

    def waveform_chunk_us(self, encounter_id: str) -> int:
        return self.chunk_us

    async def drain(self) -> None:
        if not self.draining:
            await asyncio.Future()

    async def stop(self) -> None:
        """Hold nothing."""

    def acknowledged(self, frames: Sequence[FrameKey]) -> int:
        return len(frames)

    async def failed(self) -> None:
        await asyncio.Future()


@dataclass(slots=True)
class Night:
    """A fleet of notebooks."""

    clock: VirtualClock = field(default_factory=lambda: VirtualClock(1_000_000_000))
    units: dict[str, Notebook] = field(init=False)
    story: Story = field(init=False)
    fleet: Fleet = field(init=False)
    ids: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.units = {name: Notebook(name, self.clock) for name in ("A", "B")}
        self.story = Story(self.clock)
        self.ids = dict(encounter_ids(SCENARIO, 1, self.clock.now_us()))
        self.fleet = Fleet(
            SCENARIO, self.units, self.ids, seed=1, story=self.story, clock=self.clock
        )

    def items(self, unit: str, of: type[WireItem]) -> list[WireItem]:
        return [item for _, _, item in self.units[unit].frames if isinstance(item, of)]
