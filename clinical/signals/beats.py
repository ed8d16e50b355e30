"""Heart beats, found in the leads of many patients at once.

Theory of operation. Each lead's ``narrow`` signal becomes its *energy*: the root mean square over
100 ms, in mV. Divided by the lead's running *level*, the energy at its beats, and averaged over a
patient's leads by how far each can be trusted, it is the patient's *rise*: about 1 at every beat.
Every peak of the rise is a candidate; what lies around it says whether it is a beat.

A block is decided ``AHEAD`` after it ends, so that what follows a peak can be weighed: a beat is
said at most 1.5 s after it happened. Candidates are decided in the order of time, the first of
every patient, then the second, and so on: as arrays over patients.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d

from clinical.signals.bank import Bank, Block, Ints
from clinical.signals.quality import quality_of
from clinical.signals.resampling import BLOCK, WORKING_RATE_HZ, Floats

AHEAD: Final = 125
"""Samples after a candidate that must be known before it is decided: 0.5 s."""

LEARNING: Final = 3
"""Seconds from which a lead's first level is taken, before any candidate is decided."""

HISTORY: Final = 4 * BLOCK
BEHIND: Final = 100
"""Samples before the decided stretch that candidates may be compared with."""

ENERGY: Final = 25
"""Samples over which energy is taken: 100 ms, about a QRS complex."""

APART: Final = 25
"""No two candidates are nearer: 100 ms."""

LEVEL_MIN_MV: Final = 0.02
"""Energy below which nothing is taken for a beat: a QRS complex of about 0.1 mV."""

DELAY: Final = 7
"""Samples by which the narrow filter is late at the steepest part of a QRS complex."""

CANDIDATE: Final = 0.2
"""Least rise of a candidate."""

REFRACTORY: Final = 45
"""Samples after a beat within which there is no other: 180 ms."""

REPOLARISATION: Final = 90
"""Samples after a beat within which a candidate may be its T wave: 360 ms."""

RISE: Final = 0.42
RISE_OVERDUE: Final = 0.3
RISE_REPOLARISED: Final = 0.6
"""Least rise of a beat: in general, when one is overdue, and where a T wave may be."""

LONG: Final = 1.4
EARLY: Final = 0.9
"""Parts of the running interval."""

LIKE_NORMAL: Final = 0.55
"""Correlation with the running shape from which a beat is a normal one."""

WIDE: Final = 34
"""Samples for which the rise stays above half its height at a wide beat."""

INTERVAL: Final = (60, 500)
"""Least and greatest running interval between beats, in samples."""

SHAPE: Final = (28, 32)
"""Samples before and after the middle of a beat that make its shape."""


class Kind(Enum):
    """Where a beat begins."""

    NORMAL = "N"
    """Above the ventricles, whatever its rhythm."""
    VENTRICULAR = "V"


@dataclass(frozen=True, slots=True)
class Beat:
    """One beat of a patient's heart."""

    sample: int
    """Middle of the QRS complex, at the working rate, from the patient's sample 0."""
    quality: float
    """How far the leads could be trusted when it was found, 0 to 1."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class Beats:
    """Beats of some patients, a row each, ascending for each patient."""

    patient: Ints
    sample: Ints
    quality: Floats
    ventricular: NDArray[np.bool_]

    def of(self, patient: int) -> tuple[Beat, ...]:
        """Return one patient's beats."""
        rows = np.flatnonzero(self.patient == patient)
        return tuple(
            Beat(
                int(self.sample[row]),
                float(self.quality[row]),
                Kind.VENTRICULAR if self.ventricular[row] else Kind.NORMAL,
            )
            for row in rows
        )


_REMEMBERED: Final = (
    "energy",
    "narrow",
    "wide",
    "level",
    "trust",
    "shape",
    "grade",
    "last",
    "interval",
)


