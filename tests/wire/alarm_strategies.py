"""What the log of alarms can hold, and what is made of it."""

from dataclasses import replace

from hypothesis import strategies as st

from clinical.alarms.catalogue import RULES
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
from tests.wire.plain_strategies import (
    ENCOUNTER,
    UNIT,
    frame_refs,
    instants,
    maybe,
    names,
    numbers,
    revisions,
    segments,
    unit_ids,
    uuids,
)
from wire.alarms import MessageReceipt
from wire.unit_items import ReceiptStage

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
