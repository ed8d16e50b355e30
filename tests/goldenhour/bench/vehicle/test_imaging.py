"""Figures of an imaging run."""

from pathlib import Path

from goldenhour.bench.vehicle.imaging import ImagingOptions, Upload, Window, figures, within
from goldenhour.bench.vehicle.witness import Seen

OPTIONS = ImagingOptions(rounds=2, frames_per_s=10, rate_mbit_s=50, delay_ms=10, folder=Path())


def test_a_frame_counts_for_the_window_in_which_it_was_captured() -> None:
    """However late it arrives; between the windows it counts for none."""
    frames = [Seen(at_us, at_us + 5_000) for at_us in (0, 99_999, 100_000, 250_000)]
    assert within(frames, [Window(0, 100_000), Window(200_000, 300_000)]) == [5.0, 5.0, 5.0]


def test_the_ratio_is_that_of_the_same_run() -> None:
    frames = [Seen(it * 1_000, it * 1_000 + (10_000 if it < 100 else 15_000)) for it in range(200)]
    upload = Upload(Window(100_000, 200_000), "one", first_viewable_ms=400, share_of_link=0.95)
    slower = Upload(Window(200_000, 200_001), "two", first_viewable_ms=900, share_of_link=0.91)
    found = figures(OPTIONS, frames, [Window(0, 100_000)], [upload, slower])
    assert found["vitals_without"]["p99_ms"] == 10
    assert found["vitals_during"]["p99_ms"] == 15
    assert found["vitals_p99_ratio"] == 1.5
    assert found["first_viewable_ms"] == {"p50": 400, "max": 900}
    assert found["share_of_link"] == {"p50": 0.91, "min": 0.91}
