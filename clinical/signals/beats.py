"""Heart beats, found in the leads of many patients at once.

Theory of operation. Each lead's ``narrow`` signal becomes its *energy*: the root mean square over
100 ms, in mV. Divided by the lead's running *level*, the energy at its beats, and averaged over a
patient's leads by how far each can be trusted, it is the patient's *rise*: about 1 at every beat.
Every peak of the rise is a candidate; what lies around it says whether it is a beat.

A block is decided ``AHEAD`` after it ends, so that what follows a peak can be weighed: a beat is
said at most 1.75 s after it happened. Candidates are decided in the order of time, the first of
every patient, then the second, and so on: as arrays over patients.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Bank, Block, Ints
from clinical.signals.beat_judge import JUDGE, BeatJudge
from clinical.signals.candidates import AHEAD, Candidates, likeness
from clinical.signals.memory import (
    BEND_MIN_MV,
    BLUNT_MIN,
    HEIGHT_OF,
    INTERVAL_OF,
    LEVEL_MIN_MV,
    LEVELS,
    NEWEST,
    NORMAL,
    ODD,
    QUIET_OF,
    SWAY_OF,
    TAIL_OF,
    Memory,
)
from clinical.signals.quality import Quality, quality_of
from clinical.signals.resampling import BLOCK, WORKING_RATE_HZ, Floats

LEARNING: Final = 3
"""Seconds from which a lead's first level is taken, before any candidate is decided."""

DELAY: Final = 7
"""Samples by which the narrow filter is late at the steepest part of a QRS complex."""

REFRACTORY: Final = 40
"""Samples after a beat within which there is no other: 160 ms."""

ENERGY_MIN_MV: Final = 0.045
"""Least energy of a beat in the strongest lead: that of a narrow QRS complex of about 0.15 mV, what
a monitor must not count (IEC 60601-2-27), so that P waves alone and small noise give no beat."""

TAIL: Final = 100
"""Samples after a beat within which a peak is taken for its T wave if it is no beat: 400 ms."""

PAST: Final = ("gap_s", "gap", "interval_s", "sway", "beside_height", "beside_tail", "beside_quiet")
"""What is measured of the past at each candidate, after ``candidates.MEASURES``."""

PAST_MAX: Final = np.array((3.0, 3.0, np.inf, np.inf, 4.0, 8.0, 8.0))[:, None]
"""More than this says no more."""

HEIGHTS: Final = (HEIGHT_OF, TAIL_OF, QUIET_OF)
"""What of the past a candidate's rise is compared with: of a beat, behind one, and elsewhere."""

NORMAL_AND_NEWEST: Final = slice(NORMAL, NEWEST + 1, NEWEST - NORMAL)

INTERVAL: Final = (60, 500)
"""Least and greatest running interval between beats, in samples."""

IDLE: Final = 2 * BLOCK
"""Without a beat for so long, levels sink, so that small beats are seen."""

IDLE_INTERVALS: Final = 2.5
"""And for so many running intervals."""

SINK: Final = 0.8
"""Part of a level that is left after an idle second."""


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

    def each(self) -> Iterator[tuple[int, Beat]]:
        """Go through all of them, with whose each is."""
        for patient, sample, quality, odd in zip(
            self.patient.tolist(),
            self.sample.tolist(),
            self.quality.tolist(),
            self.ventricular.tolist(),
            strict=True,
        ):
            yield patient, Beat(sample, quality, Kind.VENTRICULAR if odd else Kind.NORMAL)

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


