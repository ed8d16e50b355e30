"""Figures of a latency run."""

from goldenhour.bench.figures import (
    Arrival,
    FrameKey,
    at_the_end,
    by_source,
    latencies_ms,
    percentile,
    summary,
)

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


def test_the_handover_of_all_patients_is_told_apart_from_what_was_before() -> None:
    """By when a frame was sent; what was not counted is in neither."""
    frames = [FrameKey("unit", 2, "00", sequence) for sequence in range(4)]
    sent_us = dict(zip(frames[:3], (0, 1_000_000, 1_500_000), strict=True))
    arrivals = [Arrival(frame, 2_000_000, "CENTER_A") for frame in frames]
    end = at_the_end(sent_us, arrivals, 1_000_000)
    assert end["until_then"] == summary([2_000.0])
    assert end["handed_over"] == summary([1_000.0, 500.0])
