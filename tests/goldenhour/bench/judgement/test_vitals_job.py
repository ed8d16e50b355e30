from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.instant import MINUTE_US, SECOND_US
from clinical.items import Vitals
from clinical.scores.chart import Response
from clinical.vitals import Quality, Vital
from goldenhour.bench.judgement.vitals_job import CARRIED_US, BandChange, VitalsJob
from tests.goldenhour.bench.judgement.scored import WELL, one_or_two_items
from wire.frames import Frame, Lane, encode_frame
from wire.records import encode_batch
from wire.unit_items import WireItem


def _frame(at_us: int, *items: WireItem, encounter: str = "e1") -> Frame:
    return Frame("u", Lane.VITALS, b"s", 1, at_us, None, None, encounter, items)


def _both(batches: list[list[Frame]]) -> list[BandChange]:
    """Return what the job says, after holding both ways against each other, and mixed."""
    reference, quick, mixed = VitalsJob(), VitalsJob(), VitalsJob()
    everything: list[BandChange] = []
    for number, frames in enumerate(batches):
        said = [change for frame in frames for change in reference.on_item(frame)]
        batch = encode_batch(0, "g", [encode_frame(frame) for frame in frames])
        assert quick.on_batch(batch) == said
        if number % 2:
            assert mixed.on_batch(batch) == said
        else:
            assert [x for frame in frames for x in mixed.on_item(frame)] == said
        everything += said
    return everything


def test_a_band_is_said_when_it_changes_and_only_then() -> None:
    ill = replace(WELL, respiration_per_min=26, heart_rate_bpm=115, spo2_percent=93)
    times = [second * SECOND_US for second in range(4)]
    frames = [_frame(at, item) for at, item in zip(times, [WELL, ill, ill, WELL], strict=True)]
    assert _both([frames]) == [
        BandChange("e1", SECOND_US, 7, Response.HIGH),
        BandChange("e1", 3 * SECOND_US, 0, Response.LOW),
    ]


def test_what_is_missing_is_carried_for_five_minutes() -> None:
    heart = Vitals(heart_rate_bpm=72)
    frames = [
        _frame(0, Vitals(spo2_percent=90)),
        _frame(CARRIED_US, heart),
        _frame(CARRIED_US + 1, heart),
    ]
    assert [(x.captured_us, x.band) for x in _both([[frame] for frame in frames])] == [
        (0, Response.LOW_MEDIUM),
        (CARRIED_US + 1, Response.LOW),
    ]


def test_marks_and_the_implausible_are_no_values() -> None:
    marked = Vitals(spo2_percent=80, marks={Vital.SPO2: Quality.ARTEFACT})
    assert _both([[_frame(0, marked), _frame(1, Vitals(heart_rate_bpm=500))]]) == []


def test_more_encounters_than_there_was_room_for_keep_their_points() -> None:
    red = Vitals(spo2_percent=80)
    frames = [_frame(0, red, encounter=f"e{number}") for number in range(1_100)]
    assert len(_both([frames, frames])) == 1_100


_frames = st.builds(
    lambda at, items, encounter: _frame(at, *items, encounter=encounter),
    st.integers(0, 20).map(lambda minutes: minutes * MINUTE_US),
    one_or_two_items,
    st.sampled_from(["e1", "e2", ""]),
)


@settings(deadline=None)
@given(st.lists(st.lists(_frames, max_size=8), max_size=5))
def test_a_batch_says_what_its_frames_say(batches: list[list[Frame]]) -> None:
    """In any order of time, with anything missing, marked, doubled or of another kind."""
    _both(batches)
