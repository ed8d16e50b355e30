"""Recordings played as if they came from a monitor now: every lead, a chunk a second."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.rhythm.arrhythmia import Arrhythmia, Call
from clinical.rhythm.bed import Bed
from clinical.rhythm.ward import judge
from clinical.signals.alarm_window import SignalKind
from clinical.signals.shock_judge import ShockJudge
from clinical.signals.waveform import SAMPLE_MIN, WaveformChunk
from goldenhour.lab.beats import ecg_leads
from goldenhour.lab.monitor_records import read_traces
from goldenhour.lab.recordings import read_recording

BEGIN_US: Final = 1_700_000_000 * SECOND_US
"""When a recording is said to begin; any instant does."""

COUNTS: Final = 32_000
"""The greatest sample of a lead in counts of the converter that plays it."""

_BIDMC_RATE_HZ: Final = 125.0


@dataclass(frozen=True, slots=True)
class PlayedLead:
    """One lead of a recording."""

    name: str
    rate_hz: float
    scale_uv: float
    """Microvolts of one count."""
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, name: str, rate_hz: float, samples: NDArray[np.floating]) -> Self:
        """Return a lead from samples in millivolts; NaN becomes what a converter cannot give."""
        finite = np.abs(samples[np.isfinite(samples)])
        scale_uv = max(float(finite.max(initial=0.0)), 1.0) * 1000 / COUNTS
        counts = np.nan_to_num(np.rint(samples * 1000 / scale_uv), nan=SAMPLE_MIN)
        return cls(name, rate_hz, scale_uv, counts.astype(np.int64))

    def second(self, second: int) -> WaveformChunk | None:
        """Return what the lead shows in a second; None: it is over."""
        first, end = round(second * self.rate_hz), round((second + 1) * self.rate_hz)
        samples = tuple(self.counts[first:end].tolist())
        start_us = BEGIN_US + round(first * SECOND_US / self.rate_hz)
        if not samples:
            return None
        return WaveformChunk(self.name, self.rate_hz, self.scale_uv, start_us, first, samples)


@dataclass(frozen=True, slots=True)
class Played:
    """A recording."""

    name: str
    leads: tuple[PlayedLead, ...]

    @property
    def seconds(self) -> int:
        """Whole seconds of it."""
        return int(max(len(lead.counts) / lead.rate_hz for lead in self.leads))


@dataclass(slots=True)
class Told:
    """A rhythm that was told of."""

    arrhythmia: Arrhythmia
    begun_s: int
    """When it was told, in seconds since the recording began: when the chunk that decided ended."""
    over_s: int
    """When it was told that it is over, or another one; else when the recording ends."""


def annotated(base: Path) -> Played:
    """Return the ECG leads of a recording in WFDB form."""
    recording = read_recording(base)
    leads = [PlayedLead.of(it.name, it.rate_hz, it.samples) for it in ecg_leads(recording)]
    return Played(f"{base.parent.name}/{base.name}", tuple(leads))


def monitored(path: Path) -> Played:
    """Return ECG leads and pulses of a bedside monitor's record of the cinc2015 set."""
    leads = [
        PlayedLead.of(
            f"{number}" if trace.kind is SignalKind.ECG else trace.kind.name,
            trace.rate_hz,
            np.asarray(trace.samples),
        )
        for number, trace in enumerate(read_traces(path))
    ]
    return Played(f"{path.parent.name}/{path.stem}", tuple(leads))


def bedside(path: Path) -> Played:
    """Return lead II and pleth of a ``Signals.csv`` of the bidmc set."""
    table = np.genfromtxt(path, delimiter=",", names=True, autostrip=True)
    leads = [PlayedLead.of(name, _BIDMC_RATE_HZ, table[name]) for name in ("II", "PLETH")]
    return Played(f"{path.parent.name}/{path.name.removesuffix('_Signals.csv')}", tuple(leads))


def told_of(records: Sequence[Played], shock: ShockJudge | None) -> Mapping[str, list[Told]]:
    """Return what the live judgement tells of each recording; all of them are played at once."""
    beds = [Bed() for _ in records]
    told: dict[str, list[Told]] = {record.name: [] for record in records}
    for second in range(max((record.seconds for record in records), default=0)):
        playing = [at for at, record in enumerate(records) if second < record.seconds]
        for at in playing:
            for chunk in _chunks(records[at], second):
                beds[at].push(chunk)
        for place, said in judge([beds[at] for at in playing], shock):
            if not isinstance(said, Call):
                raise said
            record = records[playing[place]]
            _take(told[record.name], said.arrhythmia, second + 1, record.seconds)
    return told


def _chunks(record: Played, second: int) -> Iterable[WaveformChunk]:
    return filter(None, (lead.second(second) for lead in record.leads))


def _take(told: list[Told], arrhythmia: Arrhythmia | None, at_s: int, end_s: int) -> None:
    """Take what is said at a second: the same rhythm goes on, another one ends the one before."""
    holds = bool(told) and told[-1].over_s == end_s
    if holds and told[-1].arrhythmia is arrhythmia:
        return
    if holds:
        told[-1].over_s = at_s
    if arrhythmia is not None:
        told.append(Told(arrhythmia, at_s, end_s))
