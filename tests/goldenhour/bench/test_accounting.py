"""Every captured frame is there, left out and said, or lost."""

from goldenhour.bench.accounting import accounted
from simulators.verdict.reader import LeftOut, Present

SEGMENT = b"s" * 16


def test_left_out_is_counted_apart_from_lost_by_lane() -> None:
    """What no unit said it left out, and is not there, is lost."""
    captured = [("A", 3, SEGMENT, n) for n in range(1, 8)] + [("A", 2, SEGMENT, 3)]
    found = Present(frames={captured[0]}, discarded=[LeftOut("A", 3, SEGMENT, 1, 5)])
    assert accounted(captured, found) == {
        "frames_captured": 8,
        "frames_discarded": 4,
        "discarded_by_lane": {"WAVEFORM": 4},
        "frames_lost": 3,
    }
