"""Hearts that fibrillate in turn: when, and what their leads show."""

import numpy as np

from goldenhour.bench.load.fibrillating import LASTS_S, FibrillatingBank, onsets_of
from goldenhour.bench.load.leads import LeadBank
from simulators.patients.ecg import RATE_HZ
from simulators.patients.rhythms import HeartRhythm, recorded_uv

END_US = 1_700_000_000_000_000


def test_onsets_are_spread_over_the_time_with_room_and_the_same_each_time() -> None:
    """Each unit at most once, the first when the leads have settled, the last is over in time."""
    onsets = onsets_of(200, 20, begin_s=66, end_s=126)
    assert onsets == onsets_of(200, 20, begin_s=66, end_s=126)
    begun_s = sorted(sample / RATE_HZ for sample in onsets.values())
    assert len(begun_s) == len(set(begun_s)) == 20
    assert begun_s[0] >= 76
    assert begun_s[-1] + LASTS_S <= 126
    assert len({sample % RATE_HZ for sample in onsets.values()}) > 10


def test_leads_come_from_the_beginning_on_and_only_the_ill_ones_change() -> None:
    bank, hearts = FibrillatingBank(5, {3: 9 * RATE_HZ + 100}), LeadBank()
    assert bank.second(3, 4, END_US) == []
    for second in (5, 8, 9 + LASTS_S + 1):
        assert bank.second(3, second, END_US) == hearts.second(3, second, END_US)
    assert bank.second(2, 9, END_US) == hearts.second(2, 9, END_US)
    assert bank.onsets_us == {}


def test_the_onset_is_where_the_recording_begins_within_a_chunk() -> None:
    bank, hearts = FibrillatingBank(5, {3: 9 * RATE_HZ + 100}), LeadBank()
    chunk, before = bank.second(3, 9, END_US)[0], hearts.second(3, 9, END_US)[0]
    assert chunk.samples[:100] == before.samples[:100]
    assert chunk.samples[100:] != before.samples[100:]
    assert bank.onsets_us == {3: chunk.start_us + 400_000}
    after = bank.second(3, 10, END_US)[0]
    played = np.asarray(after.samples) * after.scale_uv_per_bit
    recorded = recorded_uv(HeartRhythm.FIBRILLATION)
    assert np.isin(np.rint(played / 5), np.rint(recorded / 5)).all()
