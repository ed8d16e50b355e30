"""What the log holds about images comes back as it went in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambulance.log.v1 import image_pb2
from clinical.imaging.geometry import Geometry, GeometryProblem, Slice
from clinical.items import SeriesFinding
from tests.wire.plain_strategies import counts, instants, maybe, numbers, unit_ids, uuids
from wire.images import (
    ImageStored,
    SeriesAnnounced,
    SeriesState,
    decode_image_stored,
    encode_image_stored,
    encode_series_announced,
    encode_series_finding,
    encode_series_state,
    is_uid,
    series_ref,
)
from wire.reading import Unreadable
from wire.records import (
    HEADERS_IMAGE_STORED,
    HEADERS_SERIES_ANNOUNCED,
    HEADERS_SERIES_FINDING,
    HEADERS_SERIES_STATE,
    decode_record,
)

uids = st.from_regex(r"[0-9][0-9.]{0,63}", fullmatch=True)
lengths = numbers(-1e4, 1e4)
vectors = st.tuples(lengths, lengths, lengths)
slices = st.builds(Slice, vectors, vectors, vectors, maybe(lengths), maybe(lengths))
geometries = st.builds(
    Geometry,
    maybe(lengths),
    maybe(lengths),
    maybe(lengths),
    st.lists(st.sampled_from(GeometryProblem), unique=True).map(tuple),
)


@given(
    st.builds(
        SeriesAnnounced, uuids, unit_ids, uids, uids, instants, st.lists(uids).map(tuple), instants
    )
)
def test_an_announcement_comes_back(announced: SeriesAnnounced) -> None:
    value = encode_series_announced(announced)
    assert decode_record(HEADERS_SERIES_ANNOUNCED, value) == announced


@given(
    st.builds(ImageStored, uuids, unit_ids, uids, uids, uids, counts, st.binary(), slices, instants)
)
def test_a_reference_comes_back(stored: ImageStored) -> None:
    assert decode_record(HEADERS_IMAGE_STORED, encode_image_stored(stored)) == stored


@given(
    st.builds(
        SeriesState,
        uuids,
        unit_ids,
        maybe(uids),
        uids,
        maybe(st.integers(0, 2_000)),
        st.integers(0, 2_000),
        maybe(instants),
        maybe(instants),
        maybe(uids),
        maybe(instants),
        geometries,
        instants,
    )
)
def test_a_state_comes_back(state: SeriesState) -> None:
    """What is not known stays unknown; zero is something else."""
    assert decode_record(HEADERS_SERIES_STATE, encode_series_state(state)) == state


@given(
    uuids,
    unit_ids,
    uids,
    st.lists(st.sampled_from(GeometryProblem), unique=True).map(tuple),
    instants,
)
def test_a_finding_comes_back(
    encounter_id: str,
    unit_id: str,
    series_uid: str,
    problems: tuple[GeometryProblem, ...],
    at_us: int,
) -> None:
    """With the reference that stands for a frame, made anew of what is stored."""
    ref = series_ref(unit_id, series_uid, at_us)
    finding = SeriesFinding(encounter_id, series_uid, problems, at_us, ref)
    assert decode_record(HEADERS_SERIES_FINDING, encode_series_finding(finding)) == finding


def test_a_reference_that_does_not_say_where_the_slice_lies_is_unreadable() -> None:
    with pytest.raises(Unreadable):
        decode_image_stored(image_pb2.ImageStored(encounter_id="e").SerializeToString())


@pytest.mark.parametrize("text", ["", ".1", "1" * 65, "1.2/3", "1.2\n", "a"])
def test_only_digits_and_dots_are_a_uid(text: str) -> None:
    assert not is_uid(text)
