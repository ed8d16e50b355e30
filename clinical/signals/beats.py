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
from clinical.signals.memory import BEND_MIN_MV, BLUNT_MIN, LEVEL_MIN_MV, NEWEST, NORMAL, Memory
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

    def __init__(self, bank: Bank, judge: BeatJudge = JUDGE) -> None:
        """Begin before sample 0 of every patient of a bank."""
        self.memory = Memory(len(bank.rates_hz), bank.patients)
        self.judge = judge

    @classmethod
    def joined(cls, bank: Bank, detectors: Sequence["BeatDetector"]) -> Self:
        """Return a detector of the bank that was joined of these detectors' banks, in order."""
        detector = cls(bank, detectors[0].judge)
        detector.memory = Memory.joined([one.memory for one in detectors])
        return detector

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
        rank = np.arange(len(row)) - np.searchsorted(row, row)
        for turn in range(int(rank.max(initial=-1)) + 1):
            of = np.flatnonzero(rank == turn)
            judged = self.judge.judge(
                self.measures_of(candidates, of, patients[row[of]], sample[of])
            )
            after = sample[of] - self.memory.last[patients[row[of]]] > REFRACTORY
            tall = candidates.energies[of].max(axis=1) >= ENERGY_MIN_MV
            beat[of], ventricular[of] = judged[0] & after & tall, judged[1]
            chosen, others = of[beat[of]], of[~beat[of]]
            if len(chosen):
                self._follow(candidates, chosen, ventricular[chosen])
            if len(others):
                self._leave(candidates, others, patients, sample)
            self._keep_time(patients[row[chosen]], sample[chosen], candidates.rise[chosen])
        self._sink(patients, number, slots)
        found = np.flatnonzero(beat)
        return Beats(
            patients[row[found]], sample[found], candidates.trusted[found], ventricular[found]
        )

    def measures_of(self, candidates: Candidates, of: Ints, whose: Ints, sample: Ints) -> Floats:
        """Return what a judge weighs of some candidates: what is around them, and the past."""
        memory = self.memory
        gap, interval = sample - memory.last[whose], memory.interval[whose]
        rise = candidates.rise[of]
        past = (
            np.minimum(gap / WORKING_RATE_HZ, 3.0),
            np.minimum(gap / interval, 3.0),
            interval / WORKING_RATE_HZ,
            memory.sway[whose],
            np.minimum(rise / memory.height[whose], 4.0),
            np.minimum(rise / memory.tail[whose], 8.0),
            np.minimum(rise / memory.quiet[whose], 8.0),
        )
        return np.concatenate((candidates.measures[of], np.stack(past, axis=1)), axis=1)

    def _keep_time(self, whose: Ints, sample: Ints, rise: Floats) -> None:
        """Let the interval follow the beats that were found."""
        memory = self.memory
        interval = memory.interval[whose]
        near = np.clip(sample - memory.last[whose], 0.4 * interval, 1.8 * interval)
        memory.sway[whose] += 0.1 * (np.abs(near / interval - 1) - memory.sway[whose])
        memory.interval[whose] += 0.15 * (np.clip(near, *INTERVAL) - interval)
        memory.last[whose], memory.height[whose] = sample, rise

    def _follow(self, candidates: Candidates, of: Ints, odd: NDArray[np.bool_]) -> None:
        """Let levels and shapes follow the beats that were found."""
        memory, leads = self.memory, candidates.leads[of]
        which, slot = np.nonzero(leads >= 0)
        lead, strange, each = leads[which, slot], odd[which], of[which]
        energy, height = candidates.energies[each, slot], candidates.heights[each, slot]
        level = memory.level[lead]
        level += 0.125 * np.clip(energy - level, -level, level)
        memory.level[lead] = np.maximum(level, LEVEL_MIN_MV)
        steep = np.minimum(energy / (height + 1e-6), 1.0)
        memory.steep[lead] += 0.1 * (steep - memory.steep[lead])
        sharp = memory.sharp[lead]
        sharp += 0.125 * np.clip(candidates.bends[each, slot] - sharp, -sharp, sharp)
        memory.sharp[lead] = np.maximum(sharp, BEND_MIN_MV)
        shape = candidates.shapes[each, slot]
        newest, normal = (likeness(shape, memory.shapes[lead, of]) for of in (NEWEST, NORMAL))
        before = np.maximum(newest, normal)
        memory.alike[lead] += 0.1 * (np.maximum(0.0, before) - memory.alike[lead])
        memory.newest[lead] = shape
        for known, which in ((memory.normal, ~strange), (memory.odd, strange)):
            some = lead[which]
            known[some] += np.float32(0.15) * (shape[which] - known[some])

    def _leave(self, candidates: Candidates, of: Ints, patients: Ints, sample: Ints) -> None:
        """Remember what is no beat: how high it is, and its shape."""
        memory, whose = self.memory, patients[candidates.row[of]]
        gap = sample[of] - memory.last[whose]
        for level, which in (
            (memory.tail, (gap > REFRACTORY) & (gap <= TAIL)),
            (memory.quiet, gap > TAIL),
        ):
            some = whose[which]
            level[some] += 0.1 * (np.minimum(candidates.rise[of[which]], 1.0) - level[some])
        leads = candidates.leads[of]
        which, slot = np.nonzero((leads >= 0) & (gap > REFRACTORY)[:, None])
        lead, each = leads[which, slot], of[which]
        part = np.minimum(candidates.energies[each, slot] / memory.level[lead], 1.0)
        memory.aside[lead] += 0.1 * (part - memory.aside[lead])
        bend = np.minimum(candidates.bends[each, slot] / memory.sharp[lead], 1.0)
        blunt = memory.blunt[lead] + 0.1 * (bend - memory.blunt[lead])
        memory.blunt[lead] = np.maximum(BLUNT_MIN, blunt)
        memory.other[lead] += np.float32(0.1) * (candidates.shapes[each, slot] - memory.other[lead])

    def _sink(self, patients: Ints, number: Ints, slots: Ints) -> None:
        """Let the levels of patients without a beat sink."""
        least = np.maximum(IDLE, IDLE_INTERVALS * self.memory.interval[patients])
        idle = BLOCK * (number + 1) - AHEAD - self.memory.last[patients] > least
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
