"""Candidates for beats: the peaks of a patient's rise, and what is measured around each.

The *rise* of a patient is the energy of each lead in units of its level at beats, averaged over
the leads (root mean square) with the weight of each lead's trust: about 1 at every beat, however
many leads there are. The measures are the same for one lead and for twelve.

A broad, low beat may rise no higher than a T wave, but its edges and notches *bend* the signal
sharply, in units of the bends of the lead's other beats; a T wave is smooth.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.bank import Ints
from clinical.signals.measuring import medians, peaks_of, pieces, windows
from clinical.signals.memory import (
    BEND,
    ENERGIES,
    HISTORY,
    LEVELS,
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

AT_ONCE: Final = 32
"""Patients, or candidates, of whom what is made on the way stays in a core's cache."""

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
    """Of some patients, in the order of patient and time.

    Of each candidate there is a row; what is measured of its leads has a row for each slot of
    ``leads`` instead, and a column for each candidate.
    """

    def __init__(self, memory: Memory, slots: Ints, length: int) -> None:
        """Find and measure those of the ``length`` samples that end ``AHEAD`` before the newest.

        Args:
            memory: of the leads.
            slots: leads of each patient, shape (patients, most leads of one); -1: no more.
            length: of the stretch, in samples.
        """
        trust = _trust(memory, slots)
        rise, top = _rise(memory, slots, trust, BEHIND + length + AHEAD)
        self.row, column = _peaks(rise)
        self.leads = slots[self.row]
        second = (column + HISTORY - rise.shape[1]) // BLOCK
        weight = trust[self.row, :, second]
        at = column + HISTORY - rise.shape[1]
        middle = at + _middle(memory, self.leads, weight, at)
        self.before_newest = HISTORY - middle
        """Samples from the middle of the QRS complex to the newest."""
        self.measures = np.zeros((len(self.row), len(MEASURES)))
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
        own, first = rise[self.row, column], self.row * rise.shape[1] + column - BEHIND
        measures, whole = self.measures, windows(rise, BEHIND + 1 + AHEAD)
        bins = np.empty((len(own), 2, len(BINS) // 2))
        side = BEHIND - 90
        sides = np.empty((len(own), 2 * side))
        for some in pieces(len(own), 2 * AT_ONCE):
            near = whole[first[some]]
            before, after = near[:, : BEHIND - _FIRST_BIN], near[:, BEHIND + _FIRST_BIN : -1]
            before.reshape(len(near), -1, _BIN).max(axis=2, out=bins[some, 0, ::-1])
            after.reshape(len(near), -1, _BIN).max(axis=2, out=bins[some, 1])
            sides[some, :side] = near[:, 60 : BEHIND - 30]
            sides[some, side:] = near[:, BEHIND + 31 : -60]
            high = near[:, BEHIND - 40 : BEHIND + 41] > 0.5 * own[some, None]
            measures[some, WIDTH] = high.view(np.uint8).sum(axis=1, dtype=np.uint8)
        measures[:, RISE] = own
        parts = bins.reshape(len(own), len(BINS)) / own[:, None]
        measures[:, -len(BINS) :] = np.minimum(parts, 5.0)
        measures[:, BETWEEN] = np.minimum(sides.mean(axis=1) / own, 4.0)
        measures[:, BESIDE_TOP] = np.minimum(own / top, 4.0)
        measures[:, WIDTH] /= 25

    def _leads(self, memory: Memory, weight: Floats, at: Ints, middle: Ints, second: Ints) -> None:
        """Measure each lead at each candidate; averages are weighted by trust.

        One array of all leads of all candidates, of each candidate's first lead first.
        """
        shape = (self.leads.shape[1], len(at))
        share, lead = np.ascontiguousarray(weight.T), self.leads.T.reshape(-1)
        at, middle, second = (np.concatenate((each,) * shape[0]) for each in (at, middle, second))
        place, levels = memory.places(lead), memory.levels[lead]
        level, steep, clear, _, _, usual, blunt = levels[:, :LEVELS].T
        energy = memory.held(ENERGIES, place + at - 8, 17).max(axis=1).astype(np.float64)
        wide = memory.held(WIDE, place + middle - 15, 31)
        height = (wide.max(axis=1) - wide.min(axis=1)).astype(np.float64)
        shapes = _unit(memory.held(NARROW, place + middle - SHAPE[0], sum(SHAPE)))
        found = np.empty((13, len(lead)))
        likes, sharp = found[:4], found[9]
        for some in pieces(len(lead), 4 * AT_ONCE):
            likes[:, some] = likeness(shapes[some, None], memory.shapes[lead[some]]).T
        before, bend, after = _bends(memory, place + middle)
        part = np.minimum(energy / level, 8.0)
        self.bends = bend.reshape(shape)
        self.energies = np.where(lead < 0, 0.0, energy).reshape(shape)
        self.heights = height.reshape(shape)
        self.shapes = shapes.reshape(*shape, sum(SHAPE))
        np.minimum(energy / (height + 1e-6) / steep, 4.0, out=found[4])
        np.minimum(height * steep / level, 8.0, out=found[5])
        np.log(level, out=found[6])
        found[7], found[8] = levels[np.arange(len(lead)), LEVELS + second], clear
        np.minimum(bend / usual, 6.0, out=sharp)
        np.minimum(sharp / blunt, 12.0, out=found[10])
        np.minimum((before, after) / (bend + 1e-6), 4.0, out=found[11:])
        of_slots = found.reshape(len(found), *shape)
        sums = np.zeros((len(found), shape[1]))
        for slot, weights in enumerate(share):
            sums += weights * of_slots[:, slot]
        has = share >= SHARE_MIN * share.max(axis=0, initial=0.0)
        best, strongest, weakest, sharpest = (
            np.where(has, each.reshape(shape), nothing)
            for each, nothing in ((likes[0], -1.0), (part, 0.0), (part, 8.0), (sharp, 0.0))
        )
        columns = self.measures[:, WIDTH + 1 : -len(BINS)].T
        columns[:4], columns[7:16] = sums[:4], sums[4:]
        best.max(axis=0, out=columns[4])
        strongest.max(axis=0, out=columns[5])
        weakest.min(axis=0, out=columns[6])
        sharpest.max(axis=0, out=columns[16])


def _bends(memory: Memory, middle: Ints) -> tuple[Floats, Floats, Floats]:
    """Return the sharpest bend, in mV, before each candidate, within it and after it."""
    nearest, farthest = BESIDE
    before, own, after = np.empty((3, len(middle)))
    first = middle - farthest - BEND
    for some in pieces(len(middle), 4 * AT_ONCE):
        wide = memory.held(WIDE, first[some], 2 * (farthest + BEND) + 1)
        bend = bends(wide.astype(np.float64))
        bend[:, : farthest - nearest + 1].max(axis=1, out=before[some])
        bend[:, farthest - WITHIN : farthest + WITHIN + 1].max(axis=1, out=own[some])
        bend[:, farthest + nearest :].max(axis=1, out=after[some])
    return before, own, after


def _trust(memory: Memory, slots: Ints) -> Floats:
    """Return each lead's share of the trust, shape (patients, most leads of one, SECONDS)."""
    trust = memory.trust[slots]
    trust[slots < 0] = 0.0
    whole = np.zeros((len(slots), SECONDS))
    for slot in range(slots.shape[1]):
        whole += trust[:, slot]
    trust /= whole[:, None]
    return trust


def _rise(memory: Memory, slots: Ints, trust: Floats, length: int) -> tuple[Floats, Floats]:
    """Return the newest ``length`` samples of the rise, and its height at beats.

    That is the median of the greatest of each second that is remembered. Shapes
    (patients, length) and (patients,).
    """
    rise, highest = np.empty((len(slots), length)), np.empty((len(slots), SECONDS))
    for some in pieces(len(slots), AT_ONCE):
        power = _power(memory, slots[some], trust[some])
        power.max(axis=2, out=highest[some])
        np.sqrt(power.reshape(-1, HISTORY)[:, -length:], out=rise[some])
    return rise, medians(np.sqrt(highest))


def _power(memory: Memory, slots: Ints, trust: Floats) -> Floats:
    """Return the rise, squared, over all that is remembered: (patients, SECONDS, BLOCK)."""
    total: Floats | None = None
    for slot, leads in enumerate(slots.T):
        part = memory.energy[leads] / memory.level[leads, None]
        part *= part
        each: Floats = part.reshape(-1, SECONDS, BLOCK)
        each *= trust[:, slot, :, None]
        if total is None:
            total = each
        else:
            total += each
    return np.zeros((0, SECONDS, BLOCK)) if total is None else total


def _peaks(rise: Floats) -> tuple[Ints, Ints]:
    """Return the row and column of every candidate in the stretch that is to be decided."""
    peak = np.empty((len(rise), rise.shape[1] - BEHIND - AHEAD), bool)
    for some in pieces(len(rise), 2 * AT_ONCE):
        highest = peaks_of(rise[some, BEHIND - APART : APART - AHEAD], 2 * APART + 1)
        here, before = rise[some, BEHIND:-AHEAD], rise[some, BEHIND - 1 : -AHEAD - 1]
        np.equal(here, highest, out=peak[some])
        peak[some] &= here > before
        peak[some] &= here > RISE_MIN
    place = np.flatnonzero(peak)
    row, column = np.divmod(place, peak.shape[1])
    return row, column + BEHIND


def _middle(memory: Memory, leads: Ints, weight: Floats, at: Ints) -> Ints:
    """Return where, before its peak of energy, the deflection of a candidate is greatest."""
    strength = np.zeros((len(at), 28))
    for slot, lead in enumerate(leads.T):
        narrow = memory.held(NARROW, memory.places(lead) + at - 25, 28)
        part = np.abs(narrow) / memory.level[lead, None]
        part *= weight[:, slot, None]
        strength += part
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
