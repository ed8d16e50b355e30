"""How far each second of each lead can be trusted, from 0 to 1.

Six faults are measured on every block; each gives a grade from 1 (none) to 0 (useless), and the
least grade is the quality:

- ``present``: how much of the second came at all;
- ``flat``: the lead moves less than about the noise of electrodes and recorder (20 uV);
- ``saturated``: the lead stands still at the end of its range: many samples equal the extreme;
- ``baseline``: slow drift, what the wide filter takes away, against the height of beats;
- ``noise``: what changes from sample to sample faster than a QRS complex does;
- ``pop``: a jump of an electrode, far steeper than any QRS complex.

A seventh, how well the beats of the second resemble those before, is known once they are decided
(``beats``). The limits are this project's own, set on development records.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from clinical.signals.bank import Block
from clinical.signals.measuring import counted, medians, pieces
from clinical.signals.resampling import BLOCK, Floats

FLAT_MV: Final = (0.02, 0.06)
"""A lead that moves less than the first is flat, more than the second is not."""

SATURATED_PART: Final = (0.4, 0.1)
"""This part of the second at one extreme is no signal; this part is fine."""

BASELINE_MV: Final = (6.0, 1.5)
NOISE_MV: Final = (0.25, 0.04)
"""Mean change of slope from sample to sample."""

POP_MV: Final = (6.0, 2.5)
"""A jump within 8 ms."""

AT_ONCE: Final = 128
"""Leads of which what is made on the way stays in a core's cache."""

WHOLE_WORDS: Final = 256
"""Samples of a block and some more: ``counted`` takes eight at once."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Grades of one second of some leads, each of shape (leads,), 0 to 1."""

    present: Floats
    flat: Floats
    saturated: Floats
    baseline: Floats
    noise: Floats
    pop: Floats

    @property
    def overall(self) -> Floats:
        """The least grade: how far the second can be trusted."""
        grades = (self.present, self.flat, self.saturated, self.baseline, self.noise, self.pop)
        least: Floats = np.minimum.reduce(grades)
        return least


def quality_of(block: Block) -> Quality:
    """Grade each lead of a block."""
    found = np.empty((5, len(block.raw)))
    for some in pieces(len(block.raw), AT_ONCE):
        _measured(block.raw[some], block.wide[some], found[:, some])
    span, extremes, drift, bend, step = found
    return Quality(
        present=1 - block.missing,
        flat=_grade(span, FLAT_MV),
        saturated=np.where(span > 0, _grade(extremes / BLOCK, SATURATED_PART), 0.0),
        baseline=_grade(drift, BASELINE_MV),
        noise=_grade(bend, NOISE_MV),
        pop=_grade(step, POP_MV),
    )


def _measured(raw: Floats, wide: Floats, found: Floats) -> None:
    """Measure some leads: span, samples at one extreme, drift, change of slope, greatest step."""
    highest, lowest = raw.max(axis=1), raw.min(axis=1)
    found[0] = highest - lowest
    marked = np.zeros((2, len(raw), WHOLE_WORDS), bool)
    np.equal(raw, highest[:, None], out=marked[0, :, :BLOCK])
    np.equal(raw, lowest[:, None], out=marked[1, :, :BLOCK])
    found[1] = counted(marked.reshape(-1, WHOLE_WORDS)).reshape(2, -1).max(axis=0)
    away = raw - wide
    np.subtract(away.max(axis=1), away.min(axis=1), out=found[2])
    bends = 2 * raw[:, 1:-1]
    np.subtract(raw[:, 2:], bends, out=bends)
    bends += raw[:, :-2]
    found[3] = medians(np.abs(bends, out=bends))
    steps = np.subtract(raw[:, 2:], raw[:, :-2], out=bends)
    np.abs(steps, out=steps).max(axis=1, out=found[4])


def _grade(value: Floats, limits: tuple[float, float]) -> Floats:
    """Return 0 at or beyond the first limit, 1 at or beyond the second, between them a line."""
    useless, fine = limits
    return np.clip((value - useless) / (fine - useless), 0.0, 1.0)
