"""What the map is told of a unit."""

from command_center.board.mapping import unit_plain
from command_center.roster import RosterUnit
from wire.unit_items import Position, UnitKind


def test_a_unit_is_told_with_where_it_is_what_it_is_and_since_when() -> None:
    """What was not stated stays unknown."""
    position = Position(23.1, 113.3, 50.0, 270.0, UnitKind.MOBILE_CT)
    assert unit_plain(RosterUnit("MCT-01", position, 7)) == {
        "id": "MCT-01",
        "at_us": 7,
        "latitude_deg": 23.1,
        "longitude_deg": 113.3,
        "speed_kmh": 50.0,
        "heading_deg": 270.0,
        "kind": "MOBILE_CT",
    }
    bare = unit_plain(RosterUnit("AMB-01", Position(0.0, 0.0), 7))
    assert (bare["latitude_deg"], bare["kind"], bare["heading_deg"]) == (0.0, None, None)


def test_a_unit_without_a_position_has_no_place() -> None:
    assert unit_plain(RosterUnit("AMB-01")) == {"id": "AMB-01", "at_us": None}
