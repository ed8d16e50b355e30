"""An unbroken stretch of one patient's leads, brought to one time.

A run begins with a whole second of its first lead's own count of samples, so that whoever hears a
lead from its first sample on, at the edge or at the center, cuts it into the same seconds. Other
leads are placed beside it by their instants. What was known before is dropped; a hole is missing;
a lead that falls behind is waited for a while and then missing until it comes again. A chunk that
does not belong to the run (another rate, a count that jumped, a long hole) ends it: the patient
begins anew.

Pleth and arterial pressure are kept as they come, for the newest ``PULSES_S``: they are asked only
when the ECG shows something dangerous.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.instant import SECOND_US
from clinical.rhythm.plain import from_plain, to_plain
from clinical.signals.alarm_window import SignalKind, Trace
from clinical.signals.bank import Bank
from clinical.signals.beats import BeatDetector
from clinical.signals.resampling import RATE_MAX_HZ, RATE_MIN_HZ
from clinical.signals.waveform import WaveformChunk

LAG_S: Final = 2.0
"""A lead is waited for so long more than its own chunks last; then it is missing."""

CHUNK_S_MAX: Final = 10.0
"""No lead is waited for longer than that, however long its chunks are."""

HOLE_S_MAX: Final = 10.0
"""A longer hole ends a run: what lies before it says little of what comes after."""

ASTRAY_US: Final = SECOND_US
"""A chunk that is further from where its count puts it ends a run."""

DRIFT_US: Final = SECOND_US // 10
"""The instants of a run follow its chunks when they are further off than this."""

PULSES_S: Final = 16.0
"""What is kept of a pleth or an arterial pressure."""

_PULSES: Final[Mapping[str, SignalKind]] = {
    "PLETH": SignalKind.PLETH,
    "PPG": SignalKind.PLETH,
    "SPO2": SignalKind.PLETH,
    "ABP": SignalKind.ABP,
    "ART": SignalKind.ABP,
    "IBP": SignalKind.ABP,
}

Samples = NDArray[np.float32]


def kind_of(lead: str) -> SignalKind:
    """Return what a lead shows, by its name; all but the known pulses is ECG."""
    return _PULSES.get(lead.upper(), SignalKind.ECG)


def judged(chunk: WaveformChunk) -> bool:
    """Tell whether a lead comes at a rate at which it can be judged."""
    return RATE_MIN_HZ <= chunk.rate_hz <= RATE_MAX_HZ


def millivolts(chunk: WaveformChunk) -> Samples:
    """Return the samples in mV; what lies at an end of the converter's range is not known."""
    counts = np.asarray(chunk.samples, np.float32)
    samples = counts * np.float32(chunk.scale_uv_per_bit / 1000)
    unknown = (counts <= chunk.lowest) | (counts >= chunk.highest)
    if np.count_nonzero(unknown):
        samples[unknown] = np.nan
    if chunk.attached is False:
        samples[:] = np.nan
    return samples


class _Line:
    """One lead of a run."""

    __slots__ = ("end", "gone", "held", "index", "kind", "longest_s", "origin", "rate_hz")

    def __init__(self, chunk: WaveformChunk, origin: int, index: int) -> None:
        """Begin with nothing known; ``index`` is its place in the bank, if it is an ECG lead."""
        self.rate_hz = chunk.rate_hz
        self.kind = kind_of(chunk.lead)
        self.origin = origin
        self.index = index
        self.end = 0
        """Samples known since the run began."""
        self.longest_s = 0.0
        self.gone = False
        """Whether it is not waited for any longer."""
        self.held: Samples = np.empty(0, np.float32)
        """The newest samples, of a pulse."""

    @property
    def end_s(self) -> float:
        return self.end / self.rate_hz

    def keep(self, first: int, samples: Samples) -> None:
        """Take samples of a pulse at their position."""
        fresh = samples[max(0, self.end - first) :]
        hole = np.full(max(0, first - self.end), np.nan, np.float32)
        most = ceil(PULSES_S * self.rate_hz)
        self.held = np.concatenate((self.held, hole, fresh))[-most:]

    def snapshot(self) -> list[Any]:
        return [self.origin, self.index, self.end, self.longest_s, self.gone, to_plain(self.held)]

    def restore(self, state: Sequence[Any]) -> None:
        self.origin, self.index, self.end, self.longest_s, self.gone, held = state
        self.held = from_plain(held)


