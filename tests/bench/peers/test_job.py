from hypothesis import given, settings
from hypothesis import strategies as st

from bench.peers.job import Change, State, new_state, step
from clinical.instant import MINUTE_US
from clinical.items import Vitals
from clinical.scores.chart import Response
from goldenhour.bench.judgement.vitals_job import CARRIED_US, VitalsJob
from tests.goldenhour.bench.judgement.scored import WELL, one_or_two_items
from wire.frames import Frame, Lane, encode_frame, to_frame
from wire.records import decode_batch, encode_batch
from wire.unit_items import WireItem


def _frame(at_us: int, *items: WireItem) -> bytes:
    return encode_frame(Frame("u", Lane.VITALS, b"s", 1, at_us, None, None, "e1", items))


def _changes(frames: list[bytes]) -> list[Change]:
    """Return what the peers' step says, held against the reference."""
    state: State = new_state()
    job = VitalsJob()
    said: list[Change] = []
    for data in frames:
        (handle,) = decode_batch(encode_batch(0, "", [data])).frames
        change = step(state, handle)
        mine = [] if change is None else [change]
        reference = job.on_item(to_frame(handle))
        assert mine == [Change(it.captured_us, it.total, it.band) for it in reference]
        said += mine
    return said


def test_a_band_is_said_when_it_changes_and_only_then() -> None:
    ill = Vitals(heart_rate_bpm=115, respiration_per_min=26, spo2_percent=93)
    frames = [_frame(at, item) for at, item in enumerate([WELL, ill, ill, WELL])]
    assert _changes(frames) == [(1, 7, Response.HIGH), (3, 0, Response.LOW)]


def test_a_value_counts_for_five_minutes() -> None:
    heart = Vitals(heart_rate_bpm=72)
    times = [0, CARRIED_US, CARRIED_US + 1]
    items = [Vitals(spo2_percent=90), heart, heart]
    frames = [_frame(at, item) for at, item in zip(times, items, strict=True)]
    assert [at for at, *_ in _changes(frames)] == [0, CARRIED_US + 1]


_frames = st.builds(
    lambda minute, items: _frame(minute * MINUTE_US, *items),
    st.integers(0, 20),
    one_or_two_items,
)


@settings(deadline=None)
@given(st.lists(_frames, max_size=20))
def test_the_peers_judge_as_the_reference_does(frames: list[bytes]) -> None:
    """In any order of time, with anything missing, marked or of another kind."""
    _changes(frames)