class BeatDetector:
    """Finds the beats of a bank's patients. ``on_block`` takes the bank's blocks as they come."""

    def __init__(self, bank: Bank) -> None:
        """Begin before sample 0 of every patient of a bank."""
        leads, patients = len(bank.rates_hz), bank.patients
        self.energy = np.zeros((leads, HISTORY), np.float32)
        self.narrow = np.zeros((leads, HISTORY), np.float32)
        self.wide = np.zeros((leads, HISTORY), np.float32)
        self.level = np.zeros(leads)
        self.trust = np.ones(leads)
        self.grade = np.ones(leads)
        self.shape = np.zeros((leads, sum(SHAPE)))
        self.last = np.full(patients, -BLOCK, np.intp)
        self.interval = np.full(patients, 0.8 * WORKING_RATE_HZ)

    def on_block(self, block: Block) -> Beats:
        """Return the beats that this block decides."""
        slots = np.where(block.slots < 0, -1, block.leads[block.slots])
        self._remember(block)
        first, later = block.number == LEARNING - 1, block.number >= LEARNING
        if first.any():
            self._learn(slots[first])
        self._weigh(block.leads)
        parts = [
            self._decided(block.patients[which], block.number[which], slots[which], length)
            for which, length in ((first, LEARNING * BLOCK - AHEAD), (later, BLOCK))
            if which.any()
        ]
        return _joined(parts)

    def _remember(self, block: Block) -> None:
        leads = block.leads
        self.grade[leads] = quality_of(block).overall
        before = self.narrow[leads, HISTORY - ENERGY :]
        narrow = block.narrow.astype(np.float32)
        _shift(self.narrow, leads, narrow)
        _shift(self.wide, leads, block.wide.astype(np.float32))
        _shift(self.energy, leads, _energy(np.concatenate((before, narrow), axis=1)))

    def _learn(self, slots: Ints) -> None:
        """Take the first level of leads from the greatest energy of each second so far."""
        leads = slots[slots >= 0]
        seconds = self.energy[leads, HISTORY - LEARNING * BLOCK :].reshape(-1, LEARNING, BLOCK)
        middle = np.median(seconds.max(axis=2), axis=1)
        self.level[leads] = np.maximum(LEVEL_MIN_MV, middle)

    def _weigh(self, leads: Ints) -> None:
        """Say how far each lead can be trusted: its grade, and how beats stand out of the rest."""
        floor = np.partition(self.energy[leads, HISTORY - BLOCK :: 5], 15, axis=1)[:, 15]
        level = np.maximum(self.level[leads], LEVEL_MIN_MV)
        clear = np.clip(1 - 2.5 * floor / level, 0.05, 1.0) ** 2
        fresh = np.maximum(0.01, self.grade[leads]) * clear
        self.trust[leads] = 0.5 * self.trust[leads] + 0.5 * fresh

    def _decided(self, patients: Ints, number: Ints, slots: Ints, length: int) -> Beats:
        """Decide the candidates of the ``length`` samples that end ``AHEAD`` before the newest."""
        rise, trust = self._rise(slots, BEHIND + length + AHEAD)
        origin = BLOCK * (number + 1) - rise.shape[1]
        around = _Around(self, slots, rise, trust)
        row = around.row
        accepted = np.zeros(len(row), bool)
        ventricular = np.zeros(len(row), bool)
        sample = origin[row] + around.middle - DELAY
        first = np.searchsorted(row, row)
        rank = np.arange(len(row)) - first
        for turn in range(int(rank.max(initial=-1)) + 1):
            of = np.flatnonzero(rank == turn)
            whose = patients[row[of]]
            gap = sample[of] - self.last[whose]
            beat = _is_beat(around, of, gap, self.interval[whose])
            ventricular[of] = beat & _is_ventricular(around, of, gap, self.interval[whose])
            accepted[of] = beat
            self._follow(around, of[beat], ventricular[of[beat]])
            self._keep_time(whose[beat], sample[of[beat]])
        self._sink(patients, number, slots)
        chosen = np.flatnonzero(accepted)
        return Beats(
            patients[row[chosen]], sample[chosen], around.trusted[chosen], ventricular[chosen]
        )

    def _rise(self, slots: Ints, length: int) -> tuple[Floats, Floats]:
        """Return the rise of each patient over the newest samples, and its leads' trust."""
        trust = np.where(slots < 0, 0.0, self.trust[slots])
        trust /= trust.sum(axis=1, keepdims=True)
        total = np.zeros((len(slots), length))
        for slot in range(slots.shape[1]):
            part = (
                self.energy[slots[:, slot], HISTORY - length :] / self.level[slots[:, slot], None]
            )
            total += trust[:, slot, None] * part * part
        return np.sqrt(total), trust

    def _keep_time(self, whose: Ints, sample: Ints) -> None:
        """Let the interval follow the beats that were found."""
        interval = self.interval[whose]
        near = np.clip(sample - self.last[whose], 0.4 * interval, 1.8 * interval)
        self.interval[whose] += 0.15 * (np.clip(near, *INTERVAL) - interval)
        self.last[whose] = sample

    def _follow(self, around: "_Around", of: Ints, odd: NDArray[np.bool_]) -> None:
        """Let levels and shapes follow the beats that were found, shapes only normal ones."""
        for slot in range(around.leads.shape[1]):
            lead = around.leads[of, slot]
            has = lead >= 0
            lead, at = lead[has], of[has]
            change = around.energies[at, slot] - self.level[lead]
            self.level[lead] += 0.125 * np.clip(change, -self.level[lead], self.level[lead])
            self.level[lead] = np.maximum(self.level[lead], LEVEL_MIN_MV)
            normal = ~odd[has]
            lead, at = lead[normal], at[normal]
            self.shape[lead] += 0.15 * (around.shapes[at, slot] - self.shape[lead])

    def _sink(self, patients: Ints, number: Ints, slots: Ints) -> None:
        """Where no beat was found for long, let levels sink, so that small beats are seen."""
        idle = BLOCK * (number + 1) - AHEAD - self.last[patients] > 2 * BLOCK
        leads = slots[idle]
        leads = leads[leads >= 0]
        self.level[leads] = np.maximum(LEVEL_MIN_MV, 0.8 * self.level[leads])

    def snapshot(self) -> dict[str, object]:
        """Return all that it remembers."""
        return {name: getattr(self, name).copy() for name in _REMEMBERED}

    def restore(self, memory: Mapping[str, Any]) -> Self:
        """Go on where ``snapshot`` was taken, of a detector of the same bank."""
        for name in _REMEMBERED:
            setattr(self, name, memory[name].copy())
        return self


