"""Pacing that the heart does not answer is told; what answers, and what stands still, is not it."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from clinical.rhythm.arrhythmia import Arrhythmia, Call
from clinical.rhythm.bed import Bed
from clinical.rhythm.pacing import SPIKES_KEPT, Spikes
from clinical.signals.beats import Beat, Kind
from clinical.signals.waveform import WaveformChunk
from tests.clinical.rhythm.strips import counts, cut, told
from tests.clinical.rhythm.test_ward import resumed, snapshot
from tests.clinical.signals.paced import answered_mv, paced_times_s, quiet_mv, spikes_mv

SECONDS = 36.0
FAILS_S = 16.0
TIMES = paced_times_s(SECONDS, 70)
ESCAPES = np.arange(FAILS_S + 1.7, SECONDS - 1, 1.65)
PACING = Arrhythmia.PACING_NOT_CAPTURED
Lead = NDArray[np.float64]


def beats(times_s: Sequence[float]) -> list[Beat]:
    return [Beat(round(at_s * 250), 1.0, Kind.NORMAL) for at_s in times_s]


def spikes_at(times_s: Lead) -> Spikes:
    spikes = Spikes()
    for at_s in times_s:
        spikes = spikes.after([round(at_s * 250)])
    return spikes


def frames(
    answered: Lead, spikes: Lead = TIMES, heights: Sequence[float] = (5.0, -4.0)
) -> list[Sequence[WaveformChunk]]:
    """Two leads of a heart that answers at these times, a second at a time."""
    cuts = []
    for seed, height_mv in enumerate(heights):
        lead = quiet_mv(SECONDS, seed) + answered_mv(answered, SECONDS)
        lead += spikes_mv(spikes, SECONDS, height_mv, 1)
        cuts.append(list(cut(f"L{seed}", counts(lead), ())))
    return list(zip(*cuts, strict=True))


def pulses(times_s: Lead) -> list[Sequence[WaveformChunk]]:
    """A pleth with a pulse after each of some beats, a second at a time."""
    at = np.arange(int(SECONDS * 250)) / 250
    wave = np.zeros(len(at))
    for time_s in times_s:
        since = np.clip(at - time_s - 0.2, 0, None)
        wave += 3 * since / 0.12 * np.exp(1 - since / 0.12)
    return [(each,) for each in cut("PLETH", counts(wave), ())]


def beside(
    leads: list[Sequence[WaveformChunk]], others: list[Sequence[WaveformChunk]]
) -> list[Sequence[WaveformChunk]]:
    return [(*lead, *other) for lead, other in zip(leads, others, strict=True)]


def dangerous(calls: Sequence[Call]) -> list[Arrhythmia]:
    return list(dict.fromkeys(call.arrhythmia for call in calls if call.arrhythmia))


def partly(which: Callable[[int], bool]) -> Lead:
    """Stimuli that are answered: all of the first, then some by their number."""
    return np.array([at for number, at in enumerate(TIMES) if at < FAILS_S or which(number)])


def test_a_heart_that_answers_is_not_told_of() -> None:
    assert dangerous(told(Bed(), frames(TIMES))) == []


def test_beats_of_its_own_amid_stimuli_without_an_answer_are_no_capture() -> None:
    """It is told with start, confidence and evidence, within some seconds."""
    answered = np.concatenate((TIMES[TIMES < FAILS_S], ESCAPES))
    calls = [call for call in told(Bed(), frames(answered)) if call.arrhythmia]
    assert calls[0].arrhythmia is PACING
    assert calls[0].since_s == pytest.approx(TIMES[TIMES >= FAILS_S][0], abs=1)
    assert calls[0].at_s <= FAILS_S + 9
    assert calls[0].confidence >= 0.5
    evidence = dict(calls[0].evidence)
    assert evidence["leads"] == "L0 L1"
    assert evidence["stimuli_bpm"] == pytest.approx(70, abs=0.5)
    assert evidence["stimuli_unanswered"] in {3.0, 4.0, 5.0, 6.0}


def test_every_other_stimulus_without_an_answer_is_told() -> None:
    calls = told(Bed(), frames(partly(lambda number: number % 2 == 0)))
    assert PACING in dangerous(calls)


def test_one_stimulus_without_an_answer_now_and_then_is_not() -> None:
    assert dangerous(told(Bed(), frames(partly(lambda number: number % 4 > 0)))) == []


def test_capture_that_comes_back_ends_it() -> None:
    answered = np.concatenate((TIMES[TIMES < FAILS_S], TIMES[TIMES > FAILS_S + 6]))
    calls = told(Bed(), frames(answered))
    assert PACING in dangerous(calls)
    assert calls[-1].arrhythmia is None


def test_a_pacemaker_that_fires_on_at_a_heart_that_stands_still_is_asystole() -> None:
    """The graver of the two is told, with how fast it is paced in vain."""
    calls = told(Bed(), frames(TIMES[TIMES < FAILS_S]))
    assert dangerous(calls)[-1] is Arrhythmia.ASYSTOLE
    first = next(call for call in calls if call.arrhythmia is Arrhythmia.ASYSTOLE)
    assert first.at_s <= FAILS_S + 7
    assert dict(first.evidence)["stimuli_bpm"] == pytest.approx(70, abs=0.5)


def test_it_fires_in_vain_from_the_first_second_on_and_is_asystole() -> None:
    calls = told(Bed(), frames(np.zeros(0)))
    assert dangerous(calls)[-1] is Arrhythmia.ASYSTOLE


def test_stimuli_of_the_atria_that_are_conducted_are_answered() -> None:
    assert dangerous(told(Bed(), frames(TIMES + 0.18))) == []


def test_two_chambers_that_answer_are_not_told_of() -> None:
    both = np.sort(np.concatenate((TIMES, TIMES + 0.16)))
    assert dangerous(told(Bed(), frames(TIMES + 0.16, both))) == []


def test_pulses_as_fast_as_the_stimuli_contradict_it_and_slower_ones_do_not() -> None:
    answered = np.concatenate((TIMES[TIMES < FAILS_S], ESCAPES))
    leads = frames(answered)
    assert PACING not in dangerous(told(Bed(), beside(leads, pulses(TIMES))))
    assert PACING in dangerous(told(Bed(), beside(leads, pulses(answered))))


@pytest.mark.parametrize("noise_mv", [0.2, 0.6])
def test_noise_that_hides_beats_is_no_failing_capture(noise_mv: float) -> None:
    noise = noise_mv * np.random.default_rng(4).standard_normal(8 * 250)
    leads = []
    for seed, height_mv in enumerate((8.0, -6.0)):
        lead = quiet_mv(SECONDS, seed) + answered_mv(TIMES, SECONDS)
        lead += spikes_mv(TIMES, SECONDS, height_mv, 1)
        lead[16 * 250 : 24 * 250] += noise
        leads.append(list(cut(f"L{seed}", counts(lead), ())))
    assert PACING not in dangerous(told(Bed(), zip(*leads, strict=True)))


PAUSED = TIMES[(TIMES < FAILS_S) | (TIMES > FAILS_S + 2.1)]
"""Stimuli of a pacemaker that leaves out three."""


def test_a_stimulus_that_does_not_come_when_the_heart_rests_is_not_delivered() -> None:
    """It is told with start, confidence and evidence, and is over when the pacemaker fires."""
    calls = told(Bed(), frames(PAUSED, PAUSED))
    assert dangerous(calls) == [Arrhythmia.PACING_NOT_DELIVERED]
    first = next(call for call in calls if call.arrhythmia)
    assert first.since_s == pytest.approx(TIMES[TIMES < FAILS_S][-1] + 0.11, abs=0.1)
    assert first.at_s <= FAILS_S + 4
    assert first.confidence >= 0.5
    evidence = dict(first.evidence)
    assert evidence["leads"] == "L0 L1"
    assert evidence["stimuli_bpm"] == pytest.approx(70, abs=0.5)
    assert 1.8 < float(evidence["pause_s"]) < 2.8
    assert calls[-1].arrhythmia is None


def test_a_pacemaker_that_rests_while_the_heart_beats_is_delivering() -> None:
    """It fires on demand: the heart's own beats, somewhat slower ones too, are beats."""
    for own_bpm in (90, 50):
        own = np.arange(FAILS_S, FAILS_S + 8, 60 / own_bpm)
        fired = TIMES[(TIMES < FAILS_S) | (own[-1] + 0.8 < TIMES)]
        answered = np.sort(np.concatenate((fired, own)))
        assert dangerous(told(Bed(), frames(answered, fired))) == []


