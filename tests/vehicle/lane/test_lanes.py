"""Every kind of item travels on one lane, the one that the gateway expects."""

from typing import get_args

import pytest

from clinical.items import CrewEvent, CrewFinding, Discarded, Vitals
from vehicle.lane.lanes import LANE_OF, MixedLanes, lane_of
from wire.frames import Lane
from wire.unit_items import WireItem


def test_every_kind_of_item_has_a_lane() -> None:
    """A new kind of item must be given its lane; what is left out is said on its own."""
    assert set(LANE_OF) == set(get_args(WireItem)) - {Discarded}


def test_mixed_and_empty_frames_have_none() -> None:
    """What shares no lane is not sent."""
    assert lane_of([Vitals(), Vitals()]) is Lane.VITALS
    with pytest.raises(MixedLanes):
        lane_of([Vitals(), CrewEvent(CrewFinding.NO_PULSE)])
    with pytest.raises(MixedLanes):
        lane_of([])
