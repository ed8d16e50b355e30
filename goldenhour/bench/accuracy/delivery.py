"""Pacing that is not delivered: told where a pacemaker rests, and where it does not.

No recording here has a pacemaker that fails to fire. On every other record of mitdb one is added
that drives the heart (``pacing.answering``) and then rests: from ``FAILS_S`` on for ever, or for
two beats once in ``PAUSES_S``. What is told of hearts that are not paced, or paced throughout, is
false.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.rhythm.arrhythmia import Arrhythmia
from goldenhour.bench.accuracy.annotations import read_reference
from goldenhour.bench.accuracy.pacing import (
    FAILS_S,
    PART_S,
    PER_MIN,
    SOON_S,
    alarmed,
    answering,
    bases_of,
    first_after_s,
    millivolts,
)
from goldenhour.bench.accuracy.played import Played, PlayedLead, Told, annotated, bedside, told_of
from goldenhour.bench.accuracy.rhythm import alarms_of
from goldenhour.bench.accuracy.stimulated import BEFORE_S, Impulse, left_alone, without
from goldenhour.lab.recordings import read_recording

PAUSES_S: Final = 30.0
"""From one pause of a pacemaker to the next."""

GRAVER: Final = frozenset({Arrhythmia.EXTREME_BRADYCARDIA, Arrhythmia.ASYSTOLE})
"""What takes the place of pacing that is not delivered."""

SLOW_ALARMS: Final = frozenset({"Asystole", "Bradycardia"})
"""Alarms of cinc2015 that say that beats are missing."""

Floats = NDArray[np.float64]


def section(folder: Path) -> str:
    """Return the section on delivery, from the folder of mitdb and the other sets beside it."""
    return "\n".join(["## Pacing that is not delivered", "", *_lines(folder.parent)])


def resting(base: Path, impulse: Impulse, *, always: bool) -> Played:
    """Return the first minutes of a recording as if a pacemaker drove its heart and then rests.

    Args:
        base: the recording.
        impulse: what it sends before each beat that is left.
        always: it fires no longer from ``FAILS_S`` on, and a third of the beats are left; else two
            beats are left out together, once in ``PAUSES_S``.
    """
    recording = read_recording(base)
    rate_hz = recording.rate_hz
    samples = min(round(PART_S * rate_hz), recording.frames)
    beats_s = read_reference(base).until(PART_S).times_s
    lost_s = beats_s[beats_s > FAILS_S] if always else paused_s(beats_s)
    own_s = left_alone(lost_s) if always else lost_s[:0]
    driven_s = beats_s[beats_s <= FAILS_S] if always else np.setdiff1d(beats_s, lost_s)
    spikes = impulse.at(np.maximum(0.0, driven_s - BEFORE_S), samples, rate_hz)
    erased_s = np.setdiff1d(lost_s, own_s)
    leads = [
        PlayedLead.of(
            lead.name, rate_hz, without(millivolts(lead)[:samples], rate_hz, erased_s) + spikes
        )
        for lead in annotated(base).leads
    ]
    return Played(base.name, tuple(leads))


def paused_s(beats_s: Floats) -> Floats:
    """Return the beats that are left out where a pacemaker pauses now and then: two by two."""
    first = np.searchsorted(beats_s, np.arange(FAILS_S, PART_S - SOON_S, PAUSES_S))
    places = np.unique(np.concatenate((first, first + 1)))
    return np.asarray(beats_s[places[places < len(beats_s)]])


def _lines(root: Path) -> Iterator[str]:
    impulse, bases = Impulse(5, 1), bases_of(root / "mitdb")
    which = frozenset({Arrhythmia.PACING_NOT_DELIVERED})
    always = [resting(base, impulse, always=True) for base in bases[1::2]]
    now_and_then = [resting(base, impulse, always=False) for base in bases[1::2]]
    delays = [first_after_s(told, FAILS_S, which) for told in _told(always)]
    graver = [first_after_s(told, FAILS_S, which | GRAVER) for told in _told(always)]
    found = [each for each in delays if each is not None]
    soon = [each for each in graver if each is not None and each <= SOON_S]
    pauses = [
        (told, at_s)
        for base, told in zip(bases[1::2], _told(now_and_then), strict=True)
        for at_s in paused_s(read_reference(base).until(PART_S).times_s)[::2]
    ]
    heard = sum(_within(told, at_s, which) for told, at_s in pauses)
    graver_heard = sum(_within(told, at_s, which | GRAVER) for told, at_s in pauses)
    yield "Neither spike nor beat for over two intervals of a pacemaker; impulses of 5 mV and 1 ms."
    yield (
        f"In {len(always)} records in which the pacemaker rests from {FAILS_S:.0f} s on and "
        f"a third\nof the beats is left, {len(found)} are told of"
        + (f", the median after {float(np.median(found)):.0f} s;" if found else ";")
    )
    yield (f"with those told of as bradycardia or asystole, {len(soon)} within {SOON_S:.0f} s.")
    yield (
        f"Of {len(pauses)} pauses of two beats, one in {PAUSES_S:.0f} s, {heard} are told of\n"
        f"within {SOON_S:.0f} s, {graver_heard} with those told of as bradycardia or asystole."
    )
    yield ""
    monitors = sorted((root / "bidmc").glob("*_Signals.csv"))
    yield "False, or not known to be true:"
    yield ""
    yield "| recordings | number | told of | pauses told of |"
    yield "|---|---|---|---|"
    answered = [answering(base, impulse, fails=False) for base in bases]
    beside = [_beside(base, impulse, seed) for seed, base in enumerate(bases)]
    for words, records in (
        ("mitdb, each beat paced, 5 min: pauses of the heart's own rhythm are then the pacemaker's",
         answered),
        ("mitdb, paced at 70/min beside its own beats, 5 min", beside),
        ("mitdb, whole, none is paced", [annotated(base) for base in bases]),
        ("vfdb, whole", [annotated(base) for base in bases_of(root / "vfdb")]),
        ("bidmc, whole", [bedside(path) for path in monitors]),
        ("cinc2015, whole, some may be paced", [*alarmed(root)]),
    ):  # fmt: skip
        told = [sum(it.arrhythmia in which for it in each) for each in _told(records)]
        yield f"| {words} | {len(told)} | {sum(map(bool, told))} | {sum(told)} |"
        heard_of = {it.name for it, number in zip(records, told, strict=True) if number}
    true = {
        name for name, alarm, true in alarms_of(root / "cinc2015") if true and alarm in SLOW_ALARMS
    }
    yield ""
    yield (
        f"Of the {len(heard_of)} of cinc2015, {len(heard_of & true)} are records whose alarm of "
        "asystole or bradycardia experts called true."
    )


def _beside(base: Path, impulse: Impulse, seed: int) -> Played:
    """Return the first minutes of a recording with spikes that come whatever its heart does."""
    recording = annotated(base)
    rate_hz = recording.leads[0].rate_hz
    samples = min(round(PART_S * rate_hz), len(recording.leads[0].counts))
    begin_s = float(np.random.default_rng(seed).uniform(0.2, 0.8))
    spikes = impulse.at(np.arange(begin_s, PART_S, 60 / PER_MIN), samples, rate_hz)
    leads = [
        PlayedLead.of(lead.name, rate_hz, millivolts(lead)[:samples] + spikes)
        for lead in recording.leads
    ]
    return Played(base.name, tuple(leads))


def _told(records: Sequence[Played]) -> list[list[Told]]:
    told = told_of(records, None)
    return [told[record.name] for record in records]


def _within(told: Sequence[Told], at_s: float, which: frozenset[Arrhythmia]) -> bool:
    """Tell whether something was told, or still stood, soon after an instant."""
    return any(
        it.begun_s <= at_s + SOON_S and it.over_s > at_s for it in told if it.arrhythmia in which
    )
