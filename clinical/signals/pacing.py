"""Pacing spikes: told from what the heart does, counted, and taken out of the lead.

A pacemaker's impulse lasts 0.5 to 2 ms. At the working rate it is a *spike*: one to three samples
that stick out on both sides, and as far from what lies 8 ms before as from what lies 20 ms before.
The narrowest R wave is twice as high over 20 ms as over 8 ms, an S wave comes down from an R wave,
and a notch has another peak before it. A spike that a filter has made lower than ``SPIKE_MIN_MV``,
as those of monitors that pass nothing above 40 Hz often do, is not told; nor is any of a lead that
comes at under ``RATE_LEAST_HZ``.

A single spike may be any disturbance. A lead is *paced* when ``ALIKE`` spikes of one sign and about
one area came within some seconds, most of them at even times; from then on its spikes are
*stimuli*. They are taken out of all leads of the patient before any filter, so that a pacemaker
that fires at a heart that does not answer is never taken for beats, nor a tall spike for an
electrode's jump. The leads of a patient none of whose leads is paced are passed on as they are.

A spike is known when 20 ms after it are. In the last 20 ms of a second nothing is known yet: a
paced lead that moves there as steeply as its spikes do is held, and the spike is told of with the
next second. So nothing waits for a chunk that has not come.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.signals.measuring import medians, pieces
from clinical.signals.resampling import BLOCK, WORKING_RATE_HZ, Floats

RATE_LEAST_HZ: Final = 200.0
"""Of a lead that comes more slowly no spike is told: a sample lasts longer than a stimulus."""

SPIKE_MIN_MV: Final = 0.25
"""Least height of a spike above what lies 8 ms before and after it."""

NARROW: Final = 0.75
"""So much of its height over the 16 and 20 ms before it a spike has over 8 ms: it is no R or S."""

SETTLED: Final = 0.5
"""And so much of that over 8 ms it has over those: it is no notch."""

SINGLE: Final = 0.35
"""So much of its height over what comes 16 and 20 ms after it has over 8 ms: QRS complexes of both
signs may follow at once, but a Q or r wave is no spike."""

CLEAR_OF_NOISE: Final = 6.0
"""So many times the usual change within 8 ms a spike is high."""

KEPT: Final = 12
"""Newest spikes of a lead that are remembered: six of each, where two chambers are paced."""

ALIKE: Final = 5
"""So many spikes alike make a lead paced."""

ALIKE_PART: Final = 0.4
"""By no more than this part of its area one spike is unlike another."""

EVEN: Final = 3
EVEN_PART: Final = 0.5
"""So many of the times between them, and so great a part, are even: noise is as tall at times."""

UNEVEN_S: Final = 0.012
"""By no more than this an even one is unlike the median: three samples."""

CHAMBERS_S: Final = 0.3
"""Spikes no further apart are of one beat: of the atria and of the ventricles."""

LATELY_S: Final = 12
"""Within so many seconds they came: five at 30/min."""

PACED_S: Final = 60
"""So long after its last spike a lead stays paced: pacing on demand rests meanwhile."""

CROWD: Final = 6
"""A second with more spikes of one lead shows noise, and no pacing."""

_NEAR: Final = 2
_FAR: Final = (4, 5)
_REACH: Final = max(_FAR)
_TAIL: Final = 2 * _REACH
"""Samples of the second before that are kept: those about what was not yet known."""

_CUT: Final = 3
"""Samples on each side that are taken out with the middle of a spike."""

_STEEP_PART: Final = 0.25
"""A change within 8 ms by this part of its spikes' area may be one that begins."""

_AT_ONCE: Final = 128
"""Leads of which what is made on the way stays in a core's cache."""

_TIMES: Final = slice(_TAIL, _TAIL + KEPT)
_AREAS: Final = slice(_TAIL + KEPT, _TAIL + 2 * KEPT)
_UNTIL: Final = _TAIL + 2 * KEPT
_LOOKED: Final = _UNTIL + 1
WIDTH: Final = _LOOKED + 1
"""Numbers that are remembered of a lead."""

_LONG_AGO: Final = -1e9

Ints = NDArray[np.intp]
_Floats32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Stimuli:
    """Of some leads' second, a row each; of a lead ascending."""

    row: Ints
    """Which of the leads."""
    sample: Ints
    """When, at the working rate, from sample 0 of the patient: up to 20 ms before the second."""


