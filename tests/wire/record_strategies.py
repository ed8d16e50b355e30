"""What programs write to the log about units and patients, beside frames and alarms."""

from hypothesis import strategies as st

from clinical.alarms.identity import FrameRef
from clinical.items import (
    ForeignFrame,
    LeadFinding,
    RhythmFinding,
)
from clinical.rhythm.arrhythmia import Arrhythmia
from clinical.signals.lead_quality import LeadFault
from clinical.watch.encounter import EncounterState, EncounterStatus
from tests.wire.plain_strategies import (
    counts,
    frame_refs,
    instants,
    maybe,
    names,
    segments,
    sequences,
    unit_ids,
    uuids,
)
from wire.frames import Lane
from wire.messages import Message
from wire.records import Checkpoint, DeadLetter, Tick
from wire.validation import RefusalReason

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
