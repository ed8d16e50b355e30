"""The section on respiration compares with marked breaths where both annotators agree."""

from pathlib import Path

import numpy as np

from goldenhour.bench.accuracy.respiration import RATE_HZ, section


def test_the_error_is_against_what_both_annotators_marked(tmp_path: Path) -> None:
    clock = np.arange(64 * RATE_HZ) / RATE_HZ
    samples = [f"{at},{value}" for at, value in zip(clock, np.sin(clock * np.pi / 2), strict=True)]
    (tmp_path / "one_Signals.csv").write_text("\n".join(["Time [s], RESP", *samples]))
    breaths = [4 * RATE_HZ * turn for turn in range(1, 16)]
    early = [f"{mark},{mark - 20}" for mark in breaths if mark < 40 * RATE_HZ]
    (tmp_path / "one_Breaths.csv").write_text("\n".join(["first, second", *early]))
    text = section(tmp_path)
    assert "1 patients, 4 stretches" in text
    assert "mean absolute error **0.0" in text
    assert "0.0 % wrong" in text
    assert "no rate given in 0" in text
