"""Figures of a latency run."""

from goldenhour.bench.figures import Arrival, FrameKey, by_source, latencies_ms, percentile, summary

_FRAME = FrameKey("BENCH-1", 2, "aa", 7)
_OTHER = FrameKey("BENCH-1", 2, "aa", 8)


def test_percentiles_are_nearest_rank() -> None:
    """Of 1..100 the 99th percentile is 99, and of one value every percentile is that value."""
    assert percentile(range(1, 101), 0.99) == 99
    assert percentile(range(1, 101), 0.50) == 50
    assert percentile([4.0], 0.99) == 4.0


def test_latency_is_arrival_minus_send_of_the_source_frame() -> None:
    """An arrival whose frame was sent outside the measured time does not count."""
    arrivals = [Arrival(_FRAME, 5_000, "EDGE"), Arrival(_OTHER, 9_000, "EDGE")]

    assert latencies_ms({_FRAME: 2_000}, arrivals) == [3.0]


def test_each_source_has_figures_of_its_own() -> None:
    """The source that was the first to report an alarm carries its latency."""
    sent = {_FRAME: 0, _OTHER: 0}
    arrivals = [Arrival(_FRAME, 1_000, "EDGE"), Arrival(_OTHER, 3_000, "CENTER_A")]

    split = by_source(sent, arrivals)

    assert split["EDGE"]["p50_ms"] == 1.0
    assert split["CENTER_A"]["max_ms"] == 3.0


def test_nothing_measured_is_said_as_nothing() -> None:
    """No figure is made up from no value."""
    assert summary([]) == {"count": 0}