class BeatDetector:
    """Finds the beats of a bank's patients. ``on_block`` takes the bank's blocks as they come."""

    def __init__(self, bank: Bank, judge: BeatJudge = JUDGE, memory: Memory | None = None) -> None:
        """Begin before sample 0 of every patient of a bank, or where a memory was."""
        self.memory = memory or Memory(len(bank.rates_hz), bank.patients)
        self.judge = judge

    @classmethod
    def joined(cls, bank: Bank, detectors: Sequence["BeatDetector"]) -> Self:
        """Return a detector of the bank that was joined of these detectors' banks, in order."""
        return cls(bank, detectors[0].judge, Memory.joined([one.memory for one in detectors]))

    def part(self, detectors: Sequence["BeatDetector"]) -> None:
        """Let each of the detectors that this one was joined of go on from here."""
        self.memory.part([one.memory for one in detectors])

    def snapshot(self) -> dict[str, object]:
        """Return all that it remembers."""
        return self.memory.snapshot()

    def restore(self, memory: Mapping[str, Any]) -> Self:
        """Go on where ``snapshot`` was taken, of a detector of the same bank."""
        self.memory.restore(memory)
        return self

    def on_block(self, block: Block, quality: Quality | None = None) -> Beats:
        """Return the beats that this block decides; ``quality`` is the block's, if known."""
        slots = np.where(block.slots < 0, -1, block.leads[block.slots])
        self.memory.remember(block, quality or quality_of(block))
        first, later = block.number == LEARNING - 1, block.number >= LEARNING
        if first.any():
            leads = slots[first]
            self.memory.learn(leads[leads >= 0], LEARNING)
        self.memory.weigh(block.leads)
        return _joined(
            [
                self._decided(block.patients[which], block.number[which], slots[which], length)
                for which, length in ((first, LEARNING * BLOCK - AHEAD), (later, BLOCK))
                if which.any()
            ]
        )

    def _decided(self, patients: Ints, number: Ints, slots: Ints, length: int) -> Beats:
        """Decide the candidates of the ``length`` samples that end ``AHEAD`` before the newest."""
        candidates = Candidates(self.memory, slots, length)
        row = candidates.row
        sample = BLOCK * (number[row] + 1) - candidates.before_newest - DELAY
        beat, ventricular = np.zeros(len(row), bool), np.zeros(len(row), bool)
        tall = candidates.energies.max(axis=0, initial=0.0) >= ENERGY_MIN_MV
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        for turn in range(int(rank.max(initial=-1)) + 1):
            of = np.flatnonzero(rank == turn)
            whose = patients[row[of]]
            gap = sample[of] - self.memory.last[whose]
            judged = self.judge.judge(self.measures_of(candidates, of, whose, sample[of]))
            found = judged[0] & (gap > REFRACTORY) & tall[of]
            beat[of], ventricular[of] = found, judged[1]
            if found.any():
                chosen = of[found]
                self._follow(candidates, chosen, judged[1][found])
                self._keep_time(whose[found], gap[found], sample[chosen], candidates.rise[chosen])
            left = ~found & (gap > REFRACTORY)
            if left.any():
                self._leave(candidates, of[left], whose[left], gap[left])
        self._sink(patients, number, slots)
        found = np.flatnonzero(beat)
        return Beats(
            patients[row[found]], sample[found], candidates.trusted[found], ventricular[found]
        )

    def measures_of(self, candidates: Candidates, of: Ints, whose: Ints, sample: Ints) -> Floats:
        """Return what a judge weighs of some candidates: what is around them, and the past."""
        gap, rhythm = sample - self.memory.last[whose], self.memory.rhythm[whose]
        interval, sway = rhythm[:, INTERVAL_OF], rhythm[:, SWAY_OF]
        known = candidates.measures.shape[1]
        measures = np.empty((len(of), known + len(PAST)))
        measures[:, :known] = candidates.measures[of]
        past = measures[:, known:].T
        past[0], past[1], past[2] = gap, gap, interval
        past[0] /= WORKING_RATE_HZ
        past[1] /= interval
        past[2] /= WORKING_RATE_HZ
        past[3] = sway
        np.divide(candidates.rise[of], rhythm[:, HEIGHTS].T, out=past[4:])
        np.minimum(past, PAST_MAX, out=past)
        return measures

    def _keep_time(self, whose: Ints, gap: Ints, sample: Ints, rise: Floats) -> None:
        """Let the interval follow the beats that were found."""
        memory = self.memory
        rhythm = memory.rhythm[whose]
        interval = rhythm[:, INTERVAL_OF]
        near = np.minimum(np.maximum(gap, 0.4 * interval), 1.8 * interval)
        rhythm[:, SWAY_OF] += 0.1 * (np.abs(near / interval - 1) - rhythm[:, SWAY_OF])
        interval += 0.15 * (np.minimum(np.maximum(near, INTERVAL[0]), INTERVAL[1]) - interval)
        rhythm[:, HEIGHT_OF] = rise
        memory.rhythm[whose], memory.last[whose] = rhythm, sample

    def _follow(self, candidates: Candidates, of: Ints, odd: NDArray[np.bool_]) -> None:
        """Let levels and shapes follow the beats that were found."""
        memory, leads = self.memory, candidates.leads[of]
        which, slot = np.nonzero(leads >= 0)
        lead, strange, each = leads[which, slot], odd[which], of[which]
        energy, height = candidates.energies[slot, each], candidates.heights[slot, each]
        levels = memory.levels[lead]
        level, steep, _, alike, _, sharp, _ = levels[:, :LEVELS].T
        level += 0.125 * np.minimum(np.maximum(energy - level, -level), level)
        np.maximum(level, LEVEL_MIN_MV, out=level)
        steep += 0.1 * (np.minimum(energy / (height + 1e-6), 1.0) - steep)
        bend = candidates.bends[slot, each]
        sharp += 0.125 * np.minimum(np.maximum(bend - sharp, -sharp), sharp)
        np.maximum(sharp, BEND_MIN_MV, out=sharp)
        shape = candidates.shapes[slot, each]
        before = likeness(shape[:, None], memory.shapes[:, NORMAL_AND_NEWEST][lead]).max(axis=1)
        alike += 0.1 * (np.maximum(0.0, before) - alike)
        memory.levels[lead] = levels
        memory.newest[lead] = shape
        kind = np.where(strange, ODD, NORMAL)
        known = memory.shapes[lead, kind]
        memory.shapes[lead, kind] = known + np.float32(0.15) * (shape - known)

    def _leave(self, candidates: Candidates, of: Ints, whose: Ints, gap: Ints) -> None:
        """Remember what is no beat, and not a part of one: how high it is, and its shape."""
        memory = self.memory
        level = np.where(gap > TAIL, QUIET_OF, TAIL_OF)
        before = memory.rhythm[whose, level]
        high = np.minimum(candidates.rise[of], 1.0)
        memory.rhythm[whose, level] = before + 0.1 * (high - before)
        leads = candidates.leads[of]
        which, slot = np.nonzero(leads >= 0)
        lead, each = leads[which, slot], of[which]
        levels = memory.levels[lead]
        level_mv, _, _, _, aside, sharp, blunt = levels[:, :LEVELS].T
        part = np.minimum(candidates.energies[slot, each] / level_mv, 1.0)
        aside += 0.1 * (part - aside)
        blunt += 0.1 * (np.minimum(candidates.bends[slot, each] / sharp, 1.0) - blunt)
        np.maximum(blunt, BLUNT_MIN, out=blunt)
        memory.levels[lead] = levels
        other = memory.other[lead]
        memory.other[lead] = other + np.float32(0.1) * (candidates.shapes[slot, each] - other)

    def _sink(self, patients: Ints, number: Ints, slots: Ints) -> None:
        """Let the levels of patients without a beat sink."""
        least = np.maximum(IDLE, IDLE_INTERVALS * self.memory.interval[patients])
        idle = BLOCK * (number + 1) - AHEAD - self.memory.last[patients] > least
        if not idle.any():
            return
        leads = slots[idle]
        leads = leads[leads >= 0]
        self.memory.level[leads] = np.maximum(LEVEL_MIN_MV, SINK * self.memory.level[leads])


def _joined(parts: list[Beats]) -> Beats:
    if len(parts) == 1:
        return parts[0]
    return Beats(
        np.concatenate([np.zeros(0, np.intp), *(part.patient for part in parts)]),
        np.concatenate([np.zeros(0, np.intp), *(part.sample for part in parts)]),
        np.concatenate([np.zeros(0), *(part.quality for part in parts)]),
        np.concatenate([np.zeros(0, bool), *(part.ventricular for part in parts)]),
    )
