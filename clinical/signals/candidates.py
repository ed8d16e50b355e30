"""Candidates for beats: the peaks of a patient's rise, and what is measured around each.

The *rise* of a patient is the energy of each lead in units of its level at beats, averaged over
the leads (root mean square) with the weight of each lead's trust: about 1 at every beat, however
many leads there are. The measures are the same for one lead and for twelve.

A broad, low beat may rise no higher than a T wave, but its edges and notches *bend* the signal
sharply, in units of the bends of the lead's other beats; a T wave is smooth.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Ints
from clinical.signals.measuring import medians, peaks_of
from clinical.signals.memory import (
    BEND,
    ENERGIES,
    HISTORY,
    NARROW,
    SECONDS,
    SHAPE,
    WIDE,
    Memory,
    bends,
)
from clinical.signals.resampling import BLOCK, Floats

AHEAD: Final = 188
"""Samples after a candidate that are known when it is decided: 0.75 s."""

BEHIND: Final = 188
"""Samples before a candidate that it is compared with."""

APART: Final = 22
"""No two candidates are nearer: 88 ms."""

RISE_MIN: Final = 0.14
"""Least rise of a candidate."""

BESIDE: Final = (26, 95)
"""Nearest and farthest samples beside the middle of a candidate whose bends are measured."""

WITHIN: Final = 20
"""Samples on each side of the middle whose bends are the candidate's own: a broad QRS complex."""

SHARE_MIN: Final = 0.3
"""A lead with less of the trust than this part of the best one's has no say in extremes."""

_FIRST_BIN: Final = 13
_BIN: Final = 25
BINS: Final = tuple(
    (sign * begin, sign * (begin + _BIN))
    for sign in (-1, 1)
    for begin in range(_FIRST_BIN, AHEAD, _BIN)
)
"""Stretches before and after a candidate, 100 ms each, whose greatest rise is measured."""

MEASURES: Final = (
    "rise",
    "between",
    "beside_top",
    "width",
    "like_normal",
    "like_odd",
    "like_newest",
    "like_other",
    "like_best",
    "strongest",
    "weakest",
    "steep",
    "tall",
    "level",
    "trusted",
    "clear",
    "sharp",
    "sharp_aside",
    "sharp_before",
    "sharp_after",
    "sharpest",
    *(f"rise_{4 * begin}_ms" for begin, _ in BINS),
)
"""What is measured of each candidate, in the order of the columns."""

RISE: Final = MEASURES.index("rise")
BETWEEN: Final = MEASURES.index("between")
BESIDE_TOP: Final = MEASURES.index("beside_top")
WIDTH: Final = MEASURES.index("width")
TRUSTED: Final = MEASURES.index("trusted")


