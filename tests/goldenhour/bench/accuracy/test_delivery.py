"""What the section on delivery counts: a pacemaker that rests for ever, or now and then."""

from pathlib import Path

import numpy as np
import pytest

from clinical.rhythm.arrhythmia import Arrhythmia
from goldenhour.bench.accuracy.delivery import PAUSES_S, paused_s, resting
from goldenhour.bench.accuracy.pacing import FAILS_S, answering
from goldenhour.bench.accuracy.played import Played, told_of
from goldenhour.bench.accuracy.stimulated import Impulse
from tests.clinical.signals.hearts import beat_times_s
from tests.goldenhour.bench.accuracy.annotated_heart import annotated_heart

SECONDS = 126.0
BEATS = beat_times_s(SECONDS, 5)
IMPULSE = Impulse(5, 1)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A heart at 75/min with its beats annotated."""
    return annotated_heart(tmp_path, BEATS, SECONDS)


def begun_s(played: Played) -> list[int]:
    told = told_of([played], None)[played.name]
    return [it.begun_s for it in told if it.arrhythmia is Arrhythmia.PACING_NOT_DELIVERED]


def test_a_pacemaker_that_drives_every_beat_is_told_of_nowhere(base: Path) -> None:
    assert begun_s(answering(base, IMPULSE, fails=False)) == []


def test_a_pacemaker_that_rests_is_told_of_and_not_before(base: Path) -> None:
    begun = begun_s(resting(base, IMPULSE, always=True))
    assert begun
    assert min(begun) > FAILS_S


def test_pauses_come_now_and_then_and_each_is_two_beats_long(base: Path) -> None:
    left_out = paused_s(BEATS)
    assert (np.diff(left_out)[::2] < 1).all()
    assert np.diff(left_out[::2]) == pytest.approx(PAUSES_S, abs=1)
    begun = begun_s(resting(base, IMPULSE, always=False))
    assert len(begun) == len(left_out) // 2
    assert begun == pytest.approx(left_out[::2], abs=6)
