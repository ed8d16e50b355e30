"""The ECGs of the traffic have a known answer."""

import pytest

from clinical.twelve_lead.criteria import Person, Sex
from clinical.twelve_lead.ecg import read
from clinical.twelve_lead.infarction import Declined
from clinical.twelve_lead.leads import Lead
from simulators.patients.twelve_lead import MadeUp, made_up, recorded
from simulators.scenario import RECORDINGS


@pytest.mark.parametrize(
    ("shows", "wall"), [(MadeUp.INFERIOR, "inferior"), (MadeUp.ANTERIOR, "anterior")]
)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_made_up_infarction_meets_the_criteria(shows: MadeUp, wall: str, seed: int) -> None:
    """Whatever its noise; a normal one does not."""
    ecg = made_up(shows, 1, seed)
    infarction = read(ecg.twelve(), ecg.person).infarction
    assert infarction.stemi is True
    assert wall in infarction.territory
    normal = made_up(MadeUp.NORMAL, 1, seed)
    assert read(normal.twelve(), normal.person).infarction.stemi is False
    assert made_up(shows, 1, seed) == ecg


def test_the_recorded_one_is_at_the_edge_of_the_criteria() -> None:
    """An acute infarction of which neither yes nor no is said: to be taken again."""
    person = Person(Sex.FEMALE, 81)
    ecg = recorded(RECORDINGS / "ptb_s0010", 1, person)
    assert set(ecg.leads) == set(Lead)
    assert (ecg.rate_hz, ecg.scale_uv_per_bit, len(ecg.leads[Lead.I])) == (1_000, 0.5, 10_000)
    infarction = read(ecg.twelve(), person).infarction
    assert (infarction.stemi, infarction.declined) == (None, Declined.NEARLY)
