"""What a careful unit could send, for properties of the translators."""

from dataclasses import replace

from hypothesis import strategies as st

from clinical.items import (
    DeviceStatus,
    Discarded,
    DiscardReason,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    Vitals,
)
from clinical.signals.waveform import SAMPLE_MAX, SAMPLE_MIN, WaveformChunk
from clinical.twelve_lead.pieces import ECG_ID_BYTES, PIECES_MAX, EcgPiece
from clinical.vitals import PLAUSIBLE, Consciousness, Quality, Spo2Scale, Vital
from tests.wire.alarm_strategies import (
    acknowledgements,
    asked,
    pauses,
    resets,
    transitions,
)
from tests.wire.crew_strategies import crew_events, examinations
from tests.wire.plain_strategies import (
    ENCOUNTER,
    UNIT,
    counts,
    instants,
    maybe,
    names,
    numbers,
    segments,
    sequences,
    unit_ids,
    uuids,
)
from wire.frames import Frame, Lane
from wire.limits import MAX_INSTANT_US
from wire.unit_items import LinkState, Position, Receipt, ReceiptStage, UnitKind, WireItem

vitals = st.builds(
    Vitals,
    **{vital.value: maybe(numbers(at.lowest, at.highest)) for vital, at in PLAUSIBLE.items()},
    consciousness=maybe(st.sampled_from(Consciousness)),
    on_oxygen=maybe(st.booleans()),
    spo2_scale=maybe(st.sampled_from(Spo2Scale)),
    marks=st.dictionaries(st.sampled_from(Vital), st.sampled_from(Quality)),
    device_id=maybe(names),
    device_at_us=maybe(st.integers(-(2**63), 2**63 - 1)),
)
device_statuses = st.builds(
    DeviceStatus,
    device_id=names,
    vital=maybe(st.sampled_from(Vital)),
    attached=maybe(st.booleans()),
    battery_percent=maybe(numbers(0, 100)),
    cuff_inflated=maybe(st.booleans()),
    cuff_above_oximeter=maybe(st.booleans()),
)
encounter_events = st.builds(
    EncounterEvent,
    change=st.sampled_from(EncounterChange),
    bay=maybe(st.text(min_size=1, max_size=32)),
    age_years=maybe(st.integers(0, 130)),
    pregnant=maybe(st.booleans()),
    reason=st.text(min_size=1, max_size=200),
    until_us=instants,
    to_unit_id=unit_ids,
)
receipts = st.builds(
    Receipt, message_id=uuids, stage=st.sampled_from(ReceiptStage), person=maybe(names)
)
positions = st.builds(
    Position,
    latitude_deg=numbers(-90, 90),
    longitude_deg=numbers(-180, 180),
    speed_kmh=maybe(numbers(0, 400)),
    heading_deg=maybe(numbers(0, 360)),
    kind=maybe(st.sampled_from(UnitKind)),
)
link_states = st.builds(
    LinkState,
    spool_depth_frames=maybe(counts),
    spool_oldest_us=maybe(counts),
    quarantine_frames=maybe(counts),
    clock_offset_us=maybe(st.integers(-(2**63), 2**63 - 1)),
    battery_percent=maybe(numbers(0, 100)),
)


waveforms = st.builds(
    WaveformChunk,
    lead=st.from_regex(r"[A-Za-z0-9_.+-]{1,16}", fullmatch=True),
    rate_hz=numbers(1, 4_000),
    scale_uv_per_bit=numbers(0.01, 10_000),
    start_us=instants,
    first_sample=counts,
    samples=st.lists(st.integers(SAMPLE_MIN, SAMPLE_MAX), min_size=1, max_size=50).map(tuple),
    lowest=st.integers(SAMPLE_MIN, SAMPLE_MAX),
    highest=st.integers(SAMPLE_MIN, SAMPLE_MAX),
    attached=maybe(st.booleans()),
)


def frames_with(
    items: st.SearchStrategy[WireItem], lane: Lane, encounter_id: str | None
) -> st.SearchStrategy[Frame]:
    return st.builds(
        Frame,
        unit_id=st.just(UNIT),
        lane=st.just(lane),
        segment=segments,
        sequence=sequences,
        captured_us=instants,
        uncertainty_us=maybe(counts),
        boot_id=maybe(names),
        encounter_id=st.just(encounter_id),
        items=st.lists(items, min_size=1, max_size=5).map(tuple),
    )


patient_frames = frames_with(vitals | device_statuses, Lane.VITALS, ENCOUNTER) | frames_with(
    encounter_events | crew_events | transitions.map(EdgeTransition), Lane.ALARM, ENCOUNTER
)
examination_frames = st.builds(
    lambda frame, last_us: replace(frame, captured_us=max(frame.captured_us, last_us)),
    frames_with(
        examinations.map(
            lambda one: (
                one
                if one.last_known_well_us is None
                else replace(one, last_known_well_us=one.last_known_well_us // 2)
            )
        ),
        Lane.ALARM,
        ENCOUNTER,
    ),
    st.just(MAX_INSTANT_US // 2),
)
alarm_log_frames = frames_with(
    acknowledgements | pauses | resets | asked | receipts, Lane.ALARM, ENCOUNTER
)
unit_frames = frames_with(positions | link_states, Lane.VITALS, None) | frames_with(
    receipts, Lane.ALARM, None
)
ecg_frames = frames_with(
    st.builds(
        lambda ecg_id, place, content: EcgPiece(ecg_id, place[0], place[1], content),
        st.binary(min_size=ECG_ID_BYTES, max_size=ECG_ID_BYTES),
        st.integers(1, PIECES_MAX).flatmap(
            lambda count: st.tuples(st.integers(0, count - 1), st.just(count))
        ),
        st.binary(min_size=1, max_size=100),
    ),
    Lane.ALARM,
    ENCOUNTER,
).map(lambda frame: replace(frame, items=frame.items[:1]))
waveform_frames = frames_with(waveforms, Lane.WAVEFORM, ENCOUNTER)
discarded_frames = st.builds(
    lambda frame, first, reason, at_us: replace(
        frame, items=(Discarded(min(first, frame.sequence), frame.sequence, reason, at_us),)
    ),
    waveform_frames | unit_frames.filter(lambda frame: frame.lane is Lane.VITALS),
    sequences,
    st.sampled_from(DiscardReason),
    instants,
)
frames = (
    patient_frames
    | examination_frames
    | alarm_log_frames
    | unit_frames
    | waveform_frames
    | ecg_frames
    | discarded_frames
)
