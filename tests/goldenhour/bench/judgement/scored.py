"""Items with whatever a monitor can say of what is scored, for the job and for its peers."""

from hypothesis import strategies as st

from clinical.items import DeviceStatus, Vitals
from clinical.vitals import Consciousness, Quality, Vital
from wire.unit_items import WireItem

WELL = Vitals(heart_rate_bpm=72, respiration_per_min=16, spo2_percent=97, systolic_mmhg=124)

_value = st.none() | st.sampled_from([0.0, 8.0, 16.0, 22.5, 41.0, 72.0, 93.0, 97.0, 131.0, 500.0])
_items: st.SearchStrategy[WireItem] = st.one_of(
    st.builds(
        Vitals,
        heart_rate_bpm=_value,
        respiration_per_min=_value,
        spo2_percent=_value,
        systolic_mmhg=_value,
        diastolic_mmhg=_value,
        temperature_c=st.none() | st.sampled_from([34.9, 36.85, 39.2]),
        consciousness=st.none() | st.sampled_from(Consciousness),
        on_oxygen=st.none() | st.booleans(),
        marks=st.dictionaries(st.sampled_from(Vital), st.sampled_from(Quality), max_size=1),
    ),
    st.builds(DeviceStatus, st.just("pleth")),
)
one_or_two_items = st.lists(_items, min_size=1, max_size=2)
"""Of one frame: missing, marked, or of another kind."""