NONE: Final = Stimuli(np.zeros(0, np.intp), np.zeros(0, np.intp))


def remembered(rates_hz: NDArray[np.floating]) -> Floats:
    """Return what is remembered of leads at these rates before their sample 0."""
    held = np.zeros((len(rates_hz), WIDTH))
    held[:, _TIMES] = held[:, _UNTIL] = _LONG_AGO
    held[:, _LOOKED] = rates_hz >= RATE_LEAST_HZ
    return held


def stand_at(held: Floats, leads: Ints, first_mv: Floats) -> None:
    """Let leads have been at their first sample always."""
    held[leads, :_TAIL] = first_mv[:, None]


def take_out(held: Floats, leads: Ints, slots: Ints, seconds: Ints, raw: Floats) -> Stimuli:
    """Take the stimuli out of the next second of some leads, and return them.

    Args:
        held: what is remembered of all leads.
        leads: whose second it is.
        slots: which of them are each patient's, shape (patients, most leads of one); -1: no more.
        seconds: before it, of each patient.
        raw: the second of each lead, shape (leads, BLOCK); changed in place, of paced patients.
    """
    about = np.empty((len(leads), _TAIL + BLOCK), np.float32)
    about[:, :_TAIL], about[:, _TAIL:] = held[leads, :_TAIL], raw
    held[leads, :_TAIL] = raw[:, BLOCK - _TAIL :]
    spikes, until = _spikes(about, held[leads, _LOOKED] > 0), held[leads, _UNTIL]
    if not spikes and not (until > _LONG_AGO).any():
        return NONE
    told: dict[int, list[int]] = {}
    begun = np.empty(len(leads), np.intp)
    begun[slots[slots >= 0]] = np.repeat(seconds, (slots >= 0).sum(axis=1)) * BLOCK
    for row, middles in spikes:
        lead, first = held[leads[row]], int(begun[row]) - _TAIL
        of = [at for at in middles if _remember(lead, first + at, _area(about[row], at))]
        if of:
            told[row] = of
    _take(told, slots, about, raw)
    for paced in np.flatnonzero(held[leads, _UNTIL] >= begun).tolist():
        _hold_back(held[leads[paced]], about[paced], raw[paced])
    if not told:
        return NONE
    pairs = [(row, int(begun[row]) - _TAIL + at) for row, of in told.items() for at in of]
    rows, samples = zip(*pairs, strict=True)
    return Stimuli(np.array(rows, np.intp), np.array(samples, np.intp))


def _take(told: dict[int, list[int]], slots: Ints, about: _Floats32, raw: Floats) -> None:
    """Bridge every stimulus in every lead of its patient: where it is told, and beside it.

    What one lead shows clearly may be left as a small beat in another.
    """
    for own in slots[np.isin(slots, list(told)).any(axis=1)].tolist() if told else ():
        rows = [row for row in own if row >= 0]
        whole = {at for row in rows for at in told.get(row, ())}
        for row in rows:
            of = told.get(row, [])
            beside = [at for at in whole if all(abs(at - mine) > _CUT for mine in of)]
            for at in sorted([*of, *beside]):
                _bridge(about[row], raw[row], at)


def _spikes(about: _Floats32, looked: NDArray[np.bool_]) -> list[tuple[int, list[int]]]:
    """Return the rows that show spikes, each with their middles."""
    bend, steep = np.empty((len(about), BLOCK), np.float32), np.empty((len(about), BLOCK), bool)
    for some in pieces(len(about), _AT_ONCE):
        change = _change(about[some])
        bends = np.subtract(
            change[:, _REACH - _NEAR : _REACH - _NEAR + BLOCK],
            change[:, _REACH : _REACH + BLOCK],
            out=bend[some],
        )
        np.greater_equal(np.abs(bends), 2 * SPIKE_MIN_MV, out=steep[some])
    place = np.flatnonzero(steep)
    if not len(place):
        return []
    row, at = np.divmod(place, BLOCK)
    at += _REACH
    flat, own = about.reshape(-1), row * about.shape[1] + at
    sign = np.sign(bend.reshape(-1)[place])
    peak = flat[own]

    def above(reach: int) -> _Floats32:
        higher: _Floats32 = sign * (peak - flat[own + reach])
        return higher

    before, after = above(-_NEAR), above(_NEAR)
    height = np.minimum(before, after)
    is_spike = (height >= SPIKE_MIN_MV) & looked[row]
    for reach in _FAR:
        if not is_spike.any():
            return []
        earlier, later = above(-reach), above(reach)
        is_spike &= (NARROW * earlier <= before) & (SETTLED * before <= earlier)
        is_spike &= SINGLE * later <= after
        is_spike &= NARROW * np.minimum(earlier, later) <= height
    if not is_spike.any():
        return []
    row, at, height = row[is_spike], at[is_spike], height[is_spike]
    rows, first = np.unique(row, return_index=True)
    usual = medians(np.abs(_change(about[rows])))
    found = []
    for which, noise, begun, end in zip(
        rows.tolist(), usual.tolist(), first, [*first[1:], len(row)], strict=True
    ):
        middles = _highest(at[begun:end].tolist(), height[begun:end].tolist())
        clear = [middle for middle, high in middles if high >= CLEAR_OF_NOISE * noise]
        if 0 < len(middles) <= CROWD and clear:
            found.append((which, clear))
    return found


