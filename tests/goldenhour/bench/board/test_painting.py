"""From arrival on the feed to paint, and what the page weighs: only what was measured counts."""

from goldenhour.bench.board.painting import (
    MemorySample,
    memory_growth,
    never_painted,
    paint_latencies_ms,
    paint_summary,
    strip_summary,
)

HEARD = {"before": 500, "quick": 1_000, "slow": 2_000, "lost": 3_000, "late": 9_000}
PAINTED = {"before": 700.0, "quick": 31_000.0, "slow": 92_000.0}


def test_an_alarm_from_before_the_measurement_does_not_count() -> None:
    assert paint_latencies_ms(HEARD, PAINTED, begin_us=1_000) == [30.0, 90.0]


def test_an_alarm_that_was_never_painted_is_said_and_one_after_the_end_is_not() -> None:
    assert never_painted(HEARD, PAINTED, begin_us=1_000, end_us=9_000) == 1


def test_a_summary_of_nothing_states_no_percentile() -> None:
    assert paint_summary([]) == {"count": 0}
    figures = paint_summary([float(number) for number in range(1, 101)])
    assert figures == {"count": 100, "p50_ms": 50, "p95_ms": 95, "p99_ms": 99, "max_ms": 100}


def test_growth_is_between_the_first_minute_and_the_last() -> None:
    """What lies between does not hide a page that grew."""
    samples = [
        MemorySample(at_s, heap, 1_000, 200.0)
        for at_s, heap in ((0, 10.0), (30, 12.0), (150, 90.0), (270, 14.0), (300, 16.0))
    ]
    growth = memory_growth(samples)
    assert growth["heap_mb"] == {"first_minute": 11.0, "last_minute": 15.0, "growth": 4.0}
    assert growth["nodes"]["growth"] == 0
    assert memory_growth(samples[:1]) == {}


def test_a_strip_is_judged_by_its_frames_and_the_longest_wait_for_one() -> None:
    said = {"intervals": [16.0] * 96 + [66.0] * 4}
    assert strip_summary(said) == {
        "frames": 100,
        "frames_per_s": 55.6,
        "interval_p50_ms": 16.0,
        "interval_p95_ms": 16.0,
        "interval_max_ms": 66.0,
    }
    assert strip_summary(None) is None
    assert strip_summary({"intervals": []}) is None
