"""Pacing: spikes that are told where there are some, and where there are none; capture that fails.

No recording here has its spikes annotated. What is told on recordings of hearts that are not paced
is false; vfdb marks stretches of paced rhythm. How many spikes are missed is measured on spikes
added to recordings (``stimulated``), and so is capture: on every other record of mitdb the heart
answers throughout, on the others from ``FAILS_S`` on no longer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.rhythm.run import kind_of
from clinical.signals.alarm_window import SignalKind
from clinical.signals.bank import Bank
from clinical.signals.pacing import RATE_LEAST_HZ
from clinical.signals.resampling import WORKING_RATE_HZ
from clinical.signals.waveform import SAMPLE_MIN
from goldenhour.bench.accuracy.annotated import rhythms_of
from goldenhour.bench.accuracy.annotations import read_reference
from goldenhour.bench.accuracy.played import (
    Played,
    PlayedLead,
    Told,
    annotated,
    monitored,
    told_of,
)
from goldenhour.bench.accuracy.stimulated import (
    BEFORE_S,
    Impulse,
    left_alone,
    without_most,
)
from goldenhour.lab.recordings import read_recording

IMPULSES: Final = (
    Impulse(2, 0.5),
    Impulse(2, 1),
    Impulse(5, 0.5),
    Impulse(5, 1),
    Impulse(5, 2),
    Impulse(20, 1),
)
PER_MIN: Final = 70.0
LEARNT_S: Final = 6.0
"""Until then a lead is not yet known to be paced."""

PART_S: Final = 300.0
"""So much of each record has pacing added to it."""

FAILS_S: Final = 60.0
SOON_S: Final = 12.0
"""Within so long failing capture should be told."""

_PACED: Final = "PM"
_NEAR: Final = 3
"""Samples within which a spike is the one that was added."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the leads of one recording showed."""

    name: str
    hours: float
    """Of all its leads together."""
    spikes_s: tuple[float, ...]
    """Of all leads."""
    paced_leads: int


def section(folder: Path) -> str:
    """Return the section on pacing, from the folder of mitdb and the other sets beside it."""
    root = folder.parent
    return "\n".join(
        [
            "## Pacing",
            "",
            "Spikes are told of leads that come at 200 samples a second or more, once five alike",
            "came.",
            "",
            *_false_lines(root),
            *_missed_lines(root),
            *_capture_lines(root / "mitdb"),
        ]
    )


def shown(record: Played) -> Shown:
    """Return the spikes of a recording."""
    leads = [
        lead
        for lead in record.leads
        if kind_of(lead.name) is SignalKind.ECG and lead.rate_hz >= RATE_LEAST_HZ
    ]
    bank = Bank([lead.rate_hz for lead in leads])
    for number, lead in enumerate(leads):
        bank.push(number, 0, millivolts(lead))
    spikes: list[float] = []
    paced: set[int] = set()
    for block in bank.blocks():
        spikes += (block.stimuli.sample / WORKING_RATE_HZ).tolist()
        paced.update(block.stimuli.row.tolist())
    hours = sum(len(lead.counts) / lead.rate_hz for lead in leads) / 3600
    return Shown(record.name, hours, tuple(spikes), len(paced))


def told_and_missed(lead: Floats, rate_hz: float, times_s: Floats) -> tuple[int, int, int]:
    """Return how many of the spikes added to a lead were told, how many missed, how many false."""
    played = Played("added", (PlayedLead.of("II", rate_hz, lead),))
    found = np.array(shown(played).spikes_s)
    asked = times_s[times_s > LEARNT_S]
    near_s = _NEAR / WORKING_RATE_HZ
    told = sum(bool(len(found)) and np.abs(found - at).min() <= near_s for at in asked)
    false = sum(np.abs(times_s - at).min() > near_s for at in found)
    return int(told), len(asked) - int(told), int(false)


def answering(base: Path, impulse: Impulse, *, fails: bool) -> Played:
    """Return the first minutes of a recording as if a pacemaker drove its heart."""
    recording = read_recording(base)
    rate_hz = recording.rate_hz
    samples = min(round(PART_S * rate_hz), recording.frames)
    beats_s = read_reference(base).until(PART_S).times_s
    lost_s = beats_s[beats_s > FAILS_S] if fails else np.zeros(0)
    spikes = impulse.at(np.maximum(0.0, beats_s - BEFORE_S), samples, rate_hz)
    leads = [
        PlayedLead.of(
            lead.name, rate_hz, without_most(millivolts(lead)[:samples], rate_hz, lost_s) + spikes
        )
        for lead in annotated(base).leads
    ]
    return Played(base.name, tuple(leads))


def millivolts(lead: PlayedLead) -> Floats:
    """Return a lead's samples in mV; NaN where they are not known."""
    samples = lead.counts * (lead.scale_uv / 1000)
    samples[lead.counts <= SAMPLE_MIN] = np.nan
    return np.asarray(samples, np.float64)


def _paced(base: Path) -> bool:
    frames = read_recording(base).frames
    return any(name == _PACED for *_, name in rhythms_of(base, frames))


def bases_of(folder: Path) -> list[Path]:
    """Return the recordings in WFDB form of a folder."""
    return [path.with_suffix("") for path in sorted(folder.glob("*.hea"))]


