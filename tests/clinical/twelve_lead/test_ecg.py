"""A recording is read as the same samples are, or refused with the field's name."""

from dataclasses import replace

import pytest

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.ecg import EcgRecording, UnfitError, measured, read
from clinical.twelve_lead.leads import Lead, LeadsMissingError, Territory
from simulators.patients.twelve_lead import MadeUp, made_up

PERSON = Person(Sex.MALE, 61)
INFERIOR = made_up(MadeUp.INFERIOR, 1_700_000_000_000_000, seed=1)


def test_what_it_shows_is_read() -> None:
    """The wall, and the figures that it rests on."""
    reading = read(INFERIOR.twelve(), PERSON)
    assert reading.infarction.stemi is True
    assert reading.infarction.territory == (Territory.INFERIOR,)
    assert reading.measurement is not None
    assert reading.measurement.heart_rate_bpm == pytest.approx(75, abs=1)
    assert reading.measurement.leads[Lead.II].j_mv == pytest.approx(0.2, abs=0.03)
    normal = made_up(MadeUp.NORMAL, 0, seed=1).twelve()
    assert read(normal, PERSON).infarction.stemi is False


def test_limb_leads_may_follow_from_others() -> None:
    """A recorder that sends eight leads is read like one that sends all."""
    eight = dict(INFERIOR.leads)
    del eight[Lead.III], eight[Lead.AVF]
    assert read(replace(INFERIOR, leads=eight).twelve(), PERSON).infarction.stemi is True


def test_a_flat_recording_cannot_be_measured() -> None:
    """That is said, and is no error."""
    flat = replace(INFERIOR, leads=dict.fromkeys(Lead, (0,) * 5000)).twelve()
    assert measured(flat) is None
    assert read(flat, PERSON).infarction.stemi is None


@pytest.mark.parametrize(
    ("unfit", "field"),
    [
        (replace(INFERIOR, rate_hz=50.0), "rate_hz"),
        (replace(INFERIOR, rate_hz=2_000.0), "leads"),
        (replace(INFERIOR, leads={**INFERIOR.leads, Lead.V6: (1, 2)}), "leads"),
        (replace(INFERIOR, leads={}), "leads"),
    ],
)
def test_what_is_no_ecg_names_the_field(unfit: EcgRecording, field: str) -> None:
    """Too coarse, too short, leads of different lengths, none."""
    with pytest.raises(UnfitError, match=field):
        unfit.twelve()


def test_a_lead_that_is_missing_is_named() -> None:
    """Chest leads follow from no others."""
    leads = dict(INFERIOR.leads)
    del leads[Lead.V3]
    with pytest.raises(LeadsMissingError, match="V3"):
        replace(INFERIOR, leads=leads).twelve()
