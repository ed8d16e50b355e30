"""What a frame, an idle lane and a patient cost, from stretches of a run that differ in one thing.

A run has four stretches: nobody is there; the units are connected and silent; each has a patient on
standby; frames come. The difference between two neighbours is what the one thing that was added
costs, so that nothing is charged to frames that would have been spent without them. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

_US: Final = 1_000_000
_KB_PER_MB: Final = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """One stretch: how long it was, and what each program spent in it."""

    seconds: float
    processor_s: Mapping[str, float]
    resident_mb: Mapping[str, float]
    """At its end."""

    def share(self, program: str) -> float:
        """Return the processor time per second."""
        return self.processor_s[program] / self.seconds


@dataclass(frozen=True, slots=True)
class Run:
    """The four stretches of one size, and what was added in each."""

    units: int
    lanes: int
    """Uplink streams, each of one lane of one unit."""
    connections: int
    patients: int
    """On standby in the third stretch; 0 where there is no such stretch."""
    frames: int
    """Frames of the last stretch."""
    empty: Stretch
    connected: Stretch
    standby: Stretch
    sending: Stretch

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs, by name."""
        return tuple(self.empty.processor_s)

    def frame_us(self, program: str) -> float:
        """Return the processor time per frame, microseconds."""
        more = self.sending.share(program) - self.standby.share(program)
        return more * self.sending.seconds / self.frames * _US

    def idle_lane_us(self, program: str) -> float:
        """Return the processor time per second of a lane that is silent, microseconds."""
        more = self.connected.share(program) - self.empty.share(program)
        return more / self.lanes * _US

    def patient_us(self, program: str) -> float:
        """Return the processor time per second of a patient who sends nothing, microseconds."""
        more = self.standby.share(program) - self.connected.share(program)
        return more / self.patients * _US if self.patients else 0.0

    def lane_kb(self, program: str) -> float:
        """Return the resident memory of a connected lane, thousand bytes."""
        more = self.connected.resident_mb[program] - self.empty.resident_mb[program]
        return more * _KB_PER_MB / self.lanes


def figures(run: Run) -> dict[str, Any]:
    """Return the costs of one size, by program and in all."""

    def each(cost: Any) -> dict[str, float]:  # noqa: ANN401 - one of Run's methods
        by_program = {name: round(cost(name), 2) for name in run.programs}
        return {**by_program, "all": round(sum(map(cost, run.programs)), 2)}

    return {
        "units": run.units,
        "lanes": run.lanes,
        "connections": run.connections,
        "patients": run.patients,
        "frames": run.frames,
        "frames_per_s": round(run.frames / run.sending.seconds, 1),
        "frame_us": each(run.frame_us),
        "idle_lane_us_per_s": each(run.idle_lane_us),
        "patient_us_per_s": each(run.patient_us),
        "gateway_kb_per_lane": round(run.lane_kb("gateway"), 1),
        "empty_share": {name: round(run.empty.share(name), 4) for name in run.programs},
        "sending_share": {name: round(run.sending.share(name), 4) for name in run.programs},
        "resident_mb": {name: round(run.sending.resident_mb[name], 1) for name in run.programs},
    }


def ratio(first: float, other: float) -> float | None:
    """Return how many times the first the other is; None where either is lost in the noise."""
    return round(other / first, 3) if first > 0 and other > 0 else None