class Candidates:
    """Of some patients, in the order of patient and time. Every array has a row per candidate."""

    def __init__(self, memory: Memory, slots: Ints, length: int) -> None:
        """Find and measure those of the ``length`` samples that end ``AHEAD`` before the newest.

        Args:
            memory: of the leads.
            slots: leads of each patient, shape (patients, most leads of one); -1: no more.
            length: of the stretch, in samples.
        """
        power, trust = _power(memory, slots)
        rise = np.sqrt(power[:, HISTORY - BEHIND - length - AHEAD :])
        self.row, column = _peaks(rise)
        self.leads = slots[self.row]
        second = (column + HISTORY - rise.shape[1]) // BLOCK
        weight = trust[self.row, :, second]
        at = column + HISTORY - rise.shape[1]
        middle = at + _middle(memory, self.leads, weight, at)
        self.before_newest = HISTORY - middle
        """Samples from the middle of the QRS complex to the newest."""
        self.measures = np.zeros((len(self.row), len(MEASURES)))
        top = medians(np.sqrt(power.reshape(-1, SECONDS, BLOCK).max(axis=2)))
        self._around(rise, column, np.maximum(top, RISE_MIN)[self.row])
        self._leads(memory, weight, at, middle, second)

    @property
    def rise(self) -> Floats:
        """How high each peak is."""
        return self.measures[:, RISE]

    @property
    def trusted(self) -> Floats:
        """Quality of the leads at each, weighted by their trust."""
        return self.measures[:, TRUSTED]

    def _around(self, rise: Floats, column: Ints, top: Floats) -> None:
        """Measure the rise around each candidate, as parts of its own."""
        own = rise[self.row, column]
        places = column[:, None] + np.arange(-BEHIND, AHEAD + 1)
        near = rise.take(self.row[:, None] * rise.shape[1] + places)
        middle = near[:, BEHIND - 40 : BEHIND + 41]
        measures = self.measures
        measures[:, RISE] = own
        before, after = near[:, : BEHIND - _FIRST_BIN], near[:, BEHIND + _FIRST_BIN : -1]
        bins = np.concatenate(
            (
                before.reshape(len(own), len(BINS) // 2, _BIN).max(axis=2)[:, ::-1],
                after.reshape(len(own), len(BINS) // 2, _BIN).max(axis=2),
            ),
            axis=1,
        )
        measures[:, -len(BINS) :] = np.minimum(bins / own[:, None], 5.0)
        sides = np.concatenate((near[:, 60 : BEHIND - 30], near[:, BEHIND + 31 : -60]), axis=1)
        measures[:, BETWEEN] = np.minimum(sides.mean(axis=1) / own, 4.0)
        measures[:, BESIDE_TOP] = np.minimum(own / top, 4.0)
        measures[:, WIDTH] = (middle > 0.5 * own[:, None]).sum(axis=1) / 25

    def _leads(self, memory: Memory, weight: Floats, at: Ints, middle: Ints, second: Ints) -> None:
        """Measure each lead at each candidate; averages are weighted by trust.

        One array of all leads of all candidates, of each candidate's first lead first.
        """
        shape = (self.leads.shape[1], len(at))
        share, lead = np.ascontiguousarray(weight.T), self.leads.T.reshape(-1)
        at, middle, second = (np.concatenate((each,) * shape[0]) for each in (at, middle, second))
        level, steep = memory.level[lead], memory.steep[lead]
        energy = memory.held(ENERGIES, lead, _about(at, 8)).max(axis=1).astype(np.float64)
        height = np.ptp(memory.held(WIDE, lead, _about(middle, 15)), axis=1).astype(np.float64)
        about = middle[:, None] + np.arange(-SHAPE[0], SHAPE[1])
        shapes = _unit(memory.held(NARROW, lead, about))
        before, bend, after = _bends(memory, lead, middle)
        sharp = np.minimum(bend / memory.sharp[lead], 6.0)
        likes = likeness(shapes[:, None], memory.shapes[lead]).T
        part = np.minimum(energy / level, 8.0)
        self.bends = _by_candidate(bend, shape)
        self.energies = _by_candidate(np.where(lead < 0, 0.0, energy), shape)
        self.heights = _by_candidate(height, shape)
        self.shapes = _by_candidate(shapes, shape)
        found = np.stack(
            (
                *likes,
                np.minimum(energy / (height + 1e-6) / steep, 4.0),
                np.minimum(height * steep / level, 8.0),
                np.log(level),
                memory.grade[lead, second],
                memory.clear[lead],
                sharp,
                np.minimum(sharp / memory.blunt[lead], 12.0),
                np.minimum(before / (bend + 1e-6), 4.0),
                np.minimum(after / (bend + 1e-6), 4.0),
            )
        )
        found = found.reshape(len(found), *shape)
        sums = np.zeros((len(found), shape[1]))
        for slot, weights in enumerate(share):
            sums += weights * found[:, slot]
        has = share >= SHARE_MIN * share.max(axis=0, initial=0.0)
        best, strongest, weakest, sharpest = (
            np.where(has, each.reshape(shape), nothing)
            for each, nothing in ((likes[0], -1.0), (part, 0.0), (part, 8.0), (sharp, 0.0))
        )
        extremes = (best.max(axis=0), strongest.max(axis=0), weakest.min(axis=0))
        columns = (*sums[:4], *extremes, *sums[4:], sharpest.max(axis=0))
        self.measures[:, WIDTH + 1 : WIDTH + 1 + len(columns)] = np.stack(columns, axis=1)


def _by_candidate(each: NDArray[Any], shape: tuple[int, int]) -> NDArray[Any]:
    """Return what was measured of leads by candidate and lead."""
    return np.ascontiguousarray(each.reshape(*shape, *each.shape[1:]).swapaxes(0, 1))


def _about(at: Ints, reach: int) -> Ints:
    about: Ints = at[:, None] + np.arange(-reach, reach + 1)
    return about


def _bends(memory: Memory, lead: Ints, middle: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the sharpest bend, in mV, before each candidate, within it and after it."""
    nearest, middle_at = BESIDE
    wide = memory.held(WIDE, lead, _about(middle, middle_at + BEND))
    bend = bends(wide.astype(np.float64))
    first, then = bend[:, : middle_at - nearest + 1], bend[:, middle_at + nearest :]
    own = bend[:, middle_at - WITHIN : middle_at + WITHIN + 1]
    return first.max(axis=1), own.max(axis=1), then.max(axis=1)


def _power(memory: Memory, slots: Ints) -> tuple[Floats, Floats]:
    """Return the rise, squared, over all that is remembered, and each lead's share of the trust.

    Shapes (patients, HISTORY) and (patients, most leads of one, SECONDS).
    """
    trust = np.where(slots[:, :, None] < 0, 0.0, memory.trust[slots])
    whole = np.zeros((len(slots), SECONDS))
    for slot in range(slots.shape[1]):
        whole += trust[:, slot]
    trust /= whole[:, None]
    total = np.zeros((len(slots), HISTORY))
    for slot in range(slots.shape[1]):
        part = memory.energy[slots[:, slot]] / memory.level[slots[:, slot], None]
        part *= part
        part.reshape(len(slots), SECONDS, BLOCK)[...] *= trust[:, slot, :, None]
        total += part
    return total, trust


def _peaks(rise: Floats) -> tuple[Ints, Ints]:
    """Return the row and column of every candidate in the stretch that is to be decided."""
    highest = peaks_of(rise[:, BEHIND - APART : APART - AHEAD], 2 * APART + 1)
    here, before = rise[:, BEHIND:-AHEAD], rise[:, BEHIND - 1 : -AHEAD - 1]
    peak = (here == highest) & (here > before) & (here > RISE_MIN)
    row, column = np.nonzero(peak)
    return row, column + BEHIND


def _middle(memory: Memory, leads: Ints, weight: Floats, at: Ints) -> Ints:
    """Return where, before its peak of energy, the deflection of a candidate is greatest."""
    window = (at[:, None] + np.arange(-25, 3))[:, None]
    parts = np.abs(memory.narrow[leads[:, :, None], window]) / memory.level[leads][:, :, None]
    strength = np.zeros((len(at), parts.shape[2]))
    for slot in range(leads.shape[1]):
        strength += weight[:, slot, None] * parts[:, slot]
    before: Ints = np.argmax(strength, axis=1) - 25
    return before


def _unit(shape: NDArray[np.float32]) -> NDArray[np.float32]:
    norm = np.sqrt((shape * shape).sum(axis=1, keepdims=True))
    unit: NDArray[np.float32] = shape / np.maximum(norm, 1e-9)
    return unit


def likeness(shape: NDArray[np.float32], known: NDArray[np.float32]) -> Floats:
    """Return the correlation of each shape with a known one; 0 where none is known."""
    norm = np.sqrt((known * known).sum(axis=-1))
    like: Floats = ((shape * known).sum(axis=-1) / np.maximum(norm, 1e-9)).astype(np.float64)
    return like