def test_a_graver_rhythm_takes_the_place_of_pacing_that_is_not_delivered() -> None:
    """Bradycardia and asystole are not hidden by it."""
    slow = np.concatenate((TIMES[TIMES < FAILS_S], np.arange(FAILS_S + 2, SECONDS - 1, 2.2)))
    calls = told(Bed(), frames(slow, TIMES[TIMES < FAILS_S]))
    assert dangerous(calls)[-1] is Arrhythmia.EXTREME_BRADYCARDIA
    still = told(Bed(), frames(TIMES[TIMES < FAILS_S], TIMES[TIMES < FAILS_S]))
    assert dangerous(still)[-1] is Arrhythmia.ASYSTOLE


def test_pulses_as_fast_as_the_stimuli_show_that_they_were_delivered() -> None:
    leads = frames(PAUSED, PAUSED)
    assert dangerous(told(Bed(), beside(leads, pulses(TIMES)))) == []


def test_a_pause_is_measured_by_the_interval_of_the_stimuli_before() -> None:
    """Two intervals may be one beat that was not found, or one stimulus that was not told."""
    before = TIMES[:16]
    last_s, interval_s = before[-1], float(before[1] - before[0])
    spikes, answers = spikes_at(before), beats([*(before + 0.1)])
    one_missing = last_s + 0.1 + 2 * interval_s
    assert spikes.undelivered(answers, 0.0, one_missing) is None
    found = spikes.undelivered(answers, 0.0, one_missing + 0.2)
    assert found is not None
    assert found.interval_s == pytest.approx(interval_s, abs=0.01)
    few, slow = spikes_at(before[-4:]), spikes_at(before[::3])
    assert few.undelivered(answers, 0.0, one_missing + 0.2) is None
    assert slow.undelivered(answers, 0.0, one_missing + 0.2) is None


