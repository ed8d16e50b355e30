"""The bank: blocks of one second, whatever comes twice, late, with holes or at another rate."""

import numpy as np
import pytest
from numpy.typing import NDArray

from clinical.signals.bank import Bank, Block
from tests.clinical.signals.hearts import beat_times_s, lead_mv

LEAD = lead_mv(beat_times_s(8.0, 1), 8.0, 1)
Chunks = list[tuple[int, NDArray[np.float64]]]


def _blocks(chunks: Chunks, rate_hz: float = 250.0) -> list[Block]:
    bank = Bank([rate_hz])
    for first, samples in chunks:
        bank.push(0, first, samples)
    return list(bank.blocks())


def _same(one: list[Block], other: list[Block]) -> bool:
    return [block.wide.tobytes() for block in one] == [block.wide.tobytes() for block in other]


def test_what_comes_twice_or_overlaps_changes_nothing() -> None:
    """Only what is new counts."""
    twice: Chunks = [(0, LEAD[:700]), (0, LEAD[:700]), (400, LEAD[400:900]), (900, LEAD[900:])]
    assert _same(_blocks(twice), _blocks([(0, LEAD)]))


def test_a_hole_is_as_good_as_missing_samples() -> None:
    """And the seconds that it touches say how much is missing."""
    holed = LEAD.copy()
    holed[500:625] = np.nan
    blocks = _blocks([(0, LEAD[:500]), (625, LEAD[625:])])
    assert _same(blocks, _blocks([(0, holed)]))
    assert [float(block.missing[0]) for block in blocks] == [0, 0, 0.5, 0, 0, 0, 0, 0]


def test_what_is_far_beyond_any_ecg_is_a_sample_and_what_is_infinite_is_missing() -> None:
    """However large a sample is, that it came is not doubted."""
    samples = np.full(500, 1e25)
    samples[[300, 499]] = np.inf
    first, second = _blocks([(0, samples)])
    assert [float(block.missing[0]) for block in (first, second)] == pytest.approx([0, 0.008])
    assert first.raw[0].tolist() == second.raw[0].tolist() == [float(np.float32(1e25))] * 250


def test_what_is_held_is_put_back_as_it_was() -> None:
    """A second that was begun and failed is taken again, its hole included."""
    holed = LEAD[:400].copy()
    holed[330:350] = np.nan
    bank = Bank([250.0])
    bank.push(0, 0, holed)
    held, before = bank.hold(), bank.snapshot()["intakes"]
    raw = next(bank.blocks()).raw
    bank.put_back(held)
    assert repr(bank.snapshot()["intakes"]) == repr(before)
    again = next(bank.blocks())
    assert np.array_equal(again.raw, raw)
    bank.push(0, 400, LEAD[400:500])
    assert [float(block.missing[0]) for block in bank.blocks()] == pytest.approx([0.08])


def test_a_patient_s_second_comes_when_all_its_leads_have_it() -> None:
    """The other patients do not wait."""
    bank = Bank([250.0] * 3, [0, 0, 1])
    bank.push(0, 0, LEAD[:500])
    bank.push(2, 0, LEAD[:250])
    assert [block.patients.tolist() for block in bank.blocks()] == [[1]]
    bank.push(1, 0, LEAD[:300])
    assert [block.patients.tolist() for block in bank.blocks()] == [[0]]


@pytest.mark.parametrize("rate_hz", [100.0, 128.0, 257.3, 360.0, 500.0, 1000.0])
def test_a_lead_at_another_rate_becomes_what_it_was(rate_hz: float) -> None:
    """A slow wave is the same wave at the working rate, but for the record's own begin and end."""
    wave = np.sin(2 * np.pi * 3 * np.arange(int(6 * rate_hz)) / rate_hz)
    blocks = _blocks([(0, wave)], rate_hz)
    found = np.concatenate([block.raw[0] for block in blocks])
    wanted = np.sin(2 * np.pi * 3 * np.arange(len(found)) / 250)
    assert len(found) >= 1250
    assert found[50:] == pytest.approx(wanted[50:], abs=0.02)
