"""What is measured is what was drawn."""

import numpy as np
import pytest

from clinical.twelve_lead.leads import (
    INDEPENDENT,
    Lead,
    LeadsMissingError,
    Samples,
    lead_named,
    twelve_lead,
)
from clinical.twelve_lead.median_beat import median_beat
from tests.clinical.twelve_lead.tracing import BEATS_AT_S, R_MV, RATE_HZ, measured, tracing


@pytest.mark.parametrize("rate_hz", [250.0, 360.0, 500.0, 1000.0])
def test_the_st_level_is_the_one_drawn_at_every_rate(rate_hz: float) -> None:
    """Within a quarter of a millimetre, up and down, whatever the rate of the recording."""
    drawn = {Lead.II: 0.2, Lead.V2: -0.15, Lead.V5: 0.3}
    leads = measured(tracing(drawn, rate_hz=rate_hz)).leads
    for lead in INDEPENDENT:
        assert leads[lead].j_mv == pytest.approx(drawn.get(lead, 0.0), abs=0.025), lead
        assert leads[lead].st60_mv == pytest.approx(drawn.get(lead, 0.0), abs=0.025), lead


def test_limb_leads_follow_from_two() -> None:
    leads = measured(tracing({Lead.II: 0.2})).leads
    assert leads[Lead.III].j_mv == pytest.approx(0.2, abs=0.025)
    assert leads[Lead.AVL].j_mv == pytest.approx(-0.1, abs=0.025)
    assert leads[Lead.AVF].j_mv == pytest.approx(0.2, abs=0.025)


@pytest.mark.parametrize("qrs_s", [0.08, 0.1, 0.14])
def test_the_length_of_qrs_is_the_one_drawn(qrs_s: float) -> None:
    assert measured(tracing(qrs_s=qrs_s)).qrs_ms == pytest.approx(qrs_s * 1000, abs=20)


def test_voltages_of_qrs_are_those_drawn() -> None:
    leads = measured(tracing()).leads
    assert leads[Lead.V4].r_mv == pytest.approx(R_MV[Lead.V4], rel=0.1)
    assert leads[Lead.V2].s_mv == pytest.approx(-1.0, rel=0.1)


def test_baseline_wander_moves_no_level() -> None:
    """Breathing moves the trace by a millivolt; the ST level stays within half a millimetre."""
    still = tracing({Lead.II: 0.2})
    wander = 0.5 * np.sin(2 * np.pi * 0.25 * np.arange(len(still.leads[Lead.II])) / RATE_HZ)
    moved = twelve_lead(RATE_HZ, {lead: still.leads[lead] + wander for lead in INDEPENDENT})
    assert measured(moved).leads[Lead.II].j_mv == pytest.approx(0.2, abs=0.05)


def test_beats_of_another_shape_are_left_out() -> None:
    recording = tracing()
    leads: dict[Lead, Samples] = {lead: recording.leads[lead].copy() for lead in INDEPENDENT}
    odd = round(BEATS_AT_S[4] * RATE_HZ)
    for lead in INDEPENDENT:
        leads[lead][odd - 40 : odd + 40] = -1.5 * np.hanning(80)
    common = median_beat(twelve_lead(RATE_HZ, leads), [round(at * RATE_HZ) for at in BEATS_AT_S])
    assert common is not None
    assert common.unlike == 1


def test_two_beats_are_no_common_beat() -> None:
    assert median_beat(tracing(), [1000, 1400]) is None


def test_what_does_not_follow_must_be_measured() -> None:
    """Chest leads have no substitute: the error names the one that lacks."""
    some: dict[Lead, Samples] = {lead: np.zeros(100) for lead in INDEPENDENT if lead is not Lead.V3}
    with pytest.raises(LeadsMissingError, match="leads missing: V3"):
        twelve_lead(RATE_HZ, some)


def test_a_lead_without_samples_is_missing() -> None:
    dead: dict[Lead, Samples] = {lead: np.zeros(100) for lead in INDEPENDENT} | {
        Lead.V6: np.full(100, np.nan)
    }
    with pytest.raises(LeadsMissingError, match="V6"):
        twelve_lead(RATE_HZ, dead)


def test_lead_one_follows_from_two_and_three() -> None:
    zero: dict[Lead, Samples] = {lead: np.zeros(4) for lead in INDEPENDENT if lead is not Lead.I}
    given = zero | {Lead.II: np.full(4, 0.5), Lead.III: np.full(4, 0.2)}
    assert twelve_lead(RATE_HZ, given).leads[Lead.I] == pytest.approx(np.full(4, 0.3))


@pytest.mark.parametrize(
    ("name", "lead"),
    [("avr", Lead.AVR), ("i", Lead.I), ("Lead II", Lead.II), ("V6", Lead.V6), ("MLII", None)],
)
def test_devices_name_leads_in_their_own_case(name: str, lead: Lead | None) -> None:
    assert lead_named(name) is lead
