"""What no score counts yet, and that every doubt ends."""

from dataclasses import replace

import pytest

from clinical.alarms.priority import Source
from clinical.alarms.transition import Transition
from clinical.items import Vitals
from clinical.vitals import Consciousness
from clinical.watch.patient import PatientWatch
from tests.clinical.watch.bedside import at, capture

WELL = Vitals(
    heart_rate_bpm=72,
    pulse_rate_bpm=72,
    respiration_per_min=16,
    spo2_percent=97,
    systolic_mmhg=124,
    temperature_c=36.8,
    consciousness=Consciousness.ALERT,
    on_oxygen=False,
)


def _said(shown: list[Vitals], every_s: int = 1) -> list[tuple[int, str, str]]:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    said: list[tuple[int, str, str]] = []
    for place, item in enumerate(shown):
        second = place * every_s
        found = watch.on_item(item, capture(second, place + 1), at(second))
        said += [(second, x.cause, x.phase.value) for x in found if isinstance(x, Transition)]
    return said


def test_a_burst_of_false_breaths_is_not_scored() -> None:
    """26 breaths score three points by themselves; for 14 s they are not believed."""
    burst = [WELL] * 10 + [replace(WELL, respiration_per_min=26)] * 14 + [WELL] * 10
    assert _said(burst) == []


def test_fast_breath_that_stays_is_scored_after_fifteen_seconds() -> None:
    lasting = [WELL] * 10 + [replace(WELL, respiration_per_min=26)] * 30
    assert _said(lasting) == [(25, "NEWS2_MEDIUM", "START")]


def test_breath_that_becomes_faster_step_by_step_is_scored_at_once() -> None:
    rising = [replace(WELL, respiration_per_min=16 + second // 2) for second in range(20)]
    assert _said(rising) == [(18, "NEWS2_MEDIUM", "START")]


@pytest.mark.parametrize("breaths", [26, 8])
def test_a_breath_that_somebody_counted_is_scored_at_once(breaths: int) -> None:
    counted = [WELL, replace(WELL, respiration_per_min=breaths)]
    assert _said(counted, every_s=30) == [(30, "NEWS2_MEDIUM", "START")]


def test_no_breath_at_all_is_never_doubted() -> None:
    assert _said([WELL] * 5 + [replace(WELL, respiration_per_min=0)])[0] == (
        5,
        "NEWS2_MEDIUM",
        "START",
    )


def test_a_finger_that_moves_does_not_score_and_one_that_is_cold_does() -> None:
    """91 % scores three: at once where heart and pulse agree, and not while they contradict."""
    moving = replace(WELL, spo2_percent=91, pulse_rate_bpm=131)
    cold = replace(WELL, spo2_percent=91)
    assert _said([WELL] * 5 + [moving] * 24 + [WELL]) == []
    assert _said([WELL] * 5 + [cold]) == [(5, "NEWS2_MEDIUM", "START")]


def test_a_contradiction_that_lasts_is_scored_all_the_same() -> None:
    """A rhythm in which not every beat reaches the finger is no artefact for ever."""
    lasting = replace(WELL, spo2_percent=91, pulse_rate_bpm=40)
    said = _said([WELL] * 5 + [lasting] * 60)
    assert (30, "NEWS2_MEDIUM", "START") in said


def test_the_picture_does_not_score_what_is_doubted() -> None:
    watch = PatientWatch("encounter-1", Source.CENTER_A)
    for second in range(12):
        shown = WELL if second < 8 else replace(WELL, respiration_per_min=28)
        watch.on_item(shown, capture(second, second + 1), at(second))
    assert watch.row().news2_total is None
    assert watch.row().news2_refusals == ("IMPLAUSIBLE:respiration_per_min",)
