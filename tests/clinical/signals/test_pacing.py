"""Pacing spikes are told, taken out and never counted as beats; nothing else is touched."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clinical.rhythm.plain import from_plain, to_plain
from clinical.signals.bank import Bank
from clinical.signals.beats import BeatDetector
from clinical.signals.pacing import ALIKE
from tests.clinical.signals.hearts import beat_times_s, lead_mv
from tests.clinical.signals.paced import answered_mv, paced_times_s, quiet_mv, spikes_mv

SECONDS = 24.0
LEARNT_S = 6.0
TIMES = paced_times_s(SECONDS, 71)
Lead = NDArray[np.float64]


def found(lead: Lead, rate_hz: float = 250) -> tuple[Lead, Lead, Lead]:
    """Return when spikes and beats were found in a lead, and the lead without spikes."""
    bank = Bank([rate_hz])
    detector = BeatDetector(bank)
    bank.push(0, 0, lead)
    spikes, beats, raw = [], [], []
    for block in bank.blocks():
        spikes += block.stimuli.sample.tolist()
        beats += [beat.sample for beat in detector.on_block(block).of(0)]
        raw.append(block.raw[0])
    return np.array(spikes) / 250, np.array(beats) / 250, np.concatenate(raw)


def near(times: Lead, others: Lead, within_s: float = 0.012) -> list[bool]:
    """Whether each of some times has another one beside it."""
    return [bool(len(others)) and float(np.abs(others - at).min()) <= within_s for at in times]


def known(times: Lead) -> Lead:
    """Times after which a lead is known to be paced, but for the end of the recording."""
    return times[(times > LEARNT_S) & (times < SECONDS - 3)]


@pytest.mark.parametrize(
    ("rate_hz", "cut_hz", "height_mv", "width_ms"),
    [
        (250, 60, 5, 0.5),
        (250, 100, 3, 2),
        (250, 100, 5, 0.5),
        (360, 120, 2, 1),
        (500, 150, 5, 0.5),
        (500, 150, 20, 1),
        (1000, 150, 3, 2),
    ],
)
@pytest.mark.parametrize("answers", [True, False])
def test_spikes_are_told_and_are_no_beats(
    rate_hz: float, cut_hz: float, height_mv: float, width_ms: float, *, answers: bool
) -> None:
    """At every usual rate; each answered one has its beat, and one without an answer has none."""
    lead = quiet_mv(SECONDS, 3, rate_hz) + spikes_mv(
        TIMES, SECONDS, height_mv, width_ms, rate_hz=rate_hz, cut_hz=cut_hz
    )
    if answers:
        lead += answered_mv(TIMES, SECONDS, rate_hz)
    spikes, beats, _ = found(lead, rate_hz)
    assert all(near(known(TIMES), spikes))
    assert all(near(spikes, TIMES))
    answered = near(known(TIMES) + 0.1, beats, 0.1)
    assert all(answered) if answers else not any(answered)


def test_two_chambers_that_are_paced_show_two_spikes_each() -> None:
    """Though one of them is lower and points the other way."""
    atria, ventricles = TIMES, TIMES + 0.16
    lead = quiet_mv(SECONDS, 5) + answered_mv(ventricles, SECONDS)
    lead += spikes_mv(atria, SECONDS, -3, 1) + spikes_mv(ventricles, SECONDS, 5, 1)
    spikes, beats, _ = found(lead)
    assert all(near(known(atria), spikes))
    assert all(near(known(ventricles), spikes))
    assert all(near(known(ventricles) + 0.1, beats, 0.1))
    assert len(beats) <= len(TIMES) + 1


def test_without_spikes_a_lead_is_passed_on_bit_for_bit() -> None:
    lead = lead_mv(beat_times_s(SECONDS, 7), SECONDS, 7)
    spikes, _, raw = found(lead)
    assert not len(spikes)
    assert raw.tobytes() == lead.astype(np.float32).astype(np.float64)[: len(raw)].tobytes()


@pytest.mark.parametrize("noise_mv", [0.1, 0.3, 1.0])
def test_muscle_noise_is_no_pacing(noise_mv: float) -> None:
    """White noise as high as a QRS complex, at which no beat can be trusted either."""
    spikes, _, _ = found(quiet_mv(120, 11, noise_mv=noise_mv))
    assert not len(spikes)


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_mains_hum_is_no_pacing(mains_hz: int) -> None:
    at = np.arange(int(SECONDS * 250)) / 250
    hum = 0.4 * np.sin(2 * np.pi * mains_hz * at)
    lead = lead_mv(beat_times_s(SECONDS, 9), SECONDS, 9) + hum
    assert not len(found(lead)[0])


def test_jumps_of_an_electrode_are_no_pacing() -> None:
    """One here and there, of one sample or more, however high; a step is none at all."""
    rng = np.random.default_rng(13)
    lead = lead_mv(beat_times_s(60, 13), 60, 13)
    for at in rng.integers(250, len(lead) - 250, 10):
        lead[at : at + rng.integers(1, 4)] += rng.uniform(-4, 4)
    lead[5_000:] += 2.0
    assert not len(found(lead)[0])


def test_a_lead_that_comes_too_slowly_shows_no_spikes() -> None:
    lead = quiet_mv(SECONDS, 3, 125) + spikes_mv(TIMES, SECONDS, 20, 2, rate_hz=125, cut_hz=50)
    assert not len(found(lead, 125)[0])


def test_pacing_on_demand_is_known_again_at_its_first_spike() -> None:
    """Within a minute of its last one."""
    seconds = 60.0
    first, later = TIMES[TIMES < 10], TIMES[TIMES < 10] + 45
    heart = beat_times_s(seconds, 17)
    lead = lead_mv(heart[(heart > 11) & (heart < 44)], seconds, 17)
    times = np.concatenate((first, later))
    lead += spikes_mv(times, seconds, 5, 1) + answered_mv(times, seconds)
    spikes, _, _ = found(lead)
    assert near(later[:1], spikes) == [True]
    assert len(spikes[spikes < 11]) >= len(first) - ALIKE


def _paced_pair() -> tuple[Lead, Lead]:
    """Two leads of a patient; spikes fall on every part of a second, and on its ends."""
    times = paced_times_s(SECONDS, 59.3, 0.98)
    return (
        quiet_mv(SECONDS, 1) + spikes_mv(times, SECONDS, 5, 1) + answered_mv(times, SECONDS),
        quiet_mv(SECONDS, 2) + spikes_mv(times, SECONDS, -3, 1),
    )


PAIR = _paced_pair()


def judged(sizes: list[int], *, again_every: int | None = None) -> list[bytes]:
    """All that comes of two leads in chunks of these sizes, with what is remembered at the end."""
    bank, said, first, turn = Bank([250.0, 250.0]), [], 0, 0
    steps = iter(sizes)
    while first < len(PAIR[0]):
        size = next(steps, 250)
        for lead, samples in enumerate(PAIR):
            bank.push(lead, first, samples[first : first + size])
        first, turn = first + size, turn + 1
        for block in bank.blocks():
            said += [block.raw.tobytes(), block.narrow.tobytes()]
            said += [block.stimuli.row.tobytes(), block.stimuli.sample.tobytes()]
        if again_every and turn % again_every == 0:
            bank = Bank([250.0, 250.0]).restore(from_plain(to_plain(bank.snapshot())))
    return [*said, bank.pacing.tobytes()]


@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
@given(st.lists(st.sampled_from([1, 3, 50, 247, 249, 250, 251, 1000]), max_size=40))
def test_any_chunking_tells_the_same_spikes(sizes: list[int]) -> None:
    assert judged(sizes) == judged([])


def test_a_snapshot_anywhere_changes_nothing() -> None:
    assert judged([], again_every=1) == judged([])


def test_a_snapshot_of_a_release_that_knew_no_pacing_is_gone_on_from() -> None:
    bank = Bank([250.0])
    bank.push(0, 0, PAIR[0][:2_500])
    list(bank.blocks())
    memory = bank.snapshot()
    del memory["pacing"]
    resumed = Bank([250.0]).restore(memory)
    resumed.push(0, 0, PAIR[0])
    assert sum(len(block.stimuli.sample) for block in resumed.blocks()) > ALIKE


def test_who_is_computed_beside_changes_nothing() -> None:
    alone, other = Bank([250.0]), Bank([250.0])
    joined_of = Bank([250.0]), Bank([250.0])
    for bank, lead in zip((alone, other), PAIR, strict=True):
        bank.push(0, 0, lead)
    for bank, lead in zip(joined_of, PAIR, strict=True):
        bank.push(0, 0, lead)
    blocks = [list(alone.blocks()), list(other.blocks())]
    for turn in range(int(SECONDS)):
        joined = Bank.joined(joined_of)
        block = joined.block(np.arange(2))
        joined.part(joined_of)
        for row, own in enumerate(blocks):
            assert block.raw[row].tobytes() == own[turn].raw[0].tobytes()
            mine = block.stimuli.sample[block.stimuli.row == row]
            assert mine.tolist() == own[turn].stimuli.sample.tolist()
    assert [bank.pacing.tobytes() for bank in joined_of] == [
        alone.pacing.tobytes(),
        other.pacing.tobytes(),
    ]


def test_spikes_come_in_the_order_of_time() -> None:
    spikes, _, _ = found(PAIR[0])
    assert all(before < after for before, after in pairwise(spikes.tolist()))
