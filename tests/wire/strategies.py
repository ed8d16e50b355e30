"""Values that a careful unit could send, for properties of the translators."""

from dataclasses import replace

from hypothesis import strategies as st

from clinical.alarms.catalogue import RULES
from clinical.alarms.identity import FrameRef
from clinical.alarms.priority import Category, Phase, Priority, Source
from clinical.alarms.recipient import Recipient
from clinical.alarms.staff_limit import LONGEST_LIMIT_US, LimitChange, LimitSet
from clinical.alarms.transition import (
    LONGEST_PAUSE_US,
    Acknowledgement,
    EncounterClosed,
    Escalation,
    Pause,
    Place,
    Reason,
    Reset,
    Seen,
    SourceStatus,
    Transition,
)
from clinical.alarms.view import Acknowledged, AlarmState, AlarmView, Escalated, Paused, ResetBy
from clinical.items import (
    DeviceStatus,
    Discarded,
    DiscardReason,
    EdgeTransition,
    EncounterChange,
    EncounterEvent,
    ForeignFrame,
    LeadFinding,
    RhythmFinding,
    Vitals,
)
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.signals.lead_quality import LeadFault
from clinical.signals.waveform import SAMPLE_MAX, SAMPLE_MIN, WaveformChunk
from clinical.twelve_lead.pieces import ECG_ID_BYTES, PIECES_MAX, EcgPiece
from clinical.vitals import PLAUSIBLE, Consciousness, Quality, Spo2Scale, Vital
from clinical.watch.encounter import EncounterState, EncounterStatus
from tests.wire.crew_strategies import crew_events, examinations
from tests.wire.plain_strategies import (
    ENCOUNTER,
    UNIT,
    counts,
    frame_refs,
    instants,
    maybe,
    names,
    numbers,
    revisions,
    segments,
    sequences,
    unit_ids,
    uuids,
)
from wire.alarms import MessageReceipt
from wire.frames import Frame, Lane
from wire.limits import MAX_INSTANT_US
from wire.messages import Message
from wire.records import Checkpoint, DeadLetter, Tick
from wire.unit_items import LinkState, Position, Receipt, ReceiptStage, UnitKind, WireItem
from wire.validation import RefusalReason

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
reasons = st.builds(
    Reason,
    rule=st.text(),
    values=st.dictionaries(st.text(), numbers(-1e9, 1e9) | st.sampled_from(["A", "", "n/a"])),
    citation=st.text(),
)
transitions = st.builds(
    Transition,
    encounter_id=st.just(ENCOUNTER),
    unit_id=st.just(UNIT),
    alarm_id=segments,
    cause=st.from_regex(r"[A-Z0-9_]{1,64}", fullmatch=True),
    subject=st.text(max_size=64),
    category=st.sampled_from(Category),
    priority=st.sampled_from(Priority),
    phase=st.sampled_from(Phase),
    active=st.booleans(),
    source=st.just(Source.EDGE),
    revision=revisions,
    since_us=instants,
    learned_us=instants,
    until_us=maybe(instants),
    recorded_only=st.booleans(),
    late=st.booleans(),
    frame=frame_refs,
    reason=maybe(reasons),
)
together = st.lists(
    st.builds(Seen, segments, st.sampled_from(Priority), revisions), max_size=3
).map(tuple)
acknowledgements = st.builds(
    Acknowledgement,
    also=together,
    encounter_id=st.just(ENCOUNTER),
    alarm_id=segments,
    priority=st.sampled_from(Priority),
    revision=revisions,
    person=names,
    place=st.just(Place.VEHICLE),
    at_us=instants,
    request_id=names,
)
pauses = st.builds(
    Pause,
    encounter_id=st.just(ENCOUNTER),
    alarm_id=segments,
    priority=st.sampled_from(Priority),
    revision=revisions,
    person=names,
    place=st.just(Place.VEHICLE),
    at_us=instants,
    for_us=st.integers(0, LONGEST_PAUSE_US),
    request_id=names,
    also=together,
)
escalations = st.builds(
    Escalation,
    encounter_id=st.just(ENCOUNTER),
    alarm_id=segments,
    priority=st.sampled_from(Priority),
    revision=revisions,
    to=st.sampled_from(Recipient),
    person=names | st.just(""),
    reason=st.text(max_size=200),
    place=st.sampled_from(Place),
    at_us=instants,
    request_id=names,
    step=st.integers(0, 2**32 - 1),
    raised_us=instants,
)
asked = st.builds(
    lambda one, person, reason: replace(
        one, person=person, reason=reason, place=Place.VEHICLE, step=0, raised_us=0
    ),
    escalations, names, st.text(min_size=1, max_size=200),
)  # fmt: skip
resets = st.builds(
    Reset,
    encounter_id=st.just(ENCOUNTER),
    alarm_id=segments,
    revision=revisions,
    person=names,
    place=st.just(Place.VEHICLE),
    at_us=instants,
    request_id=names,
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

limit_values = maybe(st.floats(0, 300))
limit_sets = st.builds(
    LimitSet,
    *(uuids, names, limit_values, limit_values),
    *(instants, instants, names, names, names, st.text(max_size=16)),
)
limit_changes = st.builds(
    LimitChange,
    *(uuids, names, limit_values, limit_values),
    *(st.integers(1, LONGEST_LIMIT_US), names, names, instants, names),
)
entries = (
    limit_sets
    | transitions
    | acknowledgements
    | pauses
    | escalations
    | resets
    | st.builds(EncounterClosed, uuids, instants)
    | st.builds(SourceStatus, uuids, st.sampled_from(Source), st.booleans(), instants)
    | st.builds(
        MessageReceipt, uuids, unit_ids, st.sampled_from(ReceiptStage), maybe(names), instants
    )
)
alarm_views = st.builds(
    AlarmView,
    alarm_id=segments,
    aliases=st.lists(segments, max_size=2).map(tuple),
    revision=revisions,
    encounter_id=uuids | st.just(""),
    unit_id=unit_ids | st.just(""),
    cause=st.sampled_from([*RULES, "A_LATER_CAUSE"]),
    subject=st.text(max_size=64),
    category=st.sampled_from(Category),
    priority=st.sampled_from(Priority),
    state=st.sampled_from(AlarmState),
    phase=st.sampled_from(Phase),
    active_since_us=instants,
    learned_us=instants,
    ended_us=maybe(instants),
    late=st.booleans(),
    sources=st.lists(st.sampled_from(Source), unique=True).map(tuple),
    reason=maybe(reasons),
    frame=frame_refs,
    acknowledgements=st.lists(
        st.builds(Acknowledged, st.sampled_from(Place), names, st.sampled_from(Priority), instants),
        max_size=2,
    ).map(tuple),
    reset=maybe(st.builds(ResetBy, st.sampled_from(Place), names, instants)),
    escalations=st.lists(
        st.builds(
            Escalated,
            st.sampled_from(Recipient),
            names | st.just(""),
            st.text(max_size=200),
            st.sampled_from(Place),
            st.sampled_from(Priority),
            instants,
            st.integers(0, 2**32 - 1),
            instants,
        ),
        max_size=2,
    ).map(tuple),
    raised_us=instants,
    pauses=st.lists(
        st.builds(
            Paused,
            st.sampled_from(Place),
            names,
            st.sampled_from(Priority),
            instants,
            instants,
        ),
        max_size=2,
    ).map(tuple),
)
ticks = st.builds(Tick, names, instants, st.booleans())
lead_findings = st.builds(
    LeadFinding,
    encounter_id=uuids,
    lead=st.from_regex(r"[A-Za-z0-9_.+-]{1,16}", fullmatch=True),
    fault=maybe(st.sampled_from(LeadFault)),
    at_us=instants,
    frame=st.builds(
        FrameRef,
        unit_id=unit_ids,
        lane=st.integers(0, 3),
        segment=segments,
        sequence=sequences,
        item=st.integers(0, 63),
    ),
    stamped_us=instants,
)
rhythm_findings = st.builds(
    RhythmFinding,
    encounter_id=uuids,
    arrhythmia=maybe(st.sampled_from(Arrhythmia)),
    since_us=instants,
    at_us=instants,
    confidence=st.floats(0, 1),
    evidence=st.lists(
        st.tuples(names, st.floats(allow_nan=False) | st.text(max_size=16)), max_size=4
    ).map(tuple),
    frame=frame_refs,
    stamped_us=instants,
)

foreign_frames = st.builds(
    ForeignFrame,
    encounter_id=uuids,
    frame=st.builds(
        FrameRef, unit_ids, st.sampled_from(list(map(int, Lane))), segments, sequences, st.just(0)
    ),
    stamped_us=instants,
)
dead_letters = st.builds(
    DeadLetter,
    reason=maybe(st.sampled_from(RefusalReason)),
    field_path=st.text(max_size=64),
    description=st.text(),
    unit_id=unit_ids,
    lane=st.integers(0, 2),
    segment=segments,
    sequence=sequences,
    frame=st.binary(),
    stamped_us=instants,
    program=st.sampled_from(["gateway", "patients"]),
)
checkpoints = st.builds(Checkpoint, st.integers(0, 2**32 - 1), counts, maybe(st.binary()))
encounter_states = st.builds(
    EncounterState,
    encounter_id=uuids,
    unit_id=unit_ids,
    bay=maybe(names),
    status=st.sampled_from(EncounterStatus),
    provisional=st.booleans(),
    offered_to_unit_id=maybe(unit_ids),
    standby_until_us=maybe(instants),
    owned_since_us=instants,
    previous_unit_id=maybe(unit_ids),
    age_years=maybe(st.integers(0, 130)),
    pregnant=st.none(),
)
messages = st.builds(
    Message,
    message_id=uuids,
    unit_id=unit_ids,
    text=st.text(min_size=1, max_size=1000),
    person=names,
    issued_us=instants,
    expires_us=instants,
    supersedes=maybe(uuids),
    encounter_id=maybe(uuids),
)
