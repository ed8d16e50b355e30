"""What the section on pacing counts: spikes told, missed and false, and capture that fails."""

from pathlib import Path

import numpy as np
import pytest

from clinical.rhythm.arrhythmia import Arrhythmia
from goldenhour.bench.accuracy.pacing import (
    FAILS_S,
    LEARNT_S,
    answering,
    shown,
    told_and_missed,
)
from goldenhour.bench.accuracy.played import annotated, told_of
from goldenhour.bench.accuracy.stimulated import Impulse
from tests.clinical.signals.hearts import beat_times_s, lead_mv
from tests.goldenhour.bench.accuracy.annotated_heart import annotated_heart

SECONDS = 96.0
BEATS = beat_times_s(SECONDS, 5)
IMPULSE = Impulse(5, 1)


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A heart at 75/min with its beats annotated."""
    return annotated_heart(tmp_path, BEATS, SECONDS)


def test_a_heart_that_is_not_paced_shows_no_spikes(base: Path) -> None:
    found = shown(annotated(base))
    assert (found.spikes_s, found.paced_leads) == ((), 0)
    assert found.hours == pytest.approx(SECONDS / 3600)


def test_spikes_that_were_added_are_told_or_missed() -> None:
    """One that falls into a QRS complex may be missed, those too low are; nothing else is told."""
    times_s, length = np.arange(0.5, 50, 0.857), int(SECONDS * 250)
    lead = lead_mv(BEATS, SECONDS, 5)
    asked = int((times_s > LEARNT_S).sum())
    told, missed, false = told_and_missed(lead + IMPULSE.at(times_s, length, 250), 250, times_s)
    assert told + missed == asked
    assert (missed <= 2, false) == (True, 0)
    low = told_and_missed(lead + Impulse(0.2, 1).at(times_s, length, 250), 250, times_s)
    assert low == (0, asked, 0)


@pytest.mark.parametrize("fails", [True, False])
def test_capture_that_fails_is_told_and_capture_is_not(base: Path, *, fails: bool) -> None:
    """Not before it fails."""
    played = answering(base, IMPULSE, fails=fails)
    told = told_of([played], None)[played.name]
    pacing = [it for it in told if it.arrhythmia is Arrhythmia.PACING_NOT_CAPTURED]
    assert bool(pacing) == fails
    assert all(it.begun_s > FAILS_S for it in pacing)