def test_a_snapshot_anywhere_changes_nothing() -> None:
    answered = np.concatenate((TIMES[TIMES < FAILS_S], ESCAPES))
    straight, restored = Bed(), Bed()
    for frame in frames(answered):
        assert told(restored, [frame]) == told(straight, [frame])
        restored = resumed(restored)
        assert snapshot(restored) == snapshot(straight)


def test_a_stimulus_soon_after_a_beat_says_nothing() -> None:
    """It falls on muscle that cannot answer."""
    deaf = spikes_at(TIMES[:22])
    assert deaf.unanswered(beats([*(TIMES[:22] - 0.2)]), 0.0, 20.0) is None
    assert deaf.unanswered(beats([]), 0.0, 20.0) is not None


def test_answers_that_are_all_as_late_are_answers_and_those_at_any_time_are_not() -> None:
    """What paces the atria may take long to be conducted."""
    late = TIMES[:22] + 0.5
    scattered = TIMES[:22] + np.random.default_rng(2).uniform(0.41, 0.55, 22)
    alone = late[::2], scattered[::2]
    assert spikes_at(TIMES[:22:2]).unanswered(beats([*alone[0]]), 0.0, 20.0) is None
    assert spikes_at(TIMES[:22:2]).unanswered(beats([*(alone[1] + 0.3)]), 0.0, 20.0) is not None


def test_stimuli_are_weighed_once_beats_are_found_as_well_as_ever() -> None:
    first = spikes_at(TIMES[:6])
    assert first.unanswered(beats([]), 0.0, 6.0) is None
    again = first.after([100 * 250])
    assert (first.begun, again.begun) == (round(TIMES[0] * 250), 100 * 250)


def test_spikes_of_several_leads_are_one_and_their_number_is_bounded() -> None:
    spikes = Spikes().after([250, 252, 500]).after([503, 750])
    assert spikes.samples == (250, 500, 750)
    assert len(Spikes().after(range(0, 250 * 100, 250)).samples) == SPIKES_KEPT
