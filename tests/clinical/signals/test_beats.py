"""Beats: the same however the leads are cut, batched, carried over or interrupted."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from clinical.signals.bank import Bank
from clinical.signals.beats import Beat, BeatDetector, Kind
from clinical.signals.recorded import detect
from clinical.signals.resampling import RateError
from tests.clinical.signals.hearts import beat_times_s, lead_mv

SECONDS = 16.0
TIMES_S = beat_times_s(SECONDS, 1)
LEADS = [lead_mv(TIMES_S, SECONDS, 1), -0.6 * lead_mv(TIMES_S, SECONDS, 2)]
"""Two leads of one patient, at 250 Hz."""


def fed(cuts: list[int], leads: list[NDArray[np.float64]] = LEADS, *, carried: int = -1) -> bytes:
    """Beats of one patient whose leads come cut so; before a cut, go on in a new detector."""
    bank = Bank([250.0] * len(leads))
    detector = BeatDetector(bank)
    said = b""
    for step, (begin, end) in enumerate(pairwise([0, *sorted(cuts), len(leads[0])])):
        if step == carried:
            bank = Bank([250.0] * len(leads)).restore(bank.snapshot())
            detector = BeatDetector(bank).restore(detector.snapshot())
        for index, lead in enumerate(leads):
            bank.push(index, begin, lead[begin:end])
        for block in bank.blocks():
            beats = detector.on_block(block)
            said += repr(beats.of(0)).encode()[1:-1]
    return said


def near(beats: tuple[Beat, ...], times_s: NDArray[np.float64]) -> bool:
    """Whether there is one beat for one, each within 40 ms."""
    found = np.array([beat.sample for beat in beats]) / 250
    return len(found) == len(times_s) and bool(np.all(np.abs(found - times_s) < 0.04))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, int(SECONDS * 250)), max_size=30))
def test_beats_do_not_depend_on_how_the_leads_are_cut_into_chunks(cuts: list[int]) -> None:
    """Any cuts give the beats of one push, byte for byte."""
    assert fed(cuts) == fed([])


def test_one_sample_at_a_time_gives_the_same_beats() -> None:
    """The smallest chunks there are."""
    short = [lead[:1100] for lead in LEADS]
    assert fed(list(range(1, 1100)), short) == fed([], short)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, int(SECONDS * 250) - 1), min_size=2, max_size=12), st.data())
def test_a_snapshot_restored_anywhere_changes_nothing(cuts: list[int], data: st.DataObject) -> None:
    """A new detector goes on where the old one was."""
    carried = data.draw(st.integers(0, len(cuts)))
    assert fed(cuts, carried=carried) == fed(cuts)


def test_many_patients_at_once_get_the_beats_of_each_alone() -> None:
    """Ten patients' leads, mixed in one bank: each patient as if alone, byte for byte."""
    patients = []
    for patient in range(10):
        times = beat_times_s(12.0, patient, per_min=50 + 10 * patient)
        patients.append([lead_mv(times, 12.0, 10 * patient + k) for k in range(1 + patient % 3)])
    places = [(k, patient) for patient, group in enumerate(patients) for k in range(len(group))]
    leads = [patients[patient][k] for k, patient in sorted(places)]
    owners = [patient for _, patient in sorted(places)]
    bank = Bank([250.0] * len(leads), owners)
    detector = BeatDetector(bank)
    together: list[tuple[Beat, ...]] = [() for _ in patients]
    for begin in range(0, 3000, 700):
        for index, lead in enumerate(leads):
            bank.push(index, begin, lead[begin : begin + 700])
        for block in bank.blocks():
            beats = detector.on_block(block)
            for patient in range(10):
                together[patient] += beats.of(patient)
    for patient, group in enumerate(patients):
        alone = Bank([250.0] * len(group))
        single = BeatDetector(alone)
        for index, lead in enumerate(group):
            alone.push(index, 0, lead)
        beats_alone: tuple[Beat, ...] = ()
        for block in alone.blocks():
            beats_alone += single.on_block(block).of(0)
        assert repr(together[patient]) == repr(beats_alone)
        assert beats_alone


@pytest.mark.parametrize("rate_hz", [100.0, 125.0, 128.0, 250.0, 257.3, 360.0, 500.0, 1000.0])
def test_beats_are_found_at_any_rate_of_an_ecg(rate_hz: float) -> None:
    """Every beat, and no other, from the first second to the last."""
    lead = lead_mv(TIMES_S, SECONDS, 3, rate_hz)
    assert near(detect([lead], rate_hz), TIMES_S)


def test_leads_of_different_rates_are_judged_together() -> None:
    """One patient's leads need not be sampled alike."""
    leads = [lead_mv(TIMES_S, SECONDS, 4, 500.0), lead_mv(TIMES_S, SECONDS, 5, 128.0)]
    assert near(detect(leads, [500.0, 128.0]), TIMES_S)


def test_a_lead_that_falls_off_costs_no_beat() -> None:
    """The other lead goes on alone, through missing and through flat samples."""
    lost = LEADS[0].copy()
    lost[1500:2500], lost[2500:] = np.nan, 0.0
    assert near(detect([lost, LEADS[1]], 250), TIMES_S)


def test_flat_and_missing_leads_give_no_beats() -> None:
    """Nothing is found where nothing is."""
    assert detect([np.zeros(5000)], 250) == ()
    assert detect([np.full(5000, np.nan)], 250) == ()
    assert detect([], 250) == ()


def test_asystole_with_p_waves_and_noise_gives_no_beats() -> None:
    """However long it lasts: levels sink, but not to what a monitor must not count."""
    at = np.arange(7500) / 250
    lead = 0.01 * np.random.default_rng(1).standard_normal(len(at))
    for time in TIMES_S:
        lead += 0.12 * np.exp(-0.5 * ((at - time) / 0.03) ** 2)
    assert detect([lead], 250) == ()


def test_beats_cease_when_the_heart_does() -> None:
    """None is made up of the noise that is left."""
    before = TIMES_S[TIMES_S < 8.0]
    assert near(detect([lead_mv(before, SECONDS, 1)], 250), before)


def test_an_impossible_rate_is_refused_by_name() -> None:
    """The error says what is wrong."""
    with pytest.raises(RateError, match="rate_hz"):
        Bank([5.0])


def test_a_wide_early_beat_is_ventricular() -> None:
    """A beat of another shape that comes early is told from the others."""
    lead = LEADS[0].copy()
    early = TIMES_S[14] + 0.4
    at = np.arange(len(lead)) / 250
    lead -= 1.4 * np.exp(-0.5 * ((at - early) / 0.04) ** 2)
    beats = detect([lead], 250)
    kinds = [beat.kind for beat in beats if abs(beat.sample / 250 - early) < 0.08]
    assert kinds == [Kind.VENTRICULAR]
    assert sum(beat.kind is Kind.VENTRICULAR for beat in beats) == 1


def test_a_broad_low_notched_beat_is_told_from_a_t_wave() -> None:
    """Its edges are sharp; a smooth wave in its place, as high, is no beat."""
    at = np.arange(len(LEADS[0])) / 250
    early = TIMES_S[10] + 0.42
    notched, smooth = LEADS[0].copy(), LEADS[0].copy()
    for offset in (-0.04, 0.04):
        notched += 0.7 * np.exp(-0.5 * ((at - early - offset) / 0.012) ** 2)
    smooth += 0.7 * np.exp(-0.5 * ((at - early) / 0.06) ** 2)
    assert near(detect([notched], 250), np.sort([*TIMES_S, early]))
    assert near(detect([smooth], 250), TIMES_S)
