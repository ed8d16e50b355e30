from dataclasses import replace

from clinical.alarms.priority import Phase, Priority
from clinical.items import Capture
from clinical.watch.ordering import SEGMENTS_KEPT, UNCERTAIN_US, Ordering
from tests.clinical.watch.bedside import at, capture, frame


def test_the_same_item_is_admitted_once() -> None:
    ordering = Ordering()
    assert ordering.admit(capture(0, 1)) == at(0)
    assert ordering.admit(capture(0, 1)) is None


def test_items_of_one_frame_are_no_duplicates_of_each_other() -> None:
    ordering = Ordering()
    items = [Capture(frame(1, item=index), at(0), at(0)) for index in (0, 1, 0, 1)]
    assert [ordering.admit(x) for x in items] == [at(0), at(0), None, None]


def test_each_segment_has_its_own_sequence() -> None:
    ordering = Ordering()
    assert ordering.admit(capture(0, 7, segment=1)) is not None
    assert ordering.admit(capture(0, 7, segment=2)) is not None
    assert ordering.admit(capture(0, 6, segment=1)) is None


def test_a_capture_in_the_future_is_judged_by_its_arrival() -> None:
    ordering = Ordering()
    assert ordering.admit(capture(12.1, 1, received=10)) == at(10)
    assert ordering.suspect


def test_a_capture_two_seconds_ahead_is_still_believed() -> None:
    ordering = Ordering()
    assert ordering.admit(capture(12, 1, received=10)) == at(12)
    assert not ordering.suspect


def test_a_step_back_without_a_boot_is_judged_by_arrival_from_then_on() -> None:
    ordering = Ordering()
    ordering.admit(capture(100, 1, boot_id=None))
    assert ordering.admit(capture(50, 2, received=101, boot_id=None)) == at(101)
    assert ordering.admit(capture(51, 3, received=102, boot_id=None)) == at(102)
    assert ordering.admit(capture(103, 4, received=103.5, boot_id=None)) == at(103.5)


def test_a_step_back_within_one_boot_is_late_data() -> None:
    ordering = Ordering()
    ordering.admit(capture(100, 1))
    assert ordering.admit(capture(50, 2, received=101)) == at(50)
    assert not ordering.suspect


def test_a_suspect_clock_is_a_low_alarm_until_it_was_good_for_a_minute() -> None:
    ordering = Ordering()
    suspect = capture(100, 1, received=10)
    ordering.admit(suspect)
    (raised,) = ordering.on_item(suspect)
    assert (raised.change.phase, raised.change.priority) == (Phase.START, Priority.LOW)
    assert ordering.on_item(suspect) == ()
    assert ordering.on_tick(at(69)) == ()
    (ended,) = ordering.on_tick(at(70))
    assert ended.change.phase is Phase.END
    assert ordering.on_tick(at(71)) == ()


def test_segments_are_bounded_and_the_first_is_forgotten_first() -> None:
    ordering = Ordering()
    for segment in range(SEGMENTS_KEPT + 1):
        ordering.admit(capture(0, 1, segment=segment))
    assert len(ordering.snapshot()["streams"]) == SEGMENTS_KEPT
    assert ordering.admit(capture(0, 1, segment=1)) is None
    assert ordering.admit(capture(0, 1, segment=0)) is not None


def test_a_capture_that_the_unit_itself_does_not_vouch_for_is_judged_by_arrival() -> None:
    """Up to the bound it is believed; beyond, whichever way its clock is wrong."""
    ordering = Ordering()
    close = replace(capture(5, 1, received=10), uncertainty_us=UNCERTAIN_US)
    assert ordering.admit(close) == at(5)
    assert not ordering.suspect
    far = replace(capture(6, 2, received=11), uncertainty_us=UNCERTAIN_US + 1)
    assert ordering.admit(far) == at(11)
    assert ordering.suspect
