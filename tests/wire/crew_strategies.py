"""What a crew enters and examines, for properties of the translators."""

from dataclasses import replace

from hypothesis import strategies as st

from clinical.items import CrewEvent, CrewExamination, CrewFinding
from clinical.scores.choice import Injury
from clinical.scores.gcs import Gcs, GcsPart
from clinical.scores.race import Race, WeakSide
from clinical.scores.stroke_screen import StrokeScreen
from tests.wire.plain_strategies import UNIT, frame_refs, instants, maybe, names

crew_events = st.builds(
    CrewEvent,
    finding=st.sampled_from(CrewFinding),
    drug=st.text(min_size=1, max_size=64),
    withdraws=maybe(frame_refs.map(lambda ref: replace(ref, unit_id=UNIT))),
)
glasgow = st.builds(
    Gcs,
    eye=maybe(st.integers(1, 4)),
    verbal=maybe(st.integers(1, 5)),
    motor=maybe(st.integers(1, 6)),
    untestable=st.frozensets(st.sampled_from(GcsPart)),
)
scored = glasgow.map(
    lambda gcs: replace(
        gcs, untestable=frozenset(part for part in gcs.untestable if gcs.points(part) is None)
    )
).filter(lambda gcs: gcs != Gcs())
"""Nothing is scored and untestable at once, and something is said."""
screens = st.builds(StrokeScreen, *[maybe(st.booleans())] * 5).filter(
    lambda screen: screen != StrokeScreen()
)
races = (
    st.builds(
        Race,
        face=maybe(st.integers(0, 2)),
        arm=maybe(st.integers(0, 2)),
        leg=maybe(st.integers(0, 2)),
        gaze=maybe(st.integers(0, 1)),
        weak_side=maybe(st.sampled_from(WeakSide)),
        aphasia=maybe(st.integers(0, 2)),
        agnosia=maybe(st.integers(0, 2)),
    )
    .map(
        lambda race: (
            replace(race, aphasia=None)
            if race.weak_side is WeakSide.LEFT
            else replace(race, agnosia=None)
        )
    )
    .filter(lambda race: race != Race())
)
examinations = st.builds(
    CrewExamination,
    person=maybe(names),
    gcs=maybe(scored),
    stroke=maybe(screens),
    race=maybe(races),
    last_known_well_us=maybe(instants),
    injury=maybe(st.sampled_from(Injury)),
    infection_suspected=maybe(st.booleans()),
).filter(lambda one: one != CrewExamination(one.person))
"""As they are admitted, but for an instant that lies before the capture."""
