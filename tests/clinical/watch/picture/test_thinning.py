"""What is said of what a unit left out."""

from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Source
from clinical.instant import SECOND_US
from clinical.items import Capture, Discarded, DiscardReason, Vitals
from clinical.watch.patient import PatientWatch
from clinical.watch.picture.thinning import LANES_MAX, RESUMED_AFTER_US, Thinned, Thinning

WAVEFORM = 3


def capture(sequence: int, at_s: int, lane: int = WAVEFORM, unit: str = "A1") -> Capture:
    frame = FrameRef(unit, lane, b"s" * 16, sequence, 0)
    return Capture(frame, at_s * SECOND_US, at_s * SECOND_US)


def left_out(first: int, last: int, from_s: int) -> Discarded:
    return Discarded(first, last, DiscardReason.LINK_TOO_SLOW, from_s * SECOND_US)


def test_one_stretch_counts_together_until_the_lane_is_whole() -> None:
    """What follows soon belongs to it; what comes after the lane was whole is a new one."""
    thinning = Thinning()
    thinning.on_item(left_out(1, 10, 100), capture(10, 110))
    thinning.on_item(left_out(11, 30, 110), capture(30, 130))
    stretch = Thinned(WAVEFORM, 30, 100 * SECOND_US, 130 * SECOND_US)
    assert thinning.current(130 * SECOND_US + RESUMED_AFTER_US) == (stretch,)
    assert thinning.current(130 * SECOND_US + RESUMED_AFTER_US + 1) == ()
    thinning.on_item(left_out(99, 99, 200), capture(99, 200))
    again = Thinned(WAVEFORM, 1, 200 * SECOND_US, 200 * SECOND_US)
    assert thinning.current(200 * SECOND_US) == (again,)


def test_no_more_lanes_are_kept_than_there_are() -> None:
    thinning = Thinning()
    for lane in range(LANES_MAX + 3):
        thinning.on_item(left_out(1, 1, 100), capture(1, 100, lane))
    assert len(thinning.current(100 * SECOND_US)) == LANES_MAX


def test_a_snapshot_carries_it() -> None:
    thinning, restored = Thinning(), Thinning()
    thinning.on_item(left_out(1, 10, 100), capture(10, 110))
    restored.restore(thinning.snapshot())
    assert restored.current(111 * SECOND_US) == thinning.current(111 * SECOND_US)


def test_the_watch_shows_it_once_and_makes_no_news_of_it() -> None:
    """A repetition counts once, another unit's word not at all, and the data grow no younger."""
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    watch.on_item(Vitals(heart_rate_bpm=80.0), capture(1, 100, lane=2), 100 * SECOND_US)
    for _ in range(2):
        said = watch.on_item(left_out(1, 10, 101), capture(10, 110), 110 * SECOND_US)
        assert said == []
    watch.on_item(left_out(1, 99, 101), capture(99, 110, unit="B2"), 110 * SECOND_US)
    row = watch.row()
    assert row.thinned == (Thinned(WAVEFORM, 10, 101 * SECOND_US, 110 * SECOND_US),)
    assert row.captured_us == 100 * SECOND_US
    assert PatientWatch.restore(watch.snapshot()).row() == row