def _false_lines(root: Path) -> Iterator[str]:
    yield "| recordings | lead-hours | spikes told | per lead-hour | leads taken for paced |"
    yield "|---|---|---|---|---|"
    for name, words, records in (
        ("mitdb", "mitdb, none is paced", map(annotated, bases_of(root / "mitdb"))),
        ("vfdb", "vfdb, patients who fibrillate, no pacing marked", _unpaced(root / "vfdb")),
        ("cinc2015", "cinc2015, filtered at 40 Hz, some may be paced", alarmed(root)),
    ):
        if not (root / name).is_dir():
            continue
        found = [shown(record) for record in records]
        hours, spikes = sum(it.hours for it in found), sum(len(it.spikes_s) for it in found)
        paced = sum(it.paced_leads for it in found)
        yield f"| {words} | {hours:.1f} | {spikes} | {spikes / hours:.2f} | {paced} |"
    yield ""
    for base in filter(_paced, bases_of(root / "vfdb")):
        yield from _marked_lines(base)


def _unpaced(folder: Path) -> Iterable[Played]:
    return (annotated(base) for base in bases_of(folder) if not _paced(base))


def alarmed(root: Path) -> Iterable[Played]:
    """Return the recordings of the alarms of cinc2015."""
    return (monitored(path) for path in sorted((root / "cinc2015").glob("*.npz")))


def _marked_lines(base: Path) -> Iterator[str]:
    recording, found = read_recording(base), shown(annotated(base))
    stretches = [
        (first / recording.rate_hz, end / recording.rate_hz)
        for first, end, name in rhythms_of(base, recording.frames)
        if name == _PACED
    ]
    spikes = np.unique(np.round(np.array(found.spikes_s), 2))
    within = sum(int(((spikes >= begin) & (spikes < end)).sum()) for begin, end in stretches)
    minutes = sum(end - begin for begin, end in stretches) / 60
    yield (
        f"{base.parent.name}/{base.name}: {len(spikes)} spikes told, {within} of them in the "
        f"{minutes:.1f} min that are marked as paced rhythm."
    )
    yield ""


def _missed_lines(root: Path) -> Iterator[str]:
    yield f"Spikes at {PER_MIN:.0f}/min added to the first {PART_S / 60:.0f} min of every record,"
    yield "its beats going on beside them; false: at another instant."
    yield ""
    yield "| impulse | records | told | missed | Se % | false |"
    yield "|---|---|---|---|---|---|"
    for name in ("mitdb", "vfdb"):
        leads = [annotated(base).leads[0] for base in bases_of(root / name)]
        for impulse in IMPULSES:
            counts = [_added(lead, impulse, seed) for seed, lead in enumerate(leads)]
            told, missed, false = (sum(each) for each in zip(*counts, strict=True))
            rate = 100 * told / max(1, told + missed)
            yield (
                f"| {impulse.height_mv:g} mV, {impulse.width_ms:g} ms | {name}, "
                f"{leads[0].rate_hz:.0f} Hz | {told} | {missed} | {rate:.1f} | {false} |"
            )
    yield ""


def _added(lead: PlayedLead, impulse: Impulse, seed: int) -> tuple[int, int, int]:
    samples = min(round(PART_S * lead.rate_hz), len(lead.counts))
    begin_s = float(np.random.default_rng(seed).uniform(0.2, 0.8))
    times_s = np.arange(begin_s, samples / lead.rate_hz - 2, 60 / PER_MIN)
    spikes = impulse.at(times_s, samples, lead.rate_hz)
    return told_and_missed(millivolts(lead)[:samples] + spikes, lead.rate_hz, times_s)


def _capture_lines(folder: Path) -> Iterator[str]:
    impulse = Impulse(5, 1)
    bases = bases_of(folder)
    answered = [answering(base, impulse, fails=False) for base in bases[::2]]
    failing = [answering(base, impulse, fails=True) for base in bases[1::2]]
    told = told_of([*answered, *failing], None)
    false = sum(first_after_s(told[it.name], 0) is not None for it in answered)
    delays = [first_after_s(told[it.name], FAILS_S) for it in failing]
    found = [each for each in delays if each is not None]
    soon = sum(each <= SOON_S for each in found)
    beats = [len(left_alone(read_reference(base).until(PART_S).times_s)) for base in bases[1::2]]
    yield "Capture, an impulse of 5 mV and 1 ms before each beat."
    yield (
        f"Of {len(answered)} records in which every impulse is answered, {PART_S / 60:.0f} min "
        f"each, {false} are told of as not captured."
    )
    yield (
        f"In {len(failing)} others the heart answers no longer after {FAILS_S:.0f} s and keeps "
        f"a third of its beats ({min(beats) / PART_S * 60:.0f} to "
        f"{max(beats) / PART_S * 60:.0f}/min):"
    )
    yield (
        f"{len(found)} are told of, {soon} within {SOON_S:.0f} s"
        + (f", the median after {float(np.median(found)):.0f} s." if found else ".")
    )


def first_after_s(
    told: Sequence[Told],
    since_s: float,
    which: frozenset[Arrhythmia] = frozenset({Arrhythmia.PACING_NOT_CAPTURED}),
) -> float | None:
    """Return how long after an instant failing pacing was told; None: it was not."""
    begun = [it.begun_s for it in told if it.arrhythmia in which]
    return next((at_s - since_s for at_s in begun if at_s >= since_s), None)
