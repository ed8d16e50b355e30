import pytest

from clinical.alarms.priority import Phase, Priority
from clinical.items import Vitals
from clinical.vitals import Consciousness, Quality, Vital
from clinical.watch.carry import Carry
from clinical.watch.finding import Findings
from clinical.watch.vital_signs.judging import Judging
from tests.clinical.watch.bedside import at, frame, reading


class Bed:
    """A patient of whom it is judged only whether they are judged."""

    def __init__(self) -> None:
        self.carry = Carry()
        self.judging = Judging(self.carry)

    def measure(self, item: Vitals, second: float, received: float | None = None) -> Findings:
        received_us = at(second if received is None else received)
        self.carry.on_item(item, at(second), received_us)
        return self.judging.on_item(at(second), received_us, frame(int(second) + 1))


def _said(findings: Findings) -> list[tuple[str, Phase, Priority]]:
    return [(x.subject, x.change.phase, x.change.priority) for x in findings]


def test_a_vital_that_was_never_measured_is_not_missed() -> None:
    bed = Bed()
    for second in range(100):
        assert bed.measure(Vitals(systolic_mmhg=120), second) == ()


@pytest.mark.parametrize("vital", [Vital.HEART_RATE, Vital.RESPIRATION, Vital.SPO2])
def test_a_vital_measured_once_is_missed_after_thirty_seconds(vital: Vital) -> None:
    bed = Bed()
    bed.measure(reading(vital, 80), 0)
    for second in range(1, 30):
        assert bed.measure(Vitals(pulse_rate_bpm=80), second) == ()
    (raised,) = bed.measure(Vitals(pulse_rate_bpm=80), 30)
    assert _said((raised,)) == [(vital.value, Phase.START, Priority.MEDIUM)]
    assert (raised.change.since_us, raised.change.frame) == (at(0), frame(2))
    ended = bed.measure(reading(vital, 80), 31)
    assert _said(ended) == [(vital.value, Phase.END, Priority.MEDIUM)]


def test_an_artefact_is_no_judged_value() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70, pulse_rate_bpm=70), 0)
    marks = {Vital.HEART_RATE: Quality.ARTEFACT}
    artefact = Vitals(heart_rate_bpm=0, pulse_rate_bpm=70, marks=marks)
    said = [x for second in range(1, 32) for x in _said(bed.measure(artefact, second))]
    assert said == [("heart_rate_bpm", Phase.START, Priority.MEDIUM)]


@pytest.mark.parametrize(
    "beside",
    [
        Vitals(temperature_c=36),
        Vitals(pulse_rate_bpm=0),
        Vitals(consciousness=Consciousness.UNRESPONSIVE),
        Vitals(consciousness=Consciousness.PAIN),
    ],
)
def test_without_an_independent_sign_of_life_it_is_high(beside: Vitals) -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0)
    assert _said(bed.measure(beside, 30)) == [("heart_rate_bpm", Phase.START, Priority.HIGH)]


@pytest.mark.parametrize(
    "beside",
    [
        Vitals(pulse_rate_bpm=60),
        Vitals(systolic_mmhg=100),
        Vitals(consciousness=Consciousness.VOICE),
        Vitals(consciousness=Consciousness.NEW_CONFUSION),
    ],
)
def test_an_independent_sign_of_life_keeps_it_medium_for_a_minute(beside: Vitals) -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0)
    assert _said(bed.measure(beside, 30)) == [("heart_rate_bpm", Phase.START, Priority.MEDIUM)]
    assert bed.measure(Vitals(), 90) == ()
    assert _said(bed.measure(Vitals(), 91)) == [("heart_rate_bpm", Phase.ESCALATE, Priority.HIGH)]


def test_what_was_not_judged_in_a_backlog_is_over() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0)
    for second in range(1, 100):
        assert bed.measure(Vitals(pulse_rate_bpm=70), second, 120) == ()
    assert bed.measure(Vitals(heart_rate_bpm=70), 121) == ()


def test_on_a_link_that_is_always_slow_it_is_judged_like_live_data() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0, 12)
    said = [
        x
        for second in range(1, 40)
        for x in _said(bed.measure(Vitals(pulse_rate_bpm=70), second, second + 12))
    ]
    assert said == [("heart_rate_bpm", Phase.START, Priority.MEDIUM)]


def test_closing_ends_what_holds() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0)
    bed.measure(Vitals(), 30)
    assert _said(bed.judging.close(at(31))) == [("heart_rate_bpm", Phase.END, Priority.HIGH)]
