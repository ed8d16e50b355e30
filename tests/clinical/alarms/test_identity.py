"""An alarm id is the same wherever it is computed, and never shared."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinical.alarms.identity import FrameRef, alarm_id, frame_from_plain, frame_to_plain

FRAME = FrameRef("A-07", 2, bytes(range(16)), 4711, 3)


def test_the_encoding_is_pinned() -> None:
    """An id that is stored today is found again by every later version."""
    spo2 = "e86275076fe6be0d65afcea4c39a0596"
    sensor = "f624062ab933d82886301b42907f5bc5"
    assert alarm_id("0190a0b0-enc", "SPO2_LOW", FRAME).hex() == spo2
    assert alarm_id("0190a0b0-enc", "SENSOR_OFF", FRAME, "spo2_percent").hex() == sensor


def test_fields_cannot_flow_into_each_other() -> None:
    """The same letters divided otherwise are another alarm."""
    assert alarm_id("ab", "c", FRAME) != alarm_id("a", "bc", FRAME)
    assert alarm_id("a", "bc", FRAME) != alarm_id("a", "b", FRAME, "c")


@pytest.mark.parametrize(
    "other",
    [
        replace(FRAME, unit_id="A-08"),
        replace(FRAME, lane=1),
        replace(FRAME, segment=bytes(16)),
        replace(FRAME, sequence=4712),
        replace(FRAME, item=0),
    ],
)
def test_every_part_of_the_frame_counts(other: FrameRef) -> None:
    """Two items never name the same alarm."""
    assert alarm_id("e", "APNOEA", other) != alarm_id("e", "APNOEA", FRAME)


@given(
    st.builds(
        FrameRef,
        st.text(),
        st.integers(0, 9),
        st.binary(min_size=16, max_size=16),
        st.integers(0, 2**63),
        st.integers(0, 1000),
    )
)
def test_a_reference_survives_a_snapshot(frame: FrameRef) -> None:
    """What is written down comes back equal."""
    assert frame_from_plain(frame_to_plain(frame)) == frame
