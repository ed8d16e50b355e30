"""What values of every kind are made of, for properties of the translators."""

from typing import TypeVar
from uuid import UUID

from hypothesis import strategies as st

from clinical.alarms.identity import FrameRef
from wire.frames import Lane
from wire.limits import MAX_COUNT, MAX_INSTANT_US

T = TypeVar("T")

UNIT = "ambulance-7"
ENCOUNTER = "0190c5a8-7b6e-7000-8000-000000000001"

instants = st.integers(0, MAX_INSTANT_US)
counts = st.integers(0, MAX_COUNT)
sequences = st.integers(1, MAX_COUNT)
segments = st.binary(min_size=16, max_size=16)
names = st.text(min_size=1, max_size=64)
unit_ids = st.from_regex(r"[A-Za-z0-9._-]{1,64}", fullmatch=True)
uuids = st.integers(0, 2**128 - 1).map(lambda number: str(UUID(int=number)))
revisions = st.integers(1, 2**32 - 1)


def numbers(lowest: float, highest: float) -> st.SearchStrategy[float]:
    return st.floats(lowest, highest, allow_nan=False)


def maybe(values: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | values


frame_refs = st.builds(
    FrameRef, unit_ids, st.sampled_from(list(map(int, Lane))), segments, sequences,
    st.integers(0, 63),
)  # fmt: skip