def _change(about: _Floats32) -> _Floats32:
    """Return how much each sample differs from the one 8 ms before it."""
    change: _Floats32 = about[:, _NEAR:] - about[:, :-_NEAR]
    return change


def _highest(at: list[int], height: list[float]) -> list[tuple[int, float]]:
    """Return the highest of the samples that belong to one spike, of each spike."""
    chosen: list[tuple[int, float]] = []
    for place, high in zip(at, height, strict=True):
        if chosen and place - chosen[-1][0] <= _CUT:
            if high > chosen[-1][1]:
                chosen[-1] = (place, high)
        else:
            chosen.append((place, high))
    return chosen


def _area(about: _Floats32, at: int) -> float:
    """Return what a spike holds above the line through its sides, in mV times samples."""
    spike = about[at - _NEAR : at + _NEAR + 1].astype(np.float64)
    sides = float(about[at - _CUT]) + float(about[at + _CUT])
    return float(spike.sum()) - len(spike) * sides / 2


def _remember(lead: Floats, sample: int, area: float) -> bool:
    """Remember a spike of a lead; return whether it is a stimulus."""
    times, areas = lead[_TIMES], lead[_AREAS]
    times[:-1], areas[:-1] = times[1:].copy(), areas[1:].copy()
    times[-1], areas[-1] = sample, area
    alike = np.abs(areas - area) <= ALIKE_PART * abs(area)
    if _steady(times[alike & (times >= sample - LATELY_S * WORKING_RATE_HZ)]):
        lead[_UNTIL] = sample + PACED_S * WORKING_RATE_HZ
    return bool(lead[_UNTIL] >= sample) and int(alike.sum()) > 1


def _steady(times: Floats) -> bool:
    """Tell whether spikes alike come as a pacemaker sends them, chambers aside."""
    if len(times) < ALIKE:
        return False
    beats = times[np.diff(times, prepend=_LONG_AGO) > CHAMBERS_S * WORKING_RATE_HZ]
    gaps = np.diff(beats)
    if len(gaps) < ALIKE - 1:
        return False
    even = int((np.abs(gaps - np.median(gaps)) <= UNEVEN_S * WORKING_RATE_HZ).sum())
    return even >= max(EVEN, EVEN_PART * len(gaps))


def _bridge(about: _Floats32, raw: Floats, at: int) -> None:
    """Draw a line in the place of a spike, as far as it lies in the second."""
    begin, end = at - _CUT, at + _CUT + 1
    line = np.linspace(float(about[begin - 1]), float(about[end]), end - begin + 2)[1:-1]
    outside = max(0, _TAIL - begin)
    raw[begin + outside - _TAIL : max(0, end - _TAIL)] = line[outside:]


def _hold_back(lead: Floats, about: _Floats32, raw: Floats) -> None:
    """Hold a paced lead at the end of a second, if a spike may begin there."""
    spikes = np.abs(lead[_AREAS][lead[_TIMES] > _LONG_AGO])
    newest = about[-_REACH - _NEAR :]
    steepest = float(np.abs(newest[_NEAR:] - newest[:-_NEAR]).max())
    if steepest >= max(SPIKE_MIN_MV / 2, _STEEP_PART * float(np.median(spikes))):
        raw[-_REACH:] = raw[-_REACH - 1]
