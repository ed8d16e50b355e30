"""Answers that are remembered are those that the scores give."""

from hypothesis import given
from hypothesis import strategies as st

from clinical.scores.chart import RefusalReason
from clinical.scores.choice import Injury, Situation, refused_by_situation
from clinical.watch.scores.assessed import Asks, Signs, assessed
from clinical.watch.scores.situated import situated

_reasons = st.sampled_from([RefusalReason.STALE, RefusalReason.IMPLAUSIBLE, RefusalReason.MISSING])
_signs = st.builds(
    Signs,
    st.builds(Situation, st.none() | st.sampled_from(Injury), st.none() | st.booleans()),
    st.none() | st.integers(0, 99),
    st.none() | st.booleans(),
    st.none() | _reasons | st.sampled_from([-0.0, 0.0, 8.0, 22.0, 31.0]),
    st.none() | _reasons | st.sampled_from([48.0, 76.0, 100.0, 121.0]),
    _reasons | st.integers(3, 15),
)


@given(_signs)
def test_what_is_remembered_is_what_the_scores_say(signs: Signs) -> None:
    refused = refused_by_situation(signs.situation, signs.age_years, pregnant=signs.pregnant)
    found = assessed(signs)
    assert found.shown == situated(signs.observed, refused)
    asking = {one.name for one in found.shown if one.asks}
    assert (found.trauma is not None and found.trauma.reached) == bool({"T-RTS", "MGAP"} & asking)
    assert (found.sepsis is not None and found.sepsis.reached) == ("QSOFA" in asking)


def test_what_was_never_measured_is_absent_and_what_has_aged_says_so() -> None:
    situation = Situation(Injury.BLUNT)
    signs = Signs(situation, None, None, None, RefusalReason.STALE, 14)
    assert signs.observed.numbers == {"gcs": 14}
    assert signs.observed.unusable == {"systolic_mmhg": RefusalReason.STALE}
    assert assessed(signs).trauma == Asks(reached=False, known=False)
    assert assessed(signs).sepsis is None
