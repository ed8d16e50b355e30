"""The index of one patient: the same as that of many, and whole after a snapshot."""

from dataclasses import dataclass

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clinical.deterioration.index import DeteriorationIndex, Rows
from clinical.deterioration.inputs import COLUMNS
from clinical.deterioration.model import trained
from clinical.deterioration.patient_index import PatientIndex, Row

MODEL = trained()
WELL = (72.0, 14.0, 98.0, 124.0, 36.8, None)

_VALUES = st.tuples(
    st.sampled_from([None, 40.0, 70.0, 95.0, 140.0, 401.0]),
    st.sampled_from([None, 0.0, 8.0, 16.0, 31.0]),
    st.sampled_from([None, 79.0, 91.0, 96.0, 100.0]),
    st.sampled_from([None, 0.0, 71.0, 99.0, 121.0, 230.0]),
    st.sampled_from([None, 34.2, 36.9, 39.4]),
    st.sampled_from([None, 0.21, 0.4, 1.0]),
)


@dataclass(frozen=True)
class _Step:
    minutes: float
    values: tuple[float | None, ...]
    on_oxygen: bool | None
    not_alert: bool | None


_STORIES = st.lists(
    st.builds(
        _Step,
        st.sampled_from([0.0, 1 / 60, 1.0, 1.0, 60.0, 61.5, 800.0, -5.0]),
        _VALUES,
        st.none() | st.booleans(),
        st.none() | st.booleans(),
    ),
    min_size=1,
    max_size=20,
)


def _rows(story: list[_Step]) -> list[Row]:
    minute, rows = 29_000_000.0, []
    for step in story:
        minute += step.minutes
        rows.append(Row(minute, step.values, step.on_oxygen, step.not_alert))
    return rows


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


@settings(max_examples=150, deadline=None)
@given(_STORIES)
def test_row_by_row_it_says_what_the_index_of_many_says(story: list[_Step]) -> None:
    one, many = PatientIndex(MODEL), DeteriorationIndex(MODEL)
    for row in _rows(story):
        told = many.on_batch(
            Rows(
                slots=np.array([0]),
                minutes=np.array([row.minute]),
                values=np.array([[_number(value) for value in row.values]]),
                on_oxygen=np.array([_number(row.on_oxygen)]),
                not_alert=np.array([_number(row.not_alert)]),
            )
        )
        found = one.on_item(row)
        assert found.features == pytest.approx(told.features[0], abs=1e-9, nan_ok=True)
        assert found.pushes == pytest.approx(told.pushes[0], abs=1e-9)
        assert found.index == pytest.approx(told.index[0], abs=1.1e-4)
        assert found.certainty == pytest.approx(told.certainty[0])
        if abs(found.index - MODEL.alert.threshold) > 1e-4:
            assert found.alert is bool(told.alert[0])


@settings(max_examples=50, deadline=None)
@given(_STORIES)
def test_after_any_row_a_restored_index_goes_on_identically(story: list[_Step]) -> None:
    straight, restored = PatientIndex(MODEL), PatientIndex(MODEL)
    for row in _rows(story):
        assert repr(straight.on_item(row)) == repr(restored.on_item(row))
        plain = msgspec.json.decode(msgspec.json.encode(restored.snapshot()))
        restored = PatientIndex(MODEL)
        restored.restore(plain)
        assert restored.snapshot() == straight.snapshot()


@settings(max_examples=100, deadline=None)
@given(st.floats(20, 50), st.floats(0, 30))
def test_a_worse_saturation_never_lowers_it(saturation: float, less: float) -> None:
    """The declared direction holds exactly: what is worse is never told as better."""
    better, worse = PatientIndex(MODEL), PatientIndex(MODEL)
    for minute in range(5):
        upper = (*WELL[:2], 50 + saturation, *WELL[3:])
        lower = (*WELL[:2], 50 + saturation - less, *WELL[3:])
        high = better.on_item(Row(minute, upper, on_oxygen=False, not_alert=False))
        low = worse.on_item(Row(minute, lower, on_oxygen=False, not_alert=False))
        assert low.index >= high.index


def test_the_levels_are_what_is_still_carried() -> None:
    index = PatientIndex(MODEL)
    assert not any(index.levels)
    index.on_item(Row(0.0, WELL, on_oxygen=None, not_alert=None))
    assert list(index.levels) == list(WELL)
    index.on_item(Row(400.0, (None,) * len(COLUMNS)))
    assert list(index.levels) == [None, None, None, None, 36.8, None]
