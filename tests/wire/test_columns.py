"""Columns hold what rows hold, or there are none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.items import Vitals
from clinical.watch.carry import VITALS
from clinical.watch.ordering import UNCERTAIN_US
from tests.wire import plain_strategies, samples, strategies
from wire.columns import decode_columns
from wire.frames import Frame, Lane, encode_frame
from wire.reading import Unreadable
from wire.records import encode_batch
from wire.rows import decode_rows, item_of


def _held_together(value: bytes) -> bool:
    rows = decode_rows(value).rows
    columns = decode_columns(value)
    if columns is None:
        return False
    assert len(rows) == len(columns.encounter_id)
    for index, row in enumerate(rows):
        assert row is not None
        item = item_of(row)
        assert (row[0], row[5]) == (columns.encounter_id[index], columns.captured_us[index])
        for vital, number in zip(VITALS, columns.numbers[index], strict=True):
            said = getattr(item, vital.value)
            assert math.isnan(number) if said is None or math.isnan(said) else number == said
        rest = columns.rests[columns.rest[index]]
        assert (rest.consciousness, rest.on_oxygen) == (item.consciousness, item.on_oxygen)
    return None not in rows


_plain = st.builds(
    Frame,
    unit_id=plain_strategies.unit_ids,
    lane=st.just(Lane.VITALS),
    segment=plain_strategies.segments,
    sequence=plain_strategies.sequences,
    captured_us=plain_strategies.instants,
    uncertainty_us=st.none(),
    boot_id=st.none(),
    encounter_id=plain_strategies.uuids,
    items=strategies.vitals.map(
        lambda item: (Vitals(**{vital.value: getattr(item, vital.value) for vital in VITALS}),)
    ),
)


@given(st.lists(_plain, max_size=6))
def test_plain_frames_become_columns(frames: list[Frame]) -> None:
    assert _held_together(encode_batch(0, "g", map(encode_frame, frames)))


@given(st.lists(strategies.frames | _plain, max_size=4))
def test_one_frame_that_is_not_plain_leaves_no_columns(frames: list[Frame]) -> None:
    value = encode_batch(0, "g", map(encode_frame, frames))
    plain = all(row is not None and not row[-1].marks for row in decode_rows(value).rows)
    assert _held_together(value) == plain


def test_a_frame_that_is_unsure_of_its_instant_leaves_no_columns() -> None:
    """It goes by the reference, which says so; columns say nothing of clocks."""
    for uncertainty_us, sure in ((UNCERTAIN_US, True), (UNCERTAIN_US + 1, False)):
        frame = samples.of_kind("vitals")
        frame.items[0].vitals.Clear()
        frame.items[0].vitals.heart_rate_bpm = 80
        frame.captured_uncertainty_us = uncertainty_us
        assert _held_together(encode_batch(0, "g", [frame.SerializeToString()])) is sure


def test_an_empty_batch_has_empty_columns() -> None:
    columns = decode_columns(encode_batch(0, "g", []))
    assert columns is not None
    assert columns.numbers.shape == (0, len(VITALS))
    assert columns.captured_us.dtype == np.int64


def test_bytes_that_are_no_batch_are_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_columns(b"\x1a\x05x")
