import itertools
from dataclasses import replace

from clinical.alarms.priority import Phase
from clinical.items import Vitals
from clinical.scores import news2
from clinical.scores.chart import Refused
from clinical.vitals import Consciousness, Spo2Scale
from clinical.watch.carry import Carry
from clinical.watch.encounter import EncounterState, provisional
from clinical.watch.finding import Findings
from clinical.watch.scores.scoring import Scoring
from tests.clinical.watch.bedside import at, frame

STATE = provisional("encounter-1", "unit-1", at(0))


class Bed:
    """A patient of whom only the score is judged."""

    def __init__(self) -> None:
        self.carry = Carry()
        self.scoring = Scoring(self.carry)

    def measure(
        self,
        item: Vitals,
        second: float,
        received: float | None = None,
        state: EncounterState = STATE,
    ) -> Findings:
        now_us = at(second if received is None else received)
        taken = self.carry.on_item(item, at(second), now_us)
        return self.scoring.on_item(taken, state, at(second), frame(int(second) + 1), now_us)


def _said(findings: Findings) -> list[tuple[str, Phase]]:
    return [(x.rule.cause.value, x.change.phase) for x in findings]


def test_a_lower_bound_of_seven_alarms_and_lists_what_it_rests_on() -> None:
    bed = Bed()
    (raised,) = bed.measure(Vitals(respiration_per_min=26, spo2_percent=90, on_oxygen=True), 0)
    assert raised.rule.cause == "NEWS2_HIGH"
    assert raised.values["news2_at_least"] == 8


def test_news2_high_covers_news2_medium() -> None:
    bed = Bed()
    single_red = Vitals(respiration_per_min=26)
    assert _said(bed.measure(single_red, 0)) == [("NEWS2_MEDIUM", Phase.START)]
    worse = Vitals(spo2_percent=90, on_oxygen=True)
    assert _said(bed.measure(worse, 1)) == [
        ("NEWS2_HIGH", Phase.START),
        ("NEWS2_MEDIUM", Phase.END),
    ]


def test_a_child_or_a_pregnancy_ends_an_alarm_of_the_adult_score() -> None:
    bed = Bed()
    bed.measure(Vitals(respiration_per_min=26), 0)
    child = replace(STATE, age_years=9)
    assert _said(bed.measure(Vitals(respiration_per_min=26), 1, state=child)) == [
        ("NEWS2_MEDIUM", Phase.END)
    ]


def test_what_has_aged_out_is_stale_and_what_never_was_is_missing() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70, systolic_mmhg=120), 0)
    result = news2.score(bed.scoring.inputs(STATE, at(61)))
    assert isinstance(result, Refused)
    assert {str(x) for x in result.reasons} >= {"STALE:heart_rate_bpm", "MISSING:temperature_c"}
    assert "systolic_mmhg" in result.parts


def test_the_pulse_of_the_pleth_stands_in_for_a_stale_heart_rate() -> None:
    bed = Bed()
    bed.measure(Vitals(heart_rate_bpm=70), 0)
    bed.measure(Vitals(pulse_rate_bpm=135), 100)
    assert bed.scoring.inputs(STATE, at(100)).heart_rate_bpm == 135


def test_a_backlog_is_scored_at_its_end() -> None:
    bed = Bed()
    assert bed.measure(Vitals(systolic_mmhg=80), 0, received=60) == ()
    assert bed.measure(Vitals(systolic_mmhg=120), 1, received=60.5) == ()
    assert bed.scoring.on_tick(STATE, at(70)) == ()
    assert bed.measure(Vitals(systolic_mmhg=80), 2, received=71) == ()
    assert bed.scoring.on_tick(STATE, at(71.9)) == ()
    assert _said(bed.scoring.on_tick(STATE, at(72))) == [("NEWS2_MEDIUM", Phase.START)]


def test_late_vitals_do_not_change_the_score() -> None:
    bed = Bed()
    bed.measure(Vitals(respiration_per_min=26), 10)
    assert bed.measure(Vitals(respiration_per_min=16), 5, received=11) == ()


def test_the_screen_clears_nobody_whom_the_full_score_would_alarm() -> None:
    """For every mixture of band edges, the screened watch says what the full score says."""
    scales = (None, Spo2Scale.SCALE_1, Spo2Scale.SCALE_2)
    mixtures = itertools.product(
        (None, 8, 12, 22), (None, 84, 92, 97), (None, True, False), (None, 100, 120), (None, 45, 92)
    )
    for (respiration, spo2, oxygen, systolic, heart), scale in itertools.product(mixtures, scales):
        bed = Bed()
        item = Vitals(
            respiration_per_min=respiration,
            spo2_percent=spo2,
            on_oxygen=oxygen,
            systolic_mmhg=systolic,
            heart_rate_bpm=heart,
            spo2_scale=scale,
            consciousness=Consciousness.ALERT,
        )
        said = {cause for cause, _ in _said(bed.measure(item, 0))}
        result = news2.score(bed.scoring.inputs(STATE, at(0)))
        high = result.at_least >= 7
        medium = not high and (result.at_least >= 5 or result.any_three)
        assert said == ({"NEWS2_HIGH"} if high else {"NEWS2_MEDIUM"} if medium else set())
