"""What a beat detector remembers of many patients and their leads, as arrays.

The newest ``HISTORY`` samples of each lead are kept at hand, and of each lead and patient what
follows its beats: running averages, each moved by the newest beat.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Block, Ints
from clinical.signals.measuring import medians, pieces, windows
from clinical.signals.quality import Quality
from clinical.signals.resampling import BLOCK, WORKING_RATE_HZ, Floats

SECONDS: Final = 4
HISTORY: Final = SECONDS * BLOCK

ENERGY: Final = 25
"""Samples over which energy is taken: 100 ms, about a QRS complex."""

LEVEL_MIN_MV: Final = 0.05
"""Energy below which nothing is taken for a beat: a QRS complex of about 0.2 mV."""

BEND: Final = 3
"""Samples on each side of one over which its bend is taken: 12 ms. Of a QRS complex, however broad,
an edge or a notch bends the ``wide`` signal; a T wave is smooth."""

BEND_MIN_MV: Final = 0.02
"""Least bend that is taken for one of beats."""

BLUNT_MIN: Final = 0.02
"""Least bend that is taken for one of what is no beat, as a part of that of beats."""

SHAPE: Final = (28, 32)
"""Samples before and after the middle of a beat that make its shape."""

AT_ONCE: Final = 128
"""Leads of which what is made on the way stays in a core's cache."""

FLOOR_PART: Final = 0.3
"""Part of a second in which the energy lies below its floor."""

_Floats32 = NDArray[np.float32]

_Arrays = tuple[NDArray[Any], ...]

_HISTORIES: Final = ("energy", "narrow", "wide")
_SHAPES: Final = ("normal", "odd", "newest", "other")
ENERGIES: Final = _HISTORIES.index("energy")
NARROW: Final = _HISTORIES.index("narrow")
WIDE: Final = _HISTORIES.index("wide")
NORMAL: Final = _SHAPES.index("normal")
ODD: Final = _SHAPES.index("odd")
NEWEST: Final = _SHAPES.index("newest")

_LEVELS: Final = {
    "level": LEVEL_MIN_MV,
    "steep": 0.3,
    "clear": 0.5,
    "alike": 0.8,
    "aside": 0.2,
    "sharp": BEND_MIN_MV,
    "blunt": 0.2,
}
"""What a lead begins with."""

_GRADES: Final = ("grade", "trust")
_RHYTHM: Final = {
    "interval": 0.8 * WORKING_RATE_HZ,
    "height": 1.0,
    "sway": 0.1,
    "tail": 0.25,
    "quiet": 0.2,
}
"""What a patient begins with."""

LEVELS: Final = len(_LEVELS)
"""Columns of ``levels`` that hold them; behind them stand grade and trust of each second."""

INTERVAL_OF, HEIGHT_OF, SWAY_OF, TAIL_OF, QUIET_OF = range(len(_RHYTHM))
"""Columns of ``rhythm``."""

_NAMES: Final = (*_HISTORIES, *_SHAPES, *_LEVELS, *_GRADES, *_RHYTHM, "last")
_VIEWS: Final = (*_NAMES, "levels", "rhythm")


