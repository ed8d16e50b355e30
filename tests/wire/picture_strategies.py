"""What a picture can hold, as strategies."""

from hypothesis import strategies as st

from clinical.alarms.priority import Source
from clinical.vitals import Vital
from clinical.watch.crew.examined import Examined
from clinical.watch.outlook.deteriorating import Driver, Outlook
from clinical.watch.outlook.trending import Arrow
from clinical.watch.picture.picture import PictureRow, PictureVital
from clinical.watch.picture.thinning import Thinned
from clinical.watch.scores.shock import ShockIndex
from clinical.watch.scores.shown import PictureScore
from clinical.watch.scores.situated import SituatedScore
from tests.wire.alarm_strategies import limit_sets
from tests.wire.crew_strategies import examinations
from tests.wire.plain_strategies import (
    counts,
    instants,
    maybe,
    names,
    numbers,
    unit_ids,
    uuids,
)
from wire.picture import Picture

picture_rows = st.builds(
    PictureRow,
    encounter_id=uuids,
    unit_id=unit_ids,
    bay=maybe(names),
    captured_us=maybe(instants),
    received_us=maybe(instants),
    vitals=st.lists(
        st.builds(PictureVital, st.sampled_from(Vital), numbers(0, 400), instants), max_size=3
    ).map(tuple),
    news2_total=maybe(st.integers(0, 20)),
    news2_at_least=maybe(st.integers(0, 20)),
    news2_refusals=st.lists(names, max_size=3).map(tuple),
    not_judged=st.booleans(),
    thinned=st.lists(
        st.builds(Thinned, st.sampled_from([1, 2, 3]), counts, instants, instants), max_size=3
    ).map(tuple),
    score=maybe(
        st.builds(
            PictureScore,
            name=names,
            total=maybe(st.integers(0, 40)),
            at_least=maybe(st.integers(0, 40)),
            band=maybe(names),
            refusals=st.lists(names, max_size=2).map(tuple),
        )
    ),
    outlook=maybe(
        st.builds(
            Outlook,
            at_us=instants,
            index=numbers(0, 1),
            certainty=numbers(0, 1),
            drivers=st.lists(st.builds(Driver, names, numbers(0, 9)), max_size=3).map(tuple),
            alert=st.booleans(),
        )
    ),
    arrows=st.lists(
        st.builds(Arrow, st.sampled_from(Vital), numbers(-9, 9), st.booleans()), max_size=3
    ).map(tuple),
    shock=maybe(st.builds(ShockIndex, numbers(0, 9), maybe(st.booleans()))),
    limits=st.lists(limit_sets, max_size=2).map(tuple),
    examined=st.lists(st.builds(Examined, instants, examinations), max_size=2).map(tuple),
    situated=st.lists(
        st.builds(
            SituatedScore,
            name=names,
            value=maybe(numbers(0, 29)),
            bound=maybe(numbers(0, 29)),
            asks=maybe(st.booleans()),
            refusals=st.lists(names, max_size=2).map(tuple),
        ),
        max_size=4,
    ).map(tuple),
)
pictures = st.builds(
    Picture,
    partition=st.integers(0, 3),
    stamped_us=instants,
    source=st.sampled_from(Source),
    rows=st.lists(picture_rows, max_size=3).map(tuple),
)