class Run:
    """The leads of one patient from an instant on."""

    def __init__(self, chunks: Sequence[WaveformChunk]) -> None:
        """Begin with the leads of these chunks, which are not taken yet.

        Leads are in the order of their names, whichever came first; the first one says when the
        run begins.
        """
        first: dict[str, WaveformChunk] = {}
        for chunk in sorted(chunks, key=_name):
            first.setdefault(chunk.lead, chunk)
        anchor = next(iter(first.values()))
        second = ceil(anchor.first_sample / anchor.rate_hz)
        begun = round(second * anchor.rate_hz)
        self.begun_us = anchor.start_us + _microseconds(begun - anchor.first_sample, anchor)
        """The instant of the run's begin, by the unit's clock."""
        self.number = 0
        """Seconds judged."""
        self._lines: dict[str, _Line] = {}
        rates: list[float] = []
        for name, chunk in first.items():
            ecg = kind_of(name) is SignalKind.ECG
            self._lines[name] = _Line(chunk, self._origin(chunk, second), len(rates) if ecg else -1)
            rates += [chunk.rate_hz] if ecg else []
        self.bank = Bank(rates)
        self.detector = BeatDetector(self.bank)

    @property
    def leads(self) -> tuple[str, ...]:
        """The ECG leads, in the order of the bank."""
        return tuple(name for name, line in self._lines.items() if line.index >= 0)

    @property
    def places(self) -> tuple[tuple[str, int, float], ...]:
        """The ECG leads, which of their samples the run begins with, and their rates."""
        return tuple(
            (name, line.origin, line.rate_hz)
            for name, line in self._lines.items()
            if line.index >= 0
        )

    def take(self, chunk: WaveformChunk) -> bool:
        """Take a chunk; return whether it belongs to this run."""
        line = self._lines.get(chunk.lead)
        if line is None or line.rate_hz != chunk.rate_hz:
            return False
        first = chunk.first_sample - line.origin
        off_us = chunk.start_us - self.begun_us - _microseconds(first, chunk)
        if abs(off_us) > ASTRAY_US or first > line.end + HOLE_S_MAX * chunk.rate_hz:
            return False
        if abs(off_us) > DRIFT_US:
            self.begun_us += off_us
        line.gone = False
        line.longest_s = max(line.longest_s, min(len(chunk.samples) / chunk.rate_hz, CHUNK_S_MAX))
        self._fill(line, first, millivolts(chunk))
        return True

    def settle(self) -> None:
        """Let leads that fell behind be missing until they come again."""
        newest_s = max(line.end_s for line in self._lines.values())
        for line in self._lines.values():
            if line.gone or newest_s - line.end_s > LAG_S + line.longest_s:
                line.gone = True
                missing = int(newest_s * line.rate_hz) - line.end
                if missing > 0:
                    self._fill(line, line.end, np.full(missing, np.nan, np.float32))

    @property
    def ready(self) -> bool:
        """Whether the next second is known of every lead."""
        return (
            bool(self.leads)
            and self.bank.ready
            and all(
                line.index >= 0 or line.end >= (self.number + 1) * line.rate_hz
                for line in self._lines.values()
            )
        )

    def pulses(self) -> Iterable[Trace]:
        """Return the newest of each pleth and pressure, up to the end of the seconds judged."""
        for line in self._lines.values():
            if line.index < 0:
                end = round(self.number * line.rate_hz)
                known = line.held[: len(line.held) - (line.end - end)]
                yield Trace(line.kind, line.rate_hz, known.astype(np.float64))

    def snapshot(self) -> dict[str, Any]:
        """Return all that it remembers, as plain data."""
        return {
            "begun_us": self.begun_us,
            "number": self.number,
            "lines": [[name, line.rate_hz, line.snapshot()] for name, line in self._lines.items()],
            "bank": to_plain(self.bank.snapshot()),
            "beats": to_plain(self.detector.snapshot()),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> Self:
        """Return a run that goes on where ``snapshot`` was taken."""
        empty = [WaveformChunk(name, rate_hz, 1.0, 0, 0, ()) for name, rate_hz, _ in state["lines"]]
        run = cls(empty)
        run.begun_us, run.number = state["begun_us"], state["number"]
        for name, _, line in state["lines"]:
            run._lines[name].restore(line)
        run.bank.restore(from_plain(state["bank"]))
        run.detector.restore(from_plain(state["beats"]))
        return run

    def _origin(self, chunk: WaveformChunk, second: int) -> int:
        """Return a lead's position at the run's begin: by its count where that agrees."""
        counted = round(second * chunk.rate_hz)
        off_us = chunk.start_us + _microseconds(counted - chunk.first_sample, chunk) - self.begun_us
        if abs(off_us) <= DRIFT_US:
            return counted
        return counted - round(off_us * chunk.rate_hz / SECOND_US)

    def _fill(self, line: _Line, first: int, samples: Samples) -> None:
        if line.index < 0:
            line.keep(first, samples)
            line.end = max(line.end, first + len(samples))
        elif first + len(samples) > 0:
            self.bank.push(line.index, max(0, first), samples[max(0, -first) :])
            line.end = self.bank.end_of(line.index)


def _name(chunk: WaveformChunk) -> str:
    return chunk.lead


def _microseconds(samples: int, chunk: WaveformChunk) -> int:
    return round(samples * SECOND_US / chunk.rate_hz)