class _Around:
    """What is seen around each candidate of some patients."""

    def __init__(self, memory: BeatDetector, slots: Ints, rise: Floats, trust: Floats) -> None:
        """Find and measure the candidates of the stretch that is to be decided."""
        row, column = _peaks(rise)
        self.row = row
        self.rise = rise[row, column]
        self.before = _highest(rise, row, column, -90, -30)
        self.after = _highest(rise, row, column, 30, 100)
        self.width = _width(rise, row, column)
        self.leads = leads = slots[row]
        offset = HISTORY - rise.shape[1]
        window = (column + offset)[:, None] + np.arange(-ENERGY, 3)
        strength = np.zeros(window.shape)
        for slot in range(slots.shape[1]):
            lead = leads[:, slot, None]
            part = np.abs(memory.narrow[lead, window]) / memory.level[lead]
            strength += trust[row, slot, None] * part
        peak = np.argmax(strength, axis=1) - ENERGY
        self.middle = column + peak
        self.energies = np.zeros(leads.shape)
        self.shapes = np.zeros((*leads.shape, sum(SHAPE)))
        self.like = np.zeros(len(row))
        self.trusted = np.zeros(len(row))
        about = (self.middle + offset)[:, None] + np.arange(-SHAPE[0], SHAPE[1])
        for slot in range(slots.shape[1]):
            lead = leads[:, slot]
            near = (column + offset)[:, None] + np.arange(-8, 9)
            self.energies[:, slot] = memory.energy[lead[:, None], near].max(axis=1)
            shape = memory.narrow[lead[:, None], about].astype(np.float64)
            shape /= np.sqrt((shape * shape).sum(axis=1, keepdims=True)) + 1e-9
            self.shapes[:, slot] = shape
            known = memory.shape[lead]
            norm = np.sqrt((known * known).sum(axis=1)) + 1e-9
            self.like += trust[row, slot] * (shape * known).sum(axis=1) / norm
            self.trusted += trust[row, slot] * np.where(lead < 0, 0.0, memory.grade[lead])


def _is_beat(around: _Around, of: Ints, gap: Ints, interval: Floats) -> NDArray[np.bool_]:
    least = np.where(gap > LONG * interval, RISE_OVERDUE, RISE)
    repolarised = (gap < REPOLARISATION) & (around.like[of] < LIKE_NORMAL)
    least = np.where(repolarised, RISE_REPOLARISED, least)
    beat: NDArray[np.bool_] = (gap > REFRACTORY) & (around.rise[of] > least)
    return beat


def _is_ventricular(around: _Around, of: Ints, gap: Ints, interval: Floats) -> NDArray[np.bool_]:
    early, wide = gap < EARLY * interval, around.width[of] > WIDE
    odd: NDArray[np.bool_] = (around.like[of] < LIKE_NORMAL) & (early | wide)
    return odd


def _shift(history: NDArray[np.float32], leads: Ints, fresh: NDArray[np.float32]) -> None:
    history[leads] = np.concatenate((history[leads, BLOCK:], fresh), axis=1)


def _energy(narrow: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the energy of all but the first ``ENERGY`` samples."""
    total = np.cumsum(narrow.astype(np.float64) ** 2, axis=1)
    power = np.maximum(0.0, total[:, ENERGY:] - total[:, :-ENERGY]) / ENERGY
    return np.sqrt(power).astype(np.float32)


def _peaks(rise: Floats) -> tuple[Ints, Ints]:
    """Return the row and column of every candidate in the stretch that is to be decided."""
    highest = maximum_filter1d(rise, 2 * APART + 1, axis=1, mode="nearest")
    here, before = rise[:, BEHIND:-AHEAD], rise[:, BEHIND - 1 : -AHEAD - 1]
    peak = (here == highest[:, BEHIND:-AHEAD]) & (here > before) & (here > CANDIDATE)
    row, column = np.nonzero(peak)
    return row, column + BEHIND


def _highest(rise: Floats, row: Ints, column: Ints, begin: int, end: int) -> Floats:
    highest: Floats = rise[row[:, None], column[:, None] + np.arange(begin, end)].max(axis=1)
    return highest


def _width(rise: Floats, row: Ints, column: Ints) -> Floats:
    near = rise[row[:, None], column[:, None] + np.arange(-40, 41)]
    width: Floats = (near > 0.5 * rise[row, column][:, None]).sum(axis=1).astype(np.float64)
    return width


def _joined(parts: list[Beats]) -> Beats:
    if len(parts) == 1:
        return parts[0]
    return Beats(
        np.concatenate([np.zeros(0, np.intp), *(part.patient for part in parts)]),
        np.concatenate([np.zeros(0, np.intp), *(part.sample for part in parts)]),
        np.concatenate([np.zeros(0), *(part.quality for part in parts)]),
        np.concatenate([np.zeros(0, bool), *(part.ventricular for part in parts)]),
    )
