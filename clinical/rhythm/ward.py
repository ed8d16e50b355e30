"""Many patients judged together: what their waveforms show, a second at a time.

What a second leads to depends on its patient alone. Judging many at once only shares out what
arrays cost: patients of whom a second is known are joined into one batch of the filter bank, the
beat detector and the shock judge, and parted again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from clinical.rhythm.arrhythmia import Call
from clinical.rhythm.bed import Bed, Look
from clinical.rhythm.judgement import Second
from clinical.signals.bank import Bank
from clinical.signals.beats import Beat, BeatDetector
from clinical.signals.pacing import Stimuli
from clinical.signals.quality import Quality, quality_of
from clinical.signals.shock_judge import ShockJudge
from clinical.signals.shock_window import WINDOW_S
from clinical.signals.shockable import evidence_of

TOGETHER: Final = 128
"""Patients judged together: their shock windows, too, stay in a core's cache."""

SOUND_MIN: Final = 0.1
"""A window of a lead with a worse second says nothing of a shock."""


def judge(
    beds: Sequence[Bed], shock: ShockJudge | None = None
) -> Iterator[tuple[int, Call | Exception]]:
    """Judge all that is known of some patients; yield what is new, by the patient's place.

    A patient who breaks the judgement costs no other: what was raised is yielded in the place of a
    call, and that patient is passed over from then on.

    Args:
        beds: the patients.
        shock: another judge of shocks than the one that comes with this version.
    """
    whole = dict(enumerate(beds))
    while ready := [place for place, bed in whole.items() if bed.settle()]:
        for begin in range(0, len(ready), TOGETHER):
            tile = ready[begin : begin + TOGETHER]
            for place, said in zip(tile, _contained([beds[at] for at in tile], shock), strict=True):
                if isinstance(said, Exception):
                    del whole[place]
                if said is not None:
                    yield place, said


def _contained(beds: Sequence[Bed], shock: ShockJudge | None) -> list[Call | Exception | None]:
    """Judge some patients together; if that fails, each alone."""
    before = [bed.hold() for bed in beds]
    try:
        return [*_second(beds, shock)]
    except Exception as error:  # noqa: BLE001 - whatever it is must stop at its patient
        if len(beds) == 1:
            return [error]
    for bed, held in zip(beds, before, strict=True):
        bed.put_back(held)
    return [said for bed in beds for said in _contained([bed], shock)]


def _second(beds: Sequence[Bed], shock: ShockJudge | None) -> list[Call | None]:
    """Judge the next second of each of some patients; until all is known nothing changes."""
    runs = [bed.run for bed in beds if bed.run is not None]
    bank = Bank.joined([run.bank for run in runs])
    detector = BeatDetector.joined(bank, [run.detector for run in runs])
    block = bank.block(np.arange(bank.patients))
    quality = quality_of(block)
    found = detector.on_block(block, quality)
    look = Look.joined([bed.look for bed in beds]).after(block.raw, quality)
    ends = np.cumsum([len(bed.look.window) for bed in beds]).tolist()
    rows = [slice(begin, end) for begin, end in zip([0, *ends], ends, strict=False)]
    seconds = _seconds(beds, look, quality, rows, shock)
    for place in {int(row) for row in np.searchsorted(ends, block.stimuli.row, "right")}:
        seconds[place] = _stimulated(seconds[place], block.stimuli, rows[place])
    beats: list[list[Beat]] = [[] for _ in beds]
    for patient, beat in found.each():
        beats[patient].append(beat)
    bank.part([run.bank for run in runs])
    detector.part([run.detector for run in runs])
    return [
        bed.conclude(look.of(own), second, said)
        for bed, own, second, said in zip(beds, rows, seconds, beats, strict=True)
    ]


def _stimulated(second: Second, stimuli: Stimuli, rows: slice) -> Second:
    """Return a second with the pacing spikes that its leads showed."""
    own = (stimuli.row >= rows.start) & (stimuli.row < rows.stop)
    return replace(second, stimuli=tuple(stimuli.sample[own].tolist()))


def _seconds(
    beds: Sequence[Bed],
    look: Look,
    quality: Quality,
    rows: Sequence[slice],
    shock: ShockJudge | None,
) -> list[Second]:
    """Return what the windows that end with the newest second say of a shock.

    ``rows`` are each patient's leads of the look.
    """
    sound, alive = look.sound.min(axis=1), look.alive.min(axis=1)
    asked = sound >= SOUND_MIN
    for bed, own in zip(beds, rows, strict=True):
        if bed.run is None or bed.run.number < WINDOW_S - 1:
            asked[own] = False
    said = np.full((3, len(sound)), np.nan)
    if asked.any():
        evidence = evidence_of(look.window[asked].astype(np.float64), shock)
        said[:, asked] = evidence.log_odds, evidence.span_mv, evidence.repetition
    columns = [*said.tolist(), sound.tolist(), alive.tolist(), quality.overall.tolist()]
    return [
        Second(() if bed.run is None else bed.run.leads, *(tuple(each[own]) for each in columns))
        for bed, own in zip(beds, rows, strict=True)
    ]
