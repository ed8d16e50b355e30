"""Marks of a live lead are those of the same samples at once, however they come."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from clinical.instant import SECOND_US
from clinical.rhythm.bed import LEADS_MAX
from clinical.rhythm.marking import LiveMarks, Marks
from clinical.rhythm.run import HOLE_S_MAX
from clinical.signals.beats import Beat
from clinical.signals.recorded import detect
from clinical.signals.rhythm import Rhythm
from clinical.signals.waveform import WaveformChunk
from tests.clinical.signals.fibrillation import fibrillation_mv
from tests.clinical.signals.hearts import RATE_HZ, beat_times_s, lead_mv

SECONDS = 20
BEGIN_US = 1_700_000_000_000_000
BEGUN = 5_000
"""Samples of the leads before anybody watched."""
TIMES = beat_times_s(SECONDS, seed=4)
LEADS_MV = {name: lead_mv(TIMES, SECONDS, seed) for seed, name in enumerate(("II", "V5"))}
UV = 5.0


def chunks_of(
    leads_mv: dict[str, np.ndarray], chunk_s: float, first: int = BEGUN
) -> list[WaveformChunk]:
    """Cut leads into chunks, those of an instant one after another."""
    length = round(chunk_s * RATE_HZ)
    return [
        WaveformChunk(
            lead=name,
            rate_hz=RATE_HZ,
            scale_uv_per_bit=UV,
            start_us=BEGIN_US + start * SECOND_US // RATE_HZ,
            first_sample=first + start,
            samples=tuple(np.rint(lead[start : start + length] * 1_000 / UV).astype(int).tolist()),
        )
        for start in range(0, min(map(len, leads_mv.values())), length)
        for name, lead in leads_mv.items()
    ]


def marks_of(chunks: Sequence[WaveformChunk]) -> list[Marks]:
    live = LiveMarks()
    return [marks for chunk in chunks for marks in live.take([chunk])]


def beats_of(told: Sequence[Marks]) -> tuple[Beat, ...]:
    return tuple(beat for marks in told for beat in marks.beats)


@pytest.mark.parametrize("chunk_s", [0.1, 0.2, 0.34, 1.0, 2.5])
def test_beats_and_quality_do_not_depend_on_the_chunks(chunk_s: float) -> None:
    """They are those of the recording read at once, counted from where watching began."""
    told = marks_of(chunks_of(LEADS_MV, chunk_s))
    at_once = detect(list(LEADS_MV.values()), RATE_HZ)
    beats = beats_of(told)
    known = at_once[: len(beats)]
    assert [(it.sample, it.kind) for it in beats] == [(it.sample, it.kind) for it in known]
    assert [it.quality for it in beats] == pytest.approx([it.quality for it in known])
    assert len(at_once) - len(beats) <= 4
    seconds = [second for marks in told for second in marks.seconds]
    assert [second.number for second in seconds] == list(range(SECONDS))
    assert all(grade == 1.0 for second in seconds for grade in second.quality)
    assert {origin.sample for marks in told for origin in marks.origins} == {BEGUN}


def test_all_at_once_says_the_same_as_one_by_one() -> None:
    """A board that opens gets ten seconds in one go."""
    chunks = chunks_of(LEADS_MV, 0.2)
    together = LiveMarks().take(chunks)
    assert beats_of(together) == beats_of(marks_of(chunks))
    assert together[-1].rhythm is Rhythm.SINUS_LIKE
    assert together[-1].heart_rate is not None
    assert together[-1].heart_rate.bpm == pytest.approx(75, abs=3)


def test_a_noisy_lead_is_marked_and_the_other_is_not() -> None:
    """From the second where the noise begins."""
    noise = np.random.default_rng(1).normal(0, 0.5, 6 * RATE_HZ)
    noisy = LEADS_MV["V5"].copy()
    noisy[8 * RATE_HZ : 14 * RATE_HZ] += noise
    told = marks_of(chunks_of({"II": LEADS_MV["II"], "V5": noisy}, 1.0))
    quality = np.array([second.quality for marks in told for second in marks.seconds])
    assert (quality[:, 0] == 1.0).all()
    assert (quality[8:14, 1] == 0.0).all()
    assert (quality[:8, 1] == 1.0).all()


def test_fibrillation_is_told_as_a_rhythm_that_calls_for_a_shock() -> None:
    """From its first whole window on, and in every one; waves so regular may pass for VT."""
    shaking = fibrillation_mv(SECONDS, seed=3)
    told = marks_of(chunks_of({"II": shaking}, 0.2))
    rhythms = [marks.rhythm for marks in told if marks.rhythm]
    assert len(rhythms) >= SECONDS - 5
    assert set(rhythms) <= {Rhythm.VF, Rhythm.VT}


def test_a_lead_that_stops_holds_up_nothing() -> None:
    """Its seconds are marked as missing and the beats of the other go on."""
    chunks = chunks_of(LEADS_MV, 0.2)
    end_us = BEGIN_US + 8 * SECOND_US
    told = marks_of([one for one in chunks if one.lead == "II" or one.start_us < end_us])
    seconds = [second for marks in told for second in marks.seconds]
    assert seconds[-1].number >= SECONDS - 5
    assert seconds[-1].quality == (1.0, 0.0)
    assert {marks.run for marks in told} == {1}
    newest = beats_of(told)[-1].sample / RATE_HZ
    assert newest > SECONDS - 7


def changed(chunk: WaveformChunk, what: str) -> WaveformChunk:
    match what:
        case "rate":
            return replace(chunk, rate_hz=500.0)
        case "beginning":
            return replace(chunk, first_sample=chunk.first_sample - BEGUN)
        case "hole":
            away_us = round(HOLE_S_MAX + 1) * SECOND_US
            ahead = away_us * RATE_HZ // SECOND_US
            return replace(
                chunk, first_sample=chunk.first_sample + ahead, start_us=chunk.start_us + away_us
            )
    return replace(chunk, lead="aVF")


@pytest.mark.parametrize("what", ["rate", "beginning", "hole", "lead"])
def test_what_does_not_go_on_begins_a_new_run(what: str) -> None:
    """Nothing of the run before is counted as if it had gone on."""
    chunks = chunks_of({"II": LEADS_MV["II"]}, 0.2)
    half = len(chunks) // 2
    told = marks_of([*chunks[:half], *(changed(chunk, what) for chunk in chunks[half:])])
    assert {marks.run for marks in told} == {1, 2}
    second = [marks for marks in told if marks.run == 2]
    assert second[0].seconds[0].number == 0
    assert second[0].origins != told[0].origins


def test_what_comes_twice_or_late_changes_nothing() -> None:
    """A resend after a lost link is passed over."""
    chunks = chunks_of(LEADS_MV, 0.2)
    doubled = [one for pair in zip(chunks, chunks, strict=True) for one in pair]
    late = [*chunks[:60], *chunks[20:40], *chunks[60:]]
    for order in (doubled, late):
        told = marks_of(order)
        assert beats_of(told) == beats_of(marks_of(chunks))
        assert {marks.run for marks in told} == {1}


def test_what_cannot_be_marked_is_passed_over() -> None:
    """A lead at a rate of no ECG, and leads beyond those that fit."""
    slow = [replace(one, lead="RESP", rate_hz=25.0) for one in chunks_of(LEADS_MV, 1.0)]
    assert marks_of(slow) == []
    many = {f"L{number}": LEADS_MV["II"][: 5 * RATE_HZ] for number in range(LEADS_MAX + 3)}
    told = marks_of(chunks_of(many, 1.0))
    assert len(told[-1].origins) == LEADS_MAX
    assert {marks.run for marks in told} == {1}


def test_what_waits_for_a_run_is_bounded() -> None:
    """Of leads that never make two seconds no more wait than are judged."""
    live = LiveMarks()
    (chunk, *_) = chunks_of({"II": LEADS_MV["II"]}, 0.2)
    for number in range(2 * LEADS_MAX):
        assert live.take([replace(chunk, lead=f"L{number}")]) == ()
    assert len(live._bed._opening) == LEADS_MAX


def test_a_pleth_is_not_marked_as_an_ecg() -> None:
    """It is known by its name, as where rhythms are judged for alarms."""
    told = marks_of(chunks_of({"II": LEADS_MV["II"], "PLETH": LEADS_MV["V5"]}, 1.0))
    assert {origin.lead for marks in told for origin in marks.origins} == {"II"}
