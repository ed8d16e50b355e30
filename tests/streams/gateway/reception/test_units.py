"""Limits per unit: read more slowly, never refused; the newest streams stay."""

from hypothesis import given
from hypothesis import strategies as st

from streams.gateway.reception.units import (
    BURST_BYTES,
    BURST_FRAMES,
    BYTES_PER_SECOND,
    FRAMES_PER_SECOND,
    STREAMS_PER_UNIT,
    Pace,
    UnitPace,
    Units,
)
from tests.streams.gateway.station import SEGMENT, UNIT
from wire.frames import Lane
from wire.validation import StreamKey


class Stream:
    def __init__(self) -> None:
        self.superseded = False

    def supersede(self) -> None:
        self.superseded = True

    def drain(self) -> None:
        """Nothing is taken here."""

    async def ended(self) -> None:
        """Nothing is taken here."""


def key(number: int) -> StreamKey:
    return StreamKey(UNIT, Lane.VITALS, SEGMENT[:-1] + bytes([number]))


def test_the_newest_stream_of_a_segment_wins() -> None:
    """The older one is ended and its late goodbye does not unseat the newer."""
    units, older, newer = Units(), Stream(), Stream()
    units.join(key(1), older, 0)
    units.join(key(1), newer, 0)
    assert (older.superseded, newer.superseded) == (True, False)
    units.leave(key(1), older)
    assert list(units) == [newer]
    units.leave(key(1), newer)
    assert len(units) == 0


def test_a_further_stream_ends_the_oldest_of_its_unit() -> None:
    """What broken links left behind makes room."""
    units = Units()
    streams = [Stream() for _ in range(STREAMS_PER_UNIT + 1)]
    for number, stream in enumerate(streams):
        units.join(key(number), stream, 0)
    assert [stream.superseded for stream in streams] == [True] + [False] * STREAMS_PER_UNIT
    assert list(units) == streams[1:]


def test_a_burst_is_free_and_then_the_pace_counts() -> None:
    """Waiting pays for what was taken beyond the burst."""
    pace = Pace(0, rate=100, burst=10)
    assert pace.take(10, 0) == 0
    assert pace.take(5, 0) == 50_000
    assert pace.take(0, 50_000) == 0


@given(st.lists(st.tuples(st.integers(1, 256), st.integers(0, 10_000)), max_size=50))
def test_a_unit_that_waits_as_told_never_exceeds_its_rate(
    requests: list[tuple[int, int]],
) -> None:
    """Over any time no more than the burst and the rate are read."""
    pace, now_us, total = Pace(0, rate=1_000, burst=300), 0, 0
    for frames, idle_us in requests:
        now_us += idle_us
        now_us += pace.take(frames, now_us) + 1
        total += frames
        assert total <= 300 + now_us / 1_000 + 1


def test_bytes_are_paced_too() -> None:
    """A few large frames weigh as much as many small ones."""
    pace = UnitPace(0)
    assert pace.take(Lane.WAVEFORM, 1, BURST_BYTES, 0) == 0
    assert pace.take(Lane.WAVEFORM, 1, BYTES_PER_SECOND, 0) == 1_000_000


def test_what_other_lanes_send_makes_no_alarm_wait() -> None:
    """The lane of alarms has a pace of its own, and it has a bound as well."""
    pace = UnitPace(0)
    assert pace.take(Lane.VITALS, BURST_FRAMES + FRAMES_PER_SECOND, 0, 0) == 1_000_000
    assert pace.take(Lane.ALARM, BURST_FRAMES, 0, 0) == 0
    assert pace.take(Lane.ALARM, FRAMES_PER_SECOND, 0, 0) == 1_000_000
