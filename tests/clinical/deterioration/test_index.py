"""The index of many patients: exact, causal, sane on a first row, monotone where said."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.deterioration.index import Assessments, DeteriorationIndex, Rows, not_alert
from clinical.deterioration.inputs import COLUMNS
from clinical.deterioration.model import trained
from clinical.vitals import Consciousness

MODEL = trained()
NAN = float("nan")
WELL = (72.0, 14.0, 98.0, 124.0, 36.8, NAN)
NEWS2_OF_12 = (128.0, 26.0, 90.0, 96.0, 39.2, NAN)

_VALUES = st.tuples(
    st.sampled_from([NAN, 40.0, 70.0, 95.0, 140.0]),
    st.sampled_from([NAN, 0.0, 8.0, 16.0, 31.0]),
    st.sampled_from([NAN, 79.0, 91.0, 96.0, 100.0]),
    st.sampled_from([NAN, 71.0, 99.0, 121.0, 230.0]),
    st.sampled_from([NAN, 34.2, 36.9, 39.4]),
    st.sampled_from([NAN, 0.21, 0.4, 1.0]),
)
_STEPS = st.sampled_from([0.0, 1 / 60, 1.0, 60.0, 61.5, 800.0])
_STORIES = st.lists(st.tuples(_STEPS, _VALUES), min_size=1, max_size=12)


def rows(
    *values: Sequence[float],
    minutes: Sequence[float],
    slots: Sequence[int] | None = None,
    oxygen: float = NAN,
    looked: float = NAN,
) -> Rows:
    count = len(values)
    return Rows(
        slots=np.array(range(count) if slots is None else slots),
        minutes=np.array(minutes, np.float64),
        values=np.array(values),
        on_oxygen=np.full(count, oxygen),
        not_alert=np.full(count, looked),
    )


def only(values: Sequence[float], oxygen: float = NAN, looked: float = NAN) -> Assessments:
    """Return the assessment of a patient of whom this is the first row."""
    return DeteriorationIndex(MODEL).on_batch(
        rows(values, minutes=[0.0], oxygen=oxygen, looked=looked)
    )


def follow(index: DeteriorationIndex, story: list[tuple[float, tuple[float, ...]]]) -> list[float]:
    minute, found = 0.0, []
    for step, values in story:
        minute += step
        found.append(float(index.on_batch(rows(values, minutes=[minute])).index[0]))
    return found


def test_a_healthy_adult_is_near_zero_on_the_first_row() -> None:
    """Nothing is known of the patient before, and nothing is made of that."""
    found = only(WELL)
    assert found.index[0] < MODEL.base_rate
    assert not found.alert[0]


def test_a_news2_of_12_is_an_alert_on_the_first_row() -> None:
    """A patient who is clearly ill needs no history to be seen."""
    found = only(NEWS2_OF_12, oxygen=1.0)
    assert found.index[0] > 4 * only(WELL).index[0]
    assert found.alert[0]


def test_nothing_known_is_the_base_rate() -> None:
    """A row without any value says what is so of the average patient, with no certainty."""
    found = only((NAN,) * len(COLUMNS))
    assert found.index[0] == pytest.approx(MODEL.base_rate, rel=0.5)
    assert found.certainty[0] == 0


def test_a_patient_who_is_not_alert_is_worse_off() -> None:
    """Consciousness counts although the training records hold none."""
    assert only(WELL, looked=1.0).index[0] > only(WELL, looked=0.0).index[0]
    assert not_alert(Consciousness.NEW_CONFUSION, None) == not_alert(None, 14) == 1
    assert not_alert(Consciousness.ALERT, 3) == not_alert(None, 15) == 0


@settings(max_examples=15, deadline=None)
@given(st.lists(_STORIES, min_size=1, max_size=5))
def test_many_patients_at_once_are_as_one_by_one(
    stories: list[list[tuple[float, tuple[float, ...]]]],
) -> None:
    """``on_batch`` over interleaved patients gives what each patient alone gives."""
    together = DeteriorationIndex(MODEL, slots=len(stories))
    minute = [0.0] * len(stories)
    found: list[list[float]] = [[] for _ in stories]
    for turn in range(max(map(len, stories))):
        here = [slot for slot, story in enumerate(stories) if turn < len(story)]
        for slot in here:
            minute[slot] += stories[slot][turn][0]
        batch = rows(
            *(stories[slot][turn][1] for slot in here),
            minutes=[minute[slot] for slot in here],
            slots=here,
        )
        for slot, index in zip(here, together.on_batch(batch).index, strict=True):
            found[slot].append(float(index))
    assert found == [follow(DeteriorationIndex(MODEL), story) for story in stories]


@settings(max_examples=15, deadline=None)
@given(_STORIES, st.integers(0, 12))
def test_a_snapshot_anywhere_changes_nothing(
    story: list[tuple[float, tuple[float, ...]]], cut: int
) -> None:
    """A patient restored after any row goes on as if nothing had happened."""
    whole, before, after = (DeteriorationIndex(MODEL) for _ in range(3))
    expected = follow(whole, story)
    found = follow(before, story[:cut])
    after.restore(0, before.snapshot(0))
    minute = sum(step for step, _ in story[:cut])
    rest = [(step + minute * (place == 0), v) for place, (step, v) in enumerate(story[cut:])]
    assert found + follow(after, rest) == expected
    assert repr(after.snapshot(0)) == repr(whole.snapshot(0))


@settings(max_examples=25, deadline=None)
@given(_STORIES, st.floats(50, 100), st.floats(50, 100))
def test_a_lower_saturation_never_lowers_the_index(
    story: list[tuple[float, tuple[float, ...]]], one: float, other: float
) -> None:
    """Whatever went before: of two present values the lower saturation is at least as bad."""
    indices = []
    for saturation in (min(one, other), max(one, other)):
        index = DeteriorationIndex(MODEL)
        follow(index, story)
        last = sum(step for step, _ in story) + 30
        present = rows((NAN, NAN, saturation, NAN, NAN, NAN), minutes=[last])
        indices.append(float(index.on_batch(present).index[0]))
    assert indices[0] >= indices[1]


def _course(minute: float) -> tuple[float, ...]:
    """Return what a patient who slowly gets worse shows at a minute."""
    return (80 + minute / 20, 15 + minute / 60, 97.0, 120.0, 37.0, NAN)


def test_the_rate_of_the_data_does_not_matter() -> None:
    """The same course at one row a minute and one an hour ends at nearly the same index."""
    ends = []
    for step in (1.0, 60.0):
        index = DeteriorationIndex(MODEL)
        for minute in np.arange(0.0, 721.0, step):
            end = index.on_batch(rows(_course(float(minute)), minutes=[float(minute)]))
        ends.append(float(end.index[0]))
    assert ends[0] == pytest.approx(ends[1], rel=0.15)


def test_a_single_false_sample_at_1_hz_moves_little() -> None:
    """An artefact of one second among an hour of quiet seconds is no alert."""
    index = DeteriorationIndex(MODEL)
    for second in range(300):
        before = index.on_batch(rows(WELL, minutes=[second / 60]))
    spoiled = (250.0, 60.0, 60.0, 60.0, 36.8, NAN)
    after = index.on_batch(rows(spoiled, minutes=[5.0]))
    assert after.index[0] < 2 * before.index[0]
    assert not after.alert[0]


def test_an_alert_is_one_row_and_the_next_comes_after_the_time_of_the_rule() -> None:
    """A patient who stays ill does not alert every hour."""
    index = DeteriorationIndex(MODEL)
    alerted = [
        hour
        for hour in range(60)
        if index.on_batch(rows(NEWS2_OF_12, minutes=[60.0 * hour], oxygen=1.0)).alert[0]
    ]
    assert alerted == list(range(0, 60, round(MODEL.alert.rearm_minutes / 60)))


def test_a_row_from_the_past_changes_nothing() -> None:
    """A row older than the newest is not taken in; the index is told as it stands."""
    index = DeteriorationIndex(MODEL)
    newest = index.on_batch(rows(WELL, minutes=[60.0]))
    late = index.on_batch(rows(NEWS2_OF_12, minutes=[10.0], looked=1.0))
    assert late.index[0] == newest.index[0]


def test_what_no_human_can_have_is_no_measurement() -> None:
    """An impossible value is as if it had not been told."""
    impossible = (900.0, 14.0, 98.0, 124.0, 36.8, NAN)
    assert only(impossible).index[0] == only((NAN, *WELL[1:])).index[0]


def test_a_measured_fraction_of_oxygen_outlives_a_bare_word() -> None:
    """A "no oxygen" in the next row does not displace 60 % measured a moment before."""
    index = DeteriorationIndex(MODEL)
    index.on_batch(rows((*WELL[:5], 0.6), minutes=[0.0]))
    told = index.on_batch(rows(WELL, minutes=[60.0], oxygen=0.0))
    index.on_batch(rows((*WELL[:5], 0.21), minutes=[61.0]))
    measured = index.on_batch(rows(WELL, minutes=[120.0]))
    assert told.index[0] > measured.index[0]


def test_certainty_fades_with_the_age_of_the_values() -> None:
    """What was measured long ago is still carried, and the certainty says how long ago."""
    index = DeteriorationIndex(MODEL)
    fresh = index.on_batch(rows((*WELL[:5], 0.21), minutes=[0.0]))
    old = index.on_batch(rows((NAN,) * 6, minutes=[200.0]))
    assert fresh.certainty[0] == pytest.approx(1, abs=0.01)
    assert 0 < old.certainty[0] < fresh.certainty[0]
