"""What a judge of beats learns from besides whole records: parts of them, as others may look.

Each lead alone; noise; aberrant beats, made of a record's own; disturbances of a lead; hearts that
beat slower and faster. Everything is drawn from a seed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from goldenhour.bench.accuracy.annotations import Reference
from goldenhour.lab.recordings import Signal

Floats = NDArray[np.float64]
View = tuple[Sequence[Signal], Reference]

PART_S: Final = 600
"""Seconds of each view but the whole: the record's second or third part, or its first."""

NOISE_HZ: Final = (1.0, 30.0)
NOISE_PART: Final = 1.2
"""Greatest noise, in standard deviations of the lead."""

NOISE_LASTS_S: Final = 10

CHANGED: Final = 0.1
"""Part of beats that are made weaker and broader: as many aberrant beats look."""

PUT_IN: Final = 0.05
"""Part of beats after which an early, weaker, broader one is put in."""

WEAKER: Final = (0.25, 0.9)
BROADER: Final = (1.0, 2.0)
EARLY_S: Final = (0.33, 0.55)
ROOM_S: Final = 0.3
"""Least time from a beat that is put in to the next."""

QRS_S: Final = 0.14
"""On each side of a beat that is taken for its QRS complex."""

UNCLASSIFIED: Final = "Q"
"""Code of WFDB for what is a beat, of no class: nothing is learnt about whence it comes."""

DISTURBED_EVERY_S: Final = 5.0
DISTURBED: Final = (0.2, 1.2)
"""Least and greatest height of a disturbance, in QRS complexes of its lead."""

ALL_LEADS: Final = 0.2
"""Part of disturbances that all leads show, each its own way; the others, one lead."""

APART_S: Final = 0.22
"""No disturbance is in its middle nearer to a beat."""

RATES: Final = (0.8, 1.25)
"""How much slower and faster hearts are made, and all of a heart's waves with them."""


def views_of(leads: Sequence[Signal], reference: Reference, seed: int) -> Iterator[View]:
    """Return the whole record and what else is learnt from it."""
    yield leads, reference
    first, second, third = (_part(leads, reference, part * PART_S) for part in range(3))
    yield from (([lead], first[1]) for lead in first[0])
    yield [noisy(lead, index) for index, lead in enumerate(first[0])], first[1]
    yield with_aberrant(*second, seed)
    yield disturbed(*third, seed)
    yield from (at_rate(*part, rate) for part, rate in zip((second, third), RATES, strict=True))


def _part(leads: Sequence[Signal], reference: Reference, begin_s: float) -> View:
    end_s = begin_s + PART_S
    kept = (reference.times_s >= begin_s) & (reference.times_s < end_s)
    codes = "".join(np.array(list(reference.codes))[kept])
    excluded = tuple((begin - begin_s, end - begin_s) for begin, end in reference.excluded_s)
    return [
        replace(lead, samples=lead.samples[int(begin_s * lead.rate_hz) : int(end_s * lead.rate_hz)])
        for lead in leads
    ], Reference(reference.times_s[kept] - begin_s, codes, excluded)


def noisy(lead: Signal, seed: int) -> Signal:
    """Return a lead with noise of muscles and electrodes that comes and goes."""
    rng = np.random.default_rng(seed)
    band = butter(1, NOISE_HZ, "bandpass", fs=lead.rate_hz, output="sos")
    noise = sosfilt(band, rng.standard_normal(len(lead.samples)))
    steps = rng.uniform(0, NOISE_PART, int(PART_S / NOISE_LASTS_S) + 2)
    at = np.arange(len(noise)) / lead.rate_hz / NOISE_LASTS_S
    loud = np.interp(at, np.arange(len(steps)), steps * (steps > NOISE_PART / 4))
    noise *= loud * np.std(lead.samples) / np.std(noise)
    return replace(lead, samples=lead.samples + noise)


def with_aberrant(leads: Sequence[Signal], reference: Reference, seed: int) -> View:
    """Return leads in which some beats are weaker and broader, and some such are put in."""
    rng = np.random.default_rng(seed)
    samples = [lead.samples.copy() for lead in leads]
    codes, put_in, kept_until = list(reference.codes), [], 0
    gaps_s = np.diff(reference.times_s)
    for index, (at_s, gap_s) in enumerate(zip(reference.times_s[:-1], gaps_s, strict=True)):
        kind, early_s, broader = rng.random(), rng.uniform(*EARLY_S), rng.uniform(*BROADER)
        weaker = rng.uniform(*WEAKER) * rng.uniform(0.7, 1.3, len(leads))
        weaker *= rng.choice((1, 1, -1))
        if index < kept_until or kind >= CHANGED + PUT_IN:
            continue
        changes = kind < CHANGED
        if not changes and gap_s < early_s + ROOM_S:
            continue
        for lead, own, part in zip(leads, samples, weaker, strict=True):
            complexes = _complex(lead, at_s)
            _add(own, at_s * lead.rate_hz, -complexes if changes else 0 * complexes)
            shape = abs(part) * complexes if changes else part * complexes
            then_s = at_s if changes else at_s + early_s
            _add(own, then_s * lead.rate_hz, _stretched(shape, broader))
        if changes:
            codes[index] = UNCLASSIFIED
        else:
            put_in.append(at_s + early_s)
        kept_until = index + 2
    times_s = np.concatenate((reference.times_s, put_in))
    order = np.argsort(times_s)
    sorted_codes = np.array([*codes, *UNCLASSIFIED * len(put_in)])[order]
    changed = Reference(times_s[order], "".join(sorted_codes), reference.excluded_s)
    return [replace(lead, samples=own) for lead, own in zip(leads, samples, strict=True)], changed


