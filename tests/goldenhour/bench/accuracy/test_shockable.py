"""The shock decision against annotations: what counts, and how it is told."""

from pathlib import Path

import numpy as np
import wfdb

from clinical.signals.shock_judge import trained
from goldenhour.bench.accuracy.annotated import rhythm_at
from goldenhour.bench.accuracy.shockable import (
    Judged,
    category_lines,
    judged_windows,
    still_lines,
)
from tests.clinical.signals.fibrillation import fibrillation_mv
from tests.clinical.signals.hearts import beat_times_s, lead_mv


def test_a_window_has_the_rhythm_that_it_lies_wholly_in() -> None:
    rhythms = ((100, 500, "N"), (500, 900, "VT"))
    assert rhythm_at(rhythms, 100, 500) == "N"
    assert rhythm_at(rhythms, 500, 900) == "VT"
    for first, end in ((0, 200), (400, 600), (800, 1000)):
        assert rhythm_at(rhythms, first, end) is None


def test_windows_of_one_annotated_rhythm_count_and_noise_does_not(tmp_path: Path) -> None:
    lead = np.concatenate((lead_mv(beat_times_s(18.0, 5), 18.0, 5), fibrillation_mv(22.0, 5)))
    wfdb.wrsamp(
        "r1", 250, ["mV"], ["II"], lead[:, None], fmt=["16"], adc_gain=[200.0], baseline=[0],
        write_dir=str(tmp_path),
    )  # fmt: skip
    wfdb.wrann(
        "r1", "atr", np.array([0, 4500, 9000]), ["+"] * 3, aux_note=["(N", "(VFIB", "(NOISE"],
        write_dir=str(tmp_path),
    )  # fmt: skip
    windows = list(judged_windows(tmp_path / "r1", trained()))
    assert [window.group for window in windows] == ["N"] * 4 + ["VF"] * 4
    assert [window.answer for window in windows[:4]] == [False] * 4
    assert [window.answer for window in windows[5:]] == [True] * 3


def test_a_declined_window_is_neither_right_nor_wrong() -> None:
    windows = [
        Judged("r1", "VF", shockable=True, answer=answer, probability=0.5, span_mv=1.0)
        for answer in (True, True, False, None)
    ]
    assert "| coarse VF | 4 | 1 | 66.67 | > 90 |" in list(category_lines(windows))


def test_annotated_asystole_is_told_by_how_much_it_moves() -> None:
    windows = [
        Judged("r1", "ASYS", shockable=False, answer=answer, probability=0.5, span_mv=span_mv)
        for answer, span_mv in ((False, 0.05), (False, 0.15), (None, 0.3), (True, 0.8))
    ]
    lines = still_lines(windows)
    assert "| 0 to 0.1 | 1 | 0 | 100.00 |" in lines
    assert "| 0.1 to 0.2 | 1 | 0 | 100.00 |" in lines
    assert "| 0.2 and more | 2 | 1 | 0.00 |" in lines
    assert not still_lines([])
