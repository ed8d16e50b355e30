"""A window's rhythm in one word."""

import numpy as np
import pytest

from clinical.signals.beats import Beat, Kind
from clinical.signals.rhythm import Rhythm, irregular, named, shocked


def _beats(times_s: np.ndarray, quality: float = 0.9, kinds: str = "N") -> list[Beat]:
    return [
        Beat(round(time * 250), quality, Kind(kinds[index % len(kinds)]))
        for index, time in enumerate(times_s)
    ]


@pytest.mark.parametrize(
    ("per_min", "rhythm"), [(40, Rhythm.BRADY), (75, Rhythm.SINUS_LIKE), (130, Rhythm.TACHY)]
)
def test_regular_beats_are_named_by_their_rate(per_min: int, rhythm: Rhythm) -> None:
    assert named(_beats(np.arange(0, 30, 60 / per_min)), 31.0) is rhythm


def test_intervals_without_a_pattern_are_atrial_fibrillation() -> None:
    intervals = np.random.default_rng(3).uniform(0.45, 1.1, 60)
    assert named(_beats(np.cumsum(intervals)), float(intervals.sum())) is Rhythm.AF


@pytest.mark.parametrize("group", [(0.8,), (0.6, 1.0), (0.7, 0.7, 1.1), (0.5, 1.1, 0.8, 0.8)])
def test_beats_in_equal_groups_are_no_atrial_fibrillation(group: tuple[float, ...]) -> None:
    assert not irregular(_beats(np.cumsum(np.resize(group, 30))))


def test_early_ventricular_beats_are_left_out_of_the_pattern() -> None:
    intervals = np.full(40, 0.8)
    intervals[::4], intervals[1::4] = 0.5, 1.1
    assert not irregular(_beats(np.cumsum(intervals), kinds="VNNN"))


def test_few_intervals_show_no_atrial_fibrillation() -> None:
    intervals = np.random.default_rng(3).uniform(0.45, 1.1, 40)
    assert irregular(_beats(np.cumsum(intervals)))
    assert not irregular(_beats(np.cumsum(intervals[:10])))


def test_many_ventricular_beats_are_another_rhythm() -> None:
    assert named(_beats(np.arange(0, 30, 0.8), kinds="NV"), 30.5) is Rhythm.OTHER


def test_no_beat_in_the_window_is_asystole() -> None:
    assert named(_beats(np.arange(0, 20, 0.8)), 26.0) is Rhythm.ASYSTOLE


def test_beats_that_cannot_be_trusted_are_noise() -> None:
    assert named(_beats(np.arange(0, 30, 0.8), quality=0.1), 30.5) is Rhythm.NOISE


def test_shockable_waves_that_repeat_themselves_are_tachycardia() -> None:
    assert (shocked(0.95), shocked(0.4)) == (Rhythm.VT, Rhythm.VF)
