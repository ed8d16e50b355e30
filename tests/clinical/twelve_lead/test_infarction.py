"""The published criteria, at their boundaries, and the patterns in which nothing is said."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.infarction import Declined, Infarction, judge
from clinical.twelve_lead.leads import Lead, Territory
from clinical.twelve_lead.measurement import LeadMeasurement, Measurement
from tests.clinical.twelve_lead.tracing import measured, tracing

MAN = Person(Sex.MALE, 60.0)
_ORDINARY = LeadMeasurement(
    j_mv=0.0, st60_mv=0.0, r_mv=0.8, s_mv=-0.4, late_r=False, t_mv=0.2, noise_mv=0.003
)


def _ecg(
    levels: Mapping[Lead, float],
    shapes: Mapping[Lead, LeadMeasurement] | None = None,
    qrs_ms: float = 90.0,
) -> Measurement:
    by_name = {lead: (shapes or {}).get(lead, _ORDINARY) for lead in Lead}
    return Measurement(
        heart_rate_bpm=80.0,
        qrs_ms=qrs_ms,
        leads={lead: replace(by_name[lead], j_mv=levels.get(lead, 0.0)) for lead in Lead},
    )


@pytest.mark.parametrize(
    ("person", "asked_mv"),
    [
        (Person(Sex.MALE, 40.0), 0.2),
        (Person(Sex.MALE, 39.9), 0.25),
        (Person(Sex.FEMALE, 25.0), 0.15),
        (Person(Sex.FEMALE, None), 0.15),
    ],
)
def test_v2_and_v3_ask_what_the_table_asks_of_sex_and_age(person: Person, asked_mv: float) -> None:
    """A tenth of a millimetre less is no infarction."""
    reached = {Lead.V2: asked_mv, Lead.V3: asked_mv}
    below = {Lead.V2: asked_mv - 0.01, Lead.V3: asked_mv - 0.01}
    assert judge(_ecg(reached), person).stemi is True
    assert judge(_ecg(below), person).stemi is False


@pytest.mark.parametrize(
    ("pair", "walls"),
    [
        ((Lead.II, Lead.AVF), (Territory.INFERIOR,)),
        ((Lead.AVL, Lead.I), (Territory.LATERAL,)),
        ((Lead.V4, Lead.V5), (Territory.ANTERIOR, Territory.LATERAL)),
        ((Lead.V1, Lead.V2), (Territory.ANTERIOR,)),
    ],
)
def test_a_millimetre_in_two_neighbours_is_infarction_of_their_wall(
    pair: tuple[Lead, Lead], walls: tuple[Territory, ...]
) -> None:
    levels = {lead: 0.2 if lead is Lead.V2 else 0.1 for lead in pair}
    verdict = judge(_ecg(levels), MAN)
    assert (verdict.stemi, verdict.territory) == (True, walls)


def test_leads_that_are_no_neighbours_are_no_infarction() -> None:
    assert judge(_ecg({Lead.III: 0.2, Lead.V4: 0.2}), MAN) == Infarction(
        stemi=False, territory=(), criteria=()
    )


def test_the_mirror_image_is_named() -> None:
    verdict = judge(_ecg({Lead.II: 0.2, Lead.III: 0.3, Lead.AVF: 0.25, Lead.AVL: -0.15}), MAN)
    assert verdict.criteria == (
        "ST elevation of 2.0 mm in II",
        "ST elevation of 3.0 mm in III",
        "ST elevation of 2.5 mm in aVF",
        "reciprocal ST depression of 1.5 mm in aVL",
    )


def test_where_sex_decides_an_unknown_sex_is_not_guessed() -> None:
    between = _ecg({Lead.V2: 0.18, Lead.V3: 0.18})
    assert judge(between, Person()).declined is Declined.PERSON
    assert judge(_ecg({Lead.V2: 0.3, Lead.V3: 0.3}), Person()).stemi is True
    assert judge(_ecg({}), Person()).stemi is False


def test_elevation_of_inferior_and_other_walls_without_mirror_is_not_said() -> None:
    verdict = judge(_ecg({Lead.II: 0.15, Lead.AVF: 0.12, Lead.V5: 0.15, Lead.V6: 0.12}), MAN)
    assert (verdict.stemi, verdict.declined) == (None, Declined.DIFFUSE)


def test_hypertrophy_explains_elevation_in_proportion_only() -> None:
    """3 mm after an S wave of 30 mm is hypertrophy; 9 mm is not."""
    deep = replace(_ORDINARY, r_mv=0.2, s_mv=-3.0)
    tall = replace(_ORDINARY, r_mv=2.5, s_mv=0.0)
    shapes = {Lead.V1: deep, Lead.V2: deep, Lead.V3: deep, Lead.V5: tall}
    mild = judge(_ecg({Lead.V2: 0.3, Lead.V3: 0.3}, shapes), MAN)
    great = judge(_ecg({Lead.V2: 0.9, Lead.V3: 0.9}, shapes), MAN)
    assert (mild.declined, great.stemi) == (Declined.HYPERTROPHY, True)


_NEGATIVE = replace(_ORDINARY, r_mv=0.1, s_mv=-2.0, late_r=False)
_POSITIVE = replace(_ORDINARY, r_mv=1.2, s_mv=0.0, late_r=True)
_LBBB = {
    lead: _NEGATIVE if lead in (Lead.V1, Lead.V2, Lead.V3, Lead.V4) else _POSITIVE for lead in Lead
}


@pytest.mark.parametrize(
    ("levels", "criteria"),
    [
        ({}, 0),
        ({Lead.V2: 0.4, Lead.V3: 0.45}, 0),
        ({Lead.V2: 0.5}, 1),
        ({Lead.V6: 0.1}, 1),
        ({Lead.V2: -0.1, Lead.V5: 0.2}, 2),
    ],
)
def test_left_bundle_branch_block_is_judged_by_the_modified_sgarbossa_criteria(
    levels: dict[Lead, float], criteria: int
) -> None:
    verdict = judge(_ecg(levels, _LBBB, qrs_ms=150.0), MAN)
    assert verdict.criteria[0] == "left bundle branch block"
    assert (verdict.stemi, len(verdict.criteria) - 1) == (criteria > 0, criteria)


def test_elevation_under_the_criteria_with_its_mirror_image_asks_for_another_ecg() -> None:
    verdict = judge(_ecg({Lead.III: 0.1, Lead.AVF: 0.06, Lead.AVL: -0.08}), MAN)
    assert (verdict.stemi, verdict.declined) == (None, Declined.NEARLY)


def test_an_ecg_that_cannot_be_measured_is_never_no() -> None:
    noisy = {lead: replace(_ORDINARY, noise_mv=0.08) for lead in (Lead.V1, Lead.V2, Lead.V3)}
    assert judge(None, MAN).declined is Declined.NOISE
    assert judge(_ecg({}, noisy), MAN).declined is Declined.NOISE
    assert judge(replace(_ecg({}), heart_rate_bpm=190.0), MAN).declined is Declined.RATE


def test_elevation_that_rests_on_a_noisy_lead_is_not_said() -> None:
    noisy = replace(_ORDINARY, noise_mv=0.08)
    verdict = judge(_ecg({Lead.V4: 0.2, Lead.V5: 0.3}, {Lead.V5: noisy}), MAN)
    assert (verdict.stemi, verdict.declined) == (None, Declined.NOISE)


def test_a_drawn_inferior_infarction_is_found_from_its_samples() -> None:
    verdict = judge(measured(tracing({Lead.II: 0.25, Lead.I: -0.05})), MAN)
    assert (verdict.stemi, verdict.territory) == (True, (Territory.INFERIOR,))


def test_a_drawn_ordinary_tracing_is_none() -> None:
    assert judge(measured(tracing()), MAN) == Infarction(stemi=False, territory=(), criteria=())