class Memory:
    """Arrays over leads, or over patients: views of a few, so that many are joined and parted fast.

    Those of a lead lie side by side in three arrays, those of a patient in two.
    """

    levels: Floats
    """A row of each lead, from ``level`` to ``blunt``: to read and write all of them at once."""
    rhythm: Floats
    """A row of each patient, from ``interval`` to ``quiet``."""
    energy: _Floats32
    narrow: _Floats32
    wide: _Floats32
    level: Floats
    """Energy at beats, in mV."""
    steep: Floats
    """Energy at beats, as a part of their height in the wide signal."""
    grade: Floats
    """Quality of each second."""
    clear: Floats
    """How far beats stood out of the rest lately, 0 to 1."""
    trust: Floats
    """Weight of the lead in each second."""
    normal: _Floats32
    """Shape of normal beats, of about unit length."""
    odd: _Floats32
    """Shape of ventricular beats."""
    newest: _Floats32
    """Shape of the last beat."""
    other: _Floats32
    """Shape of what was no beat."""
    alike: Floats
    """How like the shape of the one before, or of a normal one, beats lately were, 0 to 1."""
    aside: Floats
    """Energy of what was no beat, in levels."""
    sharp: Floats
    """Sharpest bend of beats, in mV."""
    blunt: Floats
    """Sharpest bend of what was no beat, as a part of that of beats."""
    last: Ints
    """Where the last beat was, at the working rate."""
    interval: Floats
    """Between beats, in samples."""
    height: Floats
    """Rise of the last beat."""
    sway: Floats
    """How far intervals lie from their average, as a part of it."""
    tail: Floats
    """Rise of what follows a beat within ``TAIL`` and is none: T waves."""
    quiet: Floats
    """Rise of what else is no beat: P waves and noise."""

    def __init__(self, leads: int, patients: int) -> None:
        """Begin before sample 0."""
        levels = np.ones((leads, len(_LEVELS) + len(_GRADES) * SECONDS))
        levels[:, : len(_LEVELS)] = [*_LEVELS.values()]
        rhythm = np.tile([*_RHYTHM.values()], (patients, 1))
        self.hold(
            (
                np.zeros((leads, len(_HISTORIES), HISTORY), np.float32),
                np.zeros((leads, len(_SHAPES), sum(SHAPE)), np.float32),
                levels,
            ),
            (rhythm, np.full(patients, -BLOCK, np.intp)),
        )

    def hold(self, of_leads: _Arrays, of_patients: _Arrays) -> None:
        """Take the arrays that all others are views of."""
        self.__dict__.clear()
        self.of_leads, self.of_patients = of_leads, of_patients

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of either kind
        """Make the views when one is asked for: between two rounds nobody asks."""
        if name not in _VIEWS:
            raise AttributeError(name)
        histories, shapes, self.levels = self.of_leads
        self.rhythm, self.last = self.of_patients
        self.energy, self.narrow, self.wide = histories.transpose(1, 0, 2)
        self.normal, self.odd, self.newest, self.other = shapes.transpose(1, 0, 2)
        columns = self.levels.T
        self.level, self.steep, self.clear, self.alike, self.aside, self.sharp, self.blunt = (
            columns[:LEVELS]
        )
        self.grade, self.trust = columns[LEVELS : LEVELS + SECONDS].T, columns[-SECONDS:].T
        self.interval, self.height, self.sway, self.tail, self.quiet = self.rhythm.T
        return self.__dict__[name]

    def snapshot(self) -> dict[str, object]:
        """Return a copy of all of it."""
        return {name: getattr(self, name).copy() for name in _NAMES}

    def restore(self, memory: Mapping[str, Any]) -> Self:
        """Go on where ``snapshot`` was taken."""
        for name in _NAMES:
            getattr(self, name)[...] = memory[name]
        return self

    def places(self, leads: Ints) -> Ints:
        """Return where the histories of leads begin, for ``held``."""
        return leads % len(self.of_leads[0]) * (len(_HISTORIES) * HISTORY)

    def held(self, history: int, begin: Ints, length: int) -> _Floats32:
        """Return what a history, by its number, holds from places of leads on: a row of each."""
        found: _Floats32 = windows(self.of_leads[0], length)[begin + history * HISTORY]
        return found

    @property
    def shapes(self) -> _Floats32:
        """Return normal, ventricular and newest shape, and that of no beat, of each lead."""
        shapes: _Floats32 = self.of_leads[1]
        return shapes

    @classmethod
    def joined(cls, memories: Sequence["Memory"]) -> Self:
        """Return the leads and patients of some memories, one's after another's."""
        joined = cls.__new__(cls)
        joined.hold(
            _concatenated([one.of_leads for one in memories]),
            _concatenated([one.of_patients for one in memories]),
        )
        return joined

    def part(self, memories: Sequence["Memory"]) -> None:
        """Let each of the memories that this one was joined of go on from here."""
        lead = patient = 0
        for one in memories:
            leads = slice(lead, lead + len(one.of_leads[0]))
            patients = slice(patient, patient + len(one.of_patients[0]))
            one.hold(
                tuple(held[leads].copy() for held in self.of_leads),
                tuple(held[patients].copy() for held in self.of_patients),
            )
            lead, patient = leads.stop, patients.stop

    def remember(self, block: Block, quality: Quality) -> None:
        """Take the newest second of some leads, and its grades."""
        for some in pieces(len(block.leads), AT_ONCE):
            rows = _rows(block.leads[some])
            _move(self.of_leads[0], rows)
            self.narrow[rows, HISTORY - BLOCK :] = block.narrow[some]
            self.wide[rows, HISTORY - BLOCK :] = block.wide[some]
            narrow = self.narrow[rows, HISTORY - BLOCK - ENERGY :]
            self.energy[rows, HISTORY - BLOCK :] = _energy(narrow)
        _shift(self.grade, block.leads, quality.overall)

    def learn(self, leads: Ints, seconds: int) -> None:
        """Take the first level of leads from the greatest energy of each second so far."""
        known = self.energy[leads, HISTORY - seconds * BLOCK :].reshape(-1, seconds, BLOCK)
        self.level[leads] = np.maximum(LEVEL_MIN_MV, medians(known.max(axis=2)))
        bend = bends(self.wide[leads, HISTORY - seconds * BLOCK :].astype(np.float64))
        first = bend[:, : (seconds - 1) * BLOCK].reshape(-1, seconds - 1, BLOCK)
        self.sharp[leads] = np.maximum(BEND_MIN_MV, medians(first.max(axis=2)))

    def weigh(self, leads: Ints) -> None:
        """Say how far the newest second of leads can be trusted.

        By its grade; by how far beats stand out of the energy between them, and above the peaks
        that are none; and by how like one another its beats are.
        """
        sparse = self.energy[leads, HISTORY - BLOCK :: 5]
        floor = np.partition(sparse, int(FLOOR_PART * sparse.shape[1]), axis=1)
        quiet = floor[:, int(FLOOR_PART * sparse.shape[1])]
        level = np.maximum(self.level[leads], LEVEL_MIN_MV)
        clear = np.clip(1 - 2.5 * quiet / level, 0.05, 1.0) ** 2
        self.clear[leads] = 0.6 * self.clear[leads] + 0.4 * clear
        fresh = np.maximum(0.01, self.grade[leads, -1]) * np.minimum(self.clear[leads], clear)
        fresh *= np.maximum(0.05, self.alike[leads]) ** 2
        fresh *= np.clip(1.1 - self.aside[leads], 0.05, 1.0) ** 2
        _shift(self.trust, leads, np.maximum(1e-4, fresh))


