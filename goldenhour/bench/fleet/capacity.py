"""From what was measured on one machine to what a region or a nation needs: arithmetic, and pure.

The costs are those of one size of ``bench scale``. A gateway and a worker are one Python process
each and use one core, of which ``FULL`` may be used, so that a burst and the loss of a neighbour
find room. A partition is judged by one worker at a time, so there are at least as many partitions
as workers. The command center is one process that reads everything: where its share exceeds what
one core can give, the arithmetic says so instead of dividing it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FULL: Final = 0.5
"""Part of a core that a process may use on average."""

PARTITIONS_PER_WORKER: Final = 2
"""So that the partitions of a worker that is lost can be shared by several."""

REPLICATION: Final = 3
LANES: Final = 2
"""ALARM and VITALS of every connected unit."""

DAY_S: Final = 86_400
_US: Final = 1_000_000
_KB_PER_GB: Final = 1_000_000
_BYTES_PER_GB: Final = 1_000_000_000
_BITS: Final = 8


@dataclass(frozen=True, slots=True)
class Fleet:
    """Who is to be served."""

    units: int
    """Connected."""
    busy: float
    """Part of them that carries a patient."""
    period_s: float
    """Between two frames of vitals of a patient."""

    @property
    def patients(self) -> float:
        """Patients under way."""
        return self.units * self.busy

    @property
    def frames_per_s(self) -> float:
        """Frames of vitals."""
        return self.patients / self.period_s


def cores(size: Mapping[str, Any], fleet: Fleet, program: str) -> float:
    """Return the processor time per second that a program would take."""
    used_us = (
        size["frame_us"][program] * fleet.frames_per_s
        + max(0.0, size["idle_lane_us_per_s"][program]) * fleet.units * LANES
        + max(0.0, size["patient_us_per_s"][program]) * fleet.patients
    )
    return float(used_us / _US)


def needs(size: Mapping[str, Any], fleet: Fleet) -> dict[str, Any]:
    """Return what a fleet needs, at the costs of a size of ``bench scale``."""
    used = {name: round(cores(size, fleet, name), 2) for name in size["frame_us"] if name != "all"}
    gateways = processes(used["gateway"])
    workers = processes(used["worker"])
    kafka_bytes_per_s = sum(size["kafka_bytes_per_frame"].values()) * fleet.frames_per_s
    return {
        "units": fleet.units,
        "patients": round(fleet.patients),
        "frames_per_s": round(fleet.frames_per_s),
        "cores": used,
        "gateways": gateways,
        "gateway_memory_gb": round(
            size["gateway_kb_per_lane"] * fleet.units * LANES / _KB_PER_GB, 2
        ),
        "workers_per_channel": workers,
        "partitions": workers * PARTITIONS_PER_WORKER,
        "center_fits_one_core": used["command-center"] <= 1.0,
        "uplink_mbit_per_s": _uplink(size, fleet),
        "kafka_mb_per_s": round(REPLICATION * kafka_bytes_per_s / 1_000_000, 2),
        "kafka_gb_per_day": round(REPLICATION * kafka_bytes_per_s * DAY_S / _BYTES_PER_GB, 1),
    }


def processes(used_cores: float) -> int:
    """Return how many processes of one core carry a load, one of them lost."""
    return math.ceil(used_cores / FULL) + 1


def _uplink(size: Mapping[str, Any], fleet: Fleet) -> float | None:
    wire = size["wire"]
    if wire is None:
        return None
    bytes_per_s = wire["up_bytes_per_frame"] * fleet.frames_per_s
    bytes_per_s += wire["up_bytes_per_idle_lane_s"] * fleet.units * LANES
    return float(round(bytes_per_s * _BITS / 1_000_000, 2))
