"""Pictures of a partition, to and from protobuf."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulance.log.v1 import record_pb2
from clinical.watch.picture.picture import Glance, PictureVitals, Same
from tests.wire import picture_strategies, plain_strategies
from wire.picture import Picture, decode_picture, encode_picture, picture_parts
from wire.picture_rows import long_varint
from wire.reading import Unreadable


@given(picture_strategies.pictures)
def test_round_trip(picture: Picture) -> None:
    """A refused score stays absent, a score of 0 stays 0."""
    assert decode_picture(encode_picture(picture)) == picture


@given(picture_strategies.pictures, st.integers(1, 3))
def test_its_parts_are_the_whole(picture: Picture, rows: int) -> None:
    """Row for row, in order; each says the rest, and a picture of nobody is one part."""
    parts = list(picture_parts(encode_picture(picture), rows))
    assert [row for part in parts for row in part.rows] == list(picture.rows)
    assert {replace(part, rows=()) for part in parts} == {replace(picture, rows=())}
    assert all(len(part.rows) == rows for part in parts[:-1])


@given(picture_strategies.pictures)
def test_it_is_what_protobuf_would_write(picture: Picture) -> None:
    """Byte for byte, though the rows are put together from pieces."""
    value = encode_picture(picture)
    assert record_pb2.Picture.FromString(value).SerializeToString(deterministic=True) == value


@given(
    picture_strategies.pictures,
    st.lists(st.integers(1_700_000_000_000_000, 2_000_000_000_000_000), min_size=7, max_size=7),
    st.lists(plain_strategies.numbers(0, 400), min_size=7, max_size=7),
    st.sets(st.integers(0, 6)),
)
def test_vital_signs_as_columns_are_the_same_bytes(
    picture: Picture, instants_us: list[int], values: list[float], present: set[int]
) -> None:
    """As a watch shows them, whichever of them are there."""
    which = tuple(sorted(present))
    columns = PictureVitals(
        which, tuple(values[x] for x in which), tuple(instants_us[x] for x in which)
    )
    for row in picture.rows:
        one, other = replace(row, vitals=columns), replace(row, vitals=tuple(columns))
        assert one == other
        value = encode_picture(replace(picture, rows=(one,)))
        assert value == encode_picture(replace(picture, rows=(other,)))
        assert record_pb2.Picture.FromString(value).SerializeToString() == value
        assert decode_picture(value).rows == (other,)


@given(
    picture_strategies.pictures,
    st.lists(plain_strategies.instants, min_size=7, max_size=7),
    st.lists(plain_strategies.numbers(0, 400), min_size=7, max_size=7),
    st.sets(st.integers(0, 6)),
    st.tuples(
        plain_strategies.maybe(plain_strategies.instants),
        plain_strategies.maybe(plain_strategies.instants),
    ),
)
def test_a_glance_is_the_bytes_of_the_row_that_it_stands_for(
    picture: Picture,
    instants_us: list[int],
    values: list[float],
    present: set[int],
    heard_us: tuple[int | None, int | None],
) -> None:
    """Whatever the earlier row says, and however short an instant is."""
    which = tuple(sorted(present))
    earlier = PictureVitals(which, tuple(values[x] for x in which), (1,) * len(which))
    for row in picture.rows:
        glance = Glance(
            Same(replace(row, vitals=earlier)),
            *heard_us,
            tuple(values[x] + 1 for x in which),
            tuple(instants_us[x] for x in which),
            row.shock,
        )
        assert (
            glance.row
            == decode_picture(encode_picture(replace(picture, rows=()), [glance])).rows[0]
        )
        assert encode_picture(replace(picture, rows=(glance.row,))) == encode_picture(
            replace(picture, rows=()), [glance]
        )


@given(st.integers(1 << 49, (1 << 56) - 1))
def test_a_long_instant_is_written_as_protobuf_writes_it(at_us: int) -> None:
    written = record_pb2.PictureVital(captured_at_us=at_us).SerializeToString()
    assert long_varint(at_us).to_bytes(8, "little") == written[1:]


def test_a_picture_of_nobody_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_picture(b"")
