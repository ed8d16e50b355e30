"""Marks and digests of a segment: a cumulative acknowledgement over an unordered log."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.uplink.segments import Segment, SegmentBook, Standing, digest_of
from tests.streams.gateway.station import SEGMENT, UNIT
from wire.frames import Lane
from wire.limits import DIGESTS_KEPT
from wire.validation import Refusal, RefusalReason, StreamKey

REFUSAL = Refusal(RefusalReason.OUT_OF_RANGE, "path", "words")


def taken(through: int, start: int = 1) -> Segment:
    """A segment that took the sequences from start to through; the digest is the sequence."""
    segment = Segment(start)
    for sequence in range(start, through + 1):
        assert segment.offer(sequence, sequence) is Standing.NEW
    return segment


@given(st.permutations(range(1, 30)))
def test_durable_through_is_the_end_of_the_unbroken_run(order: list[int]) -> None:
    """In whatever order the log confirms, the mark never passes a frame that is not durable."""
    segment = taken(29)
    settled: set[int] = set()
    for sequence in order:
        segment.settle(sequence)
        settled.add(sequence)
        run = next(s for s in range(1, 31) if s not in settled) - 1
        assert segment.durable_through == segment.acknowledgeable == run
    assert segment.in_flight == 0


def test_a_duplicate_and_a_reused_sequence_are_told_apart() -> None:
    """Within the newest digests the content decides; before them the unit is believed."""
    segment = taken(2 * DIGESTS_KEPT + 7)
    oldest = DIGESTS_KEPT + 8
    for sequence in (oldest, oldest + 100, 2 * DIGESTS_KEPT + 7):
        assert segment.offer(sequence, sequence) is Standing.KNOWN
        assert segment.offer(sequence, 0) is Standing.REUSED
    assert segment.offer(oldest - 1, 0) is Standing.KNOWN


def test_a_unit_that_is_further_on_than_known_is_believed() -> None:
    """Another gateway took what lies between; nothing of it is waited for or compared."""
    segment = taken(5)
    segment.open_at(20)
    assert (segment.durable_through, segment.in_flight) == (19, 0)
    assert segment.offer(20, 1) is Standing.NEW
    segment.settle(3)
    assert segment.durable_through == 19
    segment.settle(20)
    assert segment.durable_through == 20


def test_reopening_lower_keeps_what_is_known() -> None:
    """The unit sends again what it has no acknowledgement for."""
    segment = taken(9)
    for sequence in (1, 2, 3, 5):
        segment.settle(sequence)
    segment.open_at(3)
    assert (segment.durable_through, segment.received_through) == (3, 9)
    segment.open_at(5)
    assert segment.durable_through == 5


def test_a_held_sequence_stops_acknowledgements_until_released() -> None:
    """A reused sequence is passed only when its dead letter is durable."""
    segment = taken(3)
    for sequence in (1, 2, 3):
        segment.settle(sequence)
    segment.hold(2)
    segment.hold(2)
    segment.release(2)
    assert segment.acknowledgeable == 1
    segment.release(2)
    assert segment.acknowledgeable == 3


def test_refusals_are_remembered_as_long_as_digests() -> None:
    """A refusal can be said again to a resent frame, and does not pile up."""
    segment = taken(1)
    segment.refuse(1, REFUSAL)
    assert segment.refusal_of(1) == REFUSAL
    assert segment.refusal_of(2) is None
    for sequence in range(2, DIGESTS_KEPT + 2):
        segment.offer(sequence, sequence)
    segment.refuse(DIGESTS_KEPT + 1, REFUSAL)
    assert segment.refusal_of(1) is None


def test_the_listener_hears_of_every_change_and_only_the_newest_listens() -> None:
    """A stream that was replaced hears nothing more and cannot unseat its successor."""
    heard: list[str] = []

    def older() -> None:
        heard.append("older")

    def newer() -> None:
        heard.append("newer")

    segment = taken(3)
    segment.listen(older)
    segment.settle(1)
    segment.listen(newer)
    segment.forget(older)
    segment.settle(2)
    segment.lose()
    segment.forget(newer)
    segment.settle(3)
    assert heard == ["older", "newer", "newer"]
    assert segment.lost


def test_the_book_forgets_the_segment_opened_longest_ago() -> None:
    """Memory is bounded; a forgotten segment trusts the unit's own next sequence."""
    keys = [StreamKey(UNIT, Lane.VITALS, SEGMENT[:-1] + bytes([n])) for n in range(3)]
    book = SegmentBook(kept=2)
    first = book.open(keys[0], 1)
    book.open(keys[1], 1)
    assert book.open(keys[0], 1) is first
    book.open(keys[2], 1)
    assert len(book) == 2
    assert book.open(keys[0], 1) is first
    again = book.open(keys[1], 40)
    assert again.received_through == 39


def test_a_lost_segment_begins_anew() -> None:
    """What was not confirmed has to be taken again, not recognised as a duplicate."""
    key = StreamKey(UNIT, Lane.VITALS, SEGMENT)
    book = SegmentBook()
    segment = book.open(key, 1)
    segment.offer(1, 1)
    segment.lose()
    fresh = book.open(key, 1)
    assert fresh is not segment
    assert fresh.offer(1, 1) is Standing.NEW


def test_digests_differ() -> None:
    """One changed byte is another digest, of 64 bits at most."""
    assert digest_of(b"a") != digest_of(b"b")
    assert 0 <= digest_of(b"a") < 2**64


def test_a_span_is_durable_as_a_whole_and_costs_one_place() -> None:
    """However long it is, its own sequence decides, and frames behind it wait for it."""
    segment = taken(3)
    last = 2**62
    assert segment.offer_span(last, 7) is Standing.NEW
    assert segment.offer(last + 1, 8) is Standing.NEW
    for sequence in (1, 2, 3, last + 1):
        segment.settle(sequence)
    assert segment.durable_through == 3
    segment.settle(last)
    assert segment.durable_through == last + 1
    assert segment.offer_span(last, 9) is Standing.KNOWN
    assert segment.offer(last + 1, 9) is Standing.REUSED


def test_a_unit_that_goes_on_inside_a_span_is_believed() -> None:
    """After its restart it may know more than the gateway: the span then begins later."""
    segment = taken(3)
    segment.offer_span(9, 7)
    segment.open_at(6)
    assert segment.durable_through == 5
    segment.settle(9)
    assert segment.durable_through == 9
