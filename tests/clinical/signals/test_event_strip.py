"""A strip holds what is known about an onset, once, whatever order it comes in."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from clinical.alarms.rule import Cause
from clinical.instant import SECOND_US
from clinical.signals.event_strip import (
    AFTER_US,
    BEFORE_US,
    CAUSES,
    JOIN_US,
    STRIP_LEADS,
    EventStrip,
)
from clinical.signals.waveform import WaveformChunk

ONSET_US = 1_700_000_000_000_000


def lead(
    name: str = "II", rate_hz: int = 250, *, from_s: int = -30, to_s: int = 20
) -> list[WaveformChunk]:
    """A lead whose samples name their own place, in chunks of a second about the onset."""
    return [
        WaveformChunk(
            lead=name,
            rate_hz=float(rate_hz),
            scale_uv_per_bit=5.0,
            start_us=ONSET_US + second * SECOND_US,
            first_sample=(second + 30) * rate_hz,
            samples=tuple(range((second + 30) * rate_hz, (second + 31) * rate_hz)),
        )
        for second in range(from_s, to_s)
    ]


def strip_of(*leads: Sequence[WaveformChunk]) -> EventStrip:
    return EventStrip(ONSET_US).extended(chunk for chunks in leads for chunk in chunks)


def test_it_is_cut_to_the_sample_and_whole() -> None:
    """20 s before, 10 s behind, and nothing else."""
    (stretch,) = strip_of(lead()).leads["II"]
    assert (stretch.start_us, stretch.end_us) == (ONSET_US - BEFORE_US, ONSET_US + AFTER_US)
    assert stretch.samples == tuple(range(10 * 250, 40 * 250))
    assert strip_of(lead()).whole


def test_an_onset_between_two_samples_takes_those_within() -> None:
    """No sample from before the beginning or from the end on."""
    strip = EventStrip(ONSET_US + 1_500).extended(lead())
    (stretch,) = strip.leads["II"]
    assert stretch.start_us == ONSET_US - BEFORE_US + 4_000
    assert stretch.at_us(len(stretch.samples) - 1) < strip.to_us
    assert strip.whole


def test_leads_of_different_rates_lie_beside_each_other() -> None:
    """Each in its own samples."""
    strip = strip_of(lead(), lead("V5", 500))
    assert {name: len(one.samples) for name, (one,) in strip.leads.items()} == {
        "II": 7_500,
        "V5": 15_000,
    }
    assert strip.whole


def test_what_is_missing_stays_a_gap() -> None:
    """And the strip says that it is not whole."""
    strip = strip_of(lead(to_s=-5), lead(from_s=3))
    before, after = strip.leads["II"]
    assert (before.end_us, after.start_us) == (ONSET_US - 5 * SECOND_US, ONSET_US + 3 * SECOND_US)
    assert not strip.whole
    assert strip.extended(lead(from_s=-5, to_s=3)).whole


def test_a_lead_that_stops_makes_no_other_less() -> None:
    """What it showed is there up to its end."""
    strip = strip_of(lead(), lead("V5", to_s=-2))
    assert strip.leads["V5"][-1].end_us == ONSET_US - 2 * SECOND_US
    assert not strip.whole


def test_a_clock_that_is_slewed_leaves_no_gap_and_repeats_nothing() -> None:
    """Samples that follow one another by the device's count stay equally spaced."""
    slewed = [
        replace(chunk, start_us=chunk.start_us + 1_000 * at) for at, chunk in enumerate(lead())
    ]
    (stretch,) = EventStrip(ONSET_US).extended(slewed).leads["II"]
    assert [b - a for a, b in zip(stretch.samples, stretch.samples[1:], strict=False)] == (
        [1] * (len(stretch.samples) - 1)
    )


def test_a_device_that_counts_anew_goes_on_without_an_overlap() -> None:
    """By time, where the count does not say."""
    anew = [
        replace(
            chunk,
            first_sample=chunk.first_sample - 30 * 250,
            start_us=chunk.start_us - SECOND_US // 2,
        )
        for chunk in lead(from_s=0)
    ]
    before, after = strip_of(lead(to_s=0), anew).leads["II"]
    assert after.start_us >= before.end_us == ONSET_US
    assert after.start_us - before.end_us < JOIN_US


def test_another_scale_is_another_stretch() -> None:
    """Counts of one are never read with the other."""
    finer = [replace(chunk, scale_uv_per_bit=1.0) for chunk in lead(from_s=0)]
    assert [one.scale_uv_per_bit for one in strip_of(lead(to_s=0), finer).leads["II"]] == [5.0, 1.0]


def test_further_leads_are_left_out() -> None:
    """So a strip is bounded."""
    strip = strip_of(*(lead(f"L{at}") for at in range(STRIP_LEADS + 1)))
    assert sorted(strip.leads) == sorted(f"L{at}" for at in range(STRIP_LEADS))


def test_without_a_sample_there_is_no_lead() -> None:
    """Nor is a strip without leads whole."""
    strip = strip_of(lead(from_s=11, to_s=20), lead(from_s=-30, to_s=-21))
    assert (strip.leads, strip.whole) == ({}, False)


@given(st.permutations(lead()), st.integers(0, 50), st.integers(0, 50))
def test_any_order_and_any_repetition_give_the_same(
    chunks: list[WaveformChunk], first: int, second: int
) -> None:
    """Also bit by bit, with what is stored between."""
    gathered = EventStrip(ONSET_US).extended(chunks[:first])
    gathered = gathered.extended(chunks[second:]).extended(chunks)
    assert gathered == strip_of(lead())


def test_every_rhythm_that_is_told_from_a_waveform_has_a_strip() -> None:
    """And nothing that is told from numbers."""
    assert Cause.VENTRICULAR_FIBRILLATION in CAUSES
    assert Cause.HEART_RATE_ZERO not in CAUSES
