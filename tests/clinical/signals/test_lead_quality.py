import numpy as np
import pytest

from clinical.signals.lead_quality import FLAT_UV, WINDOW_US, LeadFault, LeadQuality, Verdict
from clinical.signals.waveform import WaveformChunk

RATE = 250
SECOND = 1_000_000
BEATING = tuple(
    np.rint(200 * np.exp(-0.5 * ((np.arange(RATE) - 100) / 4) ** 2)).astype(int).tolist()
)


def chunk(
    second: float,
    samples: tuple[int, ...] = BEATING,
    *,
    first: int | None = None,
    attached: bool | None = None,
) -> WaveformChunk:
    """A stretch of lead II, 5 µV per count of a 12-bit converter."""
    start = int(second * RATE) if first is None else first
    at_us = int((100 + second) * SECOND)
    return WaveformChunk("II", RATE, 5.0, at_us, start, samples, -2_048, 2_047, attached)


def judged(*chunks: WaveformChunk) -> list[Verdict | None]:
    quality = LeadQuality()
    return [quality.on_chunk(each) for each in chunks]


def test_a_beating_lead_is_a_signal_once_a_window_is_full() -> None:
    assert judged(chunk(0), chunk(1)) == [None, Verdict(None, 102 * SECOND)]
    assert WINDOW_US == 2 * SECOND


def test_a_line_without_noise_is_flat() -> None:
    *_, verdict = judged(chunk(0, (7,) * RATE), chunk(1, (7,) * RATE))
    assert verdict == Verdict(LeadFault.FLAT, 102 * SECOND)


@pytest.mark.parametrize(("counts", "fault"), [(3, LeadFault.FLAT), (4, None)])
def test_what_moves_as_much_as_noise_is_not_flat(counts: int, fault: LeadFault | None) -> None:
    """20 µV are four counts."""
    line = (0, counts) * (RATE // 2)
    *_, verdict = judged(chunk(0, line), chunk(1, line))
    assert verdict is not None
    assert (verdict.fault, FLAT_UV) == (fault, 20)


@pytest.mark.parametrize("rail", [-2_048, 2_047, 2_020])
def test_a_fifth_of_the_window_at_an_end_of_the_range_is_saturated(rail: int) -> None:
    railed = (rail,) * 100 + BEATING[100:]
    *_, verdict = judged(chunk(0), chunk(1, railed))
    assert verdict == Verdict(LeadFault.SATURATED, 102 * SECOND)
    *_, verdict = judged(chunk(0), chunk(1, (rail,) * 99 + BEATING[99:]))
    assert verdict == Verdict(None, 102 * SECOND)


def test_the_device_is_believed_at_once_that_electrodes_are_off() -> None:
    assert judged(chunk(0, attached=False)) == [Verdict(LeadFault.DETACHED, 101 * SECOND)]


def test_a_lead_that_is_put_back_is_a_signal_once_the_window_beats() -> None:
    off, on = (chunk(0, (0,) * RATE, attached=False), chunk(1, (0,) * RATE, attached=False)), True
    *_, first, second = judged(*off, chunk(2, attached=on), chunk(3, attached=on))
    assert first == Verdict(None, 103 * SECOND)
    assert second == Verdict(None, 104 * SECOND)


def test_nothing_is_said_over_a_hole() -> None:
    """After it a whole window has to come again."""
    said = judged(chunk(0), chunk(1), chunk(5), chunk(6))
    assert [verdict is not None for verdict in said] == [False, True, False, True]


def test_a_new_beginning_of_the_lead_is_a_hole() -> None:
    assert judged(chunk(0), chunk(1), chunk(2, first=0))[-1] is None


def test_what_is_older_than_what_was_judged_says_nothing() -> None:
    quality = LeadQuality()
    for second in range(5):
        quality.on_chunk(chunk(second))
    assert quality.on_chunk(chunk(2, (0,) * RATE)) is None
    assert quality.on_chunk(chunk(5)) == Verdict(None, 106 * SECOND)


def test_short_chunks_are_judged_like_long_ones() -> None:
    """A lead that is watched comes in pieces of 200 ms."""
    pieces = [
        chunk(place / 5, BEATING[place % 5 * 50 : place % 5 * 50 + 50]) for place in range(12)
    ]
    assert [verdict is not None for verdict in judged(*pieces)] == [False] * 9 + [True] * 3