def _complex(lead: Signal, at_s: float) -> Floats:
    """Return a QRS complex about the line between its ends; zeros at the ends of the lead."""
    reach, middle = int(QRS_S * lead.rate_hz), round(at_s * lead.rate_hz)
    if middle < reach or middle + reach >= len(lead.samples):
        return np.zeros(2 * reach + 1)
    own = lead.samples[middle - reach : middle + reach + 1]
    line = np.linspace(own[:5].mean(), own[-5:].mean(), len(own))
    fade = np.clip(1.6 * np.cos(np.linspace(-np.pi / 2, np.pi / 2, len(own))), 0, 1)
    shape: Floats = fade * (own - line)
    return shape


def _stretched(shape: Floats, by: float) -> Floats:
    reach = len(shape) // 2
    at = np.linspace(-reach, reach, 2 * int(by * reach) + 1)
    return np.interp(at, np.arange(-reach, reach + 1), shape)


def _add(samples: Floats, middle: float, shape: Floats) -> None:
    """Add a shape about a sample; what lies outside is left out."""
    begin = round(middle) - len(shape) // 2
    first, last = max(0, begin), min(len(samples), begin + len(shape))
    if first < last:
        samples[first:last] += shape[first - begin : last - begin]


def disturbed(leads: Sequence[Signal], reference: Reference, seed: int) -> View:
    """Return leads with disturbances of electrodes between beats, most in one lead."""
    rng = np.random.default_rng(seed)
    samples = [lead.samples.copy() for lead in leads]
    heights = [_height(lead, reference.times_s) for lead in leads]
    end_s = len(leads[0].samples) / leads[0].rate_hz
    for at_s in np.cumsum(rng.exponential(DISTURBED_EVERY_S, int(end_s / DISTURBED_EVERY_S))):
        shape = _disturbance(rng, leads[0].rate_hz)
        shape *= rng.choice((-1, 1)) * np.exp(rng.uniform(*np.log(DISTURBED)))
        count = len(leads) if rng.random() < ALL_LEADS else 1
        if np.abs(reference.times_s - at_s).min(initial=end_s) < APART_S:
            continue
        for which in rng.permutation(len(leads))[:count]:
            _add(samples[which], at_s * leads[which].rate_hz, heights[which] * shape)
    changed = [replace(lead, samples=own) for lead, own in zip(leads, samples, strict=True)]
    return changed, reference


def _height(lead: Signal, times_s: Floats) -> float:
    reach = int(0.06 * lead.rate_hz)
    middles = np.round(times_s[2:-2:7] * lead.rate_hz).astype(int)
    about = lead.samples[middles[:, None] + np.arange(-reach, reach + 1)]
    return float(np.median(np.ptp(about, axis=1)))


def _disturbance(rng: np.random.Generator, rate_hz: float) -> Floats:
    """Return a burst of noise, a bump to one or both sides, or a jump that dies down; height 1."""
    at_s = np.arange(-rate_hz, rate_hz + 1) / rate_hz
    lasts_s, wide_s = rng.uniform(0.1, 1.0), np.exp(rng.uniform(np.log(0.015), np.log(0.12)))
    band = butter(1, NOISE_HZ, "bandpass", fs=rate_hz, output="sos")
    noise = sosfilt(band, rng.standard_normal(len(at_s)))
    bump = np.exp(-0.5 * (at_s / wide_s) ** 2)
    jump = np.clip(3 * at_s / wide_s, 0, 1) * np.exp(-2 * np.clip(at_s, 0, None) / lasts_s)
    kinds = (noise * np.clip(1 - (2 * at_s / lasts_s) ** 2, 0, None), jump, bump, bump * at_s)
    shape = kinds[rng.integers(len(kinds))]
    scaled: Floats = shape / np.ptp(shape)
    return scaled


def at_rate(leads: Sequence[Signal], reference: Reference, rate: float) -> View:
    """Return leads that are played so many times as fast."""
    excluded = tuple((begin / rate, end / rate) for begin, end in reference.excluded_s)
    return [replace(lead, rate_hz=lead.rate_hz * rate) for lead in leads], Reference(
        reference.times_s / rate, reference.codes, excluded
    )
