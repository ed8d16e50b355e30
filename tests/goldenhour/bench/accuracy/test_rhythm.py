"""What is told of live against annotated episodes: what is found, how late, and what is false."""

from pathlib import Path

import numpy as np
import wfdb

from clinical.rhythm.arrhythmia import Arrhythmia
from goldenhour.bench.accuracy.played import Told, annotated, told_of
from goldenhour.bench.accuracy.rhythm import (
    SHOCKING,
    Episode,
    delay_s,
    episodes_of,
    false_of,
)
from tests.clinical.signals.fibrillation import fibrillation_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv

FIBRILLATION, STILL = Arrhythmia.VENTRICULAR_FIBRILLATION, Arrhythmia.ASYSTOLE
ONSET_S, WHOLE_S = 20, 40


def recorded(folder: Path) -> Path:
    """A heart that fibrillates from second 20 to 40, annotated as two stretches."""
    lead = np.concatenate((lead_mv(beat_times_s(20.0, 5), 20.0, 5), fibrillation_mv(20.0, 5)))
    wfdb.wrsamp(
        "r1", 250, ["mV"], ["II"], lead[:, None], fmt=["16"], adc_gain=[200.0], baseline=[0],
        write_dir=str(folder),
    )  # fmt: skip
    wfdb.wrann(
        "r1", "atr", np.array([0, 5000, 7500]), ["+"] * 3, aux_note=["(N", "(VFL", "(VFIB"],
        write_dir=str(folder),
    )  # fmt: skip
    return folder / "r1"


def test_a_recording_is_told_of_as_a_live_patient_is(tmp_path: Path) -> None:
    """A chunk a second; the finding is dated by the chunk that decided."""
    base = recorded(tmp_path)
    played = annotated(base)
    told = told_of([played], None)[played.name]
    assert {one.arrhythmia for one in told} <= SHOCKING
    assert (told[-1].over_s, played.seconds) == (WHOLE_S, WHOLE_S)
    (episode,) = episodes_of(base, frozenset({"VFL", "VFIB"}))
    assert episode == Episode("VFL", ONSET_S, WHOLE_S)
    assert delay_s(episode, told) == told[0].begun_s - ONSET_S
    assert false_of([episode], told) == []


def test_recordings_are_played_side_by_side_as_each_alone(tmp_path: Path) -> None:
    played = annotated(recorded(tmp_path))
    both = told_of([played, type(played)("other", played.leads)], None)
    assert both["other"] == both[played.name] == told_of([played], None)[played.name]


def test_what_was_told_in_no_episode_is_false_and_what_came_late_is_not() -> None:
    episode = Episode("VFIB", 100, 130)
    of_it, late, false = (Told(FIBRILLATION, at, at + 5) for at in (104, 137, 139))
    assert false_of([episode], [of_it, late, false]) == [false]
    assert delay_s(episode, [false, of_it]) == 4
    assert delay_s(episode, [false]) is None


def test_another_rhythm_does_not_count_as_found() -> None:
    assert delay_s(Episode("VFIB", 100, 130), [Told(STILL, 104, 120)]) is None
