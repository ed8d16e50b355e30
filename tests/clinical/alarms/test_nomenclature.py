from clinical.alarms.catalogue import RULES
from clinical.alarms.nomenclature import EVENTS, PHASES, PRIORITIES, STATES, TYPES
from clinical.alarms.priority import Category, Phase, Priority
from clinical.alarms.rule import Comparison
from clinical.alarms.view import AlarmState

_EVENTS_PARTITION = 3


def test_codes_are_those_that_the_sources_print() -> None:
    """DICOM CID 3038 prints partition and term, as 3:3072 for apnea."""
    printed = {"MDC_EVT_APNEA": 3072, "MDC_EVT_ECG_ASYSTOLE": 3076, "MDC_EVT_DESAT": 3246}
    codes = {term.reference_id: term.code for term in EVENTS.values()}
    for reference_id, term in printed.items():
        assert codes[reference_id] == (_EVENTS_PARTITION << 16) + term


def test_every_term_is_an_event_of_a_known_cause_with_its_source() -> None:
    for cause, term in EVENTS.items():
        assert cause in RULES
        assert term.code >> 16 == _EVENTS_PARTITION
        assert term.reference_id.startswith("MDC_EVT_")
        assert term.source
        assert term.triplet == f"{term.code}^{term.reference_id}^MDC"


def test_low_and_high_are_those_of_the_limit() -> None:
    """A value below its limit is never sent as one above it."""
    general = {"MDC_EVT_LO": Comparison.BELOW, "MDC_EVT_HI": Comparison.ABOVE}
    limits = [(term, RULES[cause].levels[0].bound) for cause, term in EVENTS.items()]
    told = [(term.reference_id, bound) for term, bound in limits if term.reference_id in general]
    assert len(told) >= 4
    assert all(bound and bound.comparison is general[name] for name, bound in told)


def test_each_word_of_ours_has_one_of_theirs() -> None:
    assert set(PHASES) == set(Phase)
    assert len(set(PHASES.values())) == len(PHASES)
    assert set(STATES) == set(AlarmState)
    assert set(PRIORITIES) == set(Priority)
    assert set(TYPES) == set(Category)