def _concatenated(many: Sequence[_Arrays]) -> _Arrays:
    return tuple(np.concatenate(held) for held in zip(*many, strict=True))


def bends(wide: Floats) -> Floats:
    """Return how much each sample differs from the middle of those ``BEND`` before and after it.

    Twice that, in mV; none for the first and last ``BEND`` samples.
    """
    bend = wide[:, 2 * BEND :] + wide[:, : -2 * BEND]
    bend -= 2 * wide[:, BEND:-BEND]
    return np.abs(bend, out=bend)


def _rows(leads: Ints) -> slice | Ints:
    """Return where leads lie: rows that follow one another are seen as they are, not copied."""
    if leads[-1] - leads[0] == len(leads) - 1 and bool((leads[1:] > leads[:-1]).all()):
        return slice(int(leads[0]), int(leads[-1]) + 1)
    return leads


def _move(histories: NDArray[Any], rows: slice | Ints) -> None:
    """Let what leads hold lie a second further back; of the newest second nothing is known then."""
    if isinstance(rows, slice):
        # One move of all that lies there: each history's newest second takes the next one's oldest.
        whole = histories[rows].reshape(-1)
        whole[:-BLOCK] = whole[BLOCK:]
    else:
        histories[rows, :, :-BLOCK] = histories[rows, :, BLOCK:]


def _shift(history: Floats, leads: Ints, fresh: Floats) -> None:
    """Let a value of each second of leads be followed by that of the newest."""
    history[leads] = np.concatenate((history[leads, 1:], fresh[:, None]), axis=1)


def _energy(narrow: _Floats32) -> Floats:
    """Return the energy of all but the first ``ENERGY`` samples."""
    total = narrow.astype(np.float64)
    total *= total
    np.cumsum(total, axis=1, out=total)
    power = total[:, ENERGY:] - total[:, :-ENERGY]
    np.maximum(0.0, power, out=power)
    power /= ENERGY
    return np.sqrt(power, out=power)
